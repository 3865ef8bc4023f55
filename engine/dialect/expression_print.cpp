#include "engine/dialect/expression_print.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/expression_calls.h"
#include "engine/dialect/expression_functions.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::expression {
namespace {

// How tight a tree's outermost operator binds, the same for every engine: where they differ there are
// parentheses.
enum Binding { loose_or = 1, loose_and, comparing, adding, multiplying, other_operator, tight };

Binding binding(const Node& node, Flavor flavor) {
  switch (node.kind) {
    case Kind::or_:
      return loose_or;
    case Kind::and_:
      return loose_and;
    case Kind::not_:
    case Kind::is_null:
    case Kind::is_truth:
    case Kind::in:
    case Kind::like:
      return comparing;
    case Kind::binary:
      if (node.text == "+" || node.text == "-") return adding;
      if (node.text == "*" || node.text == "/" || node.text == "%" || node.text == "div") return multiplying;
      return is_comparison(node.text) ? comparing : other_operator;
    case Kind::call: {
      const bool is_operator = (node.text == "||" && flavor != Flavor::mysql && flavor != Flavor::mariadb) ||
                               (node.text == "json_text" && flavor == Flavor::postgres);
      return is_operator ? other_operator : tight;
    }
    case Kind::unary:
    case Kind::collate:
      return other_operator;
    default:
      return tight;
  }
}

constexpr std::string_view words_of_grammar[] = {"and",
                                                 "or",
                                                 "not",
                                                 "in",
                                                 "is",
                                                 "like",
                                                 "between",
                                                 "case",
                                                 "when",
                                                 "then",
                                                 "else",
                                                 "end",
                                                 "null",
                                                 "true",
                                                 "false",
                                                 "select",
                                                 "from",
                                                 "where",
                                                 "exists",
                                                 "interval",
                                                 "distinct",
                                                 "all",
                                                 "any",
                                                 "some",
                                                 "collate",
                                                 "cast",
                                                 "convert",
                                                 "array",
                                                 "date",
                                                 "time",
                                                 "timestamp",
                                                 "order",
                                                 "group",
                                                 "glob",
                                                 "regexp",
                                                 "rlike",
                                                 "match",
                                                 "ilike",
                                                 "similar",
                                                 "isnull",
                                                 "notnull",
                                                 "escape",
                                                 "div",
                                                 "mod",
                                                 "xor",
                                                 "binary",
                                                 "unknown",
                                                 "user",
                                                 "row",
                                                 "over",
                                                 "filter",
                                                 "current_timestamp",
                                                 "current_date",
                                                 "current_time",
                                                 "localtime",
                                                 "localtimestamp",
                                                 "current_user",
                                                 "session_user",
                                                 "current_role",
                                                 "current_schema",
                                                 "current_catalog",
                                                 "limit",
                                                 "default",
                                                 "values",
                                                 "using",
                                                 "as",
                                                 "for",
                                                 "on",
                                                 "set",
                                                 "union",
                                                 "returning",
                                                 "having"};

bool is_bare_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '$') return false;
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return is_plain && std::find(std::begin(words_of_grammar), std::end(words_of_grammar), name) ==
                         std::end(words_of_grammar);
}

bool is_clock(std::string_view name) {
  return name == "current_timestamp" || name == "current_date" || name == "current_time" ||
         name == "localtime";
}

class Printer {
 public:
  Printer(Flavor flavor, Style style) : flavor_(flavor), style_(style) {}

  std::string print(const Node& node) const {
    const auto& parts = node.children;
    switch (node.kind) {
      case Kind::nothing:
        return "";
      case Kind::null:
        return word("null");
      case Kind::boolean:
      case Kind::number:
        return node.kind == Kind::boolean ? word(node.text) : node.text;
      case Kind::text:
        return text(node.text);
      case Kind::bytes:
        return flavor_ == Flavor::postgres ? "'\\x" + node.text + "'::bytea" : "x'" + node.text + "'";
      case Kind::column:
        return identifier(node.text);
      case Kind::call:
        return call(node);
      case Kind::foreign:
        return node.text == "localtime" && parts.empty() ? word(node.text)
                                                         : node.text + "(" + list(parts) + ")";
      case Kind::unary:
        return node.text + operand(parts[0], tight);
      case Kind::binary:
        return binary(node);
      case Kind::not_:
        return word("not") + " " + operand(parts[0], tight);
      case Kind::and_:
        return chain(parts, word(" and "), comparing);
      case Kind::or_:
        return chain(parts, word(" or "), comparing);
      case Kind::is_null:
        return operand(parts[0], adding) + word(node.negated ? " is not null" : " is null");
      case Kind::is_truth:
        return operand(parts[0], tight) + word(node.negated ? " is not " : " is ") + word(node.text);
      case Kind::in:
        return operand(parts[0], adding) + word(node.negated ? " not in (" : " in (") +
               list({parts.begin() + 1, parts.end()}) + ")";
      case Kind::like:
        return operand(parts[0], adding) + word(node.negated ? " not " : " ") + word(node.text) + " " +
               operand(parts[1], adding) +
               (parts.size() > 2 ? word(" escape ") + operand(parts[2], tight) : "");
      case Kind::case_:
        return case_when(node);
      case Kind::cast:
        return word("cast(") + print(parts[0]) + word(" as ") + node.text + ")";
      case Kind::array:
        return word("array[") + list(parts) + "]";
      case Kind::collate:
        return operand(parts[0], tight) + word(" collate ") + identifier(node.text);
    }
    return "";
  }

