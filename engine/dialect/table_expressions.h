// The expressions of a table on another engine: checks, generated columns, conditions and parts of indexes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/expression.h"
#include "engine/model/schema.h"

namespace bascule {

// The expression of the generated column, or why the target cannot have it.
TranslatedExpression carry_generated(const Table& table, const Column& column, Flavor from,
                                     const Features& target);

// The check, or why the target cannot have it.
TranslatedExpression carry_check(const Table& table, const Check& check, Flavor from, const Features& target);

// The expression or condition of an index of a table that is `mapped` on the target.
TranslatedExpression carry_index_expression(const Table& table, const Table& mapped, std::string_view sql,
                                            Flavor from, const Features& target, ExpressionUse use);

// Whether a check says that the column holds JSON, and nothing else: json_valid(c).
bool is_json_check(const Check& check, const Column& column, Flavor flavor);
bool has_json_check(const Table& table, const Column& column, Flavor flavor);

// The checks by which a column that lost its type keeps its values: the labels of an enum, valid JSON. `from`
// is the column's type on its own engine.
std::vector<Check> checks_for_type(const Type& from, const Column& mapped, const Features& target);

}  // namespace bascule
