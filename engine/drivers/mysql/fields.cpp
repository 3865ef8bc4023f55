#include "engine/drivers/mysql/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule::mysql {
namespace {

constexpr unsigned bytes_per_char =
    4;  // the session's character set is utf8mb4, and lengths are in its bytes
constexpr std::size_t bound_string_bytes = 4096;  // longer values are fetched one by one

std::string attribute(const MYSQL_FIELD& field, mariadb_field_attr_t which) {
  MARIADB_CONST_STRING text{nullptr, 0};
  if (mariadb_field_attr(&text, &field, which) != 0 || text.str == nullptr) return {};
  return std::string(text.str, text.length);
}

bool is_unsigned(const MYSQL_FIELD& field) {
  return (field.flags & UNSIGNED_FLAG) != 0;
}

Type integer_type(const MYSQL_FIELD& field, int bytes) {
  return type::Int{bytes, is_unsigned(field)};
}

std::optional<int> fraction_digits(const MYSQL_FIELD& field) {
  if (field.decimals == 0 || field.decimals > 6) return std::nullopt;  // a bare DATETIME has none
  return static_cast<int>(field.decimals);
}

Type text_type(const MYSQL_FIELD& field) {
  const std::string real_name = attribute(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME);
  if (real_name == "uuid") return type::Uuid{};
  if (real_name == "inet6") return type::Network{type::NetworkKind::inet6};
  if (real_name == "inet4") return type::Network{type::NetworkKind::inet4};
  if (!real_name.empty()) return type::Native{real_name};
  if (attribute(field, MARIADB_FIELD_ATTR_FORMAT_NAME) == "json") return type::Json{};
  if ((field.flags & ENUM_FLAG) != 0) return type::Enum{};
  if ((field.flags & SET_FLAG) != 0) return type::Set{};
  const bool is_blob = field.type >= MYSQL_TYPE_TINY_BLOB && field.type <= MYSQL_TYPE_BLOB;
  const bool fixed = field.type == MYSQL_TYPE_STRING;
  if (field.charsetnr == binary_charset) {
    if (is_blob) return type::Bytes{};
    return type::Bytes{static_cast<std::int64_t>(field.length), fixed};
  }
  if (is_blob) return type::Text{};
  return type::Text{static_cast<std::int64_t>(field.length / bytes_per_char), fixed};
}

Type type_of(const MYSQL_FIELD& field) {
  switch (static_cast<unsigned>(field.type)) {
    case MYSQL_TYPE_TINY:
      return integer_type(field, 1);
    case MYSQL_TYPE_SHORT:
      return integer_type(field, 2);
    case MYSQL_TYPE_INT24:
      return integer_type(field, 3);
    case MYSQL_TYPE_LONG:
      return integer_type(field, 4);
    case MYSQL_TYPE_LONGLONG:
      return integer_type(field, 8);
    case MYSQL_TYPE_YEAR:
      return type::Year{};
    case MYSQL_TYPE_FLOAT:
      return type::Float{4};
    case MYSQL_TYPE_DOUBLE:
      return type::Float{8};
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: {
      // The length counts the sign and the point.
      const int point = field.decimals > 0 ? 1 : 0, sign = is_unsigned(field) ? 0 : 1;
      return type::Decimal{static_cast<int>(field.length) - point - sign, static_cast<int>(field.decimals)};
    }
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return type::Date{};
    case MYSQL_TYPE_TIME:
      return type::Time{fraction_digits(field), false};
    case MYSQL_TYPE_DATETIME:
      return type::Timestamp{fraction_digits(field), false};
    case MYSQL_TYPE_TIMESTAMP:
      return type::Timestamp{fraction_digits(field), true};
    case MYSQL_TYPE_BIT:
      return type::Bits{static_cast<std::int64_t>(field.length), false};
    case MYSQL_TYPE_JSON:
      return type::Json{true};
    case MYSQL_TYPE_GEOMETRY: {
      const std::string subtype = attribute(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME);
      return type::Native{subtype.empty() ? "geometry" : subtype};
    }
    case vector_field_type:
      return type::Native{fmt::format("vector({})", field.length / 4)};
    default:
      return text_type(field);
  }
}

// tinytext, text, ... by the length that the server gives for them.
std::string blob_name(const MYSQL_FIELD& field) {
  const bool binary = field.charsetnr == binary_charset;
  const unsigned long bytes = binary ? field.length : field.length / bytes_per_char;
  const std::string_view size = bytes <= 255          ? "tiny"
                                : bytes <= 65'535     ? ""
                                : bytes <= 16'777'215 ? "medium"
                                                      : "long";
  return std::string(size) + (binary ? "blob" : "text");
}

std::string native_name(const MYSQL_FIELD& field, const Type& type) {
  if (field.type >= MYSQL_TYPE_TINY_BLOB && field.type <= MYSQL_TYPE_BLOB)
    return type.is<type::Json>() ? "json" : blob_name(field);
  static constexpr std::string_view integers[] = {"", "tinyint", "smallint", "mediumint", "int",
                                                  "", "",        "",         "bigint"};
  const auto digits = [](std::optional<int> count) {
    return count && *count > 0 ? "(" + std::to_string(*count) + ")" : std::string();
  };
  return std::visit(
      overloaded{
          [&](const type::Int& t) {
            const bool boolean = t.bytes == 1 && field.length == 1 && !t.is_unsigned;
            return std::string(integers[t.bytes]) + (boolean ? "(1)" : "") +
                   (t.is_unsigned ? " unsigned" : "");
          },
          [&](const type::Decimal& t) { return fmt::format("decimal({},{})", *t.precision, *t.scale); },
          [&](const type::Float& t) { return std::string(t.bytes == 4 ? "float" : "double"); },
          [&](const type::Text& t) {
            return fmt::format("{}({})", t.fixed ? "char" : "varchar", *t.max_chars);
          },
          [&](const type::Bytes& t) {
            return fmt::format("{}({})", t.fixed ? "binary" : "varbinary", *t.max_bytes);
          },
          [&](const type::Time& t) { return "time" + digits(t.digits); },
          [&](const type::Timestamp& t) { return (t.zoned ? "timestamp" : "datetime") + digits(t.digits); },
          [&](const type::Bits& t) { return fmt::format("bit({})", *t.length); },
          [&](const type::Json&) { return std::string("json"); },
          [&](const type::Set&) { return std::string("set"); },
          [&](const type::Enum&) { return std::string("enum"); },
          [&](const type::Native& t) { return t.spelling; }, [&](const auto&) { return type_name(type); }},
      type.kind);
}

// --- the engine's spellings ---

void append_padded(std::string& out, unsigned value, int width) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  for (int i = count; i < width; ++i) out += '0';
  while (count > 0) out += digits[--count];
}

