#include "plugins/runtime/value.h"

#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "engine/base/overloaded.h"
#include "plugins/runtime/api_values.h"
#include "plugins/runtime/entry.h"

namespace bascule {
namespace {

const char null_key = 0;
constexpr int max_array_depth = 32;

void push_raw(lua_State* lua, const char* metatable, std::string_view bytes) {
  void* block = lua_newuserdatauv(lua, bytes.size(), 0);
  if (!bytes.empty()) std::memcpy(block, bytes.data(), bytes.size());
  luaL_setmetatable(lua, metatable);
}

template <typename T>
void push_copy(lua_State* lua, const char* metatable, const T& value) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  new (lua_newuserdatauv(lua, sizeof(T), 0)) T(value);
  luaL_setmetatable(lua, metatable);
}

std::optional<std::string_view> raw_userdata(lua_State* lua, int index, const char* metatable) {
  const void* block = luaL_testudata(lua, index, metatable);
  if (block == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(block), lua_rawlen(lua, index));
}

template <typename T>
const T* copied_userdata(lua_State* lua, int index, const char* metatable) {
  return static_cast<const T*>(luaL_testudata(lua, index, metatable));
}

Result<void> push_text_value(lua_State* lua, std::string_view text) {
  TRY(LuaState::of(lua).reserve(text.size()));
  push_text(lua, text);
  return {};
}

Result<void> push_array(lua_State* lua, const value::Array& array) {
  if (lua_checkstack(lua, 4) == 0) return internal_error("the Lua stack is full");
  TRY(LuaState::of(lua).reserve(array.elements.size() * sizeof(void*) * 2));
  const int top = lua_gettop(lua);
  lua_createtable(lua, static_cast<int>(array.elements.size()), 0);
  for (std::size_t i = 0; i < array.elements.size(); ++i) {
    if (auto pushed = push_value(lua, array.elements[i]); !pushed.ok()) {
      lua_settop(lua, top);
      return pushed;
    }
    lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
  }
  return {};
}

Result<Value> read_at_depth(lua_State* lua, int index, int depth);

Result<Value> read_array(lua_State* lua, int index, int depth) {
  if (depth > max_array_depth || lua_checkstack(lua, 4) == 0)
    return usage_error("the table is nested too deeply for an array", "give at most 32 levels");
  const auto size = lua_rawlen(lua, index);
  std::size_t entries = 0;
  for (lua_pushnil(lua); lua_next(lua, index) != 0; lua_pop(lua, 1)) ++entries;
  if (entries != size)
    return usage_error("the table is no list, so it is no array", "give {1, 2, 3}; NULL in it is db.null");
  value::Array array;
  for (lua_Unsigned i = 1; i <= size; ++i) {
    lua_rawgeti(lua, index, static_cast<lua_Integer>(i));
    auto element = read_at_depth(lua, lua_gettop(lua), depth + 1);
    lua_pop(lua, 1);
    if (!element.ok()) return element;
    array.elements.push_back(std::move(element).value());
  }
  return Value(std::move(array));
}

Result<Value> read_userdata(lua_State* lua, int index) {
  if (is_null_value(lua, index)) return Value();
  if (auto digits = raw_userdata(lua, index, decimal_metatable))
    return Value(value::Decimal{std::string(*digits)});
  if (auto data = raw_userdata(lua, index, bytes_metatable)) return Value(value::Bytes{std::string(*data)});
  if (auto* date = copied_userdata<value::Date>(lua, index, date_metatable)) return Value(*date);
  if (auto* time = copied_userdata<value::Time>(lua, index, time_metatable)) return Value(*time);
  if (auto* timestamp = copied_userdata<value::Timestamp>(lua, index, timestamp_metatable))
    return Value(*timestamp);
  return usage_error("the value is an object of Lua, not of SQL",
                     "give a string, a number, a boolean or a db value");
}

Result<Value> read_at_depth(lua_State* lua, int index, int depth) {
  switch (lua_type(lua, index)) {
    case LUA_TBOOLEAN:
      return Value(lua_toboolean(lua, index) != 0);
    case LUA_TNUMBER:
      if (lua_isinteger(lua, index)) return Value(static_cast<std::int64_t>(lua_tointeger(lua, index)));
      return Value(static_cast<double>(lua_tonumber(lua, index)));
    case LUA_TSTRING: {
      std::size_t size = 0;
      const char* data = lua_tolstring(lua, index, &size);
      return Value(std::string(data, size));
    }
    case LUA_TTABLE:
      return read_array(lua, index, depth);
    case LUA_TUSERDATA:
      return read_userdata(lua, index);
    case LUA_TNIL:
    case LUA_TNONE:
      return usage_error("the value is nil, which is no SQL value", "write db.null for NULL");
    default:
      return usage_error("a " + std::string(luaL_typename(lua, index)) + " is no SQL value",
                         "give a string, a number, a boolean or a db value");
  }
}

Result<int> null_tostring(Call& call) {
  push_text(call.lua, "NULL");
  return 1;
}

}  // namespace

