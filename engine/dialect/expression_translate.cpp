// translate_expression: every node is either known to mean the same on the target, or the whole is refused.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/expression.h"
#include "engine/dialect/expression_calls.h"
#include "engine/dialect/expression_class.h"
#include "engine/dialect/expression_functions.h"
#include "engine/dialect/expression_print.h"

namespace bascule {
namespace {

using namespace expression;

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

bool is_literal(const Node& node) {
  return node.is(Kind::null) || node.is(Kind::boolean) || node.is(Kind::number) || node.is(Kind::text);
}

// The types of casts that every engine has, by what they give; "" is none.
struct CastTarget {
  Class gives;
  std::string_view words[4];  // in the order of Flavor
};
constexpr CastTarget cast_targets[] = {
    {Class::integer, {"integer", "bigint", "signed", "signed"}},
    {Class::real, {"real", "double precision", "double", "double"}},
    {Class::text, {"text", "text", "char", "char"}},
};

class Translator {
 public:
  Translator(Flavor from, const Features& target, const std::vector<Column>* source,
             const std::vector<Column>* target_columns)
      : from_(from), target_(target), source_(source), target_columns_(target_columns) {}

  TranslatedExpression run(Node tree, ExpressionUse use) {
    Node made = use == ExpressionUse::condition ? condition(std::move(tree)) : value(std::move(tree));
    if (!reason_.empty()) return {std::nullopt, reason_};
    return {print(made, to(), Style::definition), ""};
  }

 private:
  Flavor to() const { return target_.flavor; }
  bool is_to_postgres() const { return to() == Flavor::postgres && from_ != Flavor::postgres; }
  bool is_to_sqlite() const { return to() == Flavor::sqlite && from_ != Flavor::sqlite; }
  bool is_within_family() const { return is_mysql_family(from_) && is_mysql_family(to()); }
  Class kind_of(const Node& node) const { return class_of(node, from_, source_); }

  Node fail(std::string why) {
    if (reason_.empty()) reason_ = std::move(why);
    return {};
  }

  // Where a truth value is asked for.
  Node condition(Node node) {
    switch (node.kind) {
      case Kind::and_:
      case Kind::or_:
      case Kind::not_:
        for (auto& child : node.children) child = condition(std::move(child));
        return node;
      case Kind::null:
        return node;
      case Kind::boolean:
      case Kind::is_null:
      case Kind::is_truth:
      case Kind::in:
      case Kind::like:
        return value(std::move(node));
      default:
        break;
    }
    const Class of = kind_of(node);
    if (node.is(Kind::column) && of == Class::boolean) {
      if (to() == Flavor::postgres) return value(std::move(node));
      return {Kind::binary, "<>", {value(std::move(node)), {Kind::number, "0"}}};
    }
    if (of == Class::boolean) return value(std::move(node));
    if (from_ == Flavor::postgres || !is_number(of)) {
      value(std::move(node));  // what is not known at all says why
      return fail("a condition that is no comparison");
    }
    if (node.is(Kind::number))
      return to() == Flavor::postgres ? Node{Kind::boolean, node.text == "0" ? "false" : "true"} : node;
    return {Kind::binary, "<>", {value(std::move(node)), {Kind::number, "0"}}};
  }

  Node value(Node node) {
    switch (node.kind) {
      case Kind::nothing:
      case Kind::null:
      case Kind::number:
      case Kind::text:
      case Kind::bytes:
        return node;
      case Kind::boolean:
        return to() == Flavor::postgres ? node : Node{Kind::number, node.text == "true" ? "1" : "0"};
      case Kind::column:
        return column(std::move(node));
      case Kind::and_:
      case Kind::or_:
      case Kind::not_:
        return condition(std::move(node));
      case Kind::is_null:
        // A column is null on both sides, whatever type it has.
        if (!node.children[0].is(Kind::column))
          node.children[0] = value(std::move(node.children[0]));
        else
          known(node.children[0]);
        return node;
      case Kind::is_truth:
        node.children[0] = condition(std::move(node.children[0]));
        if (node.text == "unknown") return {Kind::is_null, "", std::move(node.children), node.negated};
        return node;
      case Kind::in:
        return in(std::move(node));
      case Kind::like:
        return like(std::move(node));
      case Kind::binary:
        return binary(std::move(node));
      case Kind::unary:
        if (node.text == "~") return fail("the operator ~");
        return each(std::move(node));
      case Kind::case_:
        return case_when(std::move(node));
      case Kind::cast:
        return cast(std::move(node));
      case Kind::call:
        return call(std::move(node));
      case Kind::foreign:
        return fail("the function " + node.text);
      case Kind::array:
        return fail("an array");
      case Kind::collate:
        return fail("the collation " + node.text);
    }
    return fail("an expression");
  }

