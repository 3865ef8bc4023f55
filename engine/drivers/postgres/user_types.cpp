// Names and labels of types that are not the server's own, looked up between statements and kept.
#include <fmt/format.h>

#include "engine/drivers/postgres/session.h"

namespace bascule::postgres {
namespace {

// One row per label of an enum, else one per type; elements of arrays come before the arrays.
constexpr std::string_view types_sql = R"(
SELECT t.oid, pg_catalog.format_type(t.oid, NULL), t.typtype = 'e',
       CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, e.enumlabel
  FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
 WHERE t.oid IN ({0}) OR t.oid IN (SELECT typelem FROM pg_catalog.pg_type WHERE oid IN ({0}))
 ORDER BY t.typcategory = 'A', t.oid, e.enumsortorder)";

}  // namespace

KnownType Session::type_of(Oid oid, int modifier) const {
  if (auto known = builtin_type(oid, modifier)) return *std::move(known);
  if (const auto found = learnt_types_.find(oid); found != learnt_types_.end()) return found->second;
  met_types_.push_back(oid);
  const std::string name = fmt::format("oid {}", oid);
  return {type::Native{name}, name, CellForm::spelled};
}

void Session::learn_met_types() {
  if (met_types_.empty() || busy_ || transaction() != TransactionState::none || !is_alive()) return;
  const auto rows = run(fmt::format(types_sql, fmt::join(std::exchange(met_types_, {}), ",")));
  if (!rows) return;  // the next statement meets them again
  for (int row = 0; row < rows->size(); ++row) {
    const auto oid = static_cast<Oid>(rows->integer(row, 0));
    const auto element = static_cast<Oid>(rows->integer(row, 3));
    const std::string name = rows->string(row, 1);
    if (element != 0) {
      type::Array array;
      const auto found = learnt_types_.find(element);
      array.element.push_back(found == learnt_types_.end()
                                  ? Type(type::Native{name.substr(0, name.size() - 2)})
                                  : found->second.type);
      learn_type(oid, {std::move(array), name, CellForm::spelled});
    } else if (rows->is_true(row, 2)) {
      const auto found = learnt_types_.find(oid);
      type::Enum labels{name, {}};
      const bool continues = row > 0 && rows->integer(row - 1, 0) == rows->integer(row, 0);
      if (continues && found != learnt_types_.end()) labels = *found->second.type.get<type::Enum>();
      if (!rows->is_null(row, 4)) labels.labels.push_back(rows->string(row, 4));
      learn_type(oid, {std::move(labels), name, CellForm::text});
    } else {
      learn_type(oid, {type::Native{name}, name, CellForm::spelled});
    }
  }
}

}  // namespace bascule::postgres
