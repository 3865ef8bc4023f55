#include "engine/dialect/canonical.h"

#include <bit>
#include <charconv>
#include <cmath>

#include "engine/base/text.h"
#include "engine/dialect/json_form.h"
#include "engine/model/number.h"
#include "engine/model/value.h"

namespace bascule {
namespace {

// The first byte of a canonical value.
constexpr char null_mark = '\0', value_mark = '\1', number_mark = '\2', text_mark = '\3', bytes_mark = '\4',
               bits_mark = '\5';

bool is_number(const Type& type) {
  return is_numeric(type) || type.is<type::Bool>();
}

bool is_characters(const Type& type) {
  return type.is<type::Text>() || type.is<type::Enum>() || type.is<type::Set>();
}

// Types without a form of their own; they are carried as their text.
bool is_spelled(const Type& type) {
  return type.is<type::Interval>() || type.is<type::Array>() || type.is<type::Bits>() ||
         type.is<type::Network>() || type.is<type::Native>();
}

bool is_fixed_text(const Type& type) {
  const auto* text = type.get<type::Text>();
  return text != nullptr && text->fixed;
}

bool is_binary_json(const Type& type) {
  const auto* json = type.get<type::Json>();
  return json != nullptr && json->binary;
}

// One is T and the other T, or a type that may carry T's text.
template <typename T>
bool meet_in(const Type& a, const Type& b) {
  const auto carries = [](const Type& type) { return is_characters(type) || type.is<type::Any>(); };
  return (a.is<T>() && (b.is<T>() || carries(b))) || (b.is<T>() && carries(a));
}

void append_text(std::string& out, char mark, std::string_view text) {
  out += mark;
  out += text;
}

void append_integer(std::string& out, char mark, const Cell& cell) {
  char buffer[24];
  const auto result = cell.kind == CellKind::unsigned_integer
                          ? std::to_chars(buffer, buffer + sizeof buffer, cell.unsigned_integer)
                          : std::to_chars(buffer, buffer + sizeof buffer, cell.integer);
  append_text(out, mark, {buffer, static_cast<std::size_t>(result.ptr - buffer)});
}

std::string number_text(const Number& number) {
  switch (number.kind) {
    case Number::Class::negative_infinity:
      return "-Infinity";
    case Number::Class::finite:
      return number.digits;
    case Number::Class::positive_infinity:
      return "Infinity";
    case Number::Class::not_a_number:
      return "NaN";
  }
  return "NaN";
}

// The value as what it is, where it is not of the wanted form.
void append_as_it_is(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case CellKind::null:
      out += null_mark;
      return;
    case CellKind::boolean:
    case CellKind::integer:
    case CellKind::unsigned_integer:
      return append_integer(out, number_mark, cell);
    case CellKind::real:
      return append_text(out, number_mark, number_text(*number_of(cell.real)));
    case CellKind::text:
    case CellKind::spelled:
      return append_text(out, text_mark, cell.text);
    case CellKind::bytes:
      return append_text(out, bytes_mark, cell.text);
  }
}

void append_number(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
    case CellKind::unsigned_integer:
      return append_integer(out, value_mark, cell);
    case CellKind::real:
      return append_text(out, value_mark, number_text(*number_of(cell.real)));
    case CellKind::text:
    case CellKind::spelled:
      if (const auto number = read_number(cell.text))
        return append_text(out, value_mark, number_text(*number));
      break;
    case CellKind::null:
    case CellKind::bytes:
      break;
  }
  append_as_it_is(out, cell);
}

void append_real(std::string& out, const Cell& cell) {
  if (cell.kind != CellKind::real) return append_number(out, cell);
  // The bits, with one zero and one NaN. Whole numbers may come as integers from SQLite: those take the
  // digits.
  if (cell.real == std::trunc(cell.real) || std::isnan(cell.real)) return append_number(out, cell);
  const auto bits = std::bit_cast<std::uint64_t>(cell.real);
  out += bits_mark;
  out.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

// What a text form of the value is: text as it is, numbers as their digits.
void append_characters(std::string& out, const Cell& cell, bool padded) {
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
    case CellKind::unsigned_integer:
      return append_integer(out, value_mark, cell);
    case CellKind::real:
      return append_text(out, value_mark, format_double(cell.real));
    case CellKind::text:
    case CellKind::spelled: {
      std::string_view text = cell.text;
      if (padded) text = text.substr(0, text.find_last_not_of(' ') + 1);
      return append_text(out, value_mark, text);
    }
    case CellKind::null:
    case CellKind::bytes:
      break;
  }
  append_as_it_is(out, cell);
}

bool has_text(const Cell& cell) {
  return cell.kind == CellKind::text || cell.kind == CellKind::spelled;
}

value::Timestamp in_utc(value::Timestamp timestamp) {
  if (timestamp.offset_seconds.value_or(0) != 0) {
    constexpr std::int64_t day = 86'400'000'000;
    const std::int64_t shifted = timestamp.microseconds - std::int64_t{*timestamp.offset_seconds} * 1'000'000;
    const std::int64_t days = shifted >= 0 ? shifted / day : -((-shifted + day - 1) / day);
    const auto& date = timestamp.date;
    timestamp.date = civil_from_days(days_from_civil(date.year, date.month, date.day) + days);
    timestamp.microseconds = shifted - days * day;
  }
  timestamp.offset_seconds.reset();
  return timestamp;
}

