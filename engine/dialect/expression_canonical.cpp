// One tree for expressions of equal meaning: what an engine adds or rewrites when it stores an expression is
// taken away, whoever did it.
#include <algorithm>
#include <array>
#include <map>

#include "engine/base/text.h"
#include "engine/dialect/expression_calls.h"
#include "engine/dialect/expression_functions.h"
#include "engine/dialect/expression_tree.h"

namespace bascule::expression {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

std::string_view negated_comparison(std::string_view op) {
  struct Row {
    std::string_view op, negated;
  };
  constexpr Row rows[] = {{"=", "<>"},
                          {"<>", "="},
                          {"<", ">="},
                          {">=", "<"},
                          {">", "<="},
                          {"<=", ">"},
                          {"is distinct from", "is not distinct from"},
                          {"is not distinct from", "is distinct from"}};
  for (const auto& row : rows)
    if (row.op == op) return row.negated;
  return "";
}

std::string_view mirrored_comparison(std::string_view op) {
  if (op == "<") return ">";
  if (op == ">") return "<";
  if (op == "<=") return ">=";
  if (op == ">=") return "<=";
  return op;
}

bool is_literal(const Node& node) {
  return node.is(Kind::null) || node.is(Kind::boolean) || node.is(Kind::number) || node.is(Kind::text) ||
         node.is(Kind::bytes);
}

// Whether its value is a truth value and nothing else.
bool is_condition(const Node& node) {
  switch (node.kind) {
    case Kind::boolean:
    case Kind::not_:
    case Kind::and_:
    case Kind::or_:
    case Kind::is_null:
    case Kind::is_truth:
    case Kind::in:
    case Kind::like:
      return true;
    case Kind::binary:
      return is_comparison(node.text) || node.text.find("distinct") != std::string::npos ||
             node.text == "xor";
    case Kind::call: {
      const FunctionRow* row = find_function_row(node.text, node.children.size());
      return row != nullptr && row->gives == Gives::boolean;
    }
    default:
      return false;
  }
}

std::string without_arguments(std::string_view type) {
  return std::string(trim(type.substr(0, type.find('('))));
}

// PostgreSQL's names of one type.
std::string canonical_type(const std::string& type, Flavor flavor) {
  static const std::map<std::string, std::string, std::less<>> names{
      {"int", "integer"},
      {"int4", "integer"},
      {"int2", "smallint"},
      {"int8", "bigint"},
      {"decimal", "numeric"},
      {"float8", "double precision"},
      {"float4", "real"},
      {"bool", "boolean"},
      {"varchar", "character varying"},
      {"char", "character"},
      {"bpchar", "character"},
      {"timestamptz", "timestamp with time zone"},
      {"timestamp without time zone", "timestamp"},
      {"time without time zone", "time"},
      {"timetz", "time with time zone"},
      {"float", "double precision"}};
  if (flavor != Flavor::postgres) return type;
  const std::string base = without_arguments(type);
  const auto found = names.find(base);
  if (found == names.end()) return type;
  return found->second + (type.size() > base.size() ? type.substr(base.size()) : "");
}

bool is_integer_type(std::string_view type) {
  return type == "smallint" || type == "integer" || type == "bigint";
}
bool is_number_type(std::string_view type) {
  return is_integer_type(type) || type == "numeric" || type == "real" || type == "double precision";
}
bool is_unlimited_text_type(std::string_view type) {
  return type == "text" || type == "character varying";
}

class Rewriter {
 public:
  Rewriter(Flavor flavor, const std::vector<Column>* columns) : flavor_(flavor), columns_(columns) {}

  Node rewrite(Node node, bool as_condition) {
    const bool holds_conditions = node.is(Kind::and_) || node.is(Kind::or_) || node.is(Kind::not_);
    for (std::size_t i = 0; i < node.children.size(); ++i)
      node.children[i] = rewrite(std::move(node.children[i]), holds_conditions || is_when(node, i));
    node = rewrite_one(std::move(node));
    // MySQL stores a bare value that is asked for its truth as a comparison with 0.
    const bool is_bare = as_condition && is_mysql_family(flavor_) && !is_condition(node) &&
                         !is_literal(node) && !node.is(Kind::nothing) && !node.is(Kind::case_);
    if (is_bare) return {Kind::binary, "<>", {std::move(node), {Kind::number, "0"}}};
    return node;
  }

 private:
  bool is_postgres() const { return flavor_ == Flavor::postgres; }

  // The conditions of CASE WHEN.
  static bool is_when(const Node& node, std::size_t child) {
    return node.is(Kind::case_) && node.children[0].is(Kind::nothing) && child % 2 == 1 &&
           child + 1 < node.children.size();
  }

