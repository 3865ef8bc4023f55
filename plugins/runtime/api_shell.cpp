// The modules shell and log: what a script does in the shell's own words.
#include "plugins/runtime/entry.h"
#include "plugins/runtime/modules.h"

namespace bascule {
namespace {

// {exit = code, out = what went to standard output, rows = how many rows it showed (absent without a result)}
Result<int> shell_run(Call& call) {
  TRY(const std::string_view line, call.text(1, "line"));
  const LineOutcome outcome = call.state.host().run_line(line);
  TRY(call.state.check_interrupt());
  TRY(call.state.reserve(outcome.out.size()));
  lua_newtable(call.lua);
  lua_pushstring(call.lua, "exit");
  lua_pushinteger(call.lua, outcome.exit_code);
  lua_rawset(call.lua, -3);
  set_text(call.lua, -1, "out", outcome.out);
  if (outcome.rows) {
    lua_pushstring(call.lua, "rows");
    lua_pushinteger(call.lua, *outcome.rows);
    lua_rawset(call.lua, -3);
  }
  return 1;
}

// For functions that take a text: any value, as tostring gives it. Plain C, because a script's __tostring may
// fail.
template <Result<int> (*body)(Call& call)>
int with_text(lua_State* lua) {
  luaL_checkany(lua, 1);
  luaL_tolstring(lua, 1, nullptr);
  lua_replace(lua, 1);
  return enter(lua, body);
}

Result<int> shell_say(Call& call) {
  TRY(const std::string_view text, call.text(1, "text"));
  call.state.host().say(text);
  return 0;
}

Result<int> shell_confirm(Call& call) {
  TRY(const std::string_view question, call.text(1, "question"));
  TRY(const bool yes, call.state.host().confirm(question));
  lua_pushboolean(call.lua, yes);
  return 1;
}

Result<int> shell_ask(Call& call) {
  TRY(const std::string_view question, call.text(1, "question"));
  TRY(const std::string answer, call.state.host().ask(question));
  push_text(call.lua, answer);
  return 1;
}

template <LogLevel level>
Result<int> log_line(Call& call) {
  TRY(const std::string_view text, call.text(1, "text"));
  call.state.host().log(level, text);
  return 0;
}

constexpr NamedFunction shell_functions[] = {{"run", entry<shell_run>},
                                             {"say", with_text<shell_say>},
                                             {"confirm", with_text<shell_confirm>},
                                             {"ask", with_text<shell_ask>}};
constexpr NamedFunction log_functions[] = {{"info", with_text<log_line<LogLevel::info>>},
                                           {"warn", with_text<log_line<LogLevel::warning>>}};

template <std::size_t size>
void add_module(lua_State* lua, const char* name, const NamedFunction (&functions)[size]) {
  lua_pushstring(lua, name);
  lua_newtable(lua);
  set_functions(lua, functions);
  lua_rawset(lua, -3);
}

}  // namespace

void register_shell(lua_State* lua) {
  add_module(lua, "shell", shell_functions);
  add_module(lua, "log", log_functions);
}

}  // namespace bascule
