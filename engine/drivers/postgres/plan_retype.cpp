// A type gets another definition while columns are of it.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/dependents.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

class Replacement {
 public:
  Replacement(const Planning& planning, const TypeDefinition& to) : planning_(planning), to_(to) {}

  Result<std::vector<std::string>> run() {
    for (const Namespace& space : planning_.have.namespaces) {
      for (const Table& table : space.tables) TRY(convert({space.name, table.name}, table));
      for (const NamedObject& domain : space.domains)
        if (is_of_type(planning_.have, base_of(domain.definition), to_.name))
          return unsupported_error(fmt::format("type {} cannot be changed: domain {}.{} is made of it",
                                               display(to_.name), space.name, domain.name),
                                   "change the domain's columns to another type first");
    }
    const std::string old = made_name(to_.name, {}, "old");
    const std::string_view word = object_kind_sql(to_.kind);
    std::vector<std::string> statements = std::move(before_);
    statements.push_back(fmt::format("ALTER {} {} RENAME TO {}", word, quoted(to_.name), quoted(old)));
    statements.push_back(to_.create_sql);
    if (!to_.comment.empty())
      statements.push_back(comment_on(comment_target(to_.name, to_.kind, "", false), to_.comment));
    std::ranges::move(alter_, std::back_inserter(statements));
    statements.push_back(fmt::format("DROP {} {}", word, quoted({to_.name.schema, old})));
    std::ranges::move(after_, std::back_inserter(statements));
    return statements;
  }

 private:
  static std::string base_of(const std::string& domain) {
    const std::size_t as = domain.find(" AS ");
    if (as == std::string::npos) return {};
    const std::size_t end = domain.find('\n', as);
    return domain.substr(as + 4, end == std::string::npos ? end : end - as - 4);
  }

  bool is_dropped(const TableName& table) const {
    return planning_.has_change<change::DropTable>(
        [&](const change::DropTable& drop) { return drop.name == table; });
  }

  Result<void> convert(const TableName& name, const Table& table) {
    std::vector<std::string> actions;
    NameSet columns;
    for (const Column& column : table.columns) {
      if (!is_of_type(planning_.have, column.native_type, to_.name)) continue;
      columns.insert(column.name);
      const auto act = [&](const std::string& action) {
        actions.push_back(fmt::format("ALTER COLUMN {} {}", quoted(column.name), action));
      };
      if (column.default_sql) act("DROP DEFAULT");
      const std::string by_text = column.native_type.ends_with("[]") ? "text[]" : "text";
      act(fmt::format("TYPE {0} USING {1}::{2}::{0}", column.native_type, quoted(column.name), by_text));
      if (column.default_sql) act("SET DEFAULT " + *column.default_sql);
    }
    if (actions.empty() || is_dropped(name)) return {};
    for (const Column& column : table.columns)
      if (column.generated && mentions_any(column.generated->expression, columns))
        return unsupported_error(fmt::format("type {} cannot be changed: generated column {}.{} uses it",
                                             display(to_.name), display(name), column.name),
                                 "drop the generated column and add it anew");
    put_aside(name, table, columns);
    alter_.push_back(fmt::format("ALTER TABLE {} {}", quoted(name), join(actions, ", ")));
    return {};
  }

  static bool mentions_any(const std::string& sql, const NameSet& names) {
    const NameSet mentioned = names_in(sql);
    return std::ranges::any_of(names, [&](const std::string& name) { return mentioned.contains(name); });
  }

  static bool has_any(const std::vector<std::string>& columns, const NameSet& names) {
    return std::ranges::any_of(columns, [&](const std::string& name) { return names.contains(name); });
  }

  // Expressions over the columns have values of the old type inside. What the plan has dropped by now stays
  // so.
  void put_aside(const TableName& name, const Table& table, const NameSet& columns) {
    for (const Check& check : table.checks)
      if (mentions_any(check.expression, columns) &&
          !planning_.has_change<change::DropCheck>([&](const change::DropCheck& drop) {
            return drop.name == name && drop.check.name == check.name;
          }))
        again(drop_constraint(name, check.name), add_check(name, check));
    for (const Index& index : table.indexes) {
      std::string expressions = index.where;
      for (const IndexPart& part : index.parts) expressions += " " + part.expression;
      if (mentions_any(expressions, columns) &&
          !planning_.has_change<change::DropIndex>([&](const change::DropIndex& drop) {
            return drop.name == name && drop.index.name == index.name;
          }))
        again(drop_index(name, index), add_index(name, index));
    }
    for (const ForeignKey& key : table.foreign_keys)
      if (has_any(key.columns, columns) &&
          !planning_.has_change<change::DropForeignKey>([&](const change::DropForeignKey& drop) {
            return drop.name == name && drop.key.name == key.name;
          }))
        again(drop_constraint(name, key.name), add_foreign_key(name, key));
  }

  void again(std::string drop, std::string add) {
    before_.push_back(std::move(drop));
    after_.push_back(std::move(add));
  }

  const Planning& planning_;
  const TypeDefinition& to_;
  std::vector<std::string> before_, alter_, after_;
};

}  // namespace

bool is_of_type(const Schema& have, std::string_view native_type, const TableName& type) {
  std::string spelled = replace_all(native_type, "\"", "");
  if (spelled.ends_with("[]")) spelled.resize(spelled.size() - 2);
  return spelled == type.schema + "." + type.table ||
         (type.schema == have.default_namespace && spelled == type.table);
}

Result<std::vector<std::string>> replace_type(const Planning& planning, const TypeDefinition& to) {
  return Replacement(planning, to).run();
}

}  // namespace bascule::postgres
