#include "engine/dialect/sql_names.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule {
namespace {

bool is_quoted(const Token& token) {
  return token.kind == TokenKind::quoted_identifier && token.size >= 2;
}

// A quote inside a quoted name is written twice.
std::string unquoted(std::string_view text) {
  const std::string quote(1, text.back() == ']' ? ']' : text.front());
  return replace_all(text.substr(1, text.size() - 2), quote + quote, quote);
}

bool is_name(const Token& token, std::string_view text, std::string_view name, const Dialect& dialect) {
  if (is_quoted(token))
    return dialect.table_names_fold_case ? equals_ignoring_case(unquoted(text), name)
                                         : unquoted(text) == name;
  if (token.kind != TokenKind::word) return false;
  // An unquoted word of PostgreSQL means its lower case.
  return dialect.table_names_fold_case || dialect.has_schemas ? equals_ignoring_case(text, name)
                                                              : text == name;
}

// A name that is no plain word in lower case means another one, or nothing, without its quotes.
bool needs_quotes(std::string_view name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return !is_plain || name.empty() || (name[0] >= '0' && name[0] <= '9');
}

}  // namespace

bool mentions_name(std::string_view sql, std::string_view name, const Dialect& dialect) {
  if (name.empty() || sql.size() < name.size()) return false;
  for (const Token& token : tokenize(sql, dialect.lexer))
    if (is_name(token, sql.substr(token.offset, token.size), name, dialect)) return true;
  return false;
}

std::set<std::string> names_in(std::string_view sql, const Dialect& dialect) {
  std::set<std::string> names;
  for (const Token& token : tokenize(sql, dialect.lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (is_quoted(token))
      names.insert(to_lower(unquoted(text)));
    else if (token.kind == TokenKind::word)
      names.insert(to_lower(text));
  }
  return names;
}

std::string with_other_schema(std::string_view sql, std::string_view schema, std::string_view to,
                              const Dialect& dialect) {
  std::string out;
  const auto tokens = tokenize(sql, dialect.lexer);
  const auto text_of = [&](std::size_t i) { return sql.substr(tokens[i].offset, tokens[i].size); };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool is_prefix = i + 1 < tokens.size() && text_of(i + 1) == "." &&
                           (i == 0 || text_of(i - 1) != ".") &&
                           is_name(tokens[i], text_of(i), schema, dialect);
    if (!is_prefix) {
      out += text_of(i);
      continue;
    }
    if (!to.empty()) out += (needs_quotes(to) ? quote_identifier(to, dialect) : std::string(to)) + ".";
    ++i;  // the dot
  }
  return out;
}

std::string without_schema(std::string_view sql, std::string_view schema, const Dialect& dialect) {
  return with_other_schema(sql, schema, "", dialect);
}

std::string with_new_name(std::string_view sql, std::string_view from, std::string_view to,
                          const Dialect& dialect) {
  std::string out;
  for (const Token& token : tokenize(sql, dialect.lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (!is_name(token, text, from, dialect))
      out += text;
    else
      out += is_quoted(token) || needs_quotes(to) ? quote_identifier(to, dialect) : std::string(to);
  }
  return out;
}

}  // namespace bascule
