// What a copy will do, decided from both catalogs.
#include <algorithm>
#include <set>

#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_map.h"
#include "engine/drivers/registry.h"
#include "engine/jobs/copy.h"
#include "engine/jobs/snapshot.h"

namespace bascule {
namespace {

Error conflict_error(std::string what, std::string hint) {
  return {ErrorCode::conflict, std::move(what), std::move(hint), ""};
}

class CopyPlanner {
 public:
  CopyPlanner(Connection& source, Connection& target, const CopyRequest& request)
      : source_(source), target_(target), request_(request) {}

  Result<CopyPlan> run() {
    plan_.mode = request_.mode;
    plan_.scope = request_.scope;
    TRY(source_schema_, source_.inspect({}));
    TRY(target_schema_, target_.inspect({}));
    TRY(chosen_, select_tables(source_schema_, request_.scope.source, request_.scope.tables));
    const auto& wanted_schema = request_.scope.target.schema;
    MappedSchema mapped = map_schema(chosen_, target_.features(),
                                     wanted_schema.empty() ? target_schema_.default_namespace : wanted_schema,
                                     request_.type_rules);
    mapped_ = std::move(mapped.schema);
    if (request_.mode == CopyMode::create) plan_.notices = std::move(mapped.notices);
    TRY(plan_tables());
    if (request_.mode == CopyMode::create) TRY(plan_foreign_keys());
    if (request_.mode == CopyMode::replace) TRY(check_references());
    return std::move(plan_);
  }

 private:
  std::string source_name(const TableName& name) const {
    return display_name(name, source_schema_.default_namespace);
  }
  std::string target_name(const TableName& name) const {
    return display_name(name, target_schema_.default_namespace);
  }

  Result<void> plan_tables() {
    std::set<std::pair<std::string, std::string>> taken;
    for (const auto& [name, table] : in_reference_order(chosen_)) {
      const TableName mapped_name =
          counterpart(name, source_schema_, mapped_, {request_.scope.target.schema, ""});
      const Table* mapped = find_table(mapped_, mapped_name);
      // Of two tables of one name in different schemas the map carries the first, with a notice.
      if (mapped == nullptr || !taken.emplace(mapped_name.schema, mapped_name.table).second) continue;
      TableCopy copy;
      copy.source = name;
      copy.target = mapped_name;
      if (!request_.scope.target.table.empty()) copy.target.table = request_.scope.target.table;
      copy.estimated_rows = table->estimated_rows;
      if (target_schema_.find_namespace(copy.target.schema) == nullptr)
        return conflict_error("the target has no schema \"" + copy.target.schema + "\"", "create it first");
      const Table* existing = find_table(target_schema_, copy.target);
      TRY(request_.mode == CopyMode::create ? plan_new(*table, *mapped, existing, copy)
                                            : plan_existing(*table, existing, copy));
      plan_.tables.push_back(std::move(copy));
    }
    if (plan_.tables.empty())
      return conflict_error("the source has no tables to copy", "\\dt lists the tables of a connection");
    return {};
  }

  // --- mode create ---

  Result<void> plan_new(const Table& table, const Table& mapped, const Table* existing, TableCopy& copy) {
    if (existing != nullptr)
      return conflict_error("the target has a table " + target_name(copy.target) + " already",
                            "drop it, or copy with --mode append or --mode replace");
    TRY(check_enums(mapped, copy));
    Table made = mapped;
    made.name = copy.target.table;
    TRY(set_identities(copy.source, made));
    for (const auto& column : made.columns) {
      if (column.generated) continue;
      copy.source_columns.push_back(*table.find_column(column.name));
      copy.target_columns.push_back(column);
    }
    // Constraints come with the table, other indexes after the rows, which is faster.
    std::vector<Change> indexes;
    for (const auto& index : made.indexes)
      if (!index.is_constraint && !made_with_table(made, index))
        indexes.emplace_back(change::AddIndex{copy.target, index});
    made.indexes.erase(std::remove_if(made.indexes.begin(), made.indexes.end(),
                                      [&](const Index& index) {
                                        return !index.is_constraint && !made_with_table(made, index);
                                      }),
                       made.indexes.end());
    made.foreign_keys.clear();
    new_tables_.push_back(made);
    TRY(copy.create, plan_steps({change::AddTable{copy.target, made}}, target_schema_));
    TRY(copy.finish, plan_steps(indexes, with_table(copy.target, made)));
    return {};
  }

