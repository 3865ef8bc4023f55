// The border between Lua and C++: how a C++ function is called from Lua, reads its arguments, and fails.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <lua.hpp>

#include "engine/base/result.h"
#include "engine/model/value.h"
#include "plugins/runtime/state.h"

namespace bascule {

// Returned by a body instead of a number of results: raise the value on top of the stack.
constexpr int raise_top = -1;

// One call from Lua. Arguments count from 1; for a method the object is number 1. The name given to an
// argument is the one of the documentation and appears in the error.
class Call {
 public:
  explicit Call(lua_State* thread) : lua(thread), state(LuaState::of(thread)) {}

  int count() const { return lua_gettop(lua); }
  bool is_absent(int index) const { return lua_isnoneornil(lua, index); }
  // Points into Lua: valid while the value stays on the stack.
  Result<std::string_view> text(int index, std::string_view name) const;
  Result<std::string> optional_text(int index, std::string_view name) const;  // "" if absent
  Result<std::int64_t> integer(int index, std::string_view name) const;
  Result<Value> value(int index, std::string_view name) const;
  Error wrong_argument(int index, std::string_view name, std::string_view expected) const;
  // "'query'", for messages; "the function" where Lua does not know its name.
  std::string function_name() const;

  lua_State* const lua;
  LuaState& state;
};

// A body runs in a native section: any C++ is fine, of the Lua API only what neither raises nor calls back
// (raw access). It returns how many values on top of the stack are its results, an Error, or raise_top.
using Body = Result<int> (*)(Call& call);

// Runs `body`; an Error or a C++ exception becomes a Lua error after everything of C++ is destroyed.
int enter(lua_State* lua, Body body);

template <Result<int> (*body)(Call& call)>
int entry(lua_State* lua) {
  return enter(lua, body);
}

// Pushes the Error as Lua sees it: a table with code, what, hint, sqlstate, sql, ... and a readable tostring.
void push_error(lua_State* lua, const Error& error);
// Any error value as an Error: our table, a table of a script with at least `what`, or anything else as its
// text.
Error read_error(lua_State* lua, int index);
// Makes the metatable that push_error needs.
void register_errors(lua_State* lua);

// --- objects: userdata that own one C++ object, with a metatable named `name` ---
template <typename T>
struct ObjectTraits;  // static constexpr const char* name ("db.cursor"), for messages and the registry

// Pushes a userdata that owns `object`. Destroyed at collection or by close_object.
template <typename T>
T& push_object(lua_State* lua, T object) {
  auto** slot = static_cast<T**>(lua_newuserdatauv(lua, sizeof(T*), 2));
  *slot = nullptr;
  luaL_setmetatable(lua, ObjectTraits<T>::name);
  *slot = new T(std::move(object));
  return **slot;
}

// Null if the value is something else or the object was destroyed.
template <typename T>
T* find_object(lua_State* lua, int index) {
  auto** slot = static_cast<T**>(luaL_testudata(lua, index, ObjectTraits<T>::name));
  return slot == nullptr ? nullptr : *slot;
}

template <typename T>
Result<int> destroy_object(Call& call) {
  auto** slot = static_cast<T**>(luaL_testudata(call.lua, 1, ObjectTraits<T>::name));
  if (slot != nullptr) delete std::exchange(*slot, nullptr);
  return 0;
}

template <typename T>
Result<T*> self(Call& call) {
  if (T* object = find_object<T>(call.lua, 1)) return object;
  return usage_error(call.function_name() + " was called without its " + ObjectTraits<T>::name,
                     "call it with a colon: object:method(...)");
}

// --- small pushes ---
inline void push_text(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
}
void set_text(lua_State* lua, int table, const char* field, std::string_view text);       // raw
std::optional<std::string> text_field(lua_State* lua, int table, const char* field);      // raw
void set_function(lua_State* lua, int table, const char* field, lua_CFunction function);  // raw

struct NamedFunction {
  const char* name;
  lua_CFunction function;
};
// Sets all of them in the table on top of the stack.
template <std::size_t size>
void set_functions(lua_State* lua, const NamedFunction (&functions)[size]) {
  for (const NamedFunction& row : functions) set_function(lua, -1, row.name, row.function);
}
// Makes a metatable that scripts can neither see nor change and leaves it on the stack.
void new_metatable(lua_State* lua, const char* name);

}  // namespace bascule
