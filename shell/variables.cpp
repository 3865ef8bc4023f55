#include "shell/variables.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule {

std::optional<std::string> Variables::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

bool Variables::is_on(std::string_view name) const {
  static constexpr std::array<std::string_view, 4> words{"on", "true", "yes", "1"};
  const auto value = get(name);
  return value && std::find(words.begin(), words.end(), to_lower(*value)) != words.end();
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string interpolate(std::string_view sql, const Dialect& dialect, const Variables& variables) {
  if (sql.find(':') == std::string_view::npos || variables.all().empty()) return std::string(sql);
  std::string out;
  std::size_t copied = 0;
  for (const VariableReference& reference : find_variables(sql, dialect.lexer)) {
    const auto value = variables.get(reference.name);
    if (!value) continue;
    out += sql.substr(copied, reference.offset - copied);
    switch (reference.kind) {
      case VariableKind::plain:
        out += *value;
        break;
      case VariableKind::literal:
        out += quote_literal(*value, dialect);
        break;
      case VariableKind::identifier:
        out += quote_identifier(*value, dialect);
        break;
    }
    copied = reference.offset + reference.size;
  }
  return out += sql.substr(copied);
}

}  // namespace bascule
