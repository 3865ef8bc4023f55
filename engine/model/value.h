// One cell as the shell and Lua see it. Exact: decimals are digits, time is fields and microseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/model/type.h"

namespace bascule {

struct Value;

namespace value {

struct Null {
  bool operator==(const Null&) const = default;
};
// Decimal digits as the engine wrote them: "-12.50", "1E+20" never; also "NaN", "Infinity", "-Infinity".
struct Decimal {
  std::string digits;
  bool operator==(const Decimal&) const = default;
};
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};
enum class Special { none, negative_infinity, positive_infinity };
// Proleptic Gregorian fields. Year 0 with month 0 is MySQL's zero date; BC is astronomical (1 BC = 0, 2 BC =
// -1) and always has a month, so the two do not meet.
struct Date {
  std::int32_t year = 0;
  std::int8_t month = 0, day = 0;
  Special special = Special::none;
  bool operator==(const Date&) const = default;
};
struct Time {
  std::int64_t microseconds = 0;                    // since midnight; MySQL: may be negative or beyond 24 h
  std::optional<std::int32_t> offset_seconds = {};  // east of UTC
  bool operator==(const Time&) const = default;
};
struct Timestamp {
  Date date;
  std::int64_t microseconds = 0;                    // since midnight
  std::optional<std::int32_t> offset_seconds = {};  // east of UTC; none: wall time
  bool operator==(const Timestamp&) const = default;
};
struct Array {
  std::vector<Value> elements;
  bool operator==(const Array&) const;
};
// A value of a type that has no form of its own here, in the engine's text form (interval, range, point,
// ...).
struct Spelled {
  std::string text;
  bool operator==(const Spelled&) const = default;
};

}  // namespace value

struct Value {
  // Text, JSON, UUIDs and enum labels are std::string.
  using Kind =
      std::variant<value::Null, bool, std::int64_t, std::uint64_t, double, value::Decimal, std::string,
                   value::Bytes, value::Date, value::Time, value::Timestamp, value::Array, value::Spelled>;
  Kind kind = {};

  Value() = default;
  template <typename T>
  requires(!std::is_same_v<std::decay_t<T>, Value>) Value(T&& value) : kind(std::forward<T>(value)) {}

  bool is_null() const { return std::holds_alternative<value::Null>(kind); }
  template <typename T>
  const T* get() const {
    return std::get_if<T>(&kind);
  }
  bool operator==(const Value& other) const { return kind == other.kind; }  // same kind and same bits
};

inline bool value::Array::operator==(const Array& other) const {
  return elements == other.elements;
}

// Reads an engine's text form of a value of `type`: PostgreSQL's with ISO DateStyle, MySQL's, SQLite's. What
// it cannot read exactly becomes value::Spelled, never a guess.
Value parse_value(std::string_view text, const Type& type);

// ISO 8601 with a blank: 2024-02-29, 0044-03-15 BC, 0000-00-00, infinity, 23:59:59.123456, 2024-02-29
// 12:00:00+00. Fraction digits: as many as needed, none if zero.
std::string format_date(const value::Date& date);
std::string format_time(const value::Time& time);
std::string format_timestamp(const value::Timestamp& timestamp);
std::optional<value::Date> parse_date(std::string_view text);
std::optional<value::Time> parse_time(std::string_view text);
std::optional<value::Timestamp> parse_timestamp(std::string_view text);

// For people and for text formats: NULL is "", true is "true", bytes are \x and hex, arrays {a,b}.
std::string format_value(const Value& value);

// Total order and typed equality, across kinds: numbers by exact numeric value (1 = 1.00 = true), NaN equal
// to itself and greater than all numbers, -0 equal to 0, zoned timestamps as instants (wall time counts as
// UTC), text by bytes, NULL first. A double with a fraction stands for its shortest decimal, so the double
// 0.1 equals the decimal. Text against a number, date or time compares by value if the text reads as one,
// else by text.
int compare(const Value& a, const Value& b);

// Days since 1970-01-01 (proleptic Gregorian), the inverse, and the UTC microseconds of a timestamp
// (nothing for special and zero dates). Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_from_civil(std::int32_t year, int month, int day);
value::Date civil_from_days(std::int64_t days);
std::optional<std::int64_t> epoch_microseconds(const value::Timestamp& timestamp);
// `digits` of a decimal, double or integer as a canonical decimal: no sign of zero, no leading or trailing
// zeros, no exponent. Nothing if it is no number.
std::optional<std::string> canonical_decimal(std::string_view digits);

}  // namespace bascule
