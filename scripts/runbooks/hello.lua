-- A first script: \run scripts/runbooks/hello.lua
-- Says what every open connection holds, and which tables have different numbers of rows.
local counts = {} -- table -> connection -> rows
local order = {}

for _, name in ipairs(db.connections()) do
  local conn = db.connection(name)
  local tables, rows = 0, 0
  for _, space in ipairs(conn:schema().schemas) do
    for _, tab in ipairs(space.tables) do
      local count = conn:value("SELECT count(*) FROM " .. conn:quote(space.name) .. "." .. conn:quote(tab.name))
      tables, rows = tables + 1, rows + count
      if not counts[tab.name] then
        counts[tab.name] = {}
        table.insert(order, tab.name)
      end
      counts[tab.name][name] = (counts[tab.name][name] or 0) + count
    end
  end
  shell.say(("%s (%s %s): %d tables, %d rows"):format(name, conn.flavor, conn.version, tables, rows))
end

table.sort(order)
local unequal = 0
for _, tab in ipairs(order) do
  local parts, first, same = {}, nil, true
  for _, name in ipairs(db.connections()) do
    local count = counts[tab][name]
    first = first or count
    same = same and count == first
    table.insert(parts, ("%s %s"):format(name, count or "-"))
  end
  if not same then
    unequal = unequal + 1
    shell.say(("  %s: %s"):format(tab, table.concat(parts, ", ")))
  end
end
if unequal == 0 then shell.say("every table has the same number of rows everywhere") end
