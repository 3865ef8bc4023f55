#include "engine/drivers/postgres/binary_format.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/model/value.h"

namespace bascule::postgres {
namespace {

// numeric: digits to the base 10,000, the first of which has the power `weight`.
constexpr int digits_per_group = 4;
constexpr std::uint16_t positive = 0x0000, negative = 0x4000, not_a_number = 0xC000,
                        positive_infinity = 0xD000, negative_infinity = 0xF000;
constexpr std::size_t header_size = 8;
constexpr std::size_t largest_scale = 16383;
constexpr std::size_t largest_whole = 131072;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, is_digit);
}

void append_group(std::string& out, int group) {
  out += static_cast<char>('0' + group / 1000);
  out += static_cast<char>('0' + group / 100 % 10);
  out += static_cast<char>('0' + group / 10 % 10);
  out += static_cast<char>('0' + group % 10);
}

void append_two(std::string& out, std::int64_t number) {
  out += static_cast<char>('0' + number / 10);
  out += static_cast<char>('0' + number % 10);
}

void append_numeric_header(std::string& out, std::size_t groups, int weight, std::uint16_t sign,
                           std::size_t scale) {
  append_big_endian(out, static_cast<std::int16_t>(groups));
  append_big_endian(out, static_cast<std::int16_t>(weight));
  append_big_endian(out, sign);
  append_big_endian(out, static_cast<std::int16_t>(scale));
}

// The value of four digits of `digits` from `at` on; what is outside of it counts as zeros.
std::int16_t group_at(std::string_view digits, std::int64_t at) {
  int group = 0;
  for (std::int64_t place = at; place < at + digits_per_group; ++place) {
    const bool inside = place >= 0 && place < static_cast<std::int64_t>(digits.size());
    group = group * 10 + (inside ? digits[static_cast<std::size_t>(place)] - '0' : 0);
  }
  return static_cast<std::int16_t>(group);
}

}  // namespace

bool decode_numeric(std::string_view bytes, std::string& out) {
  if (bytes.size() < header_size) return false;
  const int groups = read_big_endian<std::int16_t>(bytes);
  const int weight = read_big_endian<std::int16_t>(bytes.substr(2));
  const auto sign = read_big_endian<std::uint16_t>(bytes.substr(4));
  const int scale = read_big_endian<std::int16_t>(bytes.substr(6));
  if (groups < 0 || bytes.size() != header_size + static_cast<std::size_t>(groups) * 2) return false;
  if (sign == not_a_number) return out += "NaN", true;
  if (sign == positive_infinity) return out += "Infinity", true;
  if (sign == negative_infinity) return out += "-Infinity", true;
  const auto group = [&](int power) {  // of 10,000
    const int at = weight - power;
    if (at < 0 || at >= groups) return 0;
    return static_cast<int>(
        read_big_endian<std::int16_t>(bytes.substr(header_size + static_cast<std::size_t>(at) * 2)));
  };
  if (sign == negative) out += '-';
  if (weight < 0) {
    out += '0';
  } else {
    out += std::to_string(group(weight));
    for (int power = weight - 1; power >= 0; --power) append_group(out, group(power));
  }
  if (scale == 0) return true;
  out += '.';
  const std::size_t whole = out.size();
  for (int power = -1; out.size() < whole + static_cast<std::size_t>(scale); --power)
    append_group(out, group(power));
  out.resize(whole + static_cast<std::size_t>(scale));
  return true;
}

bool encode_numeric(std::string_view digits, std::string& out) {
  if (digits == "NaN") return append_numeric_header(out, 0, 0, not_a_number, 0), true;
  if (digits == "Infinity") return append_numeric_header(out, 0, 0, positive_infinity, 0), true;
  if (digits == "-Infinity") return append_numeric_header(out, 0, 0, negative_infinity, 0), true;
  std::uint16_t sign = positive;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) {
    if (digits.front() == '-') sign = negative;
    digits.remove_prefix(1);
  }
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::string_view whole = digits.substr(0, point);
  const std::string_view fraction = point < digits.size() ? digits.substr(point + 1) : std::string_view();
  if (whole.empty() && fraction.empty()) return false;
  if (!all_digits(whole) || !all_digits(fraction)) return false;
  while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
  if (fraction.size() > largest_scale || whole.size() > largest_whole) return false;

  // Groups are aligned to the point, so the first one may begin before the first digit.
  const auto whole_size = static_cast<std::int64_t>(whole.size());
  const std::int64_t whole_groups = (whole_size + digits_per_group - 1) / digits_per_group;
  std::vector<std::int16_t> groups;
  for (std::int64_t group = 0; group < whole_groups; ++group)
    groups.push_back(group_at(whole, whole_size - (whole_groups - group) * digits_per_group));
  for (std::size_t at = 0; at < fraction.size(); at += digits_per_group)
    groups.push_back(group_at(fraction, static_cast<std::int64_t>(at)));
  int weight = static_cast<int>(whole_groups) - 1;
  std::size_t first = 0;
  while (first < groups.size() && groups[first] == 0) {
    ++first;
    --weight;
  }
  while (groups.size() > first && groups.back() == 0) groups.pop_back();
  const std::size_t count = groups.size() - first;
  if (count == 0) {
    weight = 0;
    sign = positive;  // there is no negative zero
  }
  append_numeric_header(out, count, weight, sign, fraction.size());
  for (std::size_t at = first; at < groups.size(); ++at) append_big_endian(out, groups[at]);
  return true;
}

void append_date(std::string& out, std::int32_t days) {
  if (days == latest_date || days == earliest_date) {
    out += days == latest_date ? "infinity" : "-infinity";
    return;
  }
  const value::Date date = civil_from_days(days + days_to_2000);
  if (date.year < 1 || date.year > 9999) {
    out += format_date(date);
    return;
  }
  append_group(out, date.year);
  out += '-';
  append_two(out, date.month);
  out += '-';
  append_two(out, date.day);
}

void append_time(std::string& out, std::int64_t microseconds) {
  const std::int64_t seconds = microseconds / 1'000'000;
  append_two(out, seconds / 3600);
  out += ':';
  append_two(out, seconds / 60 % 60);
  out += ':';
  append_two(out, seconds % 60);
  std::int64_t fraction = microseconds % 1'000'000;
  if (fraction == 0) return;
  out += '.';
  for (std::int64_t unit = 100'000; fraction > 0; unit /= 10) {
    out += static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
}

void append_timestamp(std::string& out, std::int64_t microseconds, bool zoned) {
  if (microseconds == latest_timestamp || microseconds == earliest_timestamp) {
    out += microseconds == latest_timestamp ? "infinity" : "-infinity";
    return;
  }
  std::int64_t days = microseconds / microseconds_per_day;
  std::int64_t time = microseconds % microseconds_per_day;
  if (time < 0) {
    time += microseconds_per_day;
    --days;
  }
  const value::Date date = civil_from_days(days + days_to_2000);
  if (date.year < 1 || date.year > 9999) {
    out += format_timestamp({date, time, zoned ? std::optional<std::int32_t>(0) : std::nullopt});
    return;
  }
  append_date(out, static_cast<std::int32_t>(days));
  out += ' ';
  append_time(out, time);
  if (zoned) out += "+00";
}

}  // namespace bascule::postgres
