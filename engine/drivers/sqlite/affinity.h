// What SQLite does to a value when it stores it in a column (https://www.sqlite.org/datatype3.html, 3
// and 3.1).
#pragma once

#include <string_view>

namespace bascule::sqlite {

enum class Affinity { none, text, integer, real, numeric };

// Of a column by its declared type.
Affinity affinity_of(std::string_view declared);

// True if text is turned into a number by a column of an affinity for numbers: all of it, but for blanks at
// both ends, is a decimal or floating-point literal.
bool reads_as_number(std::string_view text);

}  // namespace bascule::sqlite
