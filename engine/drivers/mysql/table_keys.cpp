#include "engine/drivers/mysql/table_keys.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::mysql {
namespace {

bool start_with(const std::vector<std::string>& columns, const std::vector<std::string>& wanted) {
  return columns.size() >= wanted.size() &&
         std::is_permutation(wanted.begin(), wanted.end(), columns.begin());
}

bool is_identifier(const Token& token, std::string_view text, std::string_view name) {
  if (token.kind == TokenKind::word) return equals_ignoring_case(text, name);
  return token.kind == TokenKind::quoted_identifier &&
         equals_ignoring_case(text, quote_identifier(name, dialect(Flavor::mysql)));
}

}  // namespace

bool serves(const Index& index, const std::vector<std::string>& columns) {
  if (!index.method.empty()) return false;
  std::vector<std::string> whole;
  for (const auto& part : index.parts) {
    if (part.column.empty() || part.prefix_length) break;
    whole.push_back(part.column);
  }
  return start_with(whole, columns);
}

bool serves(const PrimaryKey& key, const std::vector<std::string>& columns) {
  return start_with(key.columns, columns);
}

bool is_served(const Table& table, const ForeignKey& key) {
  return is_referable(table, key.columns);
}

bool is_referable(const Table& table, const std::vector<std::string>& columns) {
  if (table.primary_key && serves(*table.primary_key, columns)) return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const Index& index) { return serves(index, columns); });
}

bool begins_with(const Index& index, std::string_view column) {
  return !index.parts.empty() && index.parts[0].column == column && index.method.empty();
}

bool begins_with(const std::optional<PrimaryKey>& key, std::string_view column) {
  return key && !key->columns.empty() && key->columns[0] == column;
}

bool begins_a_key(const Table& table, std::string_view column) {
  return begins_with(table.primary_key, column) ||
         std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const Index& index) { return begins_with(index, column); });
}

bool mentions(std::string_view expression, std::string_view name) {
  const auto tokens = tokenize(expression, dialect(Flavor::mysql).lexer);
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return is_identifier(token, expression.substr(token.offset, token.size), name);
  });
}

std::string with_name_changed(std::string_view expression, std::string_view from, std::string_view to) {
  std::string out;
  for (const Token& token : tokenize(expression, dialect(Flavor::mysql).lexer)) {
    const std::string_view text = expression.substr(token.offset, token.size);
    out +=
        is_identifier(token, text, from) ? quote_identifier(to, dialect(Flavor::mysql)) : std::string(text);
  }
  return out;
}

}  // namespace bascule::mysql