  Node each(Node node) {
    for (auto& child : node.children) child = value(std::move(child));
    return node;
  }

  bool known(const Node& node) {
    if (source_ == nullptr || find_column(source_, node.text, from_) != nullptr) return true;
    fail("the column " + node.text);
    return false;
  }

  Node column(Node node) {
    if (!known(node)) return {};
    const Column* there = find_column(target_columns_, node.text, to());
    const bool is_decimal_as_text = is_to_sqlite() && kind_of(node) == Class::decimal &&
                                    (there == nullptr || there->type.is<type::Text>());
    if (is_decimal_as_text) return {Kind::cast, "numeric", {std::move(node)}};
    return node;
  }

  Node binary(Node node) {
    if (is_comparison(node.text) || node.text.find("distinct") != std::string::npos)
      return comparison(std::move(node));
    if (is_arithmetic(node.text)) return arithmetic(std::move(node));
    if (node.text == "&" || node.text == "|") {
      for (const auto& child : node.children)
        if (kind_of(child) != Class::integer) return fail("the operator " + node.text);
      return each(std::move(node));
    }
    if (is_within_family()) return each(std::move(node));
    return fail("the operator " + to_upper(node.text));
  }

  Node comparison(Node node) {
    if (!match_classes(node)) return {};
    node = each(std::move(node));
    const bool is_negated_null_safe = node.text == "is distinct from" && is_mysql_family(to());
    if (!is_negated_null_safe) return node;
    node.text = "is not distinct from";
    return {Kind::not_, "", {std::move(node)}};
  }

  // What is compared has one class on PostgreSQL; the others convert, each in its way.
  bool match_classes(Node& node) {
    const auto has = [&](Class wanted) {
      return std::any_of(node.children.begin(), node.children.end(),
                         [&](const Node& child) { return kind_of(child) == wanted && !is_literal(child); });
    };
    const auto has_literal_of = [&](auto is_kind) {
      return std::any_of(node.children.begin(), node.children.end(), is_kind);
    };
    const auto is_number_literal = [](const Node& child) { return child.is(Kind::number); };
    const auto is_text_literal = [](const Node& child) { return child.is(Kind::text); };
    if (is_within_family()) return true;
    if (has(Class::json)) return fail("a comparison of JSON"), false;
    if (has(Class::instant) && has_literal_of(is_text_literal))
      return fail("a comparison of an instant with a literal"), false;
    if (has(Class::clock) && has_literal_of(is_text_literal) && is_to_sqlite())
      return fail("a comparison of a time with a literal"), false;
    if (from_ == Flavor::postgres) return true;
    const bool has_number =
        has_literal_of(is_number_literal) || has(Class::integer) || has(Class::decimal) || has(Class::real);
    const bool has_text = has(Class::text) || has(Class::date) || has(Class::clock) || has(Class::bytes);
    if (has_text && has_number) return fail("a comparison of text and number"), false;
    const bool is_number_with_text =
        (has(Class::integer) || has(Class::decimal) || has(Class::real)) && has_literal_of(is_text_literal);
    if (is_number_with_text) return fail("a comparison of text and number"), false;
    return !is_to_postgres() || !has(Class::boolean) || match_booleans(node);
  }

  bool match_booleans(Node& node) {
    for (auto& child : node.children) {
      const Class of = kind_of(child);
      if (child.is(Kind::number, "0") || child.is(Kind::number, "1"))
        child = {Kind::boolean, child.text == "1" ? "true" : "false"};
      else if (of != Class::boolean && !child.is(Kind::null))
        return fail("a comparison of a boolean with something else"), false;
    }
    return true;
  }

  Node arithmetic(Node node) {
    const Class left = kind_of(node.children[0]), right = kind_of(node.children[1]);
    if (is_within_family()) return each(std::move(node));
    const bool are_numbers = is_number(left) && is_number(right);
    if (source_ != nullptr && !are_numbers) return fail("arithmetic with what may be no number");
    const bool are_integers = left == Class::integer && right == Class::integer;
    if (node.text == "%" && !are_integers) return fail("a remainder of what may be no integers");
    if (node.text == "/" || node.text == "div")
      return division(std::move(node), are_integers, left == Class::real || right == Class::real);
    return each(std::move(node));
  }

