// SQL values in Lua and back, exact both ways. What Lua has no type for is userdata: db.null, db.decimal,
// db.bytes, db.date, db.time, db.timestamp. They are plain bytes that Lua owns: nothing to destroy.
#pragma once

#include <string_view>

#include <lua.hpp>

#include "engine/base/result.h"
#include "engine/model/value.h"

namespace bascule {

// Makes the metatables and db.null. Once per interpreter.
void register_values(lua_State* lua);

void push_null(lua_State* lua);
// Integers above 2^63 - 1 become db.decimal, spelled values (intervals, ...) their text. Error refused if the
// memory limit would be passed; then nothing is pushed.
Result<void> push_value(lua_State* lua, const Value& value);
// nil is an error (a hole in a list of parameters is a mistake; db.null is NULL), as are functions and mixed
// tables.
Result<Value> read_value(lua_State* lua, int index);
bool is_null_value(lua_State* lua, int index);
// True for one of the userdata above.
bool is_sql_value(lua_State* lua, int index);

// db.decimal(x), db.bytes(x), db.date(...), db.time(x), db.timestamp(x) in the table on top of the stack.
void add_value_constructors(lua_State* lua);

}  // namespace bascule
