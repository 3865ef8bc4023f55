#include "plugins/runtime/decimal.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/text.h"

namespace bascule {
namespace {

// --- magnitudes: digit strings without leading zeros ---

std::string without_leading_zeros(std::string digits) {
  const auto first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  return digits.substr(first);
}

int compare_magnitudes(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

std::string add_magnitudes(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::string sum(a.size() + 1, '0');
  int carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    int digit = carry;
    if (i < a.size()) digit += a[a.size() - 1 - i] - '0';
    if (i < b.size()) digit += b[b.size() - 1 - i] - '0';
    carry = digit / 10;
    sum[sum.size() - 1 - i] = static_cast<char>('0' + digit % 10);
  }
  return without_leading_zeros(std::move(sum));
}

// a - b, where a is not smaller.
std::string subtract_magnitudes(std::string_view a, std::string_view b) {
  std::string difference(a);
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' - borrow;
    if (i < b.size()) digit -= b[b.size() - 1 - i] - '0';
    borrow = digit < 0 ? 1 : 0;
    difference[a.size() - 1 - i] = static_cast<char>('0' + digit + borrow * 10);
  }
  return without_leading_zeros(std::move(difference));
}

constexpr std::uint64_t limb_base = 1'000'000'000;
constexpr std::size_t limb_digits = 9;

// Least significant first.
std::vector<std::uint64_t> to_limbs(std::string_view digits) {
  std::vector<std::uint64_t> limbs;
  while (!digits.empty()) {
    const std::size_t size = std::min(limb_digits, digits.size());
    std::uint64_t limb = 0;
    for (const char digit : digits.substr(digits.size() - size))
      limb = limb * 10 + static_cast<unsigned>(digit - '0');
    limbs.push_back(limb);
    digits.remove_suffix(size);
  }
  return limbs;
}

std::string from_limbs(const std::vector<std::uint64_t>& limbs) {
  std::string digits(limbs.size() * limb_digits, '0');
  for (std::size_t i = 0; i < limbs.size(); ++i) {
    std::uint64_t limb = limbs[i];
    for (std::size_t k = 0; k < limb_digits; ++k, limb /= 10)
      digits[digits.size() - 1 - i * limb_digits - k] = static_cast<char>('0' + limb % 10);
  }
  return without_leading_zeros(std::move(digits));
}

std::string multiply_magnitudes(std::string_view a, std::string_view b) {
  const auto x = to_limbs(a), y = to_limbs(b);
  std::vector<std::uint64_t> product(x.size() + y.size(), 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t k = 0; k < y.size(); ++k) {
      const std::uint64_t sum = product[i + k] + x[i] * y[k] + carry;
      product[i + k] = sum % limb_base;
      carry = sum / limb_base;
    }
    product[i + y.size()] += carry;
  }
  return from_limbs(product);
}

// Long division by repeated subtraction: the quotient rounded half up.
std::string divide_magnitudes(std::string_view a, std::string_view b) {
  std::string quotient, rest = "0";
  for (const char digit : a) {
    rest = without_leading_zeros(rest + digit);
    char count = '0';
    for (; compare_magnitudes(rest, b) >= 0; ++count) rest = subtract_magnitudes(rest, b);
    quotient += count;
  }
  quotient = without_leading_zeros(std::move(quotient));
  if (compare_magnitudes(add_magnitudes(rest, rest), b) >= 0) quotient = add_magnitudes(quotient, "1");
  return quotient;
}

}  // namespace

DecimalNumber::DecimalNumber(bool negative, std::string digits, int scale)
    : negative_(negative && digits != "0"), digits_(std::move(digits)), scale_(scale) {}

