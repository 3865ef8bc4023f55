// The tokens of an expression as its parser reads them: without blanks and comments, operators of several
// characters in one piece.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/dialect.h"

namespace bascule::expression {

enum class Part { word, name, number, text, bytes, symbol };  // name: a quoted identifier

struct Piece {
  Part part;
  std::string text;   // word and number in lower case, name and text without quotes, bytes as hex digits
  std::string given;  // of a word: as it is written
  bool is(Part wanted, std::string_view wanted_text) const { return part == wanted && text == wanted_text; }
};

// Nothing if a token's meaning is not certain (an unknown escape, another character set) or if one is open.
std::optional<std::vector<Piece>> read_pieces(std::string_view sql, Flavor flavor);

}  // namespace bascule::expression
