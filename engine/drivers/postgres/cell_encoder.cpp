#include "engine/drivers/postgres/cell_encoder.h"

#include <bit>
#include <cmath>
#include <limits>

#include "engine/base/text.h"
#include "engine/drivers/postgres/binary_format.h"

namespace bascule::postgres {
namespace {

using Reason = std::optional<std::string>;

struct EncodingRow {
  Oid oid;
  Encoding encoding;
};

constexpr EncodingRow encodings[] = {
    {16, Encoding::boolean},     {17, Encoding::bytes},         {19, Encoding::text},
    {20, Encoding::int8},        {21, Encoding::int2},          {23, Encoding::int4},
    {25, Encoding::text},        {26, Encoding::oid},           {114, Encoding::json},
    {700, Encoding::float4},     {701, Encoding::float8},       {1042, Encoding::text},
    {1043, Encoding::varchar},   {1082, Encoding::date},        {1083, Encoding::time},
    {1114, Encoding::timestamp}, {1184, Encoding::timestamptz}, {1266, Encoding::timetz},
    {1700, Encoding::numeric},   {2950, Encoding::uuid},        {3802, Encoding::jsonb},
};

bool is_text(const Cell& cell) {
  return cell.kind == CellKind::text || cell.kind == CellKind::spelled;
}

std::optional<std::int64_t> whole_number(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
      return cell.integer;
    case CellKind::unsigned_integer:
      if (cell.unsigned_integer > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return {};
      return static_cast<std::int64_t>(cell.unsigned_integer);
    case CellKind::real:
      if (!(std::abs(cell.real) < 0x1p63) || std::trunc(cell.real) != cell.real) return {};
      return static_cast<std::int64_t>(cell.real);
    case CellKind::text:
    case CellKind::spelled:
      return parse_integer(cell.text);
    case CellKind::null:
    case CellKind::bytes:
      break;
  }
  return {};
}

Reason check_integer(const Cell& cell, std::int64_t least, std::int64_t most, std::string_view type,
                     CheckedValue& out) {
  const auto number = whole_number(cell);
  if (!number || *number < least || *number > most) return "does not fit into " + std::string(type);
  out.integer = *number;
  return {};
}

Reason check_boolean(const Cell& cell, CheckedValue& out) {
  if (is_text(cell)) {
    const bool truth = cell.text == "t" || cell.text == "true" || cell.text == "1";
    if (!truth && cell.text != "f" && cell.text != "false" && cell.text != "0") return "is no boolean";
    out.integer = truth;
    return {};
  }
  return check_integer(cell, 0, 1, "boolean", out);
}

std::optional<double> real_number(const Cell& cell) {
  if (cell.kind == CellKind::real) return cell.real;
  if (cell.kind == CellKind::integer || cell.kind == CellKind::boolean) {
    const auto real = static_cast<double>(cell.integer);
    if (std::abs(real) < 0x1p63 && static_cast<std::int64_t>(real) == cell.integer) return real;
    return {};
  }
  if (cell.kind == CellKind::unsigned_integer) {
    const auto real = static_cast<double>(cell.unsigned_integer);
    if (real < 0x1p64 && static_cast<std::uint64_t>(real) == cell.unsigned_integer) return real;
    return {};
  }
  if (!is_text(cell)) return {};
  if (cell.text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (cell.text == "Infinity") return std::numeric_limits<double>::infinity();
  if (cell.text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const auto real = parse_double(cell.text);
  if (!real || canonical_decimal(format_double(*real)) != canonical_decimal(cell.text)) return {};
  return real;
}

Reason check_real(const Cell& cell, bool is_single, CheckedValue& out) {
  const auto real = real_number(cell);
  if (!real) return is_single ? "is not exactly a real" : "is not exactly a double precision";
  out.real = *real;
  if (is_single && !std::isnan(*real) && static_cast<double>(static_cast<float>(*real)) != *real)
    return "would be rounded to a real";
  return {};
}

// The digits after the point that count.
std::size_t fraction_size(std::string_view digits) {
  const std::size_t point = digits.find('.');
  if (point == std::string_view::npos) return 0;
  const std::size_t last = digits.find_last_not_of('0');
  return last < point ? 0 : last - point;
}

Reason check_numeric(const Cell& cell, int modifier, CheckedValue& out) {
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
      out.text = std::to_string(cell.integer);
      break;
    case CellKind::unsigned_integer:
      out.text = std::to_string(cell.unsigned_integer);
      break;
    case CellKind::real:
      out.text = format_double(cell.real);
      break;
    case CellKind::text:
    case CellKind::spelled:
      out.text = cell.text;
      break;
    case CellKind::null:
    case CellKind::bytes:
      return "is no number";
  }
  if (out.text.find_first_of("eE") != std::string::npos)
    if (auto plain = canonical_decimal(out.text)) out.text = std::move(*plain);
  std::string encoded;
  if (!encode_numeric(out.text, encoded)) return "is no number that numeric holds";
  if (modifier < 4) return {};
  const int scale = (((modifier - 4) & 0x7ff) ^ 0x400) - 0x400;
  if (static_cast<int>(fraction_size(out.text)) > std::max(scale, 0))
    return "would be rounded to " + std::to_string(scale) + " decimals";
  return {};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  return count;
}

// What other types spell, text holds as it is spelled.
Reason check_text(const Cell& cell, CheckedValue& out) {
  switch (cell.kind) {
    case CellKind::boolean:
      out.text = cell.integer ? "true" : "false";
      return {};
    case CellKind::integer:
      out.text = std::to_string(cell.integer);
      return {};
    case CellKind::unsigned_integer:
      out.text = std::to_string(cell.unsigned_integer);
      return {};
    case CellKind::real:
      out.text = format_double(cell.real);
      return {};
    case CellKind::bytes:
      return "is binary, not text";
    case CellKind::null:
    case CellKind::text:
    case CellKind::spelled:
      break;
  }
  out.text = cell.text;
  if (out.text.find('\0') != std::string::npos) return "holds a NUL byte, which PostgreSQL's text cannot";
  return {};
}

Reason check_varchar(const Cell& cell, int modifier, CheckedValue& out) {
  if (Reason reason = check_text(cell, out)) return reason;
  if (modifier < 4) return {};
  const auto most = static_cast<std::size_t>(modifier - 4);
  // The server refuses what is too long except for blanks, which it cuts off without a word.
  if (out.text.size() > most && count_characters(out.text) > most)
    return "is longer than " + std::to_string(most) + " characters";
  return {};
}

Reason check_uuid(const Cell& cell, CheckedValue& out) {
  constexpr std::string_view pattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  bool fits = is_text(cell) && (cell.text.size() == pattern.size() || cell.text.size() == 32);
  if (fits && cell.text.size() == pattern.size())
    for (std::size_t at = 0; at < pattern.size(); ++at)
      fits = fits && (pattern[at] == '-') == (cell.text[at] == '-');
  const auto bytes = fits ? from_hex(replace_all(cell.text, "-", "")) : std::nullopt;
  if (!bytes || bytes->size() != 16) return "is no uuid";
  out.text = *bytes;
  return {};
}

// Days since 2000, or why not.
Reason check_day(const value::Date& date, std::int64_t& days) {
  if (date.year == 0 && date.month == 0) return "is a zero date, which PostgreSQL does not have";
  if (date.month < 1 || date.day < 1) return "is no date of the calendar";
  const std::int64_t since_1970 = days_from_civil(date.year, date.month, date.day);
  if (!(civil_from_days(since_1970) == value::Date{date.year, date.month, date.day}))
    return "is no date of the calendar";
  days = since_1970 - days_to_2000;
  return {};
}

Reason check_date(const Cell& cell, CheckedValue& out) {
  const auto date = is_text(cell) ? parse_date(cell.text) : std::nullopt;
  if (!date) return "is no date";
  if (date->special != value::Special::none) {
    out.integer = date->special == value::Special::positive_infinity ? latest_date : earliest_date;
    return {};
  }
  return check_day(*date, out.integer);
}

Reason check_digits(std::int64_t microseconds, int digits) {
  if (digits < 0 || digits >= 6) return {};
  std::int64_t unit = 1'000'000;
  for (int digit = 0; digit < digits; ++digit) unit /= 10;
  if (microseconds % unit == 0) return {};
  return "would be rounded to " + std::to_string(digits) + " digits of a second";
}

Reason check_time(const Cell& cell, bool zoned, int digits, CheckedValue& out) {
  const auto time = is_text(cell) ? parse_time(cell.text) : std::nullopt;
  if (!time) return "is no time of day";
  if (time->microseconds < 0 || time->microseconds > microseconds_per_day) return "is beyond 24 hours";
  if (zoned != time->offset_seconds.has_value())
    return zoned ? "has no time zone, and the column needs one"
                 : "has a time zone, which the column would drop";
  out.integer = time->microseconds;
  out.offset_seconds = time->offset_seconds.value_or(0);
  return check_digits(time->microseconds, digits);
}

Reason check_timestamp(const Cell& cell, bool zoned, int digits, CheckedValue& out) {
  const auto timestamp = is_text(cell) ? parse_timestamp(cell.text) : std::nullopt;
  if (!timestamp) return "is no timestamp";
  if (timestamp->date.special != value::Special::none) {
    const bool is_latest = timestamp->date.special == value::Special::positive_infinity;
    out.integer = is_latest ? latest_timestamp : earliest_timestamp;
    return {};
  }
  if (zoned != timestamp->offset_seconds.has_value())
    return zoned ? "has no time zone, and the column needs one"
                 : "has a time zone, which the column would drop";
  std::int64_t days = 0;
  if (Reason reason = check_day(timestamp->date, days)) return reason;
  constexpr std::int64_t most_days = 107'000'000;  // 294276 AD; the server checks the exact bounds
  if (days > most_days || days < -most_days) return "is beyond what timestamp holds";
  out.integer = days * microseconds_per_day + timestamp->microseconds -
                timestamp->offset_seconds.value_or(0) * std::int64_t{1'000'000};
  return check_digits(timestamp->microseconds, digits);
}

void append_sized(std::string& out, std::string_view bytes) {
  append_big_endian(out, static_cast<std::int32_t>(bytes.size()));
  out += bytes;
}

template <typename Integer>
void append_sized_integer(std::string& out, Integer value) {
  append_big_endian(out, static_cast<std::int32_t>(sizeof(Integer)));
  append_big_endian(out, value);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char byte : text) {
    switch (byte) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += byte;
    }
  }
}

std::string uuid_text(std::string_view bytes) {
  std::string text = to_hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, "-");
  return text;
}

}  // namespace

