#include "engine/dialect/sql_writer.h"

#include <cmath>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"

namespace bascule {
namespace {

bool is_mysql(const Dialect& dialect) {
  return dialect.flavor == Flavor::mysql || dialect.flavor == Flavor::mariadb;
}

std::string quoted(std::string_view text, char quote) {
  const std::string one(1, quote);
  return one + replace_all(text, one, one + one) + one;
}

// Without a backslash, so that standard_conforming_strings does not matter.
std::string postgres_bytes(std::string_view bytes) {
  return "decode('" + to_hex(bytes) + "', 'hex')";
}

std::string bytes_literal(std::string_view bytes, const Dialect& dialect) {
  return dialect.flavor == Flavor::postgres ? postgres_bytes(bytes) : "X'" + to_hex(bytes) + "'";
}

// SQLite reads digits beyond its integers and doubles as the nearest double; as text they stay what they are.
std::string digits_literal(const std::string& digits, const Dialect& dialect) {
  if (dialect.flavor != Flavor::sqlite || parse_integer(digits)) return digits;
  const auto real = parse_double(digits);
  const bool is_exact = real && compare(Value(*real), Value(value::Decimal{digits})) == 0;
  return is_exact ? digits : quote_literal(digits, dialect);
}

std::string real_literal(double value, const Dialect& dialect) {
  if (!std::isfinite(value)) {
    if (dialect.flavor == Flavor::postgres) return "'" + format_double(value) + "'::float8";
    // SQLite reads an overflowing literal as infinity; it has no NaN, and MySQL has neither: the word makes
    // the statement fail there instead of storing something else.
    if (dialect.flavor == Flavor::sqlite && std::isinf(value)) return value > 0 ? "9e999" : "-9e999";
    return format_double(value);
  }
  std::string text = format_double(value);
  // A numeric of PostgreSQL has no sign of zero.
  if (text == "-0" && dialect.flavor == Flavor::postgres) return "'-0'::float8";
  // Without a point or an exponent it would be an integer.
  if (text.find_first_of(".e") == std::string::npos) text += is_mysql(dialect) ? "e0" : ".0";
  return text;
}

}  // namespace

std::string quote_identifier(std::string_view name, const Dialect& dialect) {
  return quoted(name, dialect.identifier_quote);
}

std::string quote_qualified(std::string_view schema, std::string_view name, const Dialect& dialect) {
  if (schema.empty()) return quote_identifier(name, dialect);
  return quote_identifier(schema, dialect) + "." + quote_identifier(name, dialect);
}

std::string quote_literal(std::string_view text, const Dialect& dialect) {
  const bool is_plain = text.find('\0') == std::string_view::npos && is_valid_utf8(text);
  const bool has_backslash = text.find('\\') != std::string_view::npos;
  // Means the same whatever NO_BACKSLASH_ESCAPES says.
  if (is_mysql(dialect) && (!is_plain || has_backslash)) return "_utf8mb4 X'" + to_hex(text) + "'";
  if (dialect.flavor == Flavor::sqlite && !is_plain) return "CAST(X'" + to_hex(text) + "' AS TEXT)";
  if (dialect.flavor == Flavor::postgres) {
    // PostgreSQL's text holds neither NUL nor invalid UTF-8: the server refuses this (22021), where a plain
    // string would end early.
    if (!is_plain) return "convert_from(" + postgres_bytes(text) + ", 'UTF8')";
    if (has_backslash) return " E" + quoted(replace_all(text, "\\", "\\\\"), '\'');
  }
  return quoted(text, '\'');
}

std::string quote_plain_string(std::string_view text, const Dialect& dialect) {
  if (!is_mysql(dialect)) return quoted(text, '\'');
  return quoted(replace_all(replace_all(text, "\\", "\\\\"), std::string_view("\0", 1), "\\0"), '\'');
}

std::string literal(const Value& value, const Dialect& dialect) {
  return std::visit(
      overloaded{[](const value::Null&) -> std::string { return "NULL"; },
                 [&](bool v) { return std::string(v ? dialect.true_literal : dialect.false_literal); },
                 [](std::int64_t v) { return std::to_string(v); },
                 [&](std::uint64_t v) { return digits_literal(std::to_string(v), dialect); },
                 [&](double v) { return real_literal(v, dialect); },
                 [&](const value::Decimal& v) {
                   const bool is_finite = canonical_decimal(v.digits).has_value();
                   return is_finite ? digits_literal(v.digits, dialect) : quote_literal(v.digits, dialect);
                 },
                 [&](const std::string& v) { return quote_literal(v, dialect); },
                 [&](const value::Bytes& v) { return bytes_literal(v.data, dialect); },
                 [&](const auto& v) { return quote_literal(format_value(Value(v)), dialect); }},
      value.kind);
}

void SqlWriter::piece(std::string_view sql) {
  if (sql.empty()) return;
  static constexpr std::string_view tight_before = ",;).", tight_after = "(.";
  const bool tight = sql_.empty() || tight_after.find(sql_.back()) != std::string_view::npos ||
                     tight_before.find(sql.front()) != std::string_view::npos || sql_.back() == ' ' ||
                     sql.front() == ' ';
  if (!tight) sql_ += ' ';
  sql_ += sql;
}

SqlWriter& SqlWriter::raw(std::string_view sql) {
  piece(sql);
  return *this;
}

SqlWriter& SqlWriter::name(std::string_view identifier) {
  piece(quote_identifier(identifier, *dialect_));
  return *this;
}

SqlWriter& SqlWriter::name(std::string_view schema, std::string_view identifier) {
  piece(quote_qualified(schema, identifier, *dialect_));
  return *this;
}

SqlWriter& SqlWriter::names(std::span<const std::string> identifiers) {
  std::string list = "(";
  for (const auto& identifier : identifiers)
    list += (list.size() > 1 ? ", " : "") + quote_identifier(identifier, *dialect_);
  piece(list + ")");
  return *this;
}

SqlWriter& SqlWriter::text(std::string_view literal_text) {
  piece(quote_literal(literal_text, *dialect_));
  return *this;
}

SqlWriter& SqlWriter::value(const Value& value_) {
  piece(literal(value_, *dialect_));
  return *this;
}

}  // namespace bascule
