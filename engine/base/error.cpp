#include "engine/base/error.h"

#include <array>
#include <cstring>
#include <utility>

namespace bascule {

std::string_view error_code_name(ErrorCode code) {
  static constexpr std::array<std::string_view, 11> names{
      "usage",    "connection", "sql",       "unsupported", "conflict", "data_loss",
      "mismatch", "refused",    "cancelled", "io",          "internal"};
  return names[static_cast<std::size_t>(code)];
}

Error Error::in(std::string place) && {
  trail.push_back(std::move(place));
  return std::move(*this);
}

std::string Error::text() const {
  std::string out;
  for (auto place = trail.rbegin(); place != trail.rend(); ++place) out += *place + ": ";
  return out + what;
}

Error usage_error(std::string what, std::string hint) {
  Error error;
  error.code = ErrorCode::usage;
  error.what = std::move(what);
  error.hint = std::move(hint);
  return error;
}

Error unsupported_error(std::string what, std::string hint) {
  Error error;
  error.code = ErrorCode::unsupported;
  error.what = std::move(what);
  error.hint = std::move(hint);
  return error;
}

Error internal_error(std::string what) {
  Error error;
  error.code = ErrorCode::internal;
  error.what = std::move(what);
  error.hint = "this is a bug in bascule; please report it with the command that led here";
  return error;
}

Error io_error(std::string_view operation, std::string_view path, int number) {
  Error error;
  error.code = ErrorCode::io;
  error.what =
      "cannot " + std::string(operation) + " \"" + std::string(path) + "\": " + std::strerror(number);
  return error;
}

}  // namespace bascule
