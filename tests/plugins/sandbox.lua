test("what reaches outside is not there", function()
  for _, name in ipairs {"os", "io", "package", "debug", "require", "dofile", "loadfile", "warn"} do
    equal(_G[name], nil)
  end
  equal(string.dump, nil)
end)

test("what a script needs is there", function()
  for _, name in ipairs {"string", "table", "math", "utf8", "coroutine", "pcall", "select", "next", "load"} do
    equal(_G[name] ~= nil, true)
  end
end)

test("load takes text only", function()
  equal(load("return 1 + 1")(), 2)
  equal(load("return x", "name", "t", {x = 5})(), 5)
  equal(load("\27Lua", "b", "b"), nil)
  local _, message = load("return +", "piece")
  equal(message:find("piece:1:", 1, true) ~= nil, true)
  fails("unsupported", "load takes a text", function() load(function() end) end)
end)

test("finalizers are not available", function()
  local ok, message = pcall(setmetatable, {}, {__gc = function() end})
  equal(ok, false)
  equal(tostring(message):find("<close>", 1, true) ~= nil, true)
end)

test("metatables of ours are closed", function()
  equal(getmetatable(db.null), "db.null")
  equal(getmetatable(db.current()), "db.connection")
  equal(pcall(setmetatable, db.current():one("select 1"), {}), false)
end)

test("globals of a file are its own, the common ones show through", function()
  mine = 1
  equal(_G.mine, nil)
  equal(type(args), "table")
end)
