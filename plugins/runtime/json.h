// JSON texts as Lua values.
#pragma once

#include <string_view>

#include <lua.hpp>

#include "engine/base/result.h"

namespace bascule {

// Pushes the value of a JSON text: objects and arrays are tables, null is db.null, integers stay integers
// (those above 2^63 - 1 are db.decimal). Error usage for a text that is no JSON, refused at the memory limit;
// then nothing is pushed.
Result<void> push_json(lua_State* lua, std::string_view text);

}  // namespace bascule