  Node rewrite_one(Node node) {
    switch (node.kind) {
      case Kind::boolean:
        if (is_postgres()) return node;
        return {Kind::number, node.text == "true" ? "1" : "0"};
      case Kind::not_:
        return negate(std::move(node.children[0]));
      case Kind::and_:
      case Kind::or_:
        return flatten(std::move(node));
      case Kind::binary:
        return rewrite_binary(std::move(node));
      case Kind::in:
        return rewrite_in(std::move(node));
      case Kind::cast:
        return rewrite_cast(std::move(node));
      case Kind::call:
        return rewrite_call(std::move(node));
      case Kind::like:
        for (auto& child : node.children) child = without_text_cast(std::move(child));
        return node;
      default:
        return node;
    }
  }

  static Node flatten(Node node) {
    Node out{node.kind};
    for (auto& child : node.children) {
      if (child.kind == node.kind)
        for (auto& inner : child.children) out.children.push_back(std::move(inner));
      else
        out.children.push_back(std::move(child));
    }
    return out;
  }

  // `node` is rewritten already.
  Node negate(Node node) {
    switch (node.kind) {
      case Kind::not_:
        return std::move(node.children[0]);
      case Kind::boolean:
        return {Kind::boolean, node.text == "true" ? "false" : "true"};
      case Kind::is_null:
      case Kind::is_truth:
      case Kind::in:
      case Kind::like:
        node.negated = !node.negated;
        return node;
      case Kind::and_:
      case Kind::or_:
        node.kind = node.is(Kind::and_) ? Kind::or_ : Kind::and_;
        for (auto& child : node.children) child = negate(std::move(child));
        return flatten(std::move(node));
      case Kind::binary:
        if (const auto negated = negated_comparison(node.text); !negated.empty()) {
          node.text = negated;
          return node;
        }
        break;
      default:
        break;
    }
    return {Kind::not_, "", {std::move(node)}};
  }

  Node rewrite_binary(Node node) {
    Node& left = node.children[0];
    Node& right = node.children[1];
    if (is_comparison(node.text) && is_literal(left) && !is_literal(right)) {
      std::swap(left, right);
      node.text = mirrored_comparison(node.text);
    }
    if (is_comparison(node.text)) {
      left = without_text_cast(std::move(left));
      right = without_text_cast(std::move(right));
    }
    if (is_comparison(node.text) || is_arithmetic(node.text)) drop_widening(left, right);
    if (is_postgres() && right.is(Kind::boolean) && (node.text == "=" || node.text == "<>")) {
      const bool is_wanted = (node.text == "=") == (right.text == "true");
      return is_wanted ? std::move(left) : negate(Node(std::move(left)));
    }
    const bool is_null_test = node.text == "is not distinct from" || node.text == "is distinct from";
    if (is_null_test && right.is(Kind::null))
      return {Kind::is_null, "", {std::move(left)}, node.text == "is distinct from"};
    const bool is_json = is_postgres() && node.text == "->>" && right.is(Kind::text);
    if (is_json) return json_text(std::move(node));
    const bool is_mysql_json =
        is_mysql_family(flavor_) && right.is(Kind::text) && (node.text == "->" || node.text == "->>");
    if (is_mysql_json)
      return {Kind::call, node.text == "->" ? "json_extract" : "json_text", std::move(node.children)};
    if (flavor_ == Flavor::sqlite && node.text == "->>" && right.is(Kind::text))
      return {Kind::call,
              "json_text",
              {std::move(left), {Kind::text, right.text.starts_with("$") ? right.text : "$." + right.text}}};
    return node;
  }

  // a -> 'b' ->> 'c' of PostgreSQL is json_text(a, '$.b.c').
  static Node json_text(Node node) {
    std::string path = "." + node.children[1].text;
    const Node* at = &node.children[0];
    while (at->is(Kind::binary, "->") && at->children[1].is(Kind::text)) {
      path = "." + at->children[1].text + path;
      at = &at->children[0];
    }
    path = "$" + path;
    if (keys_of_path(path).empty()) return node;
    Node document = *at;
    return {Kind::call, "json_text", {std::move(document), {Kind::text, path}}};
  }

  Node rewrite_in(Node node) {
    for (auto& child : node.children) child = without_text_cast(std::move(child));
    if (node.children.size() != 2) return node;
    return rewrite_binary({Kind::binary, node.negated ? "<>" : "=", std::move(node.children)});
  }

  Node rewrite_call(Node node) {
    const FunctionRow* row = find_function_row(node.text, node.children.size());
    if (row != nullptr && row->takes_text)
      for (auto& child : node.children) child = without_text_cast(std::move(child));
    if (node.text != "||") return node;
    Node out{Kind::call, "||"};
    for (auto& child : node.children) {
      if (child.is(Kind::call, "||"))
        for (auto& inner : child.children) out.children.push_back(std::move(inner));
      else
        out.children.push_back(std::move(child));
    }
    return out;
  }

  const Column* find_column(const Node& node) const {
    if (columns_ == nullptr || !node.is(Kind::column)) return nullptr;
    const auto found = std::find_if(columns_->begin(), columns_->end(), [&](const Column& column) {
      return is_same_column(column.name, node.text, flavor_);
    });
    return found == columns_->end() ? nullptr : &*found;
  }

