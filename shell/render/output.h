// Where rendered text goes: standard output, a file, or a program's input. Buffered. The program ignores
// SIGPIPE, so that a reader that went away is an error and not the end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

class Output {
 public:
  static Output standard_output();
  // Creates or truncates the file (mode 0600: it may hold data).
  static Result<Output> file(const std::string& path);
  // The program gets the text on its standard input; close() waits for it and fails if it failed.
  static Result<Output> pipe(const std::string& command);
  // Collects the text (Lua, tests); see text().
  static Output memory();

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  ~Output();  // flushes what it can; call close() to learn of a failure

  // Append here and call drain() now and then (once a row is fine): it writes when 64 KiB have gathered.
  std::string& buffer() { return buffer_; }
  Result<void> drain() { return buffer_.size() < 65536 ? Result<void>() : flush(); }
  Result<void> write(std::string_view text) {
    buffer_ += text;
    return drain();
  }
  Result<void> flush();  // a full disk or a closed pipe is an error of code io
  Result<void> close();
  bool is_terminal() const;
  const std::string& text() const { return buffer_; }  // of a memory output

 private:
  Output() = default;
  std::string buffer_;
  int descriptor_ = -1;  // -1: memory
  int child_ = 0;        // the process of a pipe
  bool owned_ = false;
  std::string name_;
};

}  // namespace bascule
