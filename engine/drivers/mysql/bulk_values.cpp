#include "engine/drivers/mysql/bulk_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule::mysql {
namespace {

bool is_bytes(const Column& column) {
  if (column.type.is<type::Bytes>()) return true;
  // Geometry and VECTOR cross in the server's own bytes.
  const auto* native = column.type.get<type::Native>();
  return native != nullptr && native->spelling.find("char") == std::string::npos &&
         native->spelling.find("text") == std::string::npos;
}

bool is_json(const Column& column) {
  return column.type.is<type::Json>();
}

std::string shortened(std::string_view text) {
  constexpr std::size_t limit = 60;
  if (text.size() <= limit) return std::string(text);
  return std::string(text.substr(0, limit)) + "...";
}

std::string text_of(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::null:
      return "NULL";
    case CellKind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case CellKind::integer:
      return std::to_string(cell.integer);
    case CellKind::unsigned_integer:
      return std::to_string(cell.unsigned_integer);
    case CellKind::real:
      return format_double(cell.real);
    case CellKind::bytes:
    case CellKind::text:
    case CellKind::spelled:
      return std::string(cell.text);
  }
  return {};
}

// How many digits of the fraction are not just zeros at its end.
std::size_t significant_fraction(std::string_view text) {
  const auto point = text.find('.');
  if (point == text.npos) return 0;
  std::size_t digits = 0;
  for (std::size_t i = point + 1; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i)
    if (text[i] != '0') digits = i - point;
  return digits;
}

std::size_t position_of(const std::vector<std::string>& labels, std::string_view label) {
  return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
}

// A SET's members in the order of the type: the server would put them into it.
bool is_exact_set(const std::vector<std::string>& labels, std::string_view text) {
  if (text.empty()) return true;
  std::size_t from = 0;
  for (const auto& member : split(text, ',')) {
    const std::size_t at = position_of(labels, member);
    if (at == labels.size() || at < from) return false;
    from = at + 1;
  }
  return true;
}

}  // namespace

ColumnBuffer::ColumnBuffer(Column column, std::string table)
    : column_(std::move(column)), table_(std::move(table)) {
  std::visit(overloaded{[&](const type::Int& t) {
                          form_ = Form::integer;
                          field_type_ = MYSQL_TYPE_LONGLONG;
                          is_unsigned_ = t.is_unsigned && t.bytes == 8;
                        },
                        [&](const type::Bool&) {
                          form_ = Form::integer;
                          field_type_ = MYSQL_TYPE_LONGLONG;
                        },
                        [&](const type::Year&) {
                          form_ = Form::integer;
                          field_type_ = MYSQL_TYPE_LONGLONG;
                        },
                        [&](const type::Bits&) {
                          form_ = Form::integer;
                          field_type_ = MYSQL_TYPE_LONGLONG;
                          is_unsigned_ = true;
                        },
                        [&](const type::Float&) {
                          form_ = Form::real;
                          field_type_ = MYSQL_TYPE_DOUBLE;
                        },
                        [&](const auto&) {
                          form_ = Form::text;
                          // MySQL takes no BLOB for a JSON value.
                          field_type_ =
                              is_bytes(column_) && !is_json(column_) ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
                        }},
             column_.type.kind);
}

void ColumnBuffer::clear() {
  integers_.clear();
  reals_.clear();
  texts_.clear();
  sizes_.clear();
  indicators_.clear();
  changed_.clear();
}

Error ColumnBuffer::refuse(const Cell& cell, std::string_view reason) const {
  Error error;
  error.code = ErrorCode::data_loss;
  const bool shown = cell.kind != CellKind::bytes;
  error.what = "the value " + (shown ? shortened(text_of(cell)) : "x'" + shortened(to_hex(cell.text)) + "'") +
               " of " + table_ + "." + column_.name + " " + std::string(reason);
  error.hint = "change the value, or the column's type (" + column_.native_type + ")";
  return error;
}