  // PostgreSQL stores a varchar column that is compared, or given to a function, as (a)::text. On a column of
  // another type it is the user's own cast and stays; where the type is not known the literals tell:
  // PostgreSQL gives them the type of the column, and a text can be compared with no other.
  Node without_text_cast(Node node) const {
    const bool is_text_cast = is_postgres() && node.is(Kind::cast) && is_unlimited_text_type(node.text);
    if (!is_text_cast || !node.children[0].is(Kind::column)) return node;
    const Column* column = find_column(node.children[0]);
    if (column != nullptr && !column->type.is<type::Text>()) return node;
    return std::move(node.children[0]);
  }

  // PostgreSQL stores i * n with an integer i and a numeric n as (i)::numeric * n. Both sides of an operator
  // have one type there, so that without the cast it means the same.
  void drop_widening(Node& left, Node& right) const {
    if (!is_postgres()) return;
    const auto widens = [&](const Node& cast, const Node& other) {
      if (!cast.is(Kind::cast) || other.is(Kind::cast) || is_literal(other)) return false;
      const Column* column = find_column(cast.children[0]);
      if (column == nullptr) return cast.text == "numeric" && cast.children[0].is(Kind::column);
      const auto* integer = column->type.get<type::Int>();
      if (cast.text == "numeric" || cast.text == "double precision")
        return integer != nullptr || (cast.text == "double precision" && column->type.is<type::Decimal>());
      return integer != nullptr && ((cast.text == "bigint" && integer->bytes < 8) ||
                                    (cast.text == "integer" && integer->bytes < 4));
    };
    if (widens(left, right))
      left = Node(left.children[0]);
    else if (widens(right, left))
      right = Node(right.children[0]);
  }

  Node rewrite_cast(Node node) {
    node.text = canonical_type(node.text, flavor_);
    Node& inside = node.children[0];
    const bool is_extract = flavor_ == Flavor::sqlite && node.text == "integer" &&
                            inside.is(Kind::foreign, "strftime") && inside.children.size() == 2 &&
                            inside.children[0].is(Kind::text);
    if (is_extract) return extract(std::move(node));
    // On SQLite it is a cast to a number.
    const bool is_date = flavor_ != Flavor::sqlite && node.text == "date" && !is_literal(inside);
    if (is_date) return {Kind::call, "to_date", std::move(node.children)};
    if (!is_postgres()) return node;
    if (inside.is(Kind::null)) return std::move(inside);
    if (inside.is(Kind::boolean) && node.text == "boolean") return std::move(inside);
    if (inside.is(Kind::text)) return cast_of_text(std::move(node));
    if (inside.is(Kind::number)) return cast_of_number(std::move(node));
    if (inside.is(Kind::array) && node.text.ends_with("[]")) return std::move(inside);
    return node;
  }

  static Node extract(Node node) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> fields{
        {{"%Y", "year"}, {"%m", "month"}, {"%d", "day"}, {"%H", "hour"}, {"%M", "minute"}}};
    Node& inside = node.children[0];
    for (const auto& [format, field] : fields)
      if (inside.children[0].text == format) return make_extract(field, Node(std::move(inside.children[1])));
    return node;
  }

  // 'x'::text, '2000-01-01'::date, 'a'::app.mood say what the literal is anyway; '5'::integer is the number.
  // An interval is kept, and so is a type that may shorten the text.
  static Node cast_of_text(Node node) {
    Node& inside = node.children[0];
    const std::string& type = node.text;
    if (is_number_type(type)) {
      const bool is_number =
          parse_double(inside.text) && inside.text.find_first_not_of("0123456789.-+eE") == std::string::npos;
      if (!is_number) return node;  // 'NaN'
      return {Kind::number, to_lower(inside.text)};
    }
    if (type == "boolean") {
      if (inside.text == "t" || inside.text == "true") return {Kind::boolean, "true"};
      if (inside.text == "f" || inside.text == "false") return {Kind::boolean, "false"};
      return node;
    }
    if (type.starts_with("interval") || type == "bytea" || type.starts_with("bit")) return node;
    const std::string base = without_arguments(type);
    if (base == "numeric" || base == "time" || base == "timestamp")
      return type == base ? Node(std::move(inside)) : node;
    if ((base == "character varying" || base == "character") && type != base) {
      const auto limit =
          parse_integer(std::string_view(type).substr(base.size() + 1, type.size() - base.size() - 2));
      if (!limit || static_cast<long long>(inside.text.size()) > *limit) return node;
    }
    return std::move(inside);
  }

  static Node cast_of_number(Node node) {
    const bool is_integer = node.children[0].text.find_first_not_of("-0123456789") == std::string::npos;
    const bool says_nothing =
        is_integer ? is_number_type(node.text) : node.text == "numeric" || node.text == "double precision";
    return says_nothing ? Node(std::move(node.children[0])) : node;
  }

  Flavor flavor_;
  const std::vector<Column>* columns_;
};

}  // namespace

Node canonical(Node tree, Flavor flavor, const std::vector<Column>* columns) {
  return Rewriter(flavor, columns).rewrite(std::move(tree), false);
}

}  // namespace bascule::expression
