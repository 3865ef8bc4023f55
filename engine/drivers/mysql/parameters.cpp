#include "engine/drivers/mysql/parameters.h"

#include <cmath>

#include "engine/base/overloaded.h"
#include "engine/drivers/mysql/errors.h"

namespace bascule::mysql {
namespace {

Error no_form(std::size_t number, std::string_view value, std::string hint) {
  return unsupported_error("parameter " + std::to_string(number) + " is " + std::string(value) +
                               ", for which MySQL and MariaDB have no value",
                           std::move(hint));
}

bool is_number(std::string_view digits) {
  return canonical_decimal(digits).has_value();
}

}  // namespace

Result<void> Parameters::bind(MYSQL_STMT* statement, std::span<const Value> values) {
  slots_.assign(values.size(), Slot());
  binds_.assign(values.size(), MYSQL_BIND{});
  for (std::size_t i = 0; i < values.size(); ++i) {
    Slot& slot = slots_[i];
    MYSQL_BIND& bind = binds_[i];
    bind.is_null = &slot.is_null;
    bind.length = &slot.size;
    const auto as_integer = [&](long long integer, bool is_unsigned) -> Result<void> {
      slot.integer = integer;
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.buffer = &slot.integer;
      bind.is_unsigned = is_unsigned;
      return {};
    };
    const auto as_text = [&](enum_field_types type, std::string text) -> Result<void> {
      slot.text = std::move(text);
      slot.size = static_cast<unsigned long>(slot.text.size());
      bind.buffer_type = type;
      bind.buffer = slot.text.data();
      bind.buffer_length = slot.size;
      return {};
    };
    TRY(std::visit(
        overloaded{[&](const value::Null&) -> Result<void> {
                     slot.is_null = 1;
                     bind.buffer_type = MYSQL_TYPE_NULL;
                     return {};
                   },
                   [&](bool v) { return as_integer(v ? 1 : 0, false); },
                   [&](std::int64_t v) { return as_integer(v, false); },
                   [&](std::uint64_t v) { return as_integer(static_cast<long long>(v), true); },
                   [&](double v) -> Result<void> {
                     if (!std::isfinite(v))
                       return no_form(i + 1, std::isnan(v) ? "NaN" : "an infinity", "send NULL instead");
                     slot.real = v;
                     bind.buffer_type = MYSQL_TYPE_DOUBLE;
                     bind.buffer = &slot.real;
                     return {};
                   },
                   [&](const value::Decimal& v) -> Result<void> {
                     if (!is_number(v.digits)) return no_form(i + 1, v.digits, "send NULL instead");
                     return as_text(MYSQL_TYPE_NEWDECIMAL, v.digits);
                   },
                   [&](const std::string& v) { return as_text(MYSQL_TYPE_STRING, v); },
                   [&](const value::Bytes& v) { return as_text(MYSQL_TYPE_BLOB, v.data); },
                   [&](const value::Date& v) -> Result<void> {
                     if (v.special != value::Special::none)
                       return no_form(i + 1, format_date(v), "send NULL instead");
                     return as_text(MYSQL_TYPE_STRING, format_date(v));
                   },
                   [&](const value::Time& v) { return as_text(MYSQL_TYPE_STRING, format_time(v)); },
                   [&](const value::Timestamp& v) -> Result<void> {
                     if (v.date.special != value::Special::none || v.offset_seconds)
                       return no_form(i + 1, format_timestamp(v),
                                      "give the wall time in the session's time zone");
                     return as_text(MYSQL_TYPE_STRING, format_timestamp(v));
                   },
                   [&](const value::Array&) -> Result<void> {
                     return no_form(i + 1, "an array", "send it as JSON, or as several parameters");
                   },
                   [&](const value::Spelled& v) { return as_text(MYSQL_TYPE_STRING, v.text); }},
        values[i].kind));
  }
  if (!binds_.empty() && mysql_stmt_bind_param(statement, binds_.data()) != 0)
    return last_error(statement->mysql, statement, {});
  return {};
}

}  // namespace bascule::mysql
