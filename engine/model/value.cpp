#include "engine/model/value.h"

#include <charconv>
#include <cmath>
#include <tuple>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule {
namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads from the front of a text; every step fails without moving.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_[0]; }
  std::string_view rest() const { return text_; }
  bool take(char c) {
    if (peek() != c || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  // Between `least` and `most` digits.
  std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < text_.size() && size < most && is_digit(text_[size]))
      value = value * 10 + (text_[size++] - '0');
    if (size < least) return std::nullopt;
    text_.remove_prefix(size);
    return value;
  }
  // ".123" as microseconds; 0 without a dot. More than six digits that are not zero cannot be held.
  std::optional<std::int64_t> fraction() {
    if (peek() != '.') return 0;
    std::string_view digits = text_.substr(1);
    std::size_t size = 0;
    std::int64_t value = 0;
    for (; size < digits.size() && is_digit(digits[size]); ++size) {
      if (size < 6)
        value = value * 10 + (digits[size] - '0');
      else if (digits[size] != '0')
        return std::nullopt;
    }
    if (size == 0) return std::nullopt;
    for (std::size_t i = size; i < 6; ++i) value *= 10;
    text_.remove_prefix(1 + size);
    return value;
  }
  // Z, +02, +0230, +02:30, +02:30:15, -05; nothing if it is malformed, an empty inner value if there is none.
  std::optional<std::optional<std::int32_t>> offset() {
    if (take('Z') || take('z')) return std::optional<std::int32_t>(0);
    const char sign = peek();
    if (sign != '+' && sign != '-') return std::optional<std::int32_t>();
    text_.remove_prefix(1);
    const auto hours = number(2, 2);
    if (!hours || *hours > 23) return std::nullopt;
    std::int64_t minutes = 0, seconds = 0;
    if (take(':') || is_digit(peek())) {
      const auto read = number(2, 2);
      if (!read || *read > 59) return std::nullopt;
      minutes = *read;
      if (take(':')) {
        const auto more = number(2, 2);
        if (!more || *more > 59) return std::nullopt;
        seconds = *more;
      }
    }
    const auto total = static_cast<std::int32_t>(*hours * 3600 + minutes * 60 + seconds);
    return std::optional<std::int32_t>(sign == '-' ? -total : total);
  }

 private:
  std::string_view text_;
};

int days_in_month(std::int32_t year, int month) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[month - 1];
}

// YYYY-MM-DD with four to seven year digits. Zero parts are MySQL's; a day that the month does not have is no
// date.
std::optional<value::Date> read_date(Reader& reader) {
  const auto year = reader.number(4, 7);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.number(2, 2);
  if (!month || *month > 12 || !reader.take('-')) return std::nullopt;
  const auto day = reader.number(2, 2);
  if (!day || *day > 31) return std::nullopt;
  if (*month > 0 && *day > days_in_month(static_cast<std::int32_t>(*year), static_cast<int>(*month)))
    return std::nullopt;
  return value::Date{static_cast<std::int32_t>(*year), static_cast<std::int8_t>(*month),
                     static_cast<std::int8_t>(*day)};
}

// " BC" after everything else turns the year into the astronomical one.
bool take_era(Reader& reader, value::Date& date) {
  if (!reader.take(" BC")) return true;
  if (date.year < 1 || date.month == 0) return false;
  date.year = 1 - date.year;
  return true;
}

std::optional<value::Special> special_of(std::string_view text) {
  if (text == "infinity") return value::Special::positive_infinity;
  if (text == "-infinity") return value::Special::negative_infinity;
  return std::nullopt;
}

std::string digits(std::int64_t number, int width) {
  std::string text = std::to_string(number);
  return text.size() < static_cast<std::size_t>(width)
             ? std::string(static_cast<std::size_t>(width) - text.size(), '0') + text
             : text;
}

