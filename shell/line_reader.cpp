#include "shell/line_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "shell/interrupt.h"

namespace bascule {
namespace {

constexpr std::size_t chunk_size = 65536;

bool has_nul(const char* bytes, ssize_t size) {
  return std::find(bytes, bytes + size, '\0') != bytes + size;
}

}  // namespace

LineReader::~LineReader() {
  if (owned_) ::close(descriptor_);
}

Error LineReader::not_text() const {
  return usage_error("\"" + name_ + "\" is not a text file: it holds a NUL byte",
                     "give a script in UTF-8; a database is opened as bascule FILE or \\connect FILE");
}

Result<void> LineReader::refuse_binary() {
  if (::lseek(descriptor_, 0, SEEK_CUR) < 0) return {};
  char chunk[chunk_size];
  for (;;) {
    const auto got = ::read(descriptor_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("read", name_, errno);
    if (got == 0) break;
    if (has_nul(chunk, got)) return not_text();
  }
  ::lseek(descriptor_, 0, SEEK_SET);
  return {};
}

Result<std::optional<std::string>> LineReader::next() {
  for (;;) {
    if (const auto end = buffer_.find('\n', searched_); end != std::string::npos) {
      std::string line = buffer_.substr(at_, end - at_);
      at_ = searched_ = end + 1;
      return std::optional(std::move(line));
    }
    buffer_.erase(0, std::exchange(at_, 0));
    searched_ = buffer_.size();
    char chunk[chunk_size];
    const auto got = ::read(descriptor_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR && !interrupt::is_pending()) continue;
    if (got < 0 && errno == EINTR) return std::optional<std::string>();
    if (got < 0) return io_error("read", name_, errno);
    if (got == 0) {
      searched_ = 0;
      if (buffer_.empty()) return std::optional<std::string>();
      return std::optional(std::exchange(buffer_, {}));
    }
    if (has_nul(chunk, got)) return not_text();
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

}  // namespace bascule
