#include "engine/model/value.h"

#include <charconv>
#include <cmath>
#include <tuple>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/model/array_text.h"
#include "engine/model/number.h"

namespace bascule {
namespace {

// --- reading ---

Value spelled(std::string_view text) {
  return value::Spelled{std::string(text)};
}

template <typename T>
Value or_spelled(std::optional<T> parsed, std::string_view text) {
  return parsed ? Value(std::move(*parsed)) : spelled(text);
}

std::optional<bool> read_bool(std::string_view text) {
  if (text == "1" || equals_ignoring_case(text, "t") || equals_ignoring_case(text, "true")) return true;
  if (text == "0" || equals_ignoring_case(text, "f") || equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

Value read_integer(std::string_view text, bool wide_unsigned) {
  if (wide_unsigned)
    if (const auto number = parse_unsigned(text)) return static_cast<std::uint64_t>(*number);
  if (const auto number = parse_integer(text)) return static_cast<std::int64_t>(*number);
  if (const auto number = parse_unsigned(text)) return static_cast<std::uint64_t>(*number);
  return spelled(text);
}

Value read_decimal(std::string_view text) {
  const auto canonical = canonical_decimal(text);
  if (canonical)
    return value::Decimal{text.find_first_of("eE+") == text.npos ? std::string(text) : *canonical};
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"})
    if (equals_ignoring_case(text, word)) return value::Decimal{std::string(word)};
  return spelled(text);
}

Value read_float(std::string_view text, int bytes) {
  if (bytes == 8) return or_spelled(parse_double(text), text);
  float number{};  // rounded once, to the value that the column holds
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return spelled(text);
  return static_cast<double>(number);
}

Value read_bytes(std::string_view text) {
  if (!text.starts_with("\\x")) return spelled(text);
  auto bytes = from_hex(text.substr(2));
  return bytes ? Value(value::Bytes{std::move(*bytes)}) : spelled(text);
}

// A column of timestamps may hold plain dates on SQLite.
Value read_timestamp(std::string_view text) {
  if (auto timestamp = parse_timestamp(text)) return *timestamp;
  return or_spelled(parse_date(text), text);
}

Value read_date(std::string_view text) {
  if (auto date = parse_date(text)) return *date;
  return or_spelled(parse_timestamp(text), text);
}

// --- comparing ---

int order(const auto& a, const auto& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int order_bytes(std::string_view a, std::string_view b) {
  const int result = a.compare(b);
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

// Kinds of one family compare by value; different ones in this order, unless text reads as the other family.
enum class Family { null, number, text, bytes, moment, time, array };

Family family_of(const Value& value) {
  return std::visit(
      overloaded{
          [](const value::Null&) { return Family::null; }, [](bool) { return Family::number; },
          [](std::int64_t) { return Family::number; }, [](std::uint64_t) { return Family::number; },
          [](double) { return Family::number; }, [](const value::Decimal&) { return Family::number; },
          [](const std::string&) { return Family::text; }, [](const value::Spelled&) { return Family::text; },
          [](const value::Bytes&) { return Family::bytes; },
          [](const value::Date&) { return Family::moment; },
          [](const value::Timestamp&) { return Family::moment; },
          [](const value::Time&) { return Family::time; }, [](const value::Array&) { return Family::array; }},
      value.kind);
}

std::string_view text_of(const Value& value) {
  if (const auto* text = value.get<std::string>()) return *text;
  return std::get<value::Spelled>(value.kind).text;
}

int compare_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return order(std::isnan(a), std::isnan(b));
  return order(a, b);
}

int compare_numbers(const Value& a, const Value& b) {
  if (const auto* x = a.get<std::int64_t>(), *y = b.get<std::int64_t>(); x && y) return order(*x, *y);
  if (const auto* x = a.get<double>(), *y = b.get<double>(); x && y) return compare_doubles(*x, *y);
  const auto x = number_of(a), y = number_of(b);
  // A decimal whose digits are none can only be made by hand.
  if (!x || !y) return order_bytes(format_value(a), format_value(b));
  return compare(*x, *y);
}

value::Timestamp as_timestamp(const Value& moment) {
  if (const auto* date = moment.get<value::Date>()) return {*date, 0, {}};
  return std::get<value::Timestamp>(moment.kind);
}

// Fields in UTC that order as the instants do; wall time counts as UTC. MySQL's dates without a month or day
// keep their fields, which sort before the days of that month.
auto moment_key(value::Timestamp timestamp) {
  const auto rank = timestamp.date.special == value::Special::negative_infinity   ? -1
                    : timestamp.date.special == value::Special::positive_infinity ? 1
                                                                                  : 0;
  if (rank != 0) return std::tuple(rank, std::int32_t{0}, 0, 0, std::int64_t{0});
  if (timestamp.date.month != 0 && timestamp.date.day != 0 && timestamp.offset_seconds.value_or(0) != 0) {
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t shifted = timestamp.microseconds - std::int64_t{*timestamp.offset_seconds} * 1'000'000;
    const std::int64_t days = shifted >= 0 ? shifted / day : -((-shifted + day - 1) / day);
    const auto& date = timestamp.date;
    timestamp.date = civil_from_days(days_from_civil(date.year, date.month, date.day) + days);
    timestamp.microseconds = shifted - days * day;
  }
  const auto& date = timestamp.date;
  return std::tuple(rank, date.year, int{date.month}, int{date.day}, timestamp.microseconds);
}

int compare_times(const value::Time& a, const value::Time& b) {
  const auto utc = [](const value::Time& time) {
    return time.microseconds - std::int64_t{time.offset_seconds.value_or(0)} * 1'000'000;
  };
  return order(utc(a), utc(b));
}

int compare_arrays(const value::Array& a, const value::Array& b) {
  for (std::size_t i = 0; i < a.elements.size() && i < b.elements.size(); ++i)
    if (const int result = compare(a.elements[i], b.elements[i]); result != 0) return result;
  return order(a.elements.size(), b.elements.size());
}

// The text as a value of the other one's family, if it reads as one.
std::optional<Value> read_as(Family family, std::string_view text, const Value& other) {
  switch (family) {
    case Family::number:
      if (other.get<bool>() != nullptr)
        if (const auto truth = read_bool(text)) return Value(*truth);
      if (read_number(text)) return read_decimal(text);
      return std::nullopt;
    case Family::moment:
      if (Value moment = read_timestamp(text); family_of(moment) == Family::moment) return moment;
      return std::nullopt;
    case Family::time:
      if (auto time = parse_time(text)) return Value(*time);
      return std::nullopt;
    case Family::null:
    case Family::text:
    case Family::bytes:
    case Family::array:
      return std::nullopt;
  }
  return std::nullopt;
}

int compare_text_with(std::string_view text, const Value& other, Family family) {
  if (const auto read = read_as(family, text, other)) return compare(*read, other);
  if (family == Family::bytes) return -1;  // characters are not bytes, even where they look the same
  return order_bytes(text, format_value(other));
}

int compare_same_family(const Value& a, const Value& b, Family family) {
  switch (family) {
    case Family::null:
      return 0;
    case Family::number:
      return compare_numbers(a, b);
    case Family::text:
      return order_bytes(text_of(a), text_of(b));
    case Family::bytes:
      return order_bytes(std::get<value::Bytes>(a.kind).data, std::get<value::Bytes>(b.kind).data);
    case Family::moment:
      return order(moment_key(as_timestamp(a)), moment_key(as_timestamp(b)));
    case Family::time:
      return compare_times(std::get<value::Time>(a.kind), std::get<value::Time>(b.kind));
    case Family::array:
      return compare_arrays(std::get<value::Array>(a.kind), std::get<value::Array>(b.kind));
  }
  return 0;
}

}  // namespace

Value parse_value(std::string_view text, const Type& type) {
  return std::visit(
      overloaded{[&](const type::Bool&) { return or_spelled(read_bool(text), text); },
                 [&](const type::Int& t) { return read_integer(text, t.is_unsigned && t.bytes == 8); },
                 [&](const type::Year&) { return read_integer(text, false); },
                 [&](const type::Decimal&) { return read_decimal(text); },
                 [&](const type::Float& t) { return read_float(text, t.bytes); },
                 [&](const type::Text&) { return Value(std::string(text)); },
                 [&](const type::Uuid&) { return Value(to_lower(text)); },
                 [&](const type::Json&) { return Value(std::string(text)); },
                 [&](const type::Enum&) { return Value(std::string(text)); },
                 [&](const type::Set&) { return Value(std::string(text)); },
                 [&](const type::Bytes&) { return read_bytes(text); },
                 [&](const type::Date&) { return read_date(text); },
                 [&](const type::Time&) { return or_spelled(parse_time(text), text); },
                 [&](const type::Timestamp&) { return read_timestamp(text); },
                 [&](const type::Array& t) { return or_spelled(parse_array(text, t.element.at(0)), text); },
                 [&](const type::Any&) { return spelled(text); },
                 [&](const type::Interval&) { return spelled(text); },
                 [&](const type::Bits&) { return spelled(text); },
                 [&](const type::Network&) { return spelled(text); },
                 [&](const type::Native&) { return spelled(text); }},
      type.kind);
}

std::string format_value(const Value& value) {
  return std::visit(
      overloaded{[](const value::Null&) { return std::string(); },
                 [](bool v) { return std::string(v ? "true" : "false"); },
                 [](std::int64_t v) { return std::to_string(v); },
                 [](std::uint64_t v) { return std::to_string(v); }, [](double v) { return format_double(v); },
                 [](const value::Decimal& v) { return v.digits; }, [](const std::string& v) { return v; },
                 [](const value::Bytes& v) { return "\\x" + to_hex(v.data); },
                 [](const value::Date& v) { return format_date(v); },
                 [](const value::Time& v) { return format_time(v); },
                 [](const value::Timestamp& v) { return format_timestamp(v); },
                 [](const value::Array& v) { return format_array(v); },
                 [](const value::Spelled& v) { return v.text; }},
      value.kind);
}

int compare(const Value& a, const Value& b) {
  const Family family_a = family_of(a), family_b = family_of(b);
  if (family_a == family_b) return compare_same_family(a, b, family_a);
  if (family_a == Family::null || family_b == Family::null) return order(family_a, family_b);
  if (family_a == Family::text) return compare_text_with(text_of(a), b, family_b);
  if (family_b == Family::text) return -compare_text_with(text_of(b), a, family_a);
  return order(family_a, family_b);
}

}  // namespace bascule