std::string offset_text(std::int32_t offset) {
  const std::int32_t size = std::abs(offset);
  std::string text = (offset < 0 ? "-" : "+") + digits(size / 3600, 2);
  if (size % 3600 != 0) text += ":" + digits(size / 60 % 60, 2);
  if (size % 60 != 0) text += ":" + digits(size % 60, 2);
  return text;
}

std::string clock_text(std::int64_t microseconds) {
  std::string text = microseconds < 0 ? "-" : "";
  const std::int64_t size = microseconds < 0 ? -microseconds : microseconds;
  const std::int64_t seconds = size / microseconds_per_second, fraction = size % microseconds_per_second;
  text += digits(seconds / 3600, 2) + ":" + digits(seconds / 60 % 60, 2) + ":" + digits(seconds % 60, 2);
  if (fraction != 0) {
    text += "." + digits(fraction, 6);
    while (text.ends_with('0')) text.pop_back();
  }
  return text;
}

// The year's own digits, without the era.
std::string plain_date(const value::Date& date) {
  const bool is_bc = date.year < 1 && date.month > 0;
  const std::int32_t year = is_bc ? 1 - date.year : date.year;
  return digits(year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2);
}

bool is_bc(const value::Date& date) {
  return date.special == value::Special::none && date.year < 1 && date.month > 0;
}

// PostgreSQL's array text: {1,NULL,"a \"b\"",{2}}; bounds in front ([2:3]={...}) are not read.
std::optional<value::Array> read_array(Reader& reader, const Type& element, int depth) {
  if (depth > 6 || !reader.take('{')) return std::nullopt;
  value::Array array;
  if (reader.take('}')) return array;
  for (;;) {
    if (reader.peek() == '{') {
      auto inner = read_array(reader, element, depth + 1);
      if (!inner) return std::nullopt;
      array.elements.emplace_back(std::move(*inner));
    } else {
      std::string text;
      const bool quoted = reader.take('"');
      while (!reader.at_end() &&
             (quoted ? reader.peek() != '"' : reader.peek() != ',' && reader.peek() != '}')) {
        if (reader.take('\\') && reader.at_end()) return std::nullopt;
        text += reader.peek();
        reader.take(reader.peek());
      }
      if (quoted && !reader.take('"')) return std::nullopt;
      if (!quoted && text == "NULL")
        array.elements.emplace_back(value::Null{});
      else
        array.elements.push_back(parse_value(text, element));
    }
    if (reader.take('}')) return array;
    if (!reader.take(',')) return std::nullopt;
  }
}

std::string array_text(const value::Array& array) {
  std::string text = "{";
  for (const auto& element : array.elements) {
    if (text.size() > 1) text += ",";
    if (element.is_null()) {
      text += "NULL";
      continue;
    }
    const std::string inner = format_value(element);
    if (element.get<value::Array>() != nullptr) {
      text += inner;
      continue;
    }
    const bool plain = !inner.empty() && !equals_ignoring_case(inner, "null") &&
                       inner.find_first_of("{},\"\\ \t\n\r\f\v") == std::string::npos;
    if (plain) {
      text += inner;
    } else {
      text += '"';
      for (const char c : inner) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
      text += '"';
    }
  }
  return text + "}";
}

Value parse_decimal(std::string_view text) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity" || canonical_decimal(text))
    return value::Decimal{std::string(text)};
  return value::Spelled{std::string(text)};
}

Value parse_integer_value(std::string_view text) {
  if (const auto number = parse_integer(text)) return static_cast<std::int64_t>(*number);
  if (const auto number = parse_unsigned(text)) return static_cast<std::uint64_t>(*number);
  return parse_decimal(text);
}

Value parse_float(std::string_view text, int bytes) {
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  if (text == "NaN") return std::nan("");
  if (bytes == 4) {
    // The float that the digits mean, widened; not the double that they mean.
    float number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec == std::errc() && result.ptr == text.data() + text.size())
      return static_cast<double>(number);
    return value::Spelled{std::string(text)};
  }
  if (const auto number = parse_double(text)) return *number;
  return value::Spelled{std::string(text)};
}