  // An index that a column which numbers itself leads: some engines demand it from the start.
  static bool made_with_table(const Table& table, const Index& index) {
    if (index.parts.empty()) return false;
    const Column* column = table.find_column(index.parts.front().column);
    return column != nullptr && column->identity != Identity::none;
  }

  Result<void> check_enums(const Table& mapped, const TableCopy& copy) const {
    for (const auto& column : mapped.columns) {
      const auto* type = column.type.get<type::Enum>();
      if (type == nullptr || type->name.empty()) continue;
      const std::string name = type->name.substr(type->name.rfind('.') + 1);
      const bool is_known = std::any_of(
          target_schema_.namespaces.begin(), target_schema_.namespaces.end(), [&](const Namespace& space) {
            return std::any_of(space.enums.begin(), space.enums.end(),
                               [&](const EnumType& known) { return known.name == name; });
          });
      if (!is_known)
        return unsupported_error("column " + target_name(copy.target) + "." + column.name +
                                     " needs the enum type " + type->name +
                                     ", which the target does not have",
                                 "create the type on the target first");
    }
    return {};
  }

  // The next number that the new table gives is above all that are copied.
  Result<void> set_identities(const TableName& source, Table& made) {
    const Dialect& dialect = *source_.server().dialect;
    for (auto& column : made.columns) {
      if (column.identity == Identity::none) continue;
      SqlWriter sql(dialect);
      sql.raw("SELECT max(").name(column.name).raw(") FROM").name(source.schema, source.table);
      TRY(const auto highest, query_integer(source_, sql.str()));
      if (highest) column.identity_next = std::max(column.identity_next.value_or(1), *highest + 1);
    }
    return {};
  }

  // The schema that the target will have, for steps that come after the table.
  Schema with_table(const TableName& name, const Table& table) const {
    Schema schema = target_schema_;
    for (auto& space : schema.namespaces) {
      if (space.name != name.schema) continue;
      const auto place = std::lower_bound(space.tables.begin(), space.tables.end(), table,
                                          [](const Table& a, const Table& b) { return a.name < b.name; });
      space.tables.insert(place, table);
    }
    return schema;
  }

  Result<std::vector<Step>> plan_steps(const std::vector<Change>& changes, const Schema& have) const {
    if (changes.empty()) return std::vector<Step>();
    TRY(PlannedSteps planned, driver(target_.features().flavor).plan(changes, have, target_.features()));
    return std::move(planned.steps);
  }

  // After all rows where the engine can add a foreign key to a table, with the table where it cannot.
  Result<void> plan_foreign_keys() {
    Schema complete = target_schema_;
    for (std::size_t i = 0; i < plan_.tables.size(); ++i)
      for (auto& space : complete.namespaces)
        if (space.name == plan_.tables[i].target.schema) space.tables.push_back(new_tables_[i]);
    for (std::size_t i = 0; i < plan_.tables.size(); ++i) {
      TableCopy& copy = plan_.tables[i];
      std::vector<Change> keys = foreign_keys_of(copy, complete);
      if (keys.empty()) continue;
      auto later = plan_steps(keys, complete);
      // A step that sets a value of the session belongs to a rebuild, which would copy the rows once more.
      const bool is_rebuild = later.ok() && std::any_of(later->begin(), later->end(), [](const Step& step) {
                                return !step.session_setting.empty();
                              });
      if (later.ok() && !is_rebuild) {
        for (auto& step : *later) plan_.finish.push_back(std::move(step));
        continue;
      }
      if (!later.ok() && later.error().code != ErrorCode::unsupported) return std::move(later).error();
      keys.insert(keys.begin(), change::AddTable{copy.target, new_tables_[i]});
      TRY(copy.create, plan_steps(keys, target_schema_));
    }
    return {};
  }