std::optional<DecimalNumber> DecimalNumber::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  long long exponent = 0;
  if (const auto mark = text.find_first_of("eE"); mark != std::string_view::npos) {
    auto written = text.substr(mark + 1);
    if (written.starts_with('+') && written.size() > 1 && written[1] != '-') written.remove_prefix(1);
    const auto parsed = parse_integer(written);
    if (!parsed || *parsed > static_cast<long long>(max_digits) || *parsed < -max_scale) return std::nullopt;
    exponent = *parsed;
    text = text.substr(0, mark);
  }
  const auto point = text.find('.');
  std::string digits(text.substr(0, point));
  long long scale = 0;
  if (point != std::string_view::npos) {
    scale = static_cast<long long>(text.size() - point - 1);
    digits += text.substr(point + 1);
  }
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  scale -= exponent;
  if (scale < 0) {
    digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  if (digits.size() > max_digits || scale > max_scale) return std::nullopt;
  return DecimalNumber(negative, without_leading_zeros(std::move(digits)), static_cast<int>(scale));
}

std::string DecimalNumber::text() const {
  std::string out = digits_;
  const auto scale = static_cast<std::size_t>(scale_);
  if (out.size() <= scale) out.insert(0, scale + 1 - out.size(), '0');
  if (scale > 0) out.insert(out.size() - scale, 1, '.');
  return negative_ ? "-" + out : out;
}

DecimalNumber DecimalNumber::negated() const {
  return DecimalNumber(!negative_, digits_, scale_);
}

DecimalNumber operator+(const DecimalNumber& a, const DecimalNumber& b) {
  const int scale = std::max(a.scale_, b.scale_);
  const DecimalNumber x = a.rounded(scale), y = b.rounded(scale);
  if (x.negative_ == y.negative_)
    return DecimalNumber(x.negative_, add_magnitudes(x.digits_, y.digits_), scale);
  if (compare_magnitudes(x.digits_, y.digits_) >= 0)
    return DecimalNumber(x.negative_, subtract_magnitudes(x.digits_, y.digits_), scale);
  return DecimalNumber(y.negative_, subtract_magnitudes(y.digits_, x.digits_), scale);
}

Result<DecimalNumber> DecimalNumber::multiply(const DecimalNumber& a, const DecimalNumber& b) {
  if (a.digits_.size() + b.digits_.size() > max_digits || a.scale_ + b.scale_ > max_scale)
    return unsupported_error("the product of the decimals has too many digits",
                             "round the factors first: a:round(10)");
  return DecimalNumber(a.negative_ != b.negative_, multiply_magnitudes(a.digits_, b.digits_),
                       a.scale_ + b.scale_);
}

Result<DecimalNumber> DecimalNumber::divide(const DecimalNumber& a, const DecimalNumber& b, int scale) {
  if (b.is_zero()) return usage_error("division of a decimal by zero", "test the divisor first");
  // a / b = (A / 10^sa) / (B / 10^sb); with `scale` digits kept: A * 10^(scale + sb - sa) / B.
  std::string numerator = a.digits_, denominator = b.digits_;
  const int shift = scale + b.scale_ - a.scale_;
  (shift >= 0 ? numerator : denominator).append(static_cast<std::size_t>(std::abs(shift)), '0');
  if (numerator.size() > 10'000 || denominator.size() > 10'000)
    return unsupported_error("the decimals are too long to divide", "round them first: a:round(10)");
  return DecimalNumber(a.negative_ != b.negative_, divide_magnitudes(numerator, denominator), scale);
}

DecimalNumber DecimalNumber::rounded(int scale) const {
  std::string digits = digits_;
  if (scale >= scale_) {
    if (digits != "0") digits.append(static_cast<std::size_t>(scale - scale_), '0');
    return DecimalNumber(negative_, std::move(digits), scale);
  }
  const auto cut = static_cast<std::size_t>(scale_ - scale);
  if (cut > digits.size()) return DecimalNumber(false, "0", scale);
  const bool up = digits[digits.size() - cut] >= '5';
  digits.resize(digits.size() - cut);
  if (digits.empty()) digits.push_back('0');
  if (up) digits = add_magnitudes(digits, "1");
  return DecimalNumber(negative_, std::move(digits), scale);
}

}  // namespace bascule