Value parse_bytes(std::string_view text) {
  if (text.starts_with("\\x"))
    if (auto bytes = from_hex(text.substr(2))) return value::Bytes{std::move(*bytes)};
  return value::Spelled{std::string(text)};
}

template <typename T>
Value value_or_spelled(std::optional<T> value, std::string_view text) {
  if (value) return std::move(*value);
  return value::Spelled{std::string(text)};
}

// --- comparison ---

enum class Rank { null, number, text, bytes, date, time, timestamp, array };

// A number in one of two exact forms. A double that is no integer keeps its exact decimal expansion.
struct Number {
  enum class Kind { finite, negative_infinity, positive_infinity, nan } kind = Kind::finite;
  std::string digits;  // canonical
};

// Every double is a finite binary fraction, so its decimal expansion is exact and finite (at most 767
// digits).
std::string exact_digits(double number) {
  char buffer[1100];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, 1074);
  return canonical_decimal(std::string_view(buffer, result.ptr)).value_or("0");
}

std::optional<Number> number_of(const Value& value) {
  if (const auto* b = value.get<bool>()) return Number{Number::Kind::finite, *b ? "1" : "0"};
  if (const auto* i = value.get<std::int64_t>()) return Number{Number::Kind::finite, std::to_string(*i)};
  if (const auto* u = value.get<std::uint64_t>()) return Number{Number::Kind::finite, std::to_string(*u)};
  if (const auto* d = value.get<double>()) {
    if (std::isnan(*d)) return Number{Number::Kind::nan, ""};
    if (std::isinf(*d))
      return Number{*d > 0 ? Number::Kind::positive_infinity : Number::Kind::negative_infinity, ""};
    return Number{Number::Kind::finite, exact_digits(*d)};
  }
  if (const auto* d = value.get<value::Decimal>()) {
    if (d->digits == "NaN") return Number{Number::Kind::nan, ""};
    if (d->digits == "Infinity") return Number{Number::Kind::positive_infinity, ""};
    if (d->digits == "-Infinity") return Number{Number::Kind::negative_infinity, ""};
    if (auto digits_text = canonical_decimal(d->digits))
      return Number{Number::Kind::finite, std::move(*digits_text)};
  }
  return std::nullopt;
}

