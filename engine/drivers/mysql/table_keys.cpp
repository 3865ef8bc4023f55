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

bool is_plain_word(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') &&
         std::all_of(name.begin(), name.end(), is_word_byte);
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

bool is_served(const Table& table, const ForeignKey& key, Flavor flavor) {
  if (flavor == Flavor::mariadb) return is_referable(table, key.columns);
  Table ascending = table;
  std::erase_if(ascending.indexes, [&](const Index& index) {
    const std::size_t count = std::min(index.parts.size(), key.columns.size());
    return std::any_of(index.parts.begin(), index.parts.begin() + static_cast<std::ptrdiff_t>(count),
                       [](const IndexPart& part) { return part.descending; });
  });
  return is_referable(ascending, key.columns);
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

std::set<std::string> used_relations(std::string_view view_definition) {
  const auto all = tokenize(view_definition, dialect(Flavor::mysql).lexer);
  std::vector<std::pair<TokenKind, std::string_view>> tokens;
  for (const Token& token : all)
    if (token.kind != TokenKind::space)
      tokens.emplace_back(token.kind, view_definition.substr(token.offset, token.size));
  const auto text = [&](std::size_t i) { return i < tokens.size() ? tokens[i].second : std::string_view(); };
  std::size_t i = 0;
  while (i < tokens.size() && !equals_ignoring_case(text(i), "AS")) ++i;
  std::set<std::string> names;
  for (; i < tokens.size(); ++i) {
    const bool is_part = text(i + 1) == "." || text(i - 1) == "." || equals_ignoring_case(text(i - 1), "AS");
    if (tokens[i].first == TokenKind::quoted_identifier && !is_part && text(i).size() > 2)
      names.insert(to_lower(replace_all(text(i).substr(1, text(i).size() - 2), "``", "`")));
  }
  return names;
}

bool mentions(std::string_view expression, std::string_view name) {
  const auto tokens = tokenize(expression, dialect(Flavor::mysql).lexer);
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return is_identifier(token, expression.substr(token.offset, token.size), name);
  });
}

std::string with_name_changed(std::string_view expression, std::string_view from, std::string_view to) {
  const std::string quoted = quote_identifier(to, dialect(Flavor::mysql));
  std::string out;
  for (const Token& token : tokenize(expression, dialect(Flavor::mysql).lexer)) {
    const std::string_view text = expression.substr(token.offset, token.size);
    if (!is_identifier(token, text, from))
      out += text;
    else
      out += token.kind == TokenKind::word && is_plain_word(to) ? std::string(to) : quoted;
  }
  return out;
}

}  // namespace bascule::mysql
