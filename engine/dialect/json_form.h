// One form for JSON texts that mean the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bascule {

// Without blanks, keys in byte order (the last of equal ones counts, as in jsonb), strings with only the
// escapes that must be, numbers as canonical decimals: 1.0 is 1 and 1e2 is 100, digit by digit. Nothing if it
// is no JSON.
std::optional<std::string> canonical_json(std::string_view text);

}  // namespace bascule
