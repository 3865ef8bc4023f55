#include "engine/drivers/sqlite/parameters.h"

#include <cmath>
#include <limits>
#include <string>

#include "engine/base/overloaded.h"
#include "engine/drivers/sqlite/errors.h"

namespace bascule::sqlite {
namespace {

Error cannot_hold(std::string_view what, std::string_view hint) {
  Error error;
  error.code = ErrorCode::data_loss;
  error.what = what;
  error.hint = hint;
  return error;
}

// What SQLite has no storage class for and would alter silently.
Result<void> check_value(const Value& value) {
  if (const auto* number = value.get<std::uint64_t>();
      number != nullptr && *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return cannot_hold(std::to_string(*number) + " does not fit SQLite's 64-bit signed integers",
                       "bind it as text or as a decimal");
  if (const auto* number = value.get<double>(); number != nullptr && std::isnan(*number))
    return cannot_hold("SQLite stores NaN as NULL", "bind NULL or a text");
  if (value.get<value::Array>() != nullptr)
    return unsupported_error("SQLite has no arrays", "bind a JSON text and read it with json_each()");
  return {};
}

int bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

int bind(sqlite3_stmt* statement, int index, const Value& value) {
  return std::visit(
      overloaded{
          [&](const value::Null&) { return sqlite3_bind_null(statement, index); },
          [&](bool v) { return sqlite3_bind_int64(statement, index, v ? 1 : 0); },
          [&](std::int64_t v) { return sqlite3_bind_int64(statement, index, v); },
          [&](std::uint64_t v) { return sqlite3_bind_int64(statement, index, static_cast<std::int64_t>(v)); },
          [&](double v) { return sqlite3_bind_double(statement, index, v); },
          [&](const std::string& v) { return bind_text(statement, index, v); },
          [&](const value::Bytes& v) {  // a null pointer would bind NULL; std::string's never is
            return sqlite3_bind_blob64(statement, index, v.data.data(), v.data.size(), SQLITE_TRANSIENT);
          },
          [&](const value::Decimal& v) { return bind_text(statement, index, v.digits); },
          [&](const value::Spelled& v) { return bind_text(statement, index, v.text); },
          [&](const auto& v) { return bind_text(statement, index, format_value(Value(v))); },
      },
      value.kind);
}

}  // namespace

Result<void> bind_parameters(sqlite3_stmt* statement, std::span<const Value> values, std::string_view sql) {
  const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (wanted != values.size()) {
    Error error = usage_error("the statement has " + std::to_string(wanted) + " parameters and " +
                                  std::to_string(values.size()) + " values were given",
                              "give one value for each ?");
    error.sql = sql;
    return error;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = "parameter " + std::to_string(i + 1);
    if (auto checked = check_value(values[i]); !checked.ok()) return std::move(checked).error().in(place);
    if (const int code = bind(statement, static_cast<int>(i + 1), values[i]); code != SQLITE_OK)
      return error_of(sqlite3_db_handle(statement), code, sql).in(place);
  }
  return {};
}

}  // namespace bascule::sqlite
