#include "engine/dialect/settle_names.h"

#include <map>

#include "engine/base/text.h"

namespace bascule {
namespace {

using Uses = std::map<std::string, int>;

void name_index(Index& index, const Table& table) {
  index.name = table.name;
  for (const auto& part : index.parts) index.name += "_" + (part.column.empty() ? "expr" : part.column);
  index.name += index.unique ? "_key" : "_idx";
}

void settle_indexes(Namespace& space, bool per_table) {
  Uses uses;
  for (const auto& table : space.tables) {
    ++uses[to_lower(table.name)];
    for (const auto& index : table.indexes) ++uses[to_lower(index.name)];
  }
  for (auto& table : space.tables)
    for (auto& index : table.indexes) {
      if (index.name.empty())
        name_index(index, table);
      else if (!per_table && uses[to_lower(index.name)] > 1)
        index.name = table.name + "__" + index.name;
    }
}

template <typename Constraint>
void settle_constraints(Namespace& space, std::vector<Constraint> Table::*list) {
  Uses uses;
  for (const auto& table : space.tables)
    for (const auto& constraint : table.*list) ++uses[to_lower(constraint.name)];
  for (auto& table : space.tables)
    for (auto& constraint : table.*list)
      if (!constraint.name.empty() && uses[to_lower(constraint.name)] > 1)
        constraint.name = table.name + "__" + constraint.name;
}

}  // namespace

void settle_names(Schema& schema, Flavor target) {
  const bool is_mysql_family = target == Flavor::mysql || target == Flavor::mariadb;
  for (auto& space : schema.namespaces) {
    settle_indexes(space, is_mysql_family);
    if (!is_mysql_family) continue;
    settle_constraints(space, &Table::foreign_keys);
    settle_constraints(space, &Table::checks);
  }
}

}  // namespace bascule