  // Of two integers it is an integer on PostgreSQL and SQLite, a decimal on MySQL; decimals are rounded
  // differently.
  Node division(Node node, bool are_integers, bool is_real) {
    if (is_real && node.text == "/") return each(std::move(node));
    const bool truncates = node.text == "div" || !is_mysql_family(from_);
    if (!are_integers || !truncates) return fail("a division, which is rounded differently");
    node.text = is_mysql_family(to()) ? "div" : "/";
    return each(std::move(node));
  }

  Node in(Node node) {
    if (!match_classes(node)) return {};
    return each(std::move(node));
  }

  Node case_when(Node node) {
    const bool is_searched = node.children[0].is(Kind::nothing);
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const bool is_when = is_searched && i % 2 == 1 && i + 1 < node.children.size();
      node.children[i] =
          is_when ? condition(std::move(node.children[i])) : value(std::move(node.children[i]));
    }
    if (is_to_postgres() && !is_searched) return fail("CASE with an operand");
    return node;
  }

  Node cast(Node node) {
    const Class gives = class_of_cast(node.text, from_);
    const Class of = kind_of(node.children[0]);
    const bool has_arguments = node.text.find('(') != std::string::npos;
    const auto found = std::find_if(std::begin(cast_targets), std::end(cast_targets),
                                    [&](const CastTarget& row) { return row.gives == gives; });
    if (found == std::end(cast_targets) || has_arguments) return fail("a cast to " + node.text);
    const bool is_exact = gives == Class::integer ? of == Class::integer
                          : gives == Class::text  ? of == Class::text || of == Class::integer
                                                  : is_number(of);
    if (!is_exact && !is_within_family())
      return fail("a cast to " + node.text + " of what may be something else");
    node.text = found->words[static_cast<std::size_t>(to())];
    return each(std::move(node));
  }

  // --- patterns ---

