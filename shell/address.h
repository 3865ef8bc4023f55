// `@name`, `@a,b`, `@*` and `@src.public.orders`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace bascule {

struct Address {
  std::vector<std::string> connections;  // one, several, or {"*"}
  std::vector<std::string> path;         // schema and object, or object, or pattern; unquoted
};

// True for a word that starts with @ and a name's first character, or @*.
bool looks_like_address(std::string_view word);
Result<Address> parse_address(std::string_view word);

// The length in bytes of an `@...` prefix (without objects) in front of a statement or command, 0 if there is
// none:
// "@a,b SELECT 1" -> 4.
std::size_t address_prefix_size(std::string_view text);

}  // namespace bascule
