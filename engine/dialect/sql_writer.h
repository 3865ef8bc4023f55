// The one place that quotes: identifiers and literals, by dialect.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/dialect/dialect.h"
#include "engine/model/value.h"

namespace bascule {

// Always quoted: "a""b" or `a``b`.
std::string quote_identifier(std::string_view name, const Dialect& dialect);
// `schema`.`name`; only the name if `schema` is empty.
std::string quote_qualified(std::string_view schema, std::string_view name, const Dialect& dialect);
// A string literal that means exactly these characters, whatever standard_conforming_strings or
// NO_BACKSLASH_ESCAPES say: 'it''s', and E'\\' (PostgreSQL) or X'..'-built text (MySQL) where a backslash is
// inside. NUL and invalid UTF-8 go as hex; PostgreSQL's text cannot hold them, and its server refuses the
// literal.
std::string quote_literal(std::string_view text, const Dialect& dialect);
// A plain string in quotes, for the places where MySQL's grammar takes nothing else (COMMENT, labels) and for
// showing. There a backslash is doubled, which is right unless NO_BACKSLASH_ESCAPES is set.
std::string quote_plain_string(std::string_view text, const Dialect& dialect);
// Any value as a literal: NULL, 12, 0.1, 'x', X'00ff' or decode('00ff', 'hex'), DATE values as strings.
std::string literal(const Value& value, const Dialect& dialect);

// Builds a statement piece by piece; blanks between pieces are put where they are needed.
class SqlWriter {
 public:
  explicit SqlWriter(const Dialect& dialect) : dialect_(&dialect) {}
  SqlWriter& raw(std::string_view sql);  // a constant of the program, or SQL that the database gave us
  SqlWriter& name(std::string_view identifier);
  SqlWriter& name(std::string_view schema, std::string_view identifier);
  SqlWriter& names(std::span<const std::string> identifiers);  // (a, b)
  SqlWriter& text(std::string_view literal_text);
  SqlWriter& value(const Value& value);
  std::string str() const { return sql_; }

 private:
  void piece(std::string_view sql);
  const Dialect* dialect_;
  std::string sql_;
};

}  // namespace bascule