void append_date(std::string& out, const MYSQL_TIME& time) {
  append_padded(out, time.year, 4);
  out += '-';
  append_padded(out, time.month, 2);
  out += '-';
  append_padded(out, time.day, 2);
}

void append_time(std::string& out, const MYSQL_TIME& time, unsigned digits) {
  append_padded(out, time.hour, 2);
  out += ':';
  append_padded(out, time.minute, 2);
  out += ':';
  append_padded(out, time.second, 2);
  if (digits > 6) digits = time.second_part != 0 ? 6 : 0;
  if (digits == 0) return;
  unsigned fraction = static_cast<unsigned>(time.second_part);
  for (unsigned i = digits; i < 6; ++i) fraction /= 10;
  out += '.';
  append_padded(out, fraction, static_cast<int>(digits));
}

std::string spell_time(const FieldReader& reader, const MYSQL_TIME& time) {
  std::string out;
  if (reader.form == CellForm::time) {
    if (time.neg) out += '-';
    append_time(out, time, reader.digits);
    return out;
  }
  append_date(out, time);
  if (reader.form == CellForm::date) return out;
  out += ' ';
  append_time(out, time, reader.digits);
  if (reader.form == CellForm::instant) out += "+00";
  return out;
}

// BIT comes as big-endian bytes, in both protocols.
std::string spell_bits(std::string_view bytes, unsigned width) {
  std::string out;
  for (const char byte : bytes)
    for (int bit = 7; bit >= 0; --bit) out += (static_cast<unsigned char>(byte) >> bit & 1) != 0 ? '1' : '0';
  if (out.size() > width) out.erase(0, out.size() - width);
  return out.insert(0, width - out.size(), '0');
}

void add_boolean_or_integer(Batch& out, long long value) {
  if (value == 0 || value == 1) return out.add_boolean(value == 1);
  out.add_integer(value);  // tinyint(1) holds -128 to 127: the value stays what it is
}

bool is_string(CellForm form) {
  return form == CellForm::spelled || form == CellForm::text || form == CellForm::bytes ||
         form == CellForm::bits;
}

}  // namespace

ResultColumn result_column(const MYSQL_FIELD& field) {
  ResultColumn column;
  column.name.assign(field.name, field.name_length);
  column.type = type_of(field);
  column.native_type = native_name(field, column.type);
  return column;
}