Encoding encoding_of(Oid oid) {
  for (const EncodingRow& row : encodings)
    if (row.oid == oid) return row.encoding;
  return Encoding::other;
}

Reason check_cell(const Cell& cell, const TargetColumn& column, CheckedValue& out) {
  using Limits2 = std::numeric_limits<std::int16_t>;
  using Limits4 = std::numeric_limits<std::int32_t>;
  using Limits8 = std::numeric_limits<std::int64_t>;
  switch (column.encoding) {
    case Encoding::boolean:
      return check_boolean(cell, out);
    case Encoding::int2:
      return check_integer(cell, Limits2::min(), Limits2::max(), "smallint", out);
    case Encoding::int4:
      return check_integer(cell, Limits4::min(), Limits4::max(), "integer", out);
    case Encoding::int8:
      return check_integer(cell, Limits8::min(), Limits8::max(), "bigint", out);
    case Encoding::oid:
      return check_integer(cell, 0, std::numeric_limits<std::uint32_t>::max(), "oid", out);
    case Encoding::float4:
      return check_real(cell, true, out);
    case Encoding::float8:
      return check_real(cell, false, out);
    case Encoding::numeric:
      return check_numeric(cell, column.modifier, out);
    case Encoding::text:
    case Encoding::json:
    case Encoding::jsonb:
      return check_text(cell, out);
    case Encoding::varchar:
      return check_varchar(cell, column.modifier, out);
    case Encoding::uuid:
      return check_uuid(cell, out);
    case Encoding::bytes:
      if (cell.kind != CellKind::bytes) return "is not binary";
      out.text = cell.text;
      return {};
    case Encoding::date:
      return check_date(cell, out);
    case Encoding::time:
      return check_time(cell, false, column.modifier, out);
    case Encoding::timetz:
      return check_time(cell, true, column.modifier, out);
    case Encoding::timestamp:
      return check_timestamp(cell, false, column.modifier, out);
    case Encoding::timestamptz:
      return check_timestamp(cell, true, column.modifier, out);
    case Encoding::other:
      if (cell.kind != CellKind::bytes) return check_text(cell, out);
      out.text = "\\x" + to_hex(cell.text);
      return {};
  }
  return "has no encoding";
}