int compare_magnitude(std::string_view a, std::string_view b) {
  const auto point_a = std::min(a.find('.'), a.size()), point_b = std::min(b.find('.'), b.size());
  if (point_a != point_b) return point_a < point_b ? -1 : 1;
  const int order = a.compare(b);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_digits(std::string_view a, std::string_view b) {
  const bool negative_a = a.starts_with('-'), negative_b = b.starts_with('-');
  if (negative_a != negative_b) return negative_a ? -1 : 1;
  if (!negative_a) return compare_magnitude(a, b);
  return compare_magnitude(b.substr(1), a.substr(1));
}

int compare_numbers(const Number& a, const Number& b) {
  const auto rank = [](const Number& n) {
    switch (n.kind) {
      case Number::Kind::negative_infinity:
        return 0;
      case Number::Kind::finite:
        return 1;
      case Number::Kind::positive_infinity:
        return 2;
      case Number::Kind::nan:
        return 3;
    }
    return 1;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  return a.kind == Number::Kind::finite ? compare_digits(a.digits, b.digits) : 0;
}

template <typename T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int special_rank(value::Special special) {
  return special == value::Special::negative_infinity ? 0 : special == value::Special::none ? 1 : 2;
}

int compare_dates(const value::Date& a, const value::Date& b) {
  if (a.special != value::Special::none || b.special != value::Special::none)
    return three_way(special_rank(a.special), special_rank(b.special));
  return three_way(std::tuple(a.year, a.month, a.day), std::tuple(b.year, b.month, b.day));
}

int compare_timestamps(const value::Timestamp& a, const value::Timestamp& b) {
  if (a.offset_seconds && b.offset_seconds) {
    const auto instant_a = epoch_microseconds(a), instant_b = epoch_microseconds(b);
    if (instant_a && instant_b) return three_way(*instant_a, *instant_b);
  }
  const int dates = compare_dates(a.date, b.date);
  if (dates != 0 || a.date.special != value::Special::none) return dates;
  return three_way(a.microseconds, b.microseconds);
}

// Of the same zone the instant decides; without zones the clock does.
int compare_times(const value::Time& a, const value::Time& b) {
  const auto shifted = [](const value::Time& t) {
    return t.microseconds - t.offset_seconds.value_or(0) * microseconds_per_second;
  };
  return three_way(shifted(a), shifted(b));
}

Rank rank_of(const Value& value) {
  return std::visit(
      overloaded{
          [](const value::Null&) { return Rank::null; }, [](bool) { return Rank::number; },
          [](std::int64_t) { return Rank::number; }, [](std::uint64_t) { return Rank::number; },
          [](double) { return Rank::number; },
          [&](const value::Decimal&) { return number_of(value) ? Rank::number : Rank::text; },
          [](const std::string&) { return Rank::text; }, [](const value::Bytes&) { return Rank::bytes; },
          [](const value::Date&) { return Rank::date; }, [](const value::Time&) { return Rank::time; },
          [](const value::Timestamp&) { return Rank::timestamp; },
          [](const value::Array&) { return Rank::array; }, [](const value::Spelled&) { return Rank::text; }},
      value.kind);
}

std::string text_of(const Value& value) {
  return format_value(value);
}

// The text read as what the other side is, if it reads as that.
std::optional<Value> read_as(const std::string& text, Rank rank) {
  switch (rank) {
    case Rank::number:
      if (text == "t" || text == "true") return Value(true);
      if (text == "f" || text == "false") return Value(false);
      if (auto value = parse_decimal(text); value.get<value::Decimal>() != nullptr) return value;
      return std::nullopt;
    case Rank::date:
      if (auto date = parse_date(text)) return Value(*date);
      if (auto timestamp = parse_timestamp(text)) return Value(*timestamp);
      return std::nullopt;
    case Rank::time:
      if (auto time = parse_time(text)) return Value(*time);
      return std::nullopt;
    case Rank::timestamp:
      if (auto timestamp = parse_timestamp(text)) return Value(*timestamp);
      if (auto date = parse_date(text)) return Value(*date);
      return std::nullopt;
    case Rank::null:
    case Rank::text:
    case Rank::bytes:
    case Rank::array:
      return std::nullopt;
  }
  return std::nullopt;
}

value::Timestamp as_timestamp(const Value& value) {
  if (const auto* timestamp = value.get<value::Timestamp>()) return *timestamp;
  return value::Timestamp{*value.get<value::Date>(), 0, {}};
}

int compare_same_rank(const Value& a, const Value& b, Rank rank) {
  switch (rank) {
    case Rank::null:
      return 0;
    case Rank::number: {
      const auto *left = a.get<std::int64_t>(), *right = b.get<std::int64_t>();
      if (left != nullptr && right != nullptr) return three_way(*left, *right);
      return compare_numbers(*number_of(a), *number_of(b));
    }
    case Rank::text:
      return three_way(text_of(a), text_of(b));
    case Rank::bytes:
      return three_way(a.get<value::Bytes>()->data, b.get<value::Bytes>()->data);
    case Rank::date:
      return compare_dates(*a.get<value::Date>(), *b.get<value::Date>());
    case Rank::time:
      return compare_times(*a.get<value::Time>(), *b.get<value::Time>());
    case Rank::timestamp:
      return compare_timestamps(*a.get<value::Timestamp>(), *b.get<value::Timestamp>());
    case Rank::array: {
      const auto &left = a.get<value::Array>()->elements, &right = b.get<value::Array>()->elements;
      for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        if (const int order = compare(left[i], right[i]); order != 0) return order;
      return three_way(left.size(), right.size());
    }
  }
  return 0;
}

}  // namespace

Value parse_value(std::string_view text, const Type& type) {
  const std::string spelled(text);
  return std::visit(
      overloaded{
          [&](const type::Any&) -> Value { return spelled; },
          [&](const type::Bool&) -> Value {
            if (text == "t" || text == "true" || text == "1") return true;
            if (text == "f" || text == "false" || text == "0") return false;
            return value::Spelled{spelled};
          },
          [&](const type::Int&) -> Value { return parse_integer_value(text); },
          [&](const type::Decimal&) -> Value { return parse_decimal(text); },
          [&](const type::Float& t) -> Value { return parse_float(text, t.bytes); },
          [&](const type::Text&) -> Value { return spelled; },
          [&](const type::Bytes&) -> Value { return parse_bytes(text); },
          [&](const type::Date&) -> Value { return value_or_spelled(parse_date(text), text); },
          [&](const type::Time&) -> Value { return value_or_spelled(parse_time(text), text); },
          [&](const type::Timestamp&) -> Value { return value_or_spelled(parse_timestamp(text), text); },
          [&](const type::Interval&) -> Value { return value::Spelled{spelled}; },
          [&](const type::Uuid&) -> Value { return to_lower(text); },
          [&](const type::Json&) -> Value { return spelled; },
          [&](const type::Enum&) -> Value { return spelled; },
          [&](const type::Set&) -> Value { return spelled; },
          [&](const type::Array& t) -> Value {
            Reader reader(text);
            auto array = read_array(reader, t.element.at(0), 0);
            if (array && reader.at_end()) return std::move(*array);
            return value::Spelled{spelled};
          },
          [&](const type::Bits&) -> Value { return value::Spelled{spelled}; },
          [&](const type::Network&) -> Value { return value::Spelled{spelled}; },
          [&](const type::Year&) -> Value { return parse_integer_value(text); },
          [&](const type::Native&) -> Value { return value::Spelled{spelled}; }},
      type.kind);
}

std::string format_date(const value::Date& date) {
  if (date.special != value::Special::none)
    return date.special == value::Special::positive_infinity ? "infinity" : "-infinity";
  return plain_date(date) + (is_bc(date) ? " BC" : "");
}

std::string format_time(const value::Time& time) {
  return clock_text(time.microseconds) + (time.offset_seconds ? offset_text(*time.offset_seconds) : "");
}

std::string format_timestamp(const value::Timestamp& timestamp) {
  if (timestamp.date.special != value::Special::none) return format_date(timestamp.date);
  return plain_date(timestamp.date) + " " + clock_text(timestamp.microseconds) +
         (timestamp.offset_seconds ? offset_text(*timestamp.offset_seconds) : "") +
         (is_bc(timestamp.date) ? " BC" : "");
}

std::optional<value::Date> parse_date(std::string_view text) {
  if (const auto special = special_of(text)) return value::Date{0, 0, 0, *special};
  Reader reader(text);
  auto date = read_date(reader);
  if (!date || !take_era(reader, *date) || !reader.at_end()) return std::nullopt;
  return date;
}

std::optional<value::Time> parse_time(std::string_view text) {
  Reader reader(text);
  const bool negative = reader.take('-');
  const auto hours = reader.number(2, 3);
  if (!hours || !reader.take(':')) return std::nullopt;
  const auto minutes = reader.number(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t seconds = 0;
  if (reader.take(':')) {
    const auto read = reader.number(2, 2);
    if (!read || *read > 60) return std::nullopt;
    seconds = *read;
  }
  const auto fraction = reader.fraction();
  if (!fraction) return std::nullopt;
  value::Time time;
  time.microseconds = (*hours * 3600 + *minutes * 60 + seconds) * microseconds_per_second + *fraction;
  if (negative) time.microseconds = -time.microseconds;
  const auto offset = reader.offset();
  if (!offset || !reader.at_end()) return std::nullopt;
  time.offset_seconds = *offset;
  return time;
}

std::optional<value::Timestamp> parse_timestamp(std::string_view text) {
  if (const auto special = special_of(text)) return value::Timestamp{{0, 0, 0, *special}, 0, {}};
  Reader reader(text);
  auto date = read_date(reader);
  if (!date || (!reader.take(' ') && !reader.take('T'))) return std::nullopt;
  // The clock ends where an era or the end comes.
  std::string_view clock = reader.rest();
  if (clock.ends_with(" BC")) clock.remove_suffix(3);
  const auto time = parse_time(clock);
  if (!time || time->microseconds < 0 || time->microseconds > microseconds_per_day) return std::nullopt;
  Reader era(reader.rest().substr(clock.size()));
  if (!take_era(era, *date) || !era.at_end()) return std::nullopt;
  return value::Timestamp{*date, time->microseconds, time->offset_seconds};
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
                 [](const value::Array& v) { return array_text(v); },
                 [](const value::Spelled& v) { return v.text; }},
      value.kind);
}