void append_timestamp(std::string& out, const Cell& cell) {
  if (!has_text(cell)) return append_as_it_is(out, cell);
  if (const auto timestamp = parse_timestamp(cell.text))
    return append_text(out, value_mark, format_timestamp(in_utc(*timestamp)));
  if (const auto date = parse_date(cell.text))
    return append_text(out, value_mark, format_timestamp({*date, 0, {}}));
  append_as_it_is(out, cell);
}

void append_date(std::string& out, const Cell& cell) {
  const auto date = has_text(cell) ? parse_date(cell.text) : std::nullopt;
  if (!date) return append_as_it_is(out, cell);
  append_text(out, value_mark, format_date(*date));
}

void append_time(std::string& out, const Cell& cell) {
  const auto time = has_text(cell) ? parse_time(cell.text) : std::nullopt;
  if (!time) return append_as_it_is(out, cell);
  const std::int64_t utc = time->microseconds - std::int64_t{time->offset_seconds.value_or(0)} * 1'000'000;
  append_text(out, value_mark, format_time({utc, {}}));
}

void append_json(std::string& out, const Cell& cell) {
  const auto json = has_text(cell) ? canonical_json(cell.text) : std::nullopt;
  if (!json) return append_as_it_is(out, cell);
  append_text(out, value_mark, *json);
}

void append_uuid(std::string& out, const Cell& cell) {
  if (!has_text(cell)) return append_as_it_is(out, cell);
  append_text(out, value_mark, to_lower(cell.text));
}

}  // namespace

std::optional<CommonForm> common_form(const Type& a, const Type& b) {
  const bool any_a = a.is<type::Any>(), any_b = b.is<type::Any>();
  if (any_a && any_b) return CommonForm::any;
  if (a.is<type::Float>() && b.is<type::Float>()) return CommonForm::real;
  const auto carries_number = [](const Type& type) {
    return is_number(type) || is_characters(type) || type.is<type::Any>();
  };
  if ((is_number(a) && carries_number(b)) || (is_number(b) && carries_number(a))) return CommonForm::number;
  if (meet_in<type::Timestamp>(a, b) || (a.is<type::Timestamp>() && b.is<type::Date>()) ||
      (a.is<type::Date>() && b.is<type::Timestamp>()))
    return CommonForm::timestamp;
  if (meet_in<type::Date>(a, b)) return CommonForm::date;
  if (meet_in<type::Time>(a, b)) return CommonForm::time;
  if (meet_in<type::Uuid>(a, b)) return CommonForm::uuid;
  if (meet_in<type::Json>(a, b)) {
    // Where both sides keep the text, the text must be the same.
    return is_binary_json(a) || is_binary_json(b) ? CommonForm::json : CommonForm::text;
  }
  if ((a.is<type::Bytes>() || any_a) && (b.is<type::Bytes>() || any_b)) return CommonForm::bytes;
  if (is_fixed_text(a) && is_fixed_text(b)) return CommonForm::padded_text;
  const auto carries_text = [](const Type& type) {
    return is_characters(type) || is_spelled(type) || type.is<type::Any>();
  };
  const bool are_texts = carries_text(a) && carries_text(b);
  // Two types of no common family have no common text either.
  if (are_texts && (!is_spelled(a) || !is_spelled(b) || a.kind.index() == b.kind.index()))
    return CommonForm::text;
  return std::nullopt;
}

void append_canonical(std::string& out, const Cell& cell, CommonForm form) {
  if (cell.is_null()) {
    out += null_mark;
    return;
  }
  switch (form) {
    case CommonForm::number:
      return append_number(out, cell);
    case CommonForm::real:
      return append_real(out, cell);
    case CommonForm::text:
      return append_characters(out, cell, false);
    case CommonForm::padded_text:
      return append_characters(out, cell, true);
    case CommonForm::bytes:
      return cell.kind == CellKind::bytes ? append_text(out, value_mark, cell.text)
                                          : append_as_it_is(out, cell);
    case CommonForm::date:
      return append_date(out, cell);
    case CommonForm::time:
      return append_time(out, cell);
    case CommonForm::timestamp:
      return append_timestamp(out, cell);
    case CommonForm::uuid:
      return append_uuid(out, cell);
    case CommonForm::json:
      return append_json(out, cell);
    case CommonForm::any:
      return append_as_it_is(out, cell);
  }
}

int compare_canonical(std::string_view a, std::string_view b, CommonForm form) {
  const auto is_digits = [](std::string_view text) { return !text.empty() && text[0] == value_mark; };
  if (form == CommonForm::number && is_digits(a) && is_digits(b)) {
    const auto x = read_number(a.substr(1)), y = read_number(b.substr(1));
    if (x && y) return compare(*x, *y);
  }
  const int result = a.compare(b);
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

}  // namespace bascule
