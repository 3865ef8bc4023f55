// The modules of the runtime: each registers itself in the table of globals on top of the stack. One file per
// module.
#pragma once

#include <lua.hpp>

namespace bascule {

void register_base(lua_State* lua);     // what of Lua's own library is safe, print
void register_db(lua_State* lua);       // db, and the types behind it
void register_shell(lua_State* lua);    // shell, log
void register_runbook(lua_State* lua);  // runbook: a clear error until runbooks are built

}  // namespace bascule
