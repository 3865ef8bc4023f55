// The value types of the db module: db.decimal, db.bytes, db.date, db.time, db.timestamp.
#pragma once

#include <lua.hpp>

namespace bascule {

// Names of the metatables. A decimal's or bytes' userdata holds the characters themselves, the others the
// struct of engine/model/value.h.
constexpr const char* decimal_metatable = "db.decimal";
constexpr const char* bytes_metatable = "db.bytes";
constexpr const char* date_metatable = "db.date";
constexpr const char* time_metatable = "db.time";
constexpr const char* timestamp_metatable = "db.timestamp";

void register_value_types(lua_State* lua);

}  // namespace bascule