FieldReader display_reader(const MYSQL_FIELD& field) {
  const auto width = static_cast<unsigned>(field.length);
  switch (static_cast<unsigned>(field.type)) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
      if ((field.flags & ZEROFILL_FLAG) != 0) return {CellForm::zero_filled, 0, width};
      return {is_unsigned(field) ? CellForm::unsigned_integer : CellForm::integer, 0, 0};
    case MYSQL_TYPE_YEAR:
      return {CellForm::year, 0, 4};
    case MYSQL_TYPE_FLOAT:
      return {CellForm::float_digits, 0, 0};
    case MYSQL_TYPE_DOUBLE:
      return {CellForm::double_digits, 0, 0};
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return {CellForm::spelled, 0, 0};
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return {CellForm::date, 0, 0};
    case MYSQL_TYPE_TIME:
      return {CellForm::time, field.decimals, 0};
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
      return {CellForm::timestamp, field.decimals, 0};
    case MYSQL_TYPE_BIT:
      return {CellForm::bits, 0, width};
    case MYSQL_TYPE_GEOMETRY:
    case vector_field_type:
      return {CellForm::bytes, 0, 0};
    case MYSQL_TYPE_JSON:
      return {CellForm::text, 0, 0};
    default:
      break;
  }
  const bool labels = (field.flags & (ENUM_FLAG | SET_FLAG)) != 0;
  return {field.charsetnr == binary_charset && !labels ? CellForm::bytes : CellForm::text, 0, 0};
}

FieldReader portable_reader(const MYSQL_FIELD& field, const Column& column) {
  const FieldReader shown = display_reader(field);
  const auto integer = [&](bool as_unsigned) {
    return FieldReader{as_unsigned ? CellForm::unsigned_integer : CellForm::integer, 0, 0};
  };
  const auto text = [](const auto&) { return FieldReader{CellForm::text, 0, 0}; };
  return std::visit(
      overloaded{[&](const type::Bool&) {
                   return FieldReader{CellForm::boolean, 0, 0};
                 },
                 [&](const type::Int& t) { return integer(t.is_unsigned && t.bytes == 8); },
                 [&](const type::Year&) { return integer(false); },
                 [&](const type::Float&) {
                   return FieldReader{
                       field.type == MYSQL_TYPE_FLOAT ? CellForm::float_real : CellForm::double_real, 0, 0};
                 },
                 [&](const type::Text& t) { return text(t); }, [&](const type::Enum& t) { return text(t); },
                 [&](const type::Set& t) { return text(t); }, [&](const type::Json& t) { return text(t); },
                 [&](const type::Uuid& t) { return text(t); },
                 [&](const type::Bytes&) {
                   return FieldReader{CellForm::bytes, 0, 0};
                 },
                 [&](const type::Timestamp& t) {
                   return FieldReader{t.zoned ? CellForm::instant : CellForm::timestamp, field.decimals, 0};
                 },
                 [&](const type::Native&) {
                   return shown.form == CellForm::bytes ? shown : FieldReader{CellForm::spelled, 0, 0};
                 },
                 [&](const type::Network&) {
                   return FieldReader{CellForm::spelled, 0, 0};
                 },
                 [&](const auto&) { return shown; }},
      column.type.kind);
}

void add_text_cell(Batch& out, const FieldReader& reader, std::string_view value) {
  switch (reader.form) {
    case CellForm::integer:
      if (const auto number = parse_integer(value)) return out.add_integer(*number);
      return out.add_spelled(value);
    case CellForm::unsigned_integer:
      if (const auto number = parse_unsigned(value)) return out.add_unsigned(*number);
      return out.add_spelled(value);
    case CellForm::bits:
      return out.add_spelled(spell_bits(value, reader.width));
    case CellForm::text:
      return out.add_text(value);
    case CellForm::bytes:
      return out.add_bytes(value);
    default:
      return out.add_spelled(value);
  }
}

