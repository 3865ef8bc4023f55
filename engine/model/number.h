// Numbers of any kind on one exact scale, for comparing and for canonical forms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/model/value.h"

namespace bascule {

struct Number {
  enum class Class { negative_infinity, finite, positive_infinity, not_a_number };  // in their order
  Class kind = Class::finite;
  std::string digits = {};  // canonical decimal, if finite
};

// A text that is a number as a whole: 12, -1.50, 1e3, NaN, Infinity, -Infinity.
std::optional<Number> read_number(std::string_view text);
// Nothing for values that are no numbers. A double that is whole stands for its exact value, another one for
// the shortest decimal that reads back as it: so the double 0.1 equals the decimal 0.1 and the order stays
// total.
std::optional<Number> number_of(const Value& value);
int compare(const Number& a, const Number& b);

}  // namespace bascule
