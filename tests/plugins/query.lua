local conn = db.current()
conn:exec("create table person (id integer primary key, name text, age integer)")
for id, name in ipairs({"Ada", "Bob", "Cyd"}) do
  conn:exec("insert into person values (?, ?, ?)", id, name, id == 2 and db.null or 30 + id)
end

test("conn:exec gives the rows affected", function()
  equal(conn:exec("update person set age = age where id < 3"), 2)
  equal(conn:exec("create table empty_one (a)"), 0)
end)

test("conn:query and cursor:rows", function()
  local seen = {}
  for row in conn:query("select id, name, age from person order by id"):rows() do
    seen[#seen + 1] = row.id .. row.name .. tostring(row[3])
  end
  equal(table.concat(seen, " "), "1Ada31 2BobNULL 3Cyd33")
end)

test("cursor.columns", function()
  local cursor = conn:query("select id, name as n from person")
  equal(table.concat(cursor.columns, ","), "id,n")
  cursor:close()
  fails("usage", "closed", function() cursor:rows() end)
  fails("usage", "no field", function() return cursor.colums end)
end)

test("rows: by name, by number, by pairs", function()
  local row = conn:one("select 7 as a, null as b, 'x' as c")
  equal(row.a, 7) equal(row[1], 7) equal(row.b, db.null) equal(row[2], db.null) equal(#row, 3)
  equal(row[4], nil)
  local names = {}
  for name, value in pairs(row) do names[#names + 1] = name .. "=" .. tostring(value) end
  equal(table.concat(names, " "), "a=7 b=NULL c=x")
  local values = 0
  for _ in ipairs(row) do values = values + 1 end
  equal(values, 3)
  row.a = 8
  equal(row[1], 8)
end)

test("a column that is not there is an error with the nearest name", function()
  local row = conn:one("select name, age from person")
  equal(fails("usage", 'no column "nmae"', function() return row.nmae end).hint, 'did you mean "name"?')
end)

test("two columns of one name have no name", function()
  local row = conn:one("select 1 as a, 2 as a, 3 as a")
  fails("usage", "two columns", function() return row.a end)
  equal(row[3], 3)
end)

test("conn:all, conn:one, conn:value", function()
  local rows = conn:all("select name from person where id > ? order by id", 1)
  equal(#rows, 2) equal(rows[2].name, "Cyd")
  equal(conn:one("select 1 where 1 = 0"), nil)
  equal(conn:value("select 1 where 1 = 0"), nil)
  equal(conn:value("select count(*) from person"), 3)
  equal(#conn:all("select 1 where 1 = 0"), 0)
end)

test("a changing statement with RETURNING runs to its end", function()
  equal(conn:value("update person set name = name returning id") ~= nil, true)
  conn:exec("create table made (id integer)")
  conn:one("insert into made select value from (select 1 as value union all select 2) returning id")
  equal(conn:value("select count(*) from made"), 2)
end)

test("a loop left early frees its connection", function()
  for _ in conn:query("select id from person"):rows() do break end
  equal(#conn.name, 4)
  conn:exec("create table free_again (a)")
end)

test("a cursor closes with its block", function()
  do
    local cursor <close> = conn:query("select id from person")
    equal(cursor:rows()(cursor).id, 1)
  end
  conn:exec("drop table free_again")
end)

test("a cursor that was lost is collected when the connection is needed", function()
  conn:query("select id from person")
  equal(conn:value("select 5"), 5)
end)

test("a cursor still held is named as the reason", function()
  local held = conn:query("select id from person")
  fails("conflict", "another cursor", function() conn:value("select 1") end)
  held:close()
  equal(conn:value("select 1"), 1)
end)

test("many rows, many values", function()
  local sum = 0
  for row in conn:query([[with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
                          select i, 'text ' || i as t from n]]):rows() do
    sum = sum + row.i
    equal(row.t, "text " .. row.i)
  end
  equal(sum, 12502500)
end)

test("an error of the server has its fields", function()
  local problem = fails("sql", "nosuch", function() conn:all("select * from nosuch") end)
  equal(problem.sql, "select * from nosuch")
  equal(tostring(problem):find("query.lua:", 1, true) ~= nil, true)
  equal(type(problem.trail[1]), "string")
end)

test("an error in mid-stream is an error", function()
  local rows = 0
  fails("sql", "", function()
    for _ in conn:query([[with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
                          select case when i = 2500 then abs(-9223372036854775808) else i end from n]]):rows() do
      rows = rows + 1
    end
  end)
  equal(rows > 0 and rows < 2500, true)
  equal(conn:value("select 1"), 1)
end)
