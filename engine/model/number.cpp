#include "engine/model/number.h"

#include <charconv>
#include <cmath>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule {
namespace {

// Far beyond every engine's decimals (PostgreSQL: 131072 digits before the point), far below what hurts.
constexpr long long exponent_limit = 200'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct DecimalParts {
  bool negative = false;
  std::string_view whole, fraction;
  long long exponent = 0;
};

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::optional<DecimalParts> split_decimal(std::string_view text) {
  DecimalParts parts;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    parts.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  parts.whole = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
  }
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  if (text.empty()) return parts;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '+' && is_digit(text[1])) text.remove_prefix(1);
  const auto exponent = parse_integer(text);
  if (!exponent || std::llabs(*exponent) > exponent_limit) return std::nullopt;
  parts.exponent = *exponent;
  return parts;
}

std::string shift_point(const DecimalParts& parts) {
  std::string digits = std::string(parts.whole) + std::string(parts.fraction);
  long long point = static_cast<long long>(parts.whole.size()) + parts.exponent;
  if (point < 0) {
    digits.insert(0, static_cast<std::size_t>(-point), '0');
    point = 0;
  }
  if (point > static_cast<long long>(digits.size())) digits.resize(static_cast<std::size_t>(point), '0');
  std::string whole = digits.substr(0, static_cast<std::size_t>(point));
  std::string fraction = digits.substr(static_cast<std::size_t>(point));
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (whole.empty()) whole = "0";
  return fraction.empty() ? whole : whole + "." + fraction;
}

Number number_of_double(double value) {
  if (std::isnan(value)) return {Number::Class::not_a_number};
  if (std::isinf(value))
    return {value > 0 ? Number::Class::positive_infinity : Number::Class::negative_infinity};
  char buffer[400];  // the largest double has 309 digits
  const auto result = value == std::trunc(value)
                          ? std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 0)
                          : std::to_chars(buffer, buffer + sizeof buffer, value);
  const std::string_view digits(buffer, static_cast<std::size_t>(result.ptr - buffer));
  return {Number::Class::finite, canonical_decimal(digits).value_or("0")};
}

// Both canonical and not negative.
int compare_magnitudes(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a.substr(0, a.find('.')), whole_b = b.substr(0, b.find('.'));
  if (whole_a.size() != whole_b.size()) return whole_a.size() < whole_b.size() ? -1 : 1;
  const int result =
      a.compare(b);  // '.' sorts before the digits, and a shorter fraction before its extension
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

}  // namespace

std::optional<std::string> canonical_decimal(std::string_view digits) {
  const auto parts = split_decimal(digits);
  if (!parts) return std::nullopt;
  const std::string magnitude = shift_point(*parts);
  return parts->negative && magnitude != "0" ? "-" + magnitude : magnitude;
}

std::optional<Number> read_number(std::string_view text) {
  if (auto digits = canonical_decimal(text)) return Number{Number::Class::finite, std::move(*digits)};
  if (text == "NaN") return Number{Number::Class::not_a_number};
  if (text == "Infinity") return Number{Number::Class::positive_infinity};
  if (text == "-Infinity") return Number{Number::Class::negative_infinity};
  return std::nullopt;
}

std::optional<Number> number_of(const Value& value) {
  using Found = std::optional<Number>;
  return std::visit(overloaded{[](bool v) -> Found {
                                 return Number{Number::Class::finite, v ? "1" : "0"};
                               },
                               [](std::int64_t v) -> Found {
                                 return Number{Number::Class::finite, std::to_string(v)};
                               },
                               [](std::uint64_t v) -> Found {
                                 return Number{Number::Class::finite, std::to_string(v)};
                               },
                               [](double v) -> Found { return number_of_double(v); },
                               [](const value::Decimal& v) -> Found { return read_number(v.digits); },
                               [](const auto&) -> Found { return std::nullopt; }},
                    value.kind);
}

int compare(const Number& a, const Number& b) {
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.kind != Number::Class::finite) return 0;
  const bool negative_a = a.digits.starts_with('-'), negative_b = b.digits.starts_with('-');
  if (negative_a != negative_b) return negative_a ? -1 : 1;
  if (negative_a)
    return compare_magnitudes(std::string_view(b.digits).substr(1), std::string_view(a.digits).substr(1));
  return compare_magnitudes(a.digits, b.digits);
}

}  // namespace bascule
