#include "plugins/runtime/state.h"

#include <cstdio>
#include <cstdlib>
#include <new>

#include "plugins/runtime/entry.h"

namespace bascule {
namespace {

constexpr int hook_interval = 10'000;  // instructions between two looks at the clock and the cancel flag

// Where the message handler keeps the last error value and its traceback, by address, in the registry.
const char last_error_key = 0, last_traceback_key = 0;

bool is_last_error(lua_State* lua, int index) {
  index = lua_absindex(lua, index);
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &last_error_key);
  const bool same = lua_rawequal(lua, index, -1) != 0;
  lua_pop(lua, 1);
  return same;
}

// Runs inside protected_call, as plain C: keeps the traceback beside the error value, which stays what it is.
int remember_traceback(lua_State* lua) {
  if (lua_isnil(lua, 1) || is_last_error(lua, 1)) return 1;
  lua_pushvalue(lua, 1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &last_error_key);
  luaL_traceback(lua, lua, nullptr, 1);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &last_traceback_key);
  return 1;
}

// The traceback of the error value on top of the stack; "" if it is not the last one.
std::string take_traceback(lua_State* lua) {
  if (!is_last_error(lua, -1)) return {};
  std::string traceback;
  lua_rawgetp(lua, LUA_REGISTRYINDEX, &last_traceback_key);
  if (const char* text = lua_tostring(lua, -1)) traceback = text;
  lua_pop(lua, 1);
  for (const char* key : {&last_error_key, &last_traceback_key}) {
    lua_pushnil(lua);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, key);
  }
  return traceback;
}

Error memory_error(std::size_t limit) {
  Error error;
  error.code = ErrorCode::refused;
  error.what =
      "the script needs more than the " + std::to_string(limit >> 20) + " MiB of memory that it may have";
  error.hint = "read large results row by row: for row in conn:query(...):rows()";
  return error;
}

}  // namespace

LuaState::LuaState(Host& host, const RuntimeOptions& options) : host_(&host), options_(options) {}

LuaState::~LuaState() {
  if (main_ != nullptr) lua_close(main_);
}

void* LuaState::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) noexcept {
  auto& state = *static_cast<LuaState*>(self);
  if (block == nullptr) old_size = 0;  // Lua passes the kind of object there
  if (new_size == 0) {
    std::free(block);
    state.used_bytes_ -= old_size;
    return nullptr;
  }
  const bool grows = new_size > old_size;
  if (grows && !state.native_ && state.used_bytes_ + (new_size - old_size) > state.options_.max_memory_bytes)
    return nullptr;
  void* moved = std::realloc(block, new_size);
  if (moved == nullptr) {
    if (!grows) return block;
    if (!state.native_) return nullptr;
    // A Lua error now would jump over C++ objects. There is no way on.
    std::fputs("bascule: out of memory\n", stderr);
    std::abort();
  }
  state.used_bytes_ += new_size - old_size;
  return moved;
}

Result<std::unique_ptr<LuaState>> LuaState::create(Host& host, const RuntimeOptions& options) {
  std::unique_ptr<LuaState> state(new LuaState(host, options));
  state->main_ = lua_newstate(&LuaState::allocate, state.get());
  if (state->main_ == nullptr) return internal_error("the Lua interpreter could not be made");
  state->current_ = state->main_;
  *static_cast<LuaState**>(lua_getextraspace(state->main_)) = state.get();  // threads inherit it
  lua_sethook(state->main_, &LuaState::interrupt_hook, LUA_MASKCOUNT, hook_interval);
  return state;
}

Result<void> LuaState::reserve(std::size_t bytes) const {
  if (used_bytes_ + bytes <= options_.max_memory_bytes) return {};
  lua_gc(current_, LUA_GCCOLLECT);
  if (used_bytes_ + bytes <= options_.max_memory_bytes) return {};
  return memory_error(options_.max_memory_bytes);
}

bool LuaState::protected_call(lua_State* lua, int arguments, int results) {
  if (lua_checkstack(lua, results + 4) == 0) {
    lua_settop(lua, -arguments - 2);
    push_error(lua, internal_error("the Lua stack is full"));
    return false;
  }
  const int handler = lua_absindex(lua, -arguments - 1);
  lua_pushcfunction(lua, &remember_traceback);
  lua_insert(lua, handler);
  const bool outer_native = native_;
  lua_State* const outer_current = current_;
  native_ = false;
  const int status = lua_pcall(lua, arguments, results, handler);
  native_ = outer_native;
  current_ = outer_current;
  lua_remove(lua, handler);
  if (status == LUA_ERRMEM) {
    lua_pop(lua, 1);
    push_error(lua, memory_error(options_.max_memory_bytes));
  }
  return status == LUA_OK;
}

Result<void> LuaState::call(lua_State* lua, int arguments, int results) {
  if (protected_call(lua, arguments, results)) return {};
  std::string traceback = take_traceback(lua);
  Error error = read_error(lua, -1);
  if (error.detail.empty()) error.detail = std::move(traceback);
  lua_pop(lua, 1);
  return error;
}

Result<void> LuaState::load(lua_State* lua, std::string_view code, const std::string& name) {
  if (luaL_loadbufferx(lua, code.data(), code.size(), name.c_str(), "t") == LUA_OK) return {};
  Error error = read_error(lua, -1);
  lua_pop(lua, 1);
  if (code.starts_with(LUA_SIGNATURE[0])) {
    error.what = "precompiled Lua code is not run";
    error.hint = "give the source text";
  }
  return error;
}

LuaState::Run::Run(LuaState& state) : state_(state) {
  if (state.runs_++ == 0 && state.options_.time_limit.count() > 0)
    state.deadline_ = std::chrono::steady_clock::now() + state.options_.time_limit;
}

LuaState::Run::~Run() {
  if (--state_.runs_ == 0) state_.deadline_ = {};
}

Result<void> LuaState::check_interrupt() const {
  Error error;
  error.code = ErrorCode::cancelled;
  if (host_->is_cancelled()) {
    error.what = "the script was stopped";
    return error;
  }
  if (deadline_ == std::chrono::steady_clock::time_point{} || std::chrono::steady_clock::now() <= deadline_)
    return {};
  error.what = "the script ran longer than its " + std::to_string(options_.time_limit.count()) + " ms";
  return error;
}

bool LuaState::push_interrupt(lua_State* lua) {
  const NativeSection section(*this, lua);
  const auto checked = check_interrupt();
  if (checked.ok()) return false;
  push_error(lua, checked.error());
  return true;
}

// Hooks run only between instructions of Lua code, where nothing of C++ is alive. After an interrupt the next
// instruction raises again, so that a pcall in a loop cannot swallow it.
void LuaState::interrupt_hook(lua_State* lua, lua_Debug*) {
  LuaState& state = of(lua);
  if (!state.push_interrupt(lua)) {
    if (lua_gethookcount(lua) != hook_interval)
      lua_sethook(lua, &interrupt_hook, LUA_MASKCOUNT, hook_interval);
    return;
  }
  lua_sethook(lua, &interrupt_hook, LUA_MASKCOUNT, 1);
  lua_error(lua);
}

}  // namespace bascule
