#include "plugins/runtime/runtime.h"

#include <cerrno>
#include <cstdio>

#include "engine/base/text.h"
#include "plugins/runtime/describe.h"
#include "plugins/runtime/entry.h"
#include "plugins/runtime/modules.h"

namespace bascule {
namespace {

Result<std::string> read_script(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return io_error("open", path, errno);
  std::string text;
  char block[65536];
  for (std::size_t size = 0; (size = std::fread(block, 1, sizeof block, file.get())) > 0;)
    text.append(block, size);
  if (std::ferror(file.get()) != 0) return io_error("read", path, errno);
  if (text.starts_with("#!")) text.insert(0, "--");  // the line stays, so that line numbers are right
  return text;
}

// Room on the stack, which is put back as it was.
class StackGuard {
 public:
  explicit StackGuard(lua_State* lua) : lua_(lua), top_(lua_gettop(lua)) {
    luaL_checkstack(lua, LUA_MINSTACK, nullptr);
  }
  ~StackGuard() { lua_settop(lua_, top_); }
  StackGuard(const StackGuard&) = delete;
  StackGuard& operator=(const StackGuard&) = delete;
  int top() const { return top_; }

 private:
  lua_State* lua_;
  int top_;
};

bool ends_too_early(const Error& error) {
  std::string_view message = error.what;
  if (message.ends_with('\'')) message.remove_suffix(1);
  return message.ends_with("<eof>");
}

// Calls the function on top of the stack and shows what it returns.
Result<std::string> call_and_describe(LuaState& state, lua_State* lua, int top) {
  TRY(state.call(lua, 0, LUA_MULTRET));
  if (lua_gettop(lua) == top) return std::string();
  return describe(state, lua, top + 1, lua_gettop(lua));
}

}  // namespace

LuaRuntime::LuaRuntime(std::unique_ptr<LuaState> state) : state_(std::move(state)) {}
LuaRuntime::~LuaRuntime() = default;

Result<std::unique_ptr<LuaRuntime>> LuaRuntime::create(Host& host, const RuntimeOptions& options) {
  TRY(auto state, LuaState::create(host, options));
  lua_State* lua = state->current();
  register_errors(lua);
  lua_pushglobaltable(lua);
  register_base(lua);
  register_db(lua);
  register_shell(lua);
  register_runbook(lua);
  lua_pop(lua, 1);
  return std::unique_ptr<LuaRuntime>(new LuaRuntime(std::move(state)));
}

Result<void> LuaRuntime::run_chunk(std::string_view code, std::string_view name) {
  lua_State* lua = state_->current();
  const LuaState::Run run(*state_);
  TRY(state_->load(lua, code, "=" + std::string(name)));
  return state_->call(lua, 0, 0);
}

Result<std::string> LuaRuntime::evaluate(std::string_view expression) {
  lua_State* lua = state_->current();
  const LuaState::Run run(*state_);
  const StackGuard guard(lua);
  TRY(state_->load(lua, "return " + std::string(expression), "=lua"));
  return call_and_describe(*state_, lua, guard.top());
}

Result<std::string> LuaRuntime::run_interactive(std::string_view code) {
  lua_State* lua = state_->current();
  const LuaState::Run run(*state_);
  const StackGuard guard(lua);
  if (!state_->load(lua, "return " + std::string(code), "=lua").ok()) TRY(state_->load(lua, code, "=lua"));
  return call_and_describe(*state_, lua, guard.top());
}

bool LuaRuntime::is_complete(std::string_view code) {
  lua_State* lua = state_->current();
  const StackGuard guard(lua);
  const auto expression = state_->load(lua, "return " + std::string(code), "=lua");
  if (expression.ok()) return true;
  const auto statements = state_->load(lua, code, "=lua");
  return statements.ok() || !(ends_too_early(expression.error()) || ends_too_early(statements.error()));
}

Result<void> LuaRuntime::run_file(const std::string& path, std::span<const std::string> arguments) {
  lua_State* lua = state_->current();
  const LuaState::Run run(*state_);
  const StackGuard guard(lua);
  TRY(const std::string code, read_script(path));
  TRY(state_->load(lua, code, "@" + path));

  // The script's globals: what it sets stays with it, what it does not find comes from the common ones.
  lua_newtable(lua);
  lua_pushstring(lua, "args");
  lua_newtable(lua);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    push_text(lua, arguments[i]);
    lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
  }
  lua_rawset(lua, -3);
  lua_newtable(lua);
  lua_pushstring(lua, "__index");
  lua_pushglobaltable(lua);
  lua_rawset(lua, -3);
  lua_setmetatable(lua, -2);
  lua_setupvalue(lua, -2, 1);
  return state_->call(lua, 0, 0);
}

}  // namespace bascule
