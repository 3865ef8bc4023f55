#include "shell/render/cell_text.h"

#include <cmath>

namespace bascule {
namespace {

bool looks_like_an_integer(std::string_view digits) {
  return digits.find_first_not_of("0123456789-") == std::string_view::npos;
}

}  // namespace

std::string_view CellSpeller::real(double value, bool single) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  const auto narrow = static_cast<float>(value);
  const bool is_narrow = single && static_cast<double>(narrow) == value;
  char* end = is_narrow ? std::to_chars(digits_, digits_ + sizeof digits_, narrow).ptr
                        : std::to_chars(digits_, digits_ + sizeof digits_, value).ptr;
  if (looks_like_an_integer(digits(end))) {
    *end++ = '.';
    *end++ = '0';
  }
  return digits(end);
}

std::string_view CellSpeller::hex(std::string_view bytes) {
  constexpr char hex_digits[] = "0123456789abcdef";
  hex_.resize(2 + bytes.size() * 2);
  hex_[0] = '\\';
  hex_[1] = 'x';
  char* at = hex_.data() + 2;
  for (const char c : bytes) {
    *at++ = hex_digits[static_cast<unsigned char>(c) >> 4];
    *at++ = hex_digits[static_cast<unsigned char>(c) & 15];
  }
  return hex_;
}

bool is_single_float(const Type& type) {
  const auto* type_float = type.get<type::Float>();
  return type_float != nullptr && type_float->bytes == 4;
}

}  // namespace bascule
