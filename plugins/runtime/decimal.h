// Exact arithmetic on decimals: digits in, digits out, never through a float.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

// digits * 10^-scale, negative if so; digits without leading zeros, "0" for zero (never negative).
class DecimalNumber {
 public:
  // [+-]digits[.digits][e[+-]digits]; nothing for anything else (NaN and Infinity too) or beyond max_digits.
  static std::optional<DecimalNumber> parse(std::string_view text);

  // As written in SQL: "-12.50". The digits after the point are kept: 1.50 + 1 is 2.50.
  std::string text() const;

  DecimalNumber negated() const;
  // The larger number of digits after the point.
  friend DecimalNumber operator+(const DecimalNumber& a, const DecimalNumber& b);
  friend DecimalNumber operator-(const DecimalNumber& a, const DecimalNumber& b) { return a + b.negated(); }
  // The digits after the point add up. Error unsupported beyond max_digits.
  static Result<DecimalNumber> multiply(const DecimalNumber& a, const DecimalNumber& b);
  // To `scale` digits after the point, halves away from zero. Error usage for a divisor of 0.
  static Result<DecimalNumber> divide(const DecimalNumber& a, const DecimalNumber& b, int scale);
  // To `scale` digits after the point, halves away from zero; fills with zeros.
  DecimalNumber rounded(int scale) const;
  bool is_zero() const { return digits_ == "0"; }

  static constexpr std::size_t max_digits = 150'000;  // more than PostgreSQL's numeric holds
  static constexpr int max_scale = 16'383;            // PostgreSQL's

 private:
  DecimalNumber(bool negative, std::string digits, int scale);
  bool negative_ = false;
  std::string digits_ = "0";
  int scale_ = 0;
};

}  // namespace bascule
