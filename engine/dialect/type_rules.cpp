#include "engine/dialect/type_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace bascule {
namespace {

constexpr std::string_view forms = "write table.column = TYPE or type:NAME = TYPE";

// A # inside quotes is part of a label.
std::string_view without_comment(std::string_view line) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\'') is_quoted = !is_quoted;
    if (line[i] == '#' && !is_quoted) return line.substr(0, i);
  }
  return line;
}

}  // namespace

Result<TypeRule> parse_type_rule(std::string_view text) {
  const std::string_view whole = trim(text);
  const auto equals = whole.find('=');
  if (equals == std::string_view::npos)
    return usage_error(fmt::format("\"{}\" is no type rule: it has no =", whole), std::string(forms));
  const std::string_view what = trim(whole.substr(0, equals)), to = trim(whole.substr(equals + 1));
  if (what.empty() || to.empty())
    return usage_error(fmt::format("\"{}\" is no type rule: one side of the = is empty", whole),
                       std::string(forms));
  constexpr std::string_view by_type = "type:";
  if (starts_with_ignoring_case(what, by_type)) {
    const std::string_view from = trim(what.substr(by_type.size()));
    if (from.empty())
      return usage_error(fmt::format("\"{}\" is no type rule: it names no type", whole), std::string(forms));
    return TypeRule{"", std::string(from), std::string(to)};
  }
  const auto dot = what.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == what.size())
    return usage_error(fmt::format("\"{}\" is no type rule: \"{}\" names no table and column", whole, what),
                       std::string(forms));
  return TypeRule{std::string(what), "", std::string(to)};
}

Result<TypeRules> parse_type_rules(std::string_view text) {
  TypeRules rules;
  std::size_t number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const std::string_view rule_text = trim(without_comment(line));
    if (rule_text.empty()) continue;
    auto rule = parse_type_rule(rule_text);
    if (!rule) return std::move(rule).error().in(fmt::format("line {}", number));
    rules.push_back(std::move(*rule));
  }
  return rules;
}

const TypeRule* find_type_rule(const TypeRules& rules, const Table& table, const Column& column) {
  const std::string name = fmt::format("{}.{}", table.name, column.name);
  const std::string portable = type_name(column.type);
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const TypeRule& rule) {
    const bool is_column = rule.column.empty() || matches_glob(rule.column, name, true);
    const bool is_type = rule.from.empty() || matches_glob(rule.from, column.native_type, true) ||
                         matches_glob(rule.from, portable, true);
    return is_column && is_type;
  });
  return found == rules.end() ? nullptr : &*found;
}

}  // namespace bascule
