// Lua values as text for people: what `= EXPR` prints.
#pragma once

#include <string>

#include <lua.hpp>

#include "plugins/runtime/state.h"

namespace bascule {

// Values first..last of the stack, separated by tabs; a single string is itself. Tables show their list
// first, then their keys in order, rows their columns; nesting and length are limited, and a last line says
// what was cut.
std::string describe(LuaState& state, lua_State* lua, int first, int last);

}  // namespace bascule
