#include "engine/drivers/sqlite/affinity.h"

#include <cstddef>
#include <string>

#include "engine/base/text.h"

namespace bascule::sqlite {
namespace {

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool is_sign(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '+' || text[at] == '-');
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\n\v\f\r";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

Affinity affinity_of(std::string_view declared) {
  const std::string upper = to_upper(declared);
  const auto has = [&](std::string_view word) { return upper.find(word) != std::string::npos; };
  if (has("INT")) return Affinity::integer;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::text;
  if (has("BLOB") || trim(declared).empty()) return Affinity::none;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::real;
  return Affinity::numeric;
}

bool reads_as_number(std::string_view text) {
  const std::string_view number = without_blanks(text);
  std::size_t at = is_sign(number, 0) ? 1 : 0;
  const std::size_t whole = skip_digits(number, at) - at;
  at += whole;
  std::size_t fraction = 0;
  if (at < number.size() && number[at] == '.') {
    fraction = skip_digits(number, at + 1) - (at + 1);
    at += 1 + fraction;
  }
  if (whole + fraction == 0) return false;
  if (at < number.size() && (number[at] == 'e' || number[at] == 'E')) {
    const std::size_t digits = at + 1 + (is_sign(number, at + 1) ? 1 : 0);
    const std::size_t end = skip_digits(number, digits);
    if (end == digits) return false;
    at = end;
  }
  return at == number.size();
}

}  // namespace bascule::sqlite