bool BinaryRow::bind(MYSQL_STMT* statement, std::vector<FieldReader> readers) {
  statement_ = statement;
  readers_ = std::move(readers);
  slots_.assign(readers_.size(), Slot());
  binds_.assign(readers_.size(), MYSQL_BIND{});
  std::size_t string_bytes = 0;
  MYSQL_RES* const metadata = mysql_stmt_result_metadata(statement);
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (!is_string(readers_[i].form)) continue;
    const MYSQL_FIELD* field = mysql_fetch_field_direct(metadata, static_cast<unsigned>(i));
    slots_[i].offset = string_bytes;
    slots_[i].capacity = std::clamp<std::size_t>(field->length, 8, bound_string_bytes);
    string_bytes += slots_[i].capacity;
  }
  mysql_free_result(metadata);
  buffer_.assign(string_bytes, '\0');
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    MYSQL_BIND& bind = binds_[i];
    Slot& slot = slots_[i];
    bind.length = &slot.size;
    bind.is_null = &slot.is_null;
    bind.error = &slot.is_cut;
    switch (readers_[i].form) {
      case CellForm::integer:
      case CellForm::unsigned_integer:
      case CellForm::zero_filled:
      case CellForm::year:
      case CellForm::boolean:
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.is_unsigned =
            readers_[i].form == CellForm::unsigned_integer || readers_[i].form == CellForm::zero_filled;
        bind.buffer = &slot.integer;
        break;
      case CellForm::float_digits:
      case CellForm::float_real:  // as FLOAT: libmariadb loses digits of it in every other form
        bind.buffer_type = MYSQL_TYPE_FLOAT;
        bind.buffer = &slot.single;
        break;
      case CellForm::double_digits:
      case CellForm::double_real:
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = &slot.real;
        break;
      case CellForm::date:
        bind.buffer_type = MYSQL_TYPE_DATE;
        bind.buffer = &slot.time;
        break;
      case CellForm::time:
        bind.buffer_type = MYSQL_TYPE_TIME;
        bind.buffer = &slot.time;
        break;
      case CellForm::timestamp:
      case CellForm::instant:
        bind.buffer_type = MYSQL_TYPE_DATETIME;
        bind.buffer = &slot.time;
        break;
      case CellForm::spelled:
      case CellForm::text:
      case CellForm::bytes:
      case CellForm::bits:
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = buffer_.data() + slot.offset;
        bind.buffer_length = static_cast<unsigned long>(slot.capacity);
        break;
    }
  }
  return mysql_stmt_bind_result(statement, binds_.data()) == 0;
}

bool BinaryRow::append_to(Batch& out) {
  for (std::size_t i = 0; i < slots_.size(); ++i)
    if (!append(out, i)) return false;
  return true;
}

bool BinaryRow::append(Batch& out, std::size_t column) {
  const Slot& slot = slots_[column];
  const FieldReader& reader = readers_[column];
  if (slot.is_null != 0) {
    out.add_null();
    return true;
  }
  switch (reader.form) {
    case CellForm::integer:
      out.add_integer(slot.integer);
      return true;
    case CellForm::unsigned_integer:
      out.add_unsigned(static_cast<unsigned long long>(slot.integer));
      return true;
    case CellForm::zero_filled:
    case CellForm::year:
      out.add_spelled(fmt::format("{:0{}}", static_cast<unsigned long long>(slot.integer), reader.width));
      return true;
    case CellForm::boolean:
      add_boolean_or_integer(out, slot.integer);
      return true;
    case CellForm::float_digits:
      out.add_spelled(format_float(slot.single));
      return true;
    case CellForm::double_digits:
      out.add_spelled(format_double(slot.real));
      return true;
    case CellForm::float_real:
      out.add_real(static_cast<double>(slot.single));
      return true;
    case CellForm::double_real:
      out.add_real(slot.real);
      return true;
    case CellForm::date:
    case CellForm::time:
    case CellForm::timestamp:
    case CellForm::instant:
      out.add_spelled(spell_time(reader, slot.time));
      return true;
    case CellForm::spelled:
    case CellForm::text:
    case CellForm::bytes:
    case CellForm::bits:
      return append_string(out, column);
  }
  return false;
}

bool BinaryRow::append_string(Batch& out, std::size_t column) {
  const Slot& slot = slots_[column];
  std::string_view value(buffer_.data() + slot.offset, std::min<std::size_t>(slot.size, slot.capacity));
  if (slot.size > slot.capacity) {
    long_value_.resize(slot.size);
    MYSQL_BIND bind{};
    unsigned long size = 0;
    my_bool is_null = 0, is_cut = 0;
    bind.buffer_type = MYSQL_TYPE_STRING;
    bind.buffer = long_value_.data();
    bind.buffer_length = slot.size;
    bind.length = &size;
    bind.is_null = &is_null;
    bind.error = &is_cut;
    if (mysql_stmt_fetch_column(statement_, &bind, static_cast<unsigned>(column), 0) != 0 ||
        size != slot.size)
      return false;
    value = long_value_;
  }
  switch (readers_[column].form) {
    case CellForm::text:
      out.add_text(value);
      return true;
    case CellForm::bytes:
      out.add_bytes(value);
      return true;
    case CellForm::bits:
      out.add_spelled(spell_bits(value, readers_[column].width));
      return true;
    default:
      out.add_spelled(value);
      return true;
  }
}

}  // namespace bascule::mysql
