// One Lua interpreter: memory limit, interrupts, protected calls. Lua is compiled as C: its errors are
// longjmp.
//
// The rule that keeps this safe: a Lua error may only start where no C++ object is alive. So all C++ work
// happens in a *native section* (NativeSection), in which the memory limit is not enforced and therefore no
// call of the Lua API that we use there can fail; a section uses raw access only, and calls Lua functions
// only through protected_call().
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lua.hpp>

#include "engine/base/result.h"
#include "plugins/runtime/host.h"
#include "plugins/runtime/runtime.h"

namespace bascule {

struct OpenCursor;

class LuaState {
 public:
  static Result<std::unique_ptr<LuaState>> create(Host& host, const RuntimeOptions& options);
  LuaState(const LuaState&) = delete;
  LuaState& operator=(const LuaState&) = delete;
  ~LuaState();

  // The owner of any thread (coroutine) of the interpreter.
  static LuaState& of(lua_State* lua) { return **static_cast<LuaState**>(lua_getextraspace(lua)); }

  Host& host() const { return *host_; }
  // The thread that runs now: the one whose call we are inside, or the main one.
  lua_State* current() const { return current_; }

  // An error of code refused if `bytes` more would pass the memory limit. Asked in native sections, where the
  // allocator does not, before large or many allocations.
  Result<void> reserve(std::size_t bytes) const;

  // Why the script must stop (Ctrl-C, the time limit), if it must. For loops in C++; Lua code is watched by a
  // hook.
  Result<void> check_interrupt() const;

  // The cursors that scripts hold open, so that a connection can be asked to be free. Kept by OpenCursor
  // itself.
  std::vector<OpenCursor*> open_cursors;

  // Calls the function below `arguments` values. On success the results replace them; on failure one error
  // value does, with its traceback remembered, and false is returned.
  bool protected_call(lua_State* lua, int arguments, int results);
  // The same, the failure taken off the stack as an Error.
  Result<void> call(lua_State* lua, int arguments, int results);

  // Pushes the text as a function. Only text, never precompiled code. `name` as in Lua: "@file" or "=title".
  Result<void> load(lua_State* lua, std::string_view code, const std::string& name);

  // Brackets a run from outside, so that the time limit counts from the outermost one.
  class Run {
   public:
    explicit Run(LuaState& state);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    LuaState& state_;
  };

 private:
  friend class NativeSection;
  LuaState(Host& host, const RuntimeOptions& options);
  static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size) noexcept;
  static void interrupt_hook(lua_State* lua, lua_Debug* where);
  // An interrupt as a Lua error value on the stack; false if the script may go on.
  bool push_interrupt(lua_State* lua);

  Host* host_;
  RuntimeOptions options_;
  lua_State* main_ = nullptr;
  lua_State* current_ = nullptr;
  std::size_t used_bytes_ = 0;
  bool native_ = true;
  int runs_ = 0;
  std::chrono::steady_clock::time_point deadline_ = {};
};

// C++ work inside the interpreter; see the top of this file.
class NativeSection {
 public:
  NativeSection(LuaState& state, lua_State* lua)
      : state_(state), outer_native_(state.native_), outer_current_(state.current_) {
    state.native_ = true;
    state.current_ = lua;
  }
  ~NativeSection() {
    state_.native_ = outer_native_;
    state_.current_ = outer_current_;
  }
  NativeSection(const NativeSection&) = delete;
  NativeSection& operator=(const NativeSection&) = delete;

 private:
  LuaState& state_;
  bool outer_native_;
  lua_State* outer_current_;
};

}  // namespace bascule