  // LIKE of SQLite takes no account of the case of ASCII letters, that of the others here does (columns are
  // carried with a binary collation); GLOB does.
  Node like(Node node) {
    const Node& pattern = node.children[1];
    if (is_within_family()) return each(std::move(node));
    if (node.text == "regexp" || node.text == "similar to")
      return fail("the operator " + to_upper(node.text));
    if (kind_of(node.children[0]) != Class::text && source_ != nullptr)
      return fail("a pattern for what may be no text");
    if (!pattern.is(Kind::text)) return fail("a pattern that is no literal");
    if (node.children.size() > 2 || pattern.text.find('\\') != std::string::npos)
      return fail("a pattern with an escape");
    const bool has_letters = std::any_of(pattern.text.begin(), pattern.text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) > 127;
    });
    if (node.text == "glob") return glob_as_like(std::move(node));
    const bool ignores_case = node.text == "ilike" || (node.text == "like" && from_ == Flavor::sqlite);
    if (!has_letters) return as_word(std::move(node), "like");
    if (ignores_case) {
      if (to() == Flavor::postgres) return as_word(std::move(node), "ilike");
      if (to() == Flavor::sqlite) return as_word(std::move(node), "like");
      return fail("a pattern that takes no account of letter case");
    }
    if (to() == Flavor::sqlite) return like_as_glob(std::move(node));
    return as_word(std::move(node), "like");
  }

  Node as_word(Node node, std::string_view word) {
    node.text = word;
    return each(std::move(node));
  }

  Node like_as_glob(Node node) {
    std::string glob;
    for (const char c : node.children[1].text) {
      if (c == '%')
        glob += '*';
      else if (c == '_')
        glob += '?';
      else if (c == '*' || c == '?' || c == '[')
        glob += {'[', c, ']'};
      else
        glob += c;
    }
    node.children[1].text = glob;
    return as_word(std::move(node), "glob");
  }

  Node glob_as_like(Node node) {
    std::string like;
    for (const char c : node.children[1].text) {
      if (c == '[' || c == '%' || c == '_') return fail("the operator GLOB with [, % or _");
      like += c == '*' ? '%' : c == '?' ? '_' : c;
    }
    node.children[1].text = like;
    return as_word(std::move(node), "like");
  }

  // --- functions ---

  Node call(Node node) {
    const FunctionRow* row = find_function_row(node.text, node.children.size());
    const std::string name = word_of(node);
    if (row == nullptr) return fail("the function " + name);
    if (!row->is_deterministic) return fail("the function " + name + ", which gives another value each time");
    if (!is_within_family() && !has_same_meaning(node, name)) return {};
    const FunctionRow* there = find_function_row(node.text, node.children.size());
    const bool is_json_operator = node.text == "json_text" && to() == Flavor::postgres;
    if (there->forms[static_cast<std::size_t>(to())].empty() && !is_json_operator)
      return fail("the function " + name);
    return each(std::move(node));
  }

  std::string word_of(const Node& node) const {
    const FunctionRow* row = find_function_row(node.text, node.children.size());
    if (row == nullptr) return node.text;
    const std::string_view form = row->forms[static_cast<std::size_t>(from_)];
    return std::string(form.empty() || form.find('$') != std::string_view::npos ? node.text : form);
  }

  // Conditions on the arguments under which the engines' functions agree. May rename the node.
  bool has_same_meaning(Node& node, const std::string& name) {
    const auto& parts = node.children;
    const auto refuse = [&](std::string_view why) {
      fail("the function " + name + " " + std::string(why));
      return false;
    };
    const auto is_positive = [](const Node& part) {
      return part.is(Kind::number) && parse_integer(part.text).value_or(0) > 0;
    };
    const std::string& row = node.text;
    if (row == "substr" && !is_positive(parts[1])) return refuse("with a start that may not be positive");
    if (row == "substr" && parts.size() > 2 && !parts[2].is(Kind::number))
      return refuse("with a length that may be negative");
    if ((row == "left" || row == "right") && !is_positive(parts[1]))
      return refuse("with a length that may not be positive");
    if (row == "round" && (parts.size() > 1 || from_ == Flavor::sqlite || to() == Flavor::sqlite ||
                           kind_of(parts[0]) == Class::real))
      return refuse("which rounds differently");
    if (row.starts_with("greatest") || row.starts_with("least")) return match_extremes(node, name);
    if (row.starts_with("extract") || row == "to_date") {
      const Class of = kind_of(parts[0]);
      if (source_ != nullptr && of != Class::date && of != Class::clock)
        return refuse("of what may be no date");
    }
    if (row == "json_text" && (!parts[1].is(Kind::text) || keys_of_path(parts[1].text).empty()))
      return refuse("with a path of more than names");
    if (row == "json_text" && kind_of(parts[0]) != Class::json && source_ != nullptr)
      return refuse("of what may be no JSON");
    if (row == "||") return match_concatenation(node);
    if (row == "trim" || row == "char_length" || row == "lower" || row == "upper") {
      const Class of = kind_of(parts[0]);
      if (source_ != nullptr && of != Class::text) return refuse("of what may be no text");
    }
    return true;
  }

  // PostgreSQL's pass over NULL, the others give NULL.
  bool match_extremes(Node& node, const std::string& name) {
    const bool is_postgres_row = node.text.ends_with("_known");
    if (is_postgres_row == (to() == Flavor::postgres)) return true;
    for (const auto& part : node.children) {
      const Column* column = part.is(Kind::column) ? find_column(source_, part.text, from_) : nullptr;
      const bool is_never_null =
          (is_literal(part) && !part.is(Kind::null)) || (column != nullptr && !column->nullable);
      if (is_never_null) continue;
      fail("the function " + name + ", which treats NULL differently");
      return false;
    }
    node.text = is_postgres_row ? node.text.substr(0, node.text.size() - 6) : node.text + "_known";
    return true;
  }

  bool match_concatenation(const Node& node) {
    for (const auto& part : node.children) {
      const Class of = kind_of(part);
      const bool is_same =
          of == Class::text || of == Class::integer || (of == Class::unknown && source_ == nullptr);
      if (is_same) continue;
      fail("a concatenation of what may be no text");
      return false;
    }
    const bool begins_with_text =
        kind_of(node.children[0]) != Class::integer || kind_of(node.children[1]) != Class::integer;
    if (!begins_with_text) fail("a concatenation of two numbers");
    return begins_with_text;
  }

  Flavor from_;
  const Features& target_;
  const std::vector<Column>* source_;
  const std::vector<Column>* target_columns_;
  std::string reason_;
};

}  // namespace

TranslatedExpression translate_expression(std::string_view sql, Flavor from, const Features& target,
                                          ExpressionUse use, const std::vector<Column>* source,
                                          const std::vector<Column>* target_columns) {
  if (from == target.flavor) return {std::string(sql), ""};
  expression::Parsed parsed = expression::parse(sql, from);
  if (!parsed.tree) return {std::nullopt, parsed.reason};
  return Translator(from, target, source, target_columns)
      .run(expression::canonical(*parsed.tree, from, source), use);
}

}  // namespace bascule
