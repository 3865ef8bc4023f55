// An SQL expression of a default, check, generated column or index as a tree that says what it means, not how
// one engine writes it: functions have the names of expression_functions, BETWEEN is two comparisons,
// NOT stands before the innermost condition, casts that only spell a literal's type are gone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/dialect/dialect.h"
#include "engine/model/schema.h"

namespace bascule::expression {

enum class Kind {
  nothing,  // a part that is left out: the operand or ELSE of a CASE
  null,
  boolean,  // text: true or false
  number,   // text: digits, in lower case, with their sign
  text,     // text: the characters
  bytes,    // text: hex digits, in lower case
  column,   // text: the name
  call,     // text: the name of a row of expression_functions; children: arguments
  foreign,  // a call of a function that has no row; text: its word
  unary,    // text: - + ~
  binary,   // text: the operator
  not_,
  and_,  // children: two or more conditions
  or_,
  is_null,   // negated: IS NOT NULL
  is_truth,  // text: true, false, unknown
  in,        // children: what is looked for, then the list
  like,      // text: like ilike glob regexp "similar to"; children: text, pattern[, escape]
  case_,     // children: operand or nothing, then pairs of WHEN and THEN, then ELSE or nothing
  cast,      // text: the type as this engine names it, in lower case
  array,
  collate,  // text: the collation
};

struct Node {
  Kind kind = Kind::nothing;
  std::string text = {};
  std::vector<Node> children = {};
  bool negated = false;  // of is_null, is_truth, in and like
  bool operator==(const Node&) const = default;

  bool is(Kind wanted) const { return kind == wanted; }
  bool is(Kind wanted, std::string_view wanted_text) const { return kind == wanted && text == wanted_text; }
};

struct Parsed {
  std::optional<Node> tree;
  std::string reason = {};  // why there is no tree: "the operator @>"
};

// The tree as it is written (see canonical() for its normal form). Nothing, with the reason, for what the
// grammar here does not know; never a tree that means something else.
Parsed parse(std::string_view sql, Flavor flavor);

// The normal form: trees of equal meaning become equal where it can be told. `columns` are those of the
// table, where they are known: casts that PostgreSQL adds by itself can be told from the user's then.
Node canonical(Node tree, Flavor flavor, const std::vector<Column>* columns = nullptr);

// For an identifier of a column: as the engine folds it.
bool is_same_column(std::string_view a, std::string_view b, Flavor flavor);

inline bool is_comparison(std::string_view op) {
  return op == "=" || op == "<>" || op == "<" || op == ">" || op == "<=" || op == ">=";
}
inline bool is_arithmetic(std::string_view op) {
  return op == "+" || op == "-" || op == "*" || op == "/" || op == "%" || op == "div";
}

}  // namespace bascule::expression
