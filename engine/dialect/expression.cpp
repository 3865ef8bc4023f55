#include "engine/dialect/expression.h"

#include "engine/base/text.h"
#include "engine/dialect/expression_fallback.h"
#include "engine/dialect/expression_print.h"
#include "engine/dialect/expression_tree.h"

namespace bascule {
namespace {

using expression::Kind;
using expression::Node;

std::optional<default_value::Clock> clock_of(const Node& node, Flavor flavor) {
  using enum default_value::Clock;
  if (node.is(Kind::call, "current_timestamp")) return timestamp;
  if (node.is(Kind::call, "current_date")) return date;
  if (node.is(Kind::call, "current_time")) return time;
  if (node.is(Kind::binary, "at time zone") && clock_of(node.children[0], flavor) == timestamp &&
      node.children[1].is(Kind::text) && equals_ignoring_case(node.children[1].text, "utc"))
    return timestamp;
  const bool is_now =
      flavor == Flavor::sqlite && node.children.size() == 1 && node.children[0].is(Kind::text, "now");
  if (is_now && node.is(Kind::foreign, "datetime")) return timestamp;
  if (is_now && node.is(Kind::call, "to_date")) return date;
  if (is_now && node.is(Kind::foreign, "time")) return time;
  return std::nullopt;
}

void gather_columns(const Node& node, std::vector<std::string>& names) {
  if (node.is(Kind::column)) names.push_back(node.text);
  for (const auto& child : node.children) gather_columns(child, names);
}

}  // namespace

std::optional<std::vector<std::string>> columns_of(std::string_view sql, Flavor flavor) {
  const expression::Parsed parsed = expression::parse(sql, flavor);
  if (!parsed.tree) return std::nullopt;
  std::vector<std::string> names;
  gather_columns(*parsed.tree, names);
  return names;
}

std::optional<std::string> literal_text(std::string_view token, Flavor flavor) {
  const bool is_postgres = flavor == Flavor::postgres;
  bool backslashes = dialect(flavor).lexer.backslash_escapes;
  if (is_postgres && (token.starts_with('E') || token.starts_with('e'))) {
    token.remove_prefix(1);
    backslashes = true;
  }
  if (token.starts_with('N') || token.starts_with('n')) token.remove_prefix(1);
  if (token.size() < 2 || (token.front() != '\'' && token.front() != '"') || token.back() != token.front())
    return std::nullopt;
  const char quote = token.front();
  const std::string_view inside = token.substr(1, token.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char byte = inside[i];
    if (byte == quote && i + 1 < inside.size()) {
      ++i;
    } else if (byte == '\\' && backslashes && i + 1 < inside.size()) {
      constexpr std::string_view letters = "nrtb0Z", meanings("\n\r\t\b\0\x1a", 6);
      const char next = inside[++i];
      const auto known = letters.find(next);
      if (is_postgres && (known == std::string_view::npos || known > 3) && next != '\'' && next != '\\')
        return std::nullopt;  // \x41, \u0041, \101
      text += known == std::string_view::npos ? next : meanings[known];
      continue;
    }
    text += byte;
  }
  return text;
}

std::string normalize_expression(std::string_view sql, Flavor flavor, const std::vector<Column>* columns) {
  const expression::Parsed parsed = expression::parse(sql, flavor);
  if (!parsed.tree) return token_form(sql, flavor);
  return expression::print(expression::canonical(*parsed.tree, flavor, columns), flavor,
                           expression::Style::normal);
}

DefaultValue read_default(std::string_view sql, Flavor flavor) {
  using namespace default_value;
  const expression::Parsed parsed = expression::parse(sql, flavor);
  if (!parsed.tree) return Other{};
  const Node node = expression::canonical(*parsed.tree, flavor);
  switch (node.kind) {
    case Kind::null:
      return Null{};
    case Kind::number:
      // Where true is 1, the word still says what was meant.
      if (parsed.tree->is(Kind::boolean)) return Boolean{parsed.tree->text == "true"};
      return Number{node.text};
    case Kind::boolean:
      return Boolean{node.text == "true"};
    case Kind::text:
      return default_value::Text{node.text};
    case Kind::column:  // SQLite takes "x" for text where there is no such column
      if (flavor == Flavor::sqlite && sql.find('"') != std::string_view::npos)
        return default_value::Text{node.text};
      return Other{};
    default:
      break;
  }
  if (const auto clock = clock_of(node, flavor)) return Now{*clock};
  if (node.is(Kind::foreign, "nextval")) return NextValue{};
  if (node.is(Kind::call, "new_uuid")) return NewUuid{};
  return Other{};
}

}  // namespace bascule