void append_binary(std::string& out, const CheckedValue& value, Encoding encoding) {
  switch (encoding) {
    case Encoding::boolean:
      append_sized_integer(out, static_cast<std::int8_t>(value.integer));
      return;
    case Encoding::int2:
      append_sized_integer(out, static_cast<std::int16_t>(value.integer));
      return;
    case Encoding::int4:
    case Encoding::oid:
    case Encoding::date:
      append_sized_integer(out, static_cast<std::int32_t>(value.integer));
      return;
    case Encoding::int8:
    case Encoding::time:
    case Encoding::timestamp:
    case Encoding::timestamptz:
      append_sized_integer(out, value.integer);
      return;
    case Encoding::float4:
      append_sized_integer(out, std::bit_cast<std::uint32_t>(static_cast<float>(value.real)));
      return;
    case Encoding::float8:
      append_sized_integer(out, std::bit_cast<std::uint64_t>(value.real));
      return;
    case Encoding::timetz:
      append_big_endian(out, std::int32_t{12});
      append_big_endian(out, value.integer);
      append_big_endian(out, -value.offset_seconds);
      return;
    case Encoding::jsonb:
      append_big_endian(out, static_cast<std::int32_t>(value.text.size() + 1));
      out += '\1';  // the version of the format
      out += value.text;
      return;
    case Encoding::numeric: {
      const std::size_t size_at = out.size();
      append_big_endian(out, std::int32_t{0});
      encode_numeric(value.text, out);
      std::string size;
      append_big_endian(size, static_cast<std::int32_t>(out.size() - size_at - sizeof(std::int32_t)));
      out.replace(size_at, size.size(), size);
      return;
    }
    case Encoding::text:
    case Encoding::varchar:
    case Encoding::json:
    case Encoding::uuid:
    case Encoding::bytes:
    case Encoding::other:
      append_sized(out, value.text);
      return;
  }
}