  std::vector<Change> foreign_keys_of(const TableCopy& copy, const Schema& complete) {
    const TableName mapped_name =
        counterpart(copy.source, source_schema_, mapped_, {request_.scope.target.schema, ""});
    std::vector<Change> keys;
    for (ForeignKey key : find_table(mapped_, mapped_name)->foreign_keys) {
      TableName referenced{key.referenced_schema.empty() ? copy.target.schema : key.referenced_schema,
                           key.referenced_table};
      if (referenced == mapped_name) key.referenced_table = referenced.table = copy.target.table;
      if (find_table(complete, referenced) != nullptr) {
        keys.emplace_back(change::AddForeignKey{copy.target, key});
        continue;
      }
      plan_.notices.push_back(
          {"foreign_key_not_carried", target_name(copy.target) + "." + key.name,
           "it refers to " + target_name(referenced) + ", which the target does not have"});
    }
    return keys;
  }

  // --- modes append and replace ---

  Result<void> plan_existing(const Table& table, const Table* existing, TableCopy& copy) {
    if (existing == nullptr)
      return conflict_error("the target has no table " + target_name(copy.target),
                            "copy with --mode create to make it");
    for (const auto& column : existing->columns) {
      if (column.generated) continue;
      const Column* from = table.find_column(column.name);
      const bool is_filled = column.nullable || column.default_sql || column.identity != Identity::none;
      if (from == nullptr && !is_filled)
        return conflict_error("column " + target_name(copy.target) + "." + column.name +
                                  " must have a value and the source has no such column",
                              "give it a default, or make it nullable");
      if (from == nullptr) continue;
      copy.source_columns.push_back(*from);
      copy.target_columns.push_back(column);
    }
    for (const auto& column : table.columns)
      if (existing->find_column(column.name) == nullptr)
        return conflict_error(
            "the target's table " + target_name(copy.target) + " has no column " + column.name,
            "add it: \\plan shows the statement");
    if (copy.source_columns.empty())
      return conflict_error("the tables " + source_name(copy.source) + " and " + target_name(copy.target) +
                                " have no column to copy",
                            "look at both with \\d");
    return {};
  }

  // Deleting rows may not reach into tables that are not copied.
  Result<void> check_references() const {
    const auto is_copied = [&](const TableName& name) {
      return std::any_of(plan_.tables.begin(), plan_.tables.end(),
                         [&](const TableCopy& copy) { return copy.target == name; });
    };
    for (const auto& [name, table] : in_reference_order(target_schema_)) {
      if (is_copied(name)) continue;
      for (const auto& key : table->foreign_keys) {
        const TableName referenced{key.referenced_schema.empty() ? name.schema : key.referenced_schema,
                                   key.referenced_table};
        if (!is_copied(referenced)) continue;
        return Error{ErrorCode::data_loss,
                     "replacing " + target_name(referenced) + " would delete or change rows of " +
                         target_name(name) + ", which refers to it",
                     "copy both tables, or drop the foreign key first", ""};
      }
    }
    return {};
  }

  Connection& source_;
  Connection& target_;
  const CopyRequest& request_;
  Schema source_schema_, target_schema_, chosen_, mapped_;
  std::vector<Table> new_tables_;  // as they are made, one for each of the plan's tables
  CopyPlan plan_;
};

constexpr std::string_view mode_names[] = {"create", "append", "replace"};

}  // namespace

std::string_view copy_mode_name(CopyMode mode) {
  return mode_names[static_cast<std::size_t>(mode)];
}

Result<CopyMode> parse_copy_mode(std::string_view name) {
  for (const auto mode : {CopyMode::create, CopyMode::append, CopyMode::replace})
    if (copy_mode_name(mode) == name) return mode;
  if (name == "upsert")
    return unsupported_error("\\copy has no mode upsert yet", "modes: create append replace");
  return usage_error("there is no mode \"" + std::string(name) + "\"", "modes: create append replace");
}

Result<CopyPlan> plan_copy(Connection& source, Connection& target, const CopyRequest& request) {
  if (!request.other_options.empty())
    return unsupported_error("\\copy does not know the option " + request.other_options.front() + " yet",
                             "it knows TABLE... --mode --map --dry-run and --no-verify");
  if (&source == &target)
    return unsupported_error("a copy needs two connections", "open a second connection to the database");
  if (!request.scope.target.table.empty() && request.scope.source.table.empty())
    return usage_error("the target names a table and the source does not",
                       "write \\copy @a.TABLE to @b.TABLE");
  return CopyPlanner(source, target, request).run();
}

}  // namespace bascule
