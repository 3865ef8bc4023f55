// What a user says about types, before the rows of the type map: \set TYPE_MAP FILE, --map T.C=TYPE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/schema.h"

namespace bascule {

struct TypeRule {
  std::string column;  // a glob over table.column, "" for any
  std::string from;    // a glob over the declared or the portable type name (see type_name), "" for any
  std::string to;      // in the target's words: see parse_native_type
  bool operator==(const TypeRule&) const = default;
};
// The first that matches decides.
using TypeRules = std::vector<TypeRule>;

// A file of one rule a line: `table.column = TYPE` or `type:tinyint(1) = smallint`. Blank lines and what
// follows a # are left out. Errors of code usage name the line.
Result<TypeRules> parse_type_rules(std::string_view text);
// One rule in the same form: "orders.total=numeric(20,4)".
Result<TypeRule> parse_type_rule(std::string_view text);

// The rule for a column; null if there is none. Letter case does not count.
const TypeRule* find_type_rule(const TypeRules& rules, const Table& table, const Column& column);

}  // namespace bascule
