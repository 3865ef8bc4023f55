// Lua's own library, cut to what a script may have: nothing that reaches files, processes, precompiled code
// or the interpreter's insides. print goes through the host.
#include <string>

#include "plugins/runtime/entry.h"
#include "plugins/runtime/modules.h"

namespace bascule {
namespace {

struct Library {
  const char* name;
  lua_CFunction open;
};
constexpr Library libraries[] = {{LUA_GNAME, luaopen_base},       {LUA_COLIBNAME, luaopen_coroutine},
                                 {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
                                 {LUA_MATHLIBNAME, luaopen_math}, {LUA_UTF8LIBNAME, luaopen_utf8}};

struct Removed {
  const char* library;
  const char* name;
};
// warn has no place to go; dofile and loadfile read files; dump makes precompiled code.
constexpr Removed removed[] = {
    {LUA_GNAME, "dofile"}, {LUA_GNAME, "loadfile"}, {LUA_GNAME, "warn"}, {LUA_STRLIBNAME, "dump"}};

// The name of a piece of code as Lua wants it: "=name", except what already says what it is.
std::string chunk_name(std::string_view name) {
  if (name.starts_with('@') || name.starts_with('=')) return std::string(name);
  return "=" + std::string(name);
}

// load(text [, name [, mode [, environment]]]): text only, whatever `mode` says; nil and a message if it is
// no Lua.
Result<int> load_text(Call& call) {
  if (lua_isfunction(call.lua, 1))
    return unsupported_error("load takes a text, not a function that gives one in pieces",
                             "join the pieces first");
  TRY(const std::string_view code, call.text(1, "code"));
  TRY(std::string name, call.optional_text(2, "name"));
  const bool has_environment = !lua_isnone(call.lua, 4);
  if (const auto loaded = call.state.load(call.lua, code, chunk_name(name.empty() ? "load" : name));
      !loaded.ok()) {
    lua_pushnil(call.lua);
    push_text(call.lua, loaded.error().text());
    return 2;
  }
  if (has_environment) {
    lua_pushvalue(call.lua, 4);
    lua_setupvalue(call.lua, -2, 1);
  }
  return 1;
}

Result<int> write_line(Call& call) {
  TRY(const std::string_view line, call.text(-1, "line"));
  TRY(call.state.host().write_output(line));
  return 0;
}

// Plain C: tostring may call a script's __tostring, which may fail.
int print(lua_State* lua) {
  const int count = lua_gettop(lua);
  luaL_Buffer line;
  luaL_buffinit(lua, &line);
  for (int index = 1; index <= count; ++index) {
    if (index > 1) luaL_addchar(&line, '\t');
    luaL_tolstring(lua, index, nullptr);
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  return enter(lua, write_line);
}

// Finalizers cannot be interrupted and run at odd moments: <close> does what they are used for.
int set_metatable(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  luaL_argexpected(lua, lua_isnoneornil(lua, 2) || lua_istable(lua, 2), 2, "nil or table");
  if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL)
    return luaL_error(lua, "cannot change a protected metatable");
  if (lua_istable(lua, 2)) {
    lua_pushstring(lua, "__gc");
    if (lua_rawget(lua, 2) != LUA_TNIL)
      return luaL_error(lua, "__gc is not available: use a local <close> variable");
  }
  lua_settop(lua, 2);
  lua_setmetatable(lua, 1);
  return 1;
}

// collectgarbage(["collect" | "count"]): the rest would let a script turn the collector off.
int collect_garbage(lua_State* lua) {
  static const char* const options[] = {"collect", "count", nullptr};
  if (luaL_checkoption(lua, 1, "collect", options) == 1) {
    lua_pushnumber(lua, lua_gc(lua, LUA_GCCOUNT) + lua_gc(lua, LUA_GCCOUNTB) / 1024.0);
    return 1;
  }
  lua_gc(lua, LUA_GCCOLLECT);
  lua_pushinteger(lua, 0);
  return 1;
}

constexpr NamedFunction replaced[] = {{"print", print},
                                      {"load", entry<load_text>},
                                      {"setmetatable", set_metatable},
                                      {"collectgarbage", collect_garbage}};

}  // namespace

void register_base(lua_State* lua) {
  for (const Library& library : libraries) {
    luaL_requiref(lua, library.name, library.open, 1);
    lua_pop(lua, 1);
  }
  for (const Removed& row : removed) {
    lua_getglobal(lua, row.library);
    lua_pushnil(lua);
    lua_setfield(lua, -2, row.name);
    lua_pop(lua, 1);
  }
  set_functions(lua, replaced);
}

}  // namespace bascule
