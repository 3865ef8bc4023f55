// Lua in the shell: the runtime, and what the shell gives it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

class Interpreter;
class Session;

class Scripts {
 public:
  static Result<std::unique_ptr<Scripts>> create(Session& session, Interpreter& interpreter);
  ~Scripts();

  Result<void> run_code(std::string_view code);
  // `= EXPR`: the value as text.
  Result<std::string> evaluate(std::string_view expression);
  // A line of Lua mode: an expression's value, or "".
  Result<std::string> run_line(std::string_view line);
  // False if the text goes on in the next line.
  bool is_complete(std::string_view code);
  Result<void> run_file(const std::string& path, std::span<const std::string> arguments);

 private:
  class ShellHost;
  Scripts();
  std::unique_ptr<ShellHost> host_;
  struct Runtime;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace bascule