int compare(const Value& a, const Value& b) {
  const Rank left = rank_of(a), right = rank_of(b);
  if (left == right) return compare_same_rank(a, b, left);
  if (left == Rank::null || right == Rank::null) return left == Rank::null ? -1 : 1;
  if (left == Rank::text)
    if (const auto read = read_as(text_of(a), right); read && rank_of(*read) != Rank::text)
      return compare(*read, b);
  if (right == Rank::text)
    if (const auto read = read_as(text_of(b), left); read && rank_of(*read) != Rank::text)
      return compare(a, *read);
  const bool are_times =
      (left == Rank::date || left == Rank::timestamp) && (right == Rank::date || right == Rank::timestamp);
  if (are_times) return compare_timestamps(as_timestamp(a), as_timestamp(b));
  return three_way(text_of(a), text_of(b));
}

std::int64_t days_from_civil(std::int32_t year, int month, int day) {
  const std::int64_t y = static_cast<std::int64_t>(year) - (month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

value::Date civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<std::int32_t>(year), static_cast<std::int8_t>(month), static_cast<std::int8_t>(day)};
}

std::optional<std::int64_t> epoch_microseconds(const value::Timestamp& timestamp) {
  const value::Date& date = timestamp.date;
  if (date.special != value::Special::none || date.month == 0 || date.day == 0) return std::nullopt;
  return days_from_civil(date.year, date.month, date.day) * microseconds_per_day + timestamp.microseconds -
         timestamp.offset_seconds.value_or(0) * microseconds_per_second;
}

