#include "plugins/runtime/api_cursor.h"

#include <algorithm>

#include "engine/base/text.h"
#include "plugins/runtime/value.h"

namespace bascule {
namespace {

constexpr const char* row_name = "db.row";
// The fields of a row's metatable beside the events.
constexpr const char *columns_field = "columns", *names_field = "names";

bool has_open_cursor(const LuaState& state, const LiveConnection& connection) {
  return std::any_of(state.open_cursors.begin(), state.open_cursors.end(), [&](const OpenCursor* cursor) {
    return cursor->is_open() && cursor->connection.get() == &connection;
  });
}

// --- rows ---

Result<int> unknown_column(Call& call) {
  TRY(const std::string_view name, call.text(2, "column"));
  lua_pushvalue(call.lua, 2);
  const bool ambiguous = lua_rawget(call.lua, lua_upvalueindex(1)) == LUA_TBOOLEAN;
  lua_pop(call.lua, 1);
  if (ambiguous)
    return usage_error("two columns of the row are named \"" + std::string(name) + "\"",
                       "use their numbers, row[1], or name them apart in the query");
  std::vector<std::string> names;
  for (lua_pushnil(call.lua); lua_next(call.lua, lua_upvalueindex(1)) != 0; lua_pop(call.lua, 1))
    names.emplace_back(lua_tostring(call.lua, -2));
  std::sort(names.begin(), names.end());
  const auto nearest = nearest_name(name, names);
  return usage_error("the row has no column \"" + std::string(name) + "\"",
                     nearest ? "did you mean \"" + *nearest + "\"?" : "its columns are " + join(names, ", "));
}

// __index, plain C for speed: upvalue 1 maps names to numbers, or to false where two columns share a name.
int row_index(lua_State* lua) {
  if (lua_type(lua, 2) != LUA_TSTRING) return 0;  // row[n + 1] is nil, which ends ipairs
  lua_settop(lua, 2);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, lua_upvalueindex(1)) == LUA_TNUMBER) {
    lua_rawgeti(lua, 1, lua_tointeger(lua, -1));
    return 1;
  }
  lua_settop(lua, 2);
  return enter(lua, unknown_column);
}

// __newindex: a column by its name; anything else is a new field of the table.
int row_assign(lua_State* lua) {
  lua_settop(lua, 3);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, lua_upvalueindex(1)) == LUA_TNUMBER) {
    const lua_Integer position = lua_tointeger(lua, -1);
    lua_settop(lua, 3);
    lua_rawseti(lua, 1, position);
    return 0;
  }
  lua_settop(lua, 3);
  lua_rawset(lua, 1);
  return 0;
}

// The step of pairs(row): upvalue 1 is the list of names, upvalue 2 the position.
int row_step(lua_State* lua) {
  const lua_Integer position = lua_tointeger(lua, lua_upvalueindex(2)) + 1;
  if (lua_rawgeti(lua, lua_upvalueindex(1), position) == LUA_TNIL) return 1;
  lua_pushinteger(lua, position);
  lua_replace(lua, lua_upvalueindex(2));
  lua_rawgeti(lua, 1, position);
  return 2;
}

// __pairs: name and value, in the order of the columns.
int row_pairs(lua_State* lua) {
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_pushinteger(lua, 0);
  lua_pushcclosure(lua, row_step, 2);
  lua_pushvalue(lua, 1);
  return 2;
}

void set_closure(lua_State* lua, int metatable, const char* event, int upvalue, lua_CFunction function) {
  metatable = lua_absindex(lua, metatable);
  upvalue = lua_absindex(lua, upvalue);
  lua_pushstring(lua, event);
  lua_pushvalue(lua, upvalue);
  lua_pushcclosure(lua, function, 1);
  lua_rawset(lua, metatable);
}

void set_raw(lua_State* lua, int table, const char* field, int value) {
  table = lua_absindex(lua, table);
  value = lua_absindex(lua, value);
  lua_pushstring(lua, field);
  lua_pushvalue(lua, value);
  lua_rawset(lua, table);
}

// --- cursors ---

Result<CursorObject*> usable_cursor(Call& call) {
  TRY(CursorObject * cursor, self<CursorObject>(call));
  if (cursor->closed) return usage_error("the cursor is closed", "run the query again");
  return cursor;
}