Result<void> ColumnBuffer::add(const Cell& cell) {
  if (cell.is_null()) {
    // The server would put a number or the time of day for NULL into some columns.
    if (!column_.nullable) return refuse(cell, "is not allowed: the column is NOT NULL");
    indicators_.push_back(STMT_INDICATOR_NULL);
    if (form_ == Form::integer) integers_.push_back(0);
    if (form_ == Form::real) reals_.push_back(0);
    if (form_ == Form::text) {
      texts_.push_back("");
      sizes_.push_back(0);
    }
    return {};
  }
  indicators_.push_back(STMT_INDICATOR_NONE);
  if (column_.type.is<type::Bits>()) return add_bits(cell);
  if (form_ == Form::integer) return add_integer(cell);
  if (form_ == Form::real) return add_real(cell);
  return add_text(cell);
}

Result<void> ColumnBuffer::add_integer(const Cell& cell) {
  std::optional<long long> value;
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
      value = cell.integer;
      if (is_unsigned_ && cell.integer < 0) return refuse(cell, "is negative and the column is unsigned");
      break;
    case CellKind::unsigned_integer:
      if (!is_unsigned_ &&
          cell.unsigned_integer > static_cast<std::uint64_t>(std::numeric_limits<long long>::max()))
        return refuse(cell, "is too large");
      value = static_cast<long long>(cell.unsigned_integer);
      break;
    case CellKind::real:
      if (std::nearbyint(cell.real) == cell.real && std::fabs(cell.real) < 9e15)
        value = static_cast<long long>(cell.real);
      break;
    default:
      if (is_unsigned_) {
        if (const auto number = parse_unsigned(cell.text)) value = static_cast<long long>(*number);
      } else {
        value = parse_integer(cell.text);
      }
  }
  if (!value) return refuse(cell, "is no integer");
  const bool is_year = column_.type.is<type::Year>();
  if (is_year && *value != 0 && (*value < 1901 || *value > 2155))
    return refuse(cell, "is no year of 1901 to 2155");
  integers_.push_back(*value);
  return {};
}

Result<void> ColumnBuffer::add_bits(const Cell& cell) {
  std::uint64_t value = 0;
  bool is_valid = cell.text.size() <= 64;
  if (cell.kind == CellKind::boolean || cell.kind == CellKind::integer)
    value = static_cast<std::uint64_t>(cell.integer);
  else if (cell.kind == CellKind::unsigned_integer)
    value = cell.unsigned_integer;
  else if (cell.kind == CellKind::spelled || cell.kind == CellKind::text)
    for (const char digit : cell.text) {
      is_valid = is_valid && (digit == '0' || digit == '1');
      value = value << 1 | (digit == '1' ? 1U : 0U);
    }
  else
    is_valid = false;
  if (!is_valid) return refuse(cell, "is no row of at most 64 bits");
  integers_.push_back(static_cast<long long>(value));
  return {};
}

Result<void> ColumnBuffer::add_real(const Cell& cell) {
  constexpr long long exact = 1LL << 53;
  std::optional<double> value;
  switch (cell.kind) {
    case CellKind::boolean:
    case CellKind::integer:
      if (cell.integer <= exact && cell.integer >= -exact) value = static_cast<double>(cell.integer);
      break;
    case CellKind::unsigned_integer:
      if (cell.unsigned_integer <= static_cast<std::uint64_t>(exact))
        value = static_cast<double>(cell.unsigned_integer);
      break;
    case CellKind::real:
      value = cell.real;
      break;
    default:
      value = parse_double(cell.text);
  }
  if (!value) return refuse(cell, "is no number that a double holds exactly");
  if (!std::isfinite(*value))
    return refuse(cell, "has no form in MySQL and MariaDB: they know no NaN and no infinity");
  const bool single = column_.type.get<type::Float>()->bytes == 4;
  if (single && static_cast<double>(static_cast<float>(*value)) != *value)
    return refuse(cell, "would lose digits in a FLOAT of 4 bytes");
  reals_.push_back(*value);
  return {};
}

Result<void> ColumnBuffer::keep(std::string_view text) {
  texts_.push_back(text.empty() ? "" : text.data());
  sizes_.push_back(static_cast<unsigned long>(text.size()));
  return {};
}