std::optional<std::string> canonical_decimal(std::string_view text) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::string whole, fraction;
  while (!text.empty() && is_digit(text[0])) {
    whole += text[0];
    text.remove_prefix(1);
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text[0])) {
      fraction += text[0];
      text.remove_prefix(1);
    }
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (text.starts_with('e') || text.starts_with('E')) {
    const auto exponent = parse_integer(text.substr(1));
    // Nothing holds more digits: PostgreSQL's numeric ends at 131072 before the point.
    if (!exponent || *exponent > 200000 || *exponent < -200000) return std::nullopt;
    text = {};
    if (*exponent > 0) {
      fraction.resize(std::max(fraction.size(), static_cast<std::size_t>(*exponent)), '0');
      whole += fraction.substr(0, static_cast<std::size_t>(*exponent));
      fraction.erase(0, static_cast<std::size_t>(*exponent));
    } else if (*exponent < 0) {
      const auto shift = static_cast<std::size_t>(-*exponent);
      if (whole.size() < shift) whole.insert(0, shift - whole.size(), '0');
      fraction.insert(0, whole.substr(whole.size() - shift));
      whole.resize(whole.size() - shift);
    }
  }
  if (!text.empty()) return std::nullopt;
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.resize(fraction.find_last_not_of('0') + 1);
  if (whole.empty() && fraction.empty()) return "0";
  std::string out = negative ? "-" : "";
  out += whole.empty() ? "0" : whole;
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

}  // namespace bascule
