// The Lua runtime as the shell uses it: one interpreter with the modules db, shell and log. Nothing of Lua
// shows here.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

class Host;
class LuaState;

struct RuntimeOptions {
  std::size_t max_memory_bytes = std::size_t{256} << 20;  // of Lua's own objects
  // Of one run; 0: none. Looked at between instructions and between batches of rows; a statement that the
  // server does not answer is stopped by its own statement_timeout.
  std::chrono::milliseconds time_limit{0};
};

// Not thread-safe. May be entered again from inside a script (shell.run of a \lua line). An error carries
// file and line in front of its text (Error::trail) and the traceback in Error::detail; errors that started
// in the engine keep their code, those of the script itself have the code usage.
class LuaRuntime {
 public:
  // `host` must outlive the runtime.
  static Result<std::unique_ptr<LuaRuntime>> create(Host& host, const RuntimeOptions& options = {});
  ~LuaRuntime();

  // Runs statements; globals stay for the next call. `name` is what messages call the text.
  Result<void> run_chunk(std::string_view code, std::string_view name = "lua");
  // The values of an expression as readable text, without a newline at the end.
  Result<std::string> evaluate(std::string_view expression);
  // A line of Lua mode: an expression gives its value as by evaluate(), statements give "".
  Result<std::string> run_interactive(std::string_view code);
  // False if the text is the beginning of something that could go on in the next line.
  bool is_complete(std::string_view code);
  // Runs a file with globals of its own, and `args` as the list of `arguments`.
  Result<void> run_file(const std::string& path, std::span<const std::string> arguments);

 private:
  explicit LuaRuntime(std::unique_ptr<LuaState> state);
  std::unique_ptr<LuaState> state_;
};

}  // namespace bascule
