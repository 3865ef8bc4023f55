// Cursors and rows in Lua: db.cursor with rows(), columns and close(); rows by name and by number.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lua.hpp>

#include "engine/drivers/live.h"
#include "plugins/runtime/entry.h"

namespace bascule {

// A running statement of a script. Holds its connection, so that the shell can disconnect it at any time.
struct OpenCursor {
  OpenCursor(LuaState& state, std::shared_ptr<LiveConnection> connection, std::unique_ptr<Cursor> cursor,
             std::string sql);
  ~OpenCursor();
  OpenCursor(const OpenCursor&) = delete;
  OpenCursor& operator=(const OpenCursor&) = delete;

  // Goes to the next row; false at the end, after which the statement is over and its connection free.
  Result<bool> advance();
  // Reads what is left, of all results, and drops it. Gives the rows affected.
  Result<std::int64_t> finish();
  void close() { cursor.reset(); }
  bool is_open() const { return cursor != nullptr; }

  LuaState& state;
  std::shared_ptr<LiveConnection> connection;
  std::unique_ptr<Cursor> cursor;  // null: over
  std::vector<ResultColumn> columns;
  std::string sql;
  Batch batch;
  std::size_t row = 0;
};

struct CursorObject {
  std::unique_ptr<OpenCursor> open;
  bool closed = false;  // by close() or <close>, not by its end
};
template <>
struct ObjectTraits<CursorObject> {
  static constexpr const char* name = "db.cursor";
};

// Runs a statement with the parameters from argument `first_parameter` on. A cursor that the script has lost
// is collected first; one that it still holds open on the connection is an error of code conflict.
Result<std::unique_ptr<OpenCursor>> open_cursor(Call& call, std::shared_ptr<LiveConnection> connection,
                                                std::string_view sql, int first_parameter);
// The same for a call that needs the connection without a cursor.
Result<void> make_free(Call& call, const LiveConnection& connection);
// Closes what a script left open on the connection.
void close_cursors(LuaState& state, const LiveConnection& connection);

// Pushes the metatable of the rows of a result.
void push_row_metatable(lua_State* lua, const std::vector<ResultColumn>& columns);
// Pushes the current row; `metatable` is its index on the stack. On an error nothing is pushed.
Result<void> push_row(lua_State* lua, const OpenCursor& cursor, int metatable);
// Pushes one cell of the current row.
Result<void> push_cell(lua_State* lua, const OpenCursor& cursor, std::size_t column);
// Pushes the cursor for the script.
void push_cursor(lua_State* lua, std::unique_ptr<OpenCursor> cursor);
// Pushes the list of column names of a row, or nothing (false) if the value is none.
bool push_row_columns(lua_State* lua, int index);

void register_cursors(lua_State* lua);

}  // namespace bascule