Result<void> ColumnBuffer::keep_copy(std::string text) {
  return keep(changed_.emplace_back(std::move(text)));
}

// The session's time zone is UTC: an instant goes without its "+00".
Result<void> ColumnBuffer::keep_time(std::string_view text, std::optional<int> digits) {
  Cell cell;
  cell.kind = CellKind::spelled;
  cell.text = text;
  if (text.ends_with("+00")) text.remove_suffix(3);
  if (significant_fraction(text) > static_cast<std::size_t>(digits.value_or(0)))
    return refuse(cell, "has more digits of a second than the column keeps");
  return keep(text);
}

Result<void> ColumnBuffer::add_text(const Cell& cell) {
  const bool has_text = cell.kind >= CellKind::text;
  if (const auto* decimal = column_.type.get<type::Decimal>()) {
    const auto digits = canonical_decimal(text_of(cell));
    if (!digits) return refuse(cell, "is no number that MySQL and MariaDB know");
    if (significant_fraction(*digits) > static_cast<std::size_t>(decimal->scale.value_or(0)))
      return refuse(cell, "has more digits after the point than the column keeps");
    return keep_copy(*digits);
  }
  if (!has_text) return keep_copy(text_of(cell));
  if (const auto* bytes = column_.type.get<type::Bytes>())
    if (bytes->fixed && bytes->max_bytes && static_cast<std::int64_t>(cell.text.size()) < *bytes->max_bytes)
      return refuse(cell, "is shorter than the column, and the server would fill it up with zeros");
  if (const auto* labels = column_.type.get<type::Enum>())
    if (!labels->labels.empty() && position_of(labels->labels, cell.text) == labels->labels.size())
      return refuse(cell, "is none of the column's labels");
  if (const auto* labels = column_.type.get<type::Set>())
    if (!labels->labels.empty() && !is_exact_set(labels->labels, cell.text))
      return refuse(cell, "is no set of the column's labels in their order");
  if (const auto* time = column_.type.get<type::Time>()) return keep_time(cell.text, time->digits);
  if (const auto* timestamp = column_.type.get<type::Timestamp>())
    return keep_time(cell.text, timestamp->digits);
  return keep(cell.text);
}

std::string ColumnBuffer::describe(std::size_t row) const {
  if (row >= rows() || indicators_[row] == STMT_INDICATOR_NULL) return "NULL";
  if (form_ == Form::integer)
    return is_unsigned_ ? std::to_string(static_cast<unsigned long long>(integers_[row]))
                        : std::to_string(integers_[row]);
  if (form_ == Form::real) return format_double(reals_[row]);
  const std::string_view text(texts_[row], sizes_[row]);
  return field_type_ == MYSQL_TYPE_BLOB ? "x'" + shortened(to_hex(text)) + "'" : shortened(text);
}

MYSQL_BIND ColumnBuffer::bind_all() {
  MYSQL_BIND bind{};
  bind.buffer_type = field_type_;
  bind.is_unsigned = is_unsigned_;
  bind.u.indicator = indicators_.data();
  bind.length = sizes_.data();
  if (form_ == Form::integer) bind.buffer = integers_.data();
  if (form_ == Form::real) bind.buffer = reals_.data();
  if (form_ == Form::text) bind.buffer = texts_.data();
  return bind;
}

MYSQL_BIND ColumnBuffer::bind_row(std::size_t row) {
  MYSQL_BIND bind{};
  bind.buffer_type = field_type_;
  bind.is_unsigned = is_unsigned_;
  bind.is_null = indicators_[row] == STMT_INDICATOR_NULL ? &null_ : &not_null_;
  if (form_ == Form::integer) bind.buffer = &integers_[row];
  if (form_ == Form::real) bind.buffer = &reals_[row];
  if (form_ == Form::text) {
    bind.buffer = const_cast<char*>(texts_[row]);  // libmariadb only reads it
    bind.buffer_length = sizes_[row];
    bind.length = &sizes_[row];
  }
  return bind;
}

}  // namespace bascule::mysql
