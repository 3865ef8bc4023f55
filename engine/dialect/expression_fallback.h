// The normal form of an expression that cannot be parsed.
#pragma once

#include <string>
#include <string_view>

#include "engine/dialect/dialect.h"

namespace bascule {

// Its tokens with one blank between them: comments, outer parentheses, casts of literals and the letter case
// of words taken away. Texts that differ in anything else stay different.
std::string token_form(std::string_view sql, Flavor flavor);

}  // namespace bascule