Result<int> next_row(Call& call) {
  TRY(CursorObject * cursor, usable_cursor(call));
  TRY(const bool more, cursor->open->advance());
  if (!more) {
    lua_pushnil(call.lua);
    return 1;
  }
  lua_getiuservalue(call.lua, 1, 1);
  TRY(push_row(call.lua, *cursor->open, lua_gettop(call.lua)));
  return 1;
}

// for row in cursor:rows(): the fourth value makes the loop close the cursor however it is left.
Result<int> rows(Call& call) {
  TRY(usable_cursor(call));
  lua_settop(call.lua, 1);
  lua_pushcfunction(call.lua, entry<next_row>);
  lua_pushvalue(call.lua, 1);
  lua_pushnil(call.lua);
  lua_pushvalue(call.lua, 1);
  return 4;
}

Result<int> close(Call& call) {
  TRY(CursorObject * cursor, self<CursorObject>(call));
  cursor->open->close();
  cursor->closed = true;
  return 0;
}

Result<int> cursor_field(Call& call) {
  TRY(self<CursorObject>(call));
  TRY(const std::string_view name, call.text(2, "field"));
  if (name != columns_field)
    return usage_error("a cursor has no field \"" + std::string(name) + "\"",
                       "it has columns, rows() and close()");
  lua_getiuservalue(call.lua, 1, 1);
  lua_pushstring(call.lua, columns_field);
  lua_rawget(call.lua, -2);
  return 1;
}

// Upvalue 1: the methods.
int cursor_index(lua_State* lua) {
  lua_settop(lua, 2);
  lua_pushvalue(lua, 2);
  if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_settop(lua, 2);
  return enter(lua, cursor_field);
}

Result<int> cursor_tostring(Call& call) {
  TRY(CursorObject * cursor, self<CursorObject>(call));
  push_text(call.lua, std::string(cursor->open->is_open() ? "open" : "ended") + " cursor on " +
                          cursor->open->connection->name() + ": " + cursor->open->sql);
  return 1;
}

}  // namespace

OpenCursor::OpenCursor(LuaState& owner, std::shared_ptr<LiveConnection> live, std::unique_ptr<Cursor> started,
                       std::string statement)
    : state(owner),
      connection(std::move(live)),
      cursor(std::move(started)),
      columns(cursor->columns()),
      sql(std::move(statement)) {
  state.open_cursors.push_back(this);
}

OpenCursor::~OpenCursor() {
  std::erase(state.open_cursors, this);
}

Result<bool> OpenCursor::advance() {
  if (!is_open()) return false;
  if (row + 1 < batch.rows()) {
    ++row;
    return true;
  }
  TRY(state.check_interrupt());
  auto more = cursor->next(batch, default_batch_rows);
  if (!more.ok()) close();
  TRY(const bool has_rows, std::move(more));
  row = 0;
  if (has_rows) return true;
  TRY(finish());
  return false;
}

Result<std::int64_t> OpenCursor::finish() {
  std::int64_t affected = 0;
  while (is_open()) {
    TRY(state.check_interrupt());
    auto more = cursor->next(batch, default_batch_rows);
    if (more.ok() && !*more) {
      affected += cursor->affected_rows().value_or(0);
      more = cursor->next_result();
      if (more.ok() && !*more) close();
    }
    if (!more.ok()) {
      close();
      return std::move(more).error();
    }
  }
  return affected;
}

// Lua's collector does not know that a connection waits for it.
Result<void> make_free(Call& call, const LiveConnection& connection) {
  if (!has_open_cursor(call.state, connection)) return {};
  lua_gc(call.lua, LUA_GCCOLLECT);
  if (!has_open_cursor(call.state, connection)) return {};
  Error error;
  error.code = ErrorCode::conflict;
  error.what = "connection \"" + connection.name() + "\" is still reading the rows of another cursor";
  error.hint = "close that cursor first, or read it with conn:all(sql)";
  return error;
}

Result<std::unique_ptr<OpenCursor>> open_cursor(Call& call, std::shared_ptr<LiveConnection> connection,
                                                std::string_view sql, int first_parameter) {
  std::vector<Value> parameters;
  for (int index = first_parameter; index <= call.count(); ++index) {
    TRY(Value parameter, call.value(index, std::to_string(index - first_parameter + 1) + " (for a ?)"));
    parameters.push_back(std::move(parameter));
  }
  TRY(make_free(call, *connection));
  TRY(auto cursor, connection->query(sql, parameters));
  return std::make_unique<OpenCursor>(call.state, std::move(connection), std::move(cursor), std::string(sql));
}

