#include "engine/dialect/expression_calls.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/expression_functions.h"

namespace bascule::expression {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

bool is_call_of(const Node& node, std::string_view name) {
  return node.is(Kind::call, name);
}

Node make_case(std::vector<Node> arguments) {
  Node node{Kind::case_};
  node.children.emplace_back();
  for (auto& argument : arguments) node.children.push_back(std::move(argument));
  return node;
}

}  // namespace

std::vector<std::string> keys_of_path(std::string_view path) {
  if (!path.starts_with("$.")) return {};
  auto keys = split(path.substr(2), '.');
  const auto is_plain = [](const std::string& key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }) && (key[0] < '0' || key[0] > '9');
  };
  if (!std::all_of(keys.begin(), keys.end(), is_plain)) return {};
  return keys;
}

Node make_extract(std::string_view field, Node date) {
  const std::string name = "extract_" + std::string(field);
  const bool is_known = find_function_row(name, 1) != nullptr;
  return {is_known ? Kind::call : Kind::foreign, name, {std::move(date)}};
}

Node make_call(const std::string& word, std::vector<Node> arguments, Flavor flavor) {
  const std::size_t count = arguments.size();
  const bool is_if = (word == "if" && is_mysql_family(flavor)) || (word == "iif" && flavor == Flavor::sqlite);
  if (is_if && count == 3) return make_case(std::move(arguments));
  if (word == "mod" && count == 2 && flavor != Flavor::sqlite)
    return {Kind::binary, "%", std::move(arguments)};
  if (word == "isnull" && count == 1 && is_mysql_family(flavor))
    return {Kind::is_null, "", std::move(arguments)};
  if (word == "date_part" && count == 2 && flavor == Flavor::postgres) {
    Node field = arguments[0];
    while (field.is(Kind::cast)) field = Node(field.children.at(0));
    if (field.is(Kind::text)) return make_extract(to_lower(field.text), std::move(arguments[1]));
  }
  if ((word == "locate" && count == 2) && is_mysql_family(flavor))
    return {Kind::call, "instr", {std::move(arguments[1]), std::move(arguments[0])}};
  const bool is_json_text = word == "json_unquote" && count == 1 && is_call_of(arguments[0], "json_extract");
  if (is_json_text) return {Kind::call, "json_text", std::move(arguments[0].children)};
  const FunctionRow* row = find_function(word, count, flavor);
  if (row == nullptr) return {Kind::foreign, word, std::move(arguments)};
  return {Kind::call, std::string(row->name), std::move(arguments)};
}

}  // namespace bascule::expression