 private:
  std::string word(std::string_view lower) const {
    return style_ == Style::definition ? to_upper(lower) : std::string(lower);
  }

  std::string identifier(const std::string& name) const {
    if (style_ == Style::definition) return quote_identifier(name, dialect(flavor_));
    const std::string folded = dialect(flavor_).column_names_fold_case ? to_lower(name) : name;
    return is_bare_identifier(folded) ? folded : quote_identifier(folded, dialect(flavor_));
  }

  std::string text(const std::string& characters) const {
    if (style_ == Style::definition) return quote_literal(characters, dialect(flavor_));
    const bool has_backslash = characters.find('\\') != std::string::npos;
    if (has_backslash && flavor_ != Flavor::sqlite) {
      const std::string escaped = replace_all(replace_all(characters, "\\", "\\\\"), "'", "''");
      return (flavor_ == Flavor::postgres ? "E'" : "'") + escaped + "'";
    }
    return fmt::format("'{}'", replace_all(characters, "'", "''"));
  }

  // In parentheses unless it binds tighter than what is around it asks for.
  std::string operand(const Node& node, Binding least) const {
    const std::string printed = print(node);
    const bool is_signed = least == tight && node.is(Kind::number) && printed.starts_with('-');
    if (binding(node, flavor_) < least || is_signed) return "(" + printed + ")";
    return printed;
  }

  std::string list(const std::vector<Node>& nodes) const {
    std::string out;
    for (const auto& node : nodes) out += (out.empty() ? "" : ", ") + print(node);
    return out;
  }

  std::string chain(const std::vector<Node>& nodes, const std::string& between, Binding least) const {
    std::string out;
    for (const auto& node : nodes) out += (out.empty() ? "" : between) + operand(node, least);
    return out;
  }

  std::string binary(const Node& node) const {
    const auto& parts = node.children;
    const Binding own = binding(node, flavor_);
    if (own == comparing)
      return operand(parts[0], adding) + " " + node.text + " " + operand(parts[1], adding);
    if (own == adding || own == multiplying)
      return operand(parts[0], own) + " " + word(node.text) + " " +
             operand(parts[1], own == adding ? multiplying : other_operator);
    return operand(parts[0], tight) + " " + operator_word(node.text) + " " + operand(parts[1], tight);
  }

  std::string operator_word(const std::string& meaning) const {
    const bool is_same = meaning == "is not distinct from";
    const bool is_mysql_family = flavor_ == Flavor::mysql || flavor_ == Flavor::mariadb;
    if (is_same && is_mysql_family) return "<=>";
    // "IS NOT DISTINCT FROM" came with SQLite 3.39.
    if (flavor_ == Flavor::sqlite && is_same) return word("is");
    if (flavor_ == Flavor::sqlite && meaning == "is distinct from") return word("is not");
    return word(meaning);
  }

  std::string case_when(const Node& node) const {
    const auto& parts = node.children;
    std::string out = word("case");
    if (!parts[0].is(Kind::nothing)) out.append(" ").append(print(parts[0]));
    for (std::size_t i = 1; i + 1 < parts.size(); i += 2)
      out += word(" when ") + print(parts[i]) + word(" then ") + print(parts[i + 1]);
    if (!parts.back().is(Kind::nothing)) out += word(" else ") + print(parts.back());
    return out + word(" end");
  }

  std::string call(const Node& node) const {
    const auto& parts = node.children;
    if (is_clock(node.text) && parts.empty()) return word(node.text);
    if (node.text == "json_text" && flavor_ == Flavor::postgres) return json_text(node);
    const FunctionRow* row = find_function_row(node.text, parts.size());
    const std::string_view form =
        row != nullptr ? row->forms[static_cast<std::size_t>(flavor_)] : std::string_view();
    if (form == "||") return chain(parts, " || ", tight);
    if (form.empty()) return node.text + "(" + list(parts) + ")";
    if (form.find('$') == std::string_view::npos) return std::string(form) + "(" + list(parts) + ")";
    std::string out;
    for (std::size_t i = 0; i < form.size(); ++i) {
      if (form[i] != '$')
        out += form[i];
      else
        out += operand(parts.at(static_cast<std::size_t>(form[++i] - '1')), adding);
    }
    return out;
  }

  std::string json_text(const Node& node) const {
    const auto keys = keys_of_path(node.children[1].text);
    std::string out = operand(node.children[0], tight);
    for (std::size_t i = 0; i < keys.size(); ++i)
      out += (i + 1 < keys.size() ? " -> " : " ->> ") + text(keys[i]);
    return out;
  }

  Flavor flavor_;
  Style style_;
};

}  // namespace

std::string print(const Node& tree, Flavor flavor, Style style) {
  return Printer(flavor, style).print(tree);
}

}  // namespace bascule::expression
