// The module runbook: a script that asks for it gets a clear answer instead of "attempt to index a nil
// value".
#include "plugins/runtime/entry.h"
#include "plugins/runtime/modules.h"

namespace bascule {
namespace {

Result<int> no_runbooks(Call& call) {
  const auto name = call.text(2, "field");
  return unsupported_error("runbook." + std::string(name.ok() ? *name : "...") +
                               " is not in this version: a file that "
                               "defines steps cannot run, and nothing of it was done from here on",
                           "a plain script runs: db, shell, log and args are there");
}

}  // namespace

void register_runbook(lua_State* lua) {
  lua_pushstring(lua, "runbook");
  lua_newtable(lua);
  new_metatable(lua, "runbook");
  set_function(lua, -1, "__index", entry<no_runbooks>);
  set_function(lua, -1, "__newindex", entry<no_runbooks>);
  lua_setmetatable(lua, -2);
  lua_rawset(lua, -3);
}

}  // namespace bascule