void close_cursors(LuaState& state, const LiveConnection& connection) {
  for (OpenCursor* cursor : state.open_cursors)
    if (cursor->connection.get() == &connection) cursor->close();
}

void push_row_metatable(lua_State* lua, const std::vector<ResultColumn>& columns) {
  lua_newtable(lua);
  set_text(lua, -1, "__name", row_name);
  set_text(lua, -1, "__metatable", row_name);
  lua_newtable(lua);  // names
  lua_newtable(lua);  // columns
  for (std::size_t i = 0; i < columns.size(); ++i) {
    push_text(lua, columns[i].name);
    lua_pushvalue(lua, -1);
    lua_rawseti(lua, -3, static_cast<lua_Integer>(i + 1));
    lua_pushvalue(lua, -1);
    const bool is_new = lua_rawget(lua, -4) == LUA_TNIL;
    lua_pop(lua, 1);
    if (is_new)
      lua_pushinteger(lua, static_cast<lua_Integer>(i + 1));
    else
      lua_pushboolean(lua, 0);
    lua_rawset(lua, -4);
  }
  set_closure(lua, -3, "__index", -2, row_index);
  set_closure(lua, -3, "__newindex", -2, row_assign);
  set_closure(lua, -3, "__pairs", -1, row_pairs);
  set_raw(lua, -3, names_field, -2);
  set_raw(lua, -3, columns_field, -1);
  lua_pop(lua, 2);
}

Result<void> push_cell(lua_State* lua, const OpenCursor& cursor, std::size_t column) {
  const Cell cell = cursor.batch.cell(cursor.row, column);
  switch (cell.kind) {
    case CellKind::null:
      push_null(lua);
      return {};
    case CellKind::text:
      TRY(cursor.state.reserve(cell.text.size()));
      push_text(lua, cell.text);
      return {};
    case CellKind::boolean:
    case CellKind::integer:
    case CellKind::unsigned_integer:
    case CellKind::real:
    case CellKind::bytes:
    case CellKind::spelled:
      return push_value(lua, to_value(cell, cursor.columns[column].type));
  }
  return internal_error("a cell of an unknown kind");
}

Result<void> push_row(lua_State* lua, const OpenCursor& cursor, int metatable) {
  const std::size_t size = cursor.batch.columns();
  TRY(cursor.state.reserve(64 + 16 * size));
  const int top = lua_gettop(lua);
  lua_createtable(lua, static_cast<int>(size), 0);
  for (std::size_t column = 0; column < size; ++column) {
    if (auto pushed = push_cell(lua, cursor, column); !pushed.ok()) {
      lua_settop(lua, top);
      return pushed;
    }
    lua_rawseti(lua, -2, static_cast<lua_Integer>(column + 1));
  }
  lua_pushvalue(lua, metatable);
  lua_setmetatable(lua, -2);
  return {};
}

void push_cursor(lua_State* lua, std::unique_ptr<OpenCursor> cursor) {
  const CursorObject& object = push_object(lua, CursorObject{std::move(cursor)});
  push_row_metatable(lua, object.open->columns);
  lua_setiuservalue(lua, -2, 1);
}

bool push_row_columns(lua_State* lua, int index) {
  if (!lua_istable(lua, index) || lua_getmetatable(lua, index) == 0) return false;
  const bool is_row = text_field(lua, -1, "__name") == row_name;
  if (!is_row) {
    lua_pop(lua, 1);
    return false;
  }
  lua_pushstring(lua, columns_field);
  lua_rawget(lua, -2);
  lua_remove(lua, -2);
  return true;
}

void register_cursors(lua_State* lua) {
  static constexpr NamedFunction events[] = {{"__gc", entry<destroy_object<CursorObject>>},
                                             {"__close", entry<close>},
                                             {"__tostring", entry<cursor_tostring>}};
  static constexpr NamedFunction methods[] = {{"rows", entry<rows>}, {"close", entry<close>}};
  new_metatable(lua, ObjectTraits<CursorObject>::name);
  set_functions(lua, events);
  lua_newtable(lua);
  set_functions(lua, methods);
  set_closure(lua, -2, "__index", -1, cursor_index);
  lua_pop(lua, 2);
}

}  // namespace bascule
