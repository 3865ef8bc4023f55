// Appends text to an Output without a check, an allocation or a call per piece: space is asked for once per
// cell.
#pragma once

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "shell/render/output.h"

namespace bascule {

// While a TextWriter lives, the output's buffer belongs to it; finish() or the destructor gives it back. A
// failure of the output is kept and returned by finish(); what is written after it is dropped.
class TextWriter {
 public:
  explicit TextWriter(Output& output) : output_(output) { grow(0); }
  ~TextWriter() { release(); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  // Where at least `size` bytes may be written; tell how far with advance().
  char* room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
    return at_;
  }
  void advance(char* to) { at_ = to; }

  void put(char c) {
    room(1);
    *at_++ = c;
  }
  void put(std::string_view text) {
    room(text.size());
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void fill(char c, std::size_t count) {
    room(count);
    std::memset(at_, c, count);
    at_ += count;
  }
  void repeat(std::string_view text, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) put(text);
  }

  // Gives the buffer back and writes it out if enough has gathered.
  Result<void> finish() {
    release();
    if (error_) return *std::move(error_);
    return output_.drain();
  }

 private:
  static constexpr std::size_t block_size = 64 * 1024;

  void release() {
    if (at_ == nullptr) return;
    output_.buffer().resize(static_cast<std::size_t>(at_ - output_.buffer().data()));
    at_ = end_ = nullptr;
  }
  void grow(std::size_t size);

  Output& output_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  std::optional<Error> error_;
};

}  // namespace bascule
