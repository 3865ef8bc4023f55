#include "engine/drivers/mysql/column_type.h"

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/native_types.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::mysql {
namespace {

bool starts_with_current_timestamp(std::string_view text) {
  return starts_with_ignoring_case(text, "current_timestamp") || starts_with_ignoring_case(text, "now(");
}

}  // namespace

Type parse_column_type(std::string_view column_type, Flavor flavor) {
  return mysql_column_type(column_type, flavor);
}

std::string without_display_width(std::string_view column_type) {
  const TypeSpelling spelling = take_type_apart(column_type);
  const bool has_width = spelling.word == "year" || mysql_integer_bytes(spelling.word) != 0;
  const bool says_something =
      spelling.is_zerofill() ||
      (spelling.word == "tinyint" && spelling.argument(0) == 1 && !spelling.is_unsigned());
  if (!spelling.has_arguments || !has_width || says_something) return std::string(column_type);
  return spelling.rest.empty() ? spelling.word : spelling.word + " " + spelling.rest;
}

std::string unescape_expression(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\'' || text[i + 1] == '\\');
    if (escaped) ++i;
    out += text[i];
  }
  return out;
}

std::string without_outer_parentheses(std::string_view expression) {
  const std::string_view whole = trim(expression);
  if (!whole.starts_with('(') || !whole.ends_with(')')) return std::string(whole);
  int depth = 0;
  for (const Token& token : tokenize(whole, dialect(Flavor::mysql).lexer)) {
    if (token.kind != TokenKind::punctuation) continue;
    if (whole[token.offset] == '(') ++depth;
    if (whole[token.offset] == ')') --depth;
    if (depth == 0 && token.offset + token.size < whole.size()) return std::string(whole);
  }
  return std::string(trim(whole.substr(1, whole.size() - 2)));
}

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-columns-table.html,
// https://mariadb.com/kb/en/information-schema-columns-table/
std::optional<std::string> decode_default(const std::optional<std::string>& column_default,
                                          std::string_view extra, const Type& type, const Dialect& dialect) {
  if (!column_default) return std::nullopt;
  const std::string& text = *column_default;
  if (dialect.flavor == Flavor::mariadb) {  // an SQL expression already
    if (text == "NULL") return std::nullopt;
    return text;
  }
  if (extra.find("DEFAULT_GENERATED") != extra.npos) {
    const std::string expression = unescape_expression(text);
    if (starts_with_current_timestamp(expression)) return expression;
    return fmt::format("({})", without_outer_parentheses(expression));
  }
  if (is_numeric(type) || type.is<type::Bool>() || type.is<type::Bits>() || type.is<type::Year>())
    return text;
  return quote_plain_string(text, dialect);
}

std::optional<std::string> on_update_of(std::string_view extra) {
  constexpr std::string_view words = "on update ";
  const auto at = to_lower(extra).find(words);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = extra.substr(at + words.size());
  return std::string(rest.substr(0, rest.find(' ')));
}

}  // namespace bascule::mysql