void append_copy_text(std::string& out, const CheckedValue& value, Encoding encoding) {
  switch (encoding) {
    case Encoding::boolean:
      out += value.integer ? 't' : 'f';
      return;
    case Encoding::int2:
    case Encoding::int4:
    case Encoding::int8:
    case Encoding::oid:
      out += std::to_string(value.integer);
      return;
    case Encoding::float4:
      out += format_float(static_cast<float>(value.real));
      return;
    case Encoding::float8:
      out += format_double(value.real);
      return;
    case Encoding::date:
      append_date(out, static_cast<std::int32_t>(value.integer));
      return;
    case Encoding::time:
      append_time(out, value.integer);
      return;
    case Encoding::timetz:
      out += format_time({value.integer, value.offset_seconds});
      return;
    case Encoding::timestamp:
      append_timestamp(out, value.integer, false);
      return;
    case Encoding::timestamptz:
      append_timestamp(out, value.integer, true);
      return;
    case Encoding::uuid:
      out += uuid_text(value.text);
      return;
    case Encoding::bytes:
      out += "\\\\x" + to_hex(value.text);
      return;
    case Encoding::numeric:
    case Encoding::text:
    case Encoding::varchar:
    case Encoding::json:
    case Encoding::jsonb:
    case Encoding::other:
      append_escaped(out, value.text);
      return;
  }
}

}  // namespace bascule::postgres
