// Lines of a script or of standard input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

// A signal ends a blocked read, so that Ctrl-C is seen.
class LineReader {
 public:
  // Closes the descriptor at the end if it is `owned`. `name` is what messages call the input.
  LineReader(int descriptor, bool owned, std::string name)
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Looks through a regular file before its first line is taken: a NUL byte means that it is no text, and
  // nothing of it should run. Does nothing for a pipe or a terminal.
  Result<void> refuse_binary();
  // Without the line feed; nothing at the end or after Ctrl-C. A NUL byte is an error.
  Result<std::optional<std::string>> next();

 private:
  Error not_text() const;

  int descriptor_;
  bool owned_;
  std::string name_;
  std::string buffer_;
  std::size_t at_ = 0;        // of the next line
  std::size_t searched_ = 0;  // up to here the buffer holds no line feed
};

}  // namespace bascule