void register_values(lua_State* lua) {
  new_metatable(lua, "db.null");
  set_function(lua, -1, "__tostring", entry<null_tostring>);
  lua_newuserdatauv(lua, 0, 0);
  lua_insert(lua, -2);
  lua_setmetatable(lua, -2);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &null_key);
  register_value_types(lua);
}

void push_null(lua_State* lua) {
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &null_key);
}

bool is_null_value(lua_State* lua, int index) {
  index = lua_absindex(lua, index);
  push_null(lua);
  const bool same = lua_rawequal(lua, index, -1) != 0;
  lua_pop(lua, 1);
  return same;
}

bool is_sql_value(lua_State* lua, int index) {
  return lua_type(lua, index) == LUA_TUSERDATA && read_userdata(lua, lua_absindex(lua, index)).ok();
}

Result<void> push_value(lua_State* lua, const Value& value) {
  using Done = Result<void>;
  return std::visit(
      overloaded{[&](const value::Null&) { return push_null(lua), Done(); },
                 [&](bool v) { return lua_pushboolean(lua, v ? 1 : 0), Done(); },
                 [&](std::int64_t v) { return lua_pushinteger(lua, v), Done(); },
                 [&](std::uint64_t v) {
                   if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                     push_raw(lua, decimal_metatable, std::to_string(v));
                   else
                     lua_pushinteger(lua, static_cast<lua_Integer>(v));
                   return Done();
                 },
                 [&](double v) { return lua_pushnumber(lua, v), Done(); },
                 [&](const value::Decimal& v) -> Done {
                   TRY(LuaState::of(lua).reserve(v.digits.size()));
                   push_raw(lua, decimal_metatable, v.digits);
                   return {};
                 },
                 [&](const std::string& v) { return push_text_value(lua, v); },
                 [&](const value::Bytes& v) -> Done {
                   TRY(LuaState::of(lua).reserve(v.data.size()));
                   push_raw(lua, bytes_metatable, v.data);
                   return {};
                 },
                 [&](const value::Date& v) { return push_copy(lua, date_metatable, v), Done(); },
                 [&](const value::Time& v) { return push_copy(lua, time_metatable, v), Done(); },
                 [&](const value::Timestamp& v) { return push_copy(lua, timestamp_metatable, v), Done(); },
                 [&](const value::Array& v) { return push_array(lua, v); },
                 [&](const value::Spelled& v) { return push_text_value(lua, v.text); }},
      value.kind);
}

Result<Value> read_value(lua_State* lua, int index) {
  if (lua_checkstack(lua, 4) == 0) return internal_error("the Lua stack is full");
  return read_at_depth(lua, lua_absindex(lua, index), 1);
}

}  // namespace bascule
