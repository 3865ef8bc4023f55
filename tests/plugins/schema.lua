local conn = db.current()
conn:exec("create table author (id integer primary key, name text not null)")
conn:exec("create table book (id integer primary key, author_id integer references author (id), title text default 'x')")

local function table_named(document, name)
  for _, schema in ipairs(document.schemas) do
    for _, found in ipairs(schema.tables) do
      if found.name == name then return found end
    end
  end
end

test("conn:schema gives the document of \\schema --json", function()
  local document = conn:schema()
  equal(document.engine, "sqlite")
  local book = table_named(document, "book")
  equal(#book.columns, 3)
  equal(book.columns[1].name, "id")
  equal(book.columns[3].nullable, true)
  equal(table_named(document, "author").columns[2].nullable, false)
  equal(#book.foreign_keys, 1)
  equal(book.comment == db.null or book.comment == "", true)
end)

test("conn:schema with a pattern", function()
  local document = conn:schema("auth*")
  equal(table_named(document, "book"), nil)
  equal(table_named(document, "author") ~= nil, true)
end)

test("conn:schema needs a free connection", function()
  local held = conn:query("select 1 union all select 2")
  fails("conflict", "another cursor", function() conn:schema() end)
  held:close()
end)
