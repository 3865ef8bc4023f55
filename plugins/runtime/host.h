// What the Lua runtime needs from whoever runs it. The shell implements it; tests give a small one of their
// own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/live.h"

namespace bascule {

// What a shell line did: the exit code it would give, its standard output, and how many rows it showed
// (nothing for a line without a result).
struct LineOutcome {
  int exit_code = 0;
  std::string out = {};
  std::optional<std::int64_t> rows = {};
};

enum class LogLevel { info, warning };

// All calls come from the thread that runs the script, except that is_cancelled() reads what a signal handler
// wrote. Connections are shared: a cursor of a script keeps its connection alive when the shell disconnects
// it, while a `conn` of a script does not, and says afterwards that it was closed.
class Host {
 public:
  virtual ~Host() = default;

  virtual std::vector<std::string> connection_names() const = 0;
  // The error for an unknown name (code usage) names the nearest one.
  virtual Result<std::shared_ptr<LiveConnection>> connection(std::string_view name) = 0;
  virtual Result<std::shared_ptr<LiveConnection>> current() = 0;
  // Opens in addition, like \connect, without making it current; "" lets the host choose the name.
  virtual Result<std::shared_ptr<LiveConnection>> open(std::string_view url, std::string_view name) = 0;
  // The profile's env: dev, staging, prod, or "".
  virtual std::string environment(const LiveConnection& connection) const = 0;

  // Runs one line as if typed (SQL needs its semicolon). Its standard output is collected, its narration is
  // not. A line that fails is an outcome with an exit code other than 0.
  virtual LineOutcome run_line(std::string_view line) = 0;

  virtual Result<void> write_output(std::string_view text) = 0;  // standard output
  virtual void say(std::string_view text) = 0;                   // standard error, one line
  virtual void log(LogLevel level, std::string_view text) = 0;
  virtual Result<bool> confirm(std::string_view question) = 0;  // error refused if nobody can answer
  virtual Result<std::string> ask(std::string_view question) = 0;

  // True after Ctrl-C until the user's next command starts; run_line() does not clear it.
  virtual bool is_cancelled() const noexcept = 0;
};

}  // namespace bascule
