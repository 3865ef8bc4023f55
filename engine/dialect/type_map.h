// The one mapping of types between engines, with three consumers: copy (the DDL of the target), diff (the
// equivalence) and verify (the canonical form). Rows, not branches; facts and reasons stand beside the rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/dialect/type_rules.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

// The engine's spelling of a portable type: "varchar(20)", "BIGINT UNSIGNED", "TEXT". For Native its own
// spelling.
std::string spell_type(const Type& type, const Features& target);

struct MappedColumn {
  Column column;                // type, native_type, default, identity of the target engine
  std::vector<Notice> notices;  // what is widened, lost or left out; object is "table.column"
  // A condition in the source's dialect, with $1 for the column, that holds for values that the new type does
  // not take; "" if it takes all.
  std::string probe = {};
};
// The column of `table` (of a schema of flavour `from`) as the copier creates it on the target. On the same
// flavour it is the column itself. The user's rules come before those of the map.
MappedColumn map_column(const Table& table, const Column& column, Flavor from, const Features& target,
                        const TypeRules& rules = {});

struct MappedSchema {
  Schema schema;
  std::vector<Notice> notices;
};
// The whole schema for another engine, its namespaces joined into `default_namespace` of the target unless
// both are PostgreSQL. What cannot be carried is left out and listed.
MappedSchema map_schema(const Schema& schema, const Features& target, std::string_view default_namespace,
                        const TypeRules& rules = {});

// Whether `have` (of the target) is what the copier would have made of `want` (of flavour `from`), by
// meaning: type classes, not spellings; defaults by their normal form.
bool is_equivalent(const Table& table, const Column& want, Flavor from, const Column& have,
                   const Features& target, const TypeRules& rules = {});

// The normal form of a default, check, generated column or index expression: redundant parentheses, casts of
// literals, letter case, spellings of CURRENT_TIMESTAMP, BETWEEN, = ANY (ARRAY[..]) and what else the engines
// rewrite taken away. Equal meaning gives equal text where it can be told, and equal text means the same.
// `columns` are the table's where they are at hand: more casts of PostgreSQL can be told then.
std::string normalize_expression(std::string_view sql, Flavor flavor,
                                 const std::vector<Column>* columns = nullptr);

}  // namespace bascule
