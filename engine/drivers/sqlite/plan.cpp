// Changes as statements. What ALTER TABLE cannot do is one rebuild for each table (rebuild.h). Pure.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/sqlite/changed_tables.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/rebuild.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

constexpr std::int64_t large_table = 10'000;

const Dialect& sqlite() {
  return dialect(Flavor::sqlite);
}

std::string quoted(std::string_view name) {
  return quote_identifier(name, sqlite());
}

std::string quoted(const TableName& name) {
  return quote_qualified(name.schema, name.table, sqlite());
}

bool is_view_or_trigger(const NamedObject& object) {
  return object.kind == ObjectKind::view || object.kind == ObjectKind::trigger;
}

class Planner {
 public:
  Planner(std::span<const Change> changes, const Schema& have, const Features& features,
          const ChangedTables& tables)
      : changes_(changes), have_(have), features_(features), tables_(tables) {}

  Result<PlannedSteps> run() {
    note_changed_objects();
    for (current_ = 0; current_ < changes_.size(); ++current_)
      TRY(std::visit([&](const auto& change) { return add(change); }, changes_[current_]));
    for (const ChangedTable& table : tables_.all())
      if (!table.reasons.empty()) TRY(rebuild(table));
    return assemble();
  }

 private:
  // In the order in which they are run.
  enum Phase {
    renames,
    object_drops,
    index_drops,
    table_drops,
    table_adds,
    column_changes,
    rebuilds,
    index_adds,
    object_adds,
    phase_count,
  };

  Step& step(Phase phase, std::string sql, std::string undo_sql, std::string comment = {},
             bool loses_data = false) {
    Step& made = phases_[phase].emplace_back();
    made.sql = std::move(sql);
    made.undo_sql = std::move(undo_sql);
    made.comment = std::move(comment);
    made.loses_data = loses_data;
    made.change = current_;
    return made;
  }

  // --- one change each ---
  Result<void> add(const change::RenameTable& renamed) {
    const TableName to{renamed.name.schema, renamed.to};
    step(renames, fmt::format("ALTER TABLE {} RENAME TO {}", quoted(renamed.name), quoted(renamed.to)),
         fmt::format("ALTER TABLE {} RENAME TO {}", quoted(to), quoted(renamed.name.table)));
    return {};
  }

  Result<void> add(const change::RenameColumn& renamed) {
    if (!features_.rename_column)
      return unsupported_error(fmt::format("column {}.{} cannot be renamed by this version of SQLite",
                                           display(renamed.name), renamed.column.name),
                               "SQLite 3.25 can");
    const auto sql = [&](std::string_view from, std::string_view to) {
      return fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(renamed.name), quoted(from),
                         quoted(to));
    };
    step(renames, sql(renamed.column.name, renamed.to), sql(renamed.to, renamed.column.name));
    return {};
  }

  Result<void> add(const change::AddTable& added) {
    TRY(std::vector<Step> made, create_table_steps(added.name, *tables_.find_added(added.name)));
    append(table_adds, std::move(made));
    return {};
  }

  void append(Phase phase, std::vector<Step> made) {
    for (Step& one : made) {
      one.change = current_;
      phases_[phase].push_back(std::move(one));
    }
  }

  // What makes the table, backwards: a step's undo is one statement, as any statement is sent alone.
  Result<void> add(const change::DropTable& dropped) {
    drop_triggers_of(dropped.name);
    TRY(std::vector<Step> made, create_table_steps(dropped.name, dropped.table));
    for (auto one = made.rbegin(); one != made.rend(); ++one) step(table_drops, one->undo_sql, one->sql);
    Step& last = phases_[table_drops].back();
    last.comment =
        fmt::format("the rows of {} are lost; undo brings back the empty table", display(dropped.name));
    last.loses_data = true;
    return {};
  }

  Result<void> add(const change::AddColumn& added) {
    if (!is_native(added.name)) return {};
    const Column& column = added.column;
    if (!column.nullable && !column.default_sql && !column.generated)
      step(column_changes,
           fmt::format(
               "SELECT n || {} FROM (SELECT count(*) AS n FROM {}) WHERE n > 0",
               quote_literal(fmt::format(" rows have no value for the new column {}.{}, which may not be "
                                         "NULL and has no default",
                                         display(added.name), column.name),
                             sqlite()),
               quoted(added.name)),
           "")
          .must_be_empty = true;
    Step& made = step(column_changes,
                      fmt::format("ALTER TABLE {} ADD COLUMN {}", quoted(added.name), column_sql(column)),
                      features_.drop_column ? drop_column_sql(added.name, column) : "");
    made.is_reversible = features_.drop_column;
    if (!made.is_reversible) made.comment = "this version of SQLite cannot drop the column again";
    return {};
  }

  static std::string drop_column_sql(const TableName& name, const Column& column) {
    return fmt::format("ALTER TABLE {} DROP COLUMN {}", quoted(name), quoted(column.name));
  }

  Result<void> add(const change::DropColumn& dropped) {
    if (!is_native(dropped.name)) return {};
    const Column& column = dropped.column;
    const std::string object = display(dropped.name) + "." + column.name;
    Step& made =
        step(column_changes, drop_column_sql(dropped.name, column),
             fmt::format("ALTER TABLE {} ADD COLUMN {}", quoted(dropped.name), column_sql(column)),
             fmt::format("the values of {} are lost; undo brings back the column without them, as the "
                         "last one",
                         object),
             !column.generated);
    made.is_reversible = column.nullable || column.default_sql || column.generated;
    if (!made.is_reversible)
      made.comment = fmt::format("the values of {} are lost, and undo works only on an empty table", object);
    note_large(dropped.name, "rewrite_table", "dropping column " + column.name + " rewrites",
               "leave the column where it is");
    return {};
  }

  Result<void> add(const change::AddIndex& added) {
    if (added.index.is_constraint || tables_.is_rebuilt(added.name)) return {};
    TRY(std::string sql, create_index_sql(added.name, added.index));
    step(index_adds, std::move(sql), drop_index_sql(added.name, added.index));
    note_large(added.name, "lock_writers", "making index " + index_name(added.name, added.index) + " reads",
               "apply it when few write: SQLite makes no index concurrently");
    return {};
  }

  Result<void> add(const change::DropIndex& dropped) {
    if (dropped.index.is_constraint || !is_native(dropped.name)) return {};
    TRY(std::string undo, create_index_sql(dropped.name, dropped.index));
    step(index_drops, drop_index_sql(dropped.name, dropped.index), std::move(undo));
    return {};
  }

  bool is_native(const TableName& name) const {
    return !tables_.is_dropped(name) && !tables_.is_rebuilt(name) && tables_.find_added(name) == nullptr;
  }

  Result<void> add(const change::AddObject& added) {
    TRY(check_object(added.name, added.object));
    step(object_adds, create_object_sql(added.name, added.object), drop_object_sql(added.name, added.object));
    return {};
  }
  Result<void> add(const change::DropObject& dropped) {
    TRY(check_object(dropped.name, dropped.object));
    drop_object(dropped.name, dropped.object);
    return {};
  }
  Result<void> add(const change::AlterObject& altered) {
    TRY(check_object(altered.name, altered.to));
    const std::vector<Named> triggers = drop_object(altered.name, altered.from);
    step(object_adds, create_object_sql(altered.name, altered.to), drop_object_sql(altered.name, altered.to));
    make_again(triggers);
    return {};
  }

  Result<void> check_object(const TableName& name, const NamedObject& object) const {
    if (is_view_or_trigger(object)) return {};
    return unsupported_error(fmt::format("SQLite has no {}s: {} cannot be made",
                                         object_kind_name(object.kind), display({name.schema, object.name})),
                             "leave it out with --ignore");
  }

  // What has no place in a SQLite file: map_schema leaves it out and says so.
  Error has_no(std::string_view what, const std::string& object) const {
    return unsupported_error(fmt::format("SQLite has no {}: {} cannot be changed", what, object),
                             "leave it out with --ignore");
  }
  Result<void> add(const change::AddSchema& added) {
    return unsupported_error(
        fmt::format("schema {} cannot be made in SQLite, where a schema is a file", added.name.schema),
        "ATTACH 'PATH' AS name");
  }
  Result<void> add(const change::DropSchema& dropped) {
    return unsupported_error(
        fmt::format("schema {} cannot be dropped in SQLite, where a schema is a file", dropped.name.schema),
        "DETACH it");
  }
  Result<void> add(const change::AddEnum& c) { return has_no("enums", display(c.name)); }
  Result<void> add(const change::DropEnum& c) { return has_no("enums", display(c.name)); }
  Result<void> add(const change::AlterEnum& c) { return has_no("enums", display(c.name)); }
  Result<void> add(const change::SetComment& c) { return has_no("comments", display(c.name)); }

  // Made by a rebuild, or not at all: see needs_rebuild.
  Result<void> add(const change::AlterTable&) { return {}; }
  Result<void> add(const change::AlterColumn&) { return {}; }
  Result<void> add(const change::AddForeignKey&) { return {}; }
  Result<void> add(const change::DropForeignKey&) { return {}; }
  Result<void> add(const change::AlterPrimaryKey&) { return {}; }
  Result<void> add(const change::AddCheck&) { return {}; }
  Result<void> add(const change::DropCheck&) { return {}; }

  // --- views and triggers ---
  void note_changed_objects() {
    for (const Change& one : changes_) {
      if (const auto* dropped = std::get_if<change::DropObject>(&one))
        changed_objects_.insert(key_of({dropped->name.schema, dropped->object.name}));
      if (const auto* altered = std::get_if<change::AlterObject>(&one))
        changed_objects_.insert(key_of({altered->name.schema, altered->from.name}));
    }
  }

  struct Named {
    TableName name;  // its schema, and its own name
    const NamedObject* object;
  };

  // Triggers of the table or view that no change speaks of: they go with it. Those of the connection (temp)
  // too (https://www.sqlite.org/lang_createtrigger.html).
  std::vector<Named> triggers_of(const TableName& owner) const {
    std::vector<Named> found;
    for (const std::string_view schema : {std::string_view(owner.schema), std::string_view("temp")}) {
      const Namespace* space = have_.find_namespace(schema);
      if (space == nullptr || (schema == "temp" && !found.empty() && owner.schema == "temp")) continue;
      for (const NamedObject& trigger : space->triggers) {
        const TableName name{space->name, trigger.name};
        if (equals_ignoring_case(trigger.table, owner.table) && !changed_objects_.contains(key_of(name)))
          found.push_back({name, &trigger});
      }
      if (owner.schema == "temp") break;
    }
    return found;
  }

  std::vector<Named> drop_triggers_of(const TableName& owner) {
    std::vector<Named> triggers = triggers_of(owner);
    for (const Named& trigger : triggers)
      step(object_drops, drop_object_sql(trigger.name, *trigger.object),
           create_object_sql(trigger.name, *trigger.object));
    return triggers;
  }
  std::vector<Named> drop_object(const TableName& name, const NamedObject& object) {
    std::vector<Named> triggers;
    if (object.kind == ObjectKind::view) triggers = drop_triggers_of({name.schema, object.name});
    step(object_drops, drop_object_sql(name, object), create_object_sql(name, object));
    return triggers;
  }
  void make_again(const std::vector<Named>& triggers) {
    for (const Named& trigger : triggers)
      step(object_adds, create_object_sql(trigger.name, *trigger.object),
           drop_object_sql(trigger.name, *trigger.object));
  }

  // --- rebuilds ---
  Result<void> rebuild(const ChangedTable& table) {
    current_ = table.changes.front();
    const Rebuild rebuild{table.name, *table.have, table.want,
                          fmt::format("{} is rebuilt, as ALTER TABLE cannot do it: {}", display(table.name),
                                      join(table.reasons, ", ")),
                          loss_of(table)};
    TRY(add_indexes_of(rebuild));
    const std::vector<Named> triggers = drop_triggers_of(rebuild.name);
    TRY(std::vector<Step> made, rebuild_steps(rebuild, temporary_name(rebuild.name)));
    append(rebuilds, std::move(made));
    make_again(triggers);
    if (!rebuild.to.foreign_keys.empty()) check_foreign_keys({rebuild.name, keeps_rowids(rebuild)});
    check_keys_that_refer_to(rebuild.name);
    note_large(rebuild.name, "rewrite_table", "the rebuild copies", "apply it when few write");
    return {};
  }

  std::string loss_of(const ChangedTable& table) const {
    std::vector<std::string> names;
    for (const std::size_t place : table.changes)
      if (loses_data(changes_[place])) names.push_back(change_object(changes_[place], "main"));
    return names.empty() ? ""
                         : "undo brings back columns, not what is lost of the values of " + join(names, ", ");
  }

  // An index keeps its name while its table is rebuilt, so that the old one goes first.
  Result<void> add_indexes_of(const Rebuild& rebuild) {
    for (const Index& index : rebuild.from.indexes) {
      if (index.is_constraint) continue;
      TRY(std::string undo, create_index_sql(rebuild.name, index));
      step(index_drops, drop_index_sql(rebuild.name, index), std::move(undo));
    }
    for (const Index& index : rebuild.to.indexes) {
      if (index.is_constraint) continue;
      TRY(std::string sql, create_index_sql(rebuild.name, index));
      step(index_adds, std::move(sql), drop_index_sql(rebuild.name, index));
    }
    // DROP TABLE forgets what ANALYZE found (https://www.sqlite.org/fileformat2.html#stat1tab).
    if (rebuild.from.estimated_rows)
      step(object_adds, "ANALYZE " + quoted(rebuild.name), "", "the statistics went with the old table");
    return {};
  }

  std::string temporary_name(const TableName& name) {
    std::string made = "_bascule_new_" + name.table;
    while (tables_.find_table({name.schema, made}) != nullptr ||
           tables_.find_added({name.schema, made}) != nullptr)
      made += "_";
    return made;
  }

  void check_keys_that_refer_to(const TableName& name) {
    for (const TableName& other : tables_.referring_to(name)) check_foreign_keys({other, true});
  }
  void check_foreign_keys(CheckedTable table) {
    if (checked_names_.contains(key_of(table.name)) || !tables_.has_usable_keys(table.name)) return;
    checked_names_.insert(key_of(table.name));
    checked_.push_back(std::move(table));
  }

  // --- all together ---
  void note_large(const TableName& name, std::string_view code, const std::string& what,
                  std::string_view instead) {
    const Table* table = tables_.find_table(name);
    if (table == nullptr || table->estimated_rows.value_or(0) <= large_table) return;
    notices_.push_back({std::string(code), display(name),
                        fmt::format("{} about {} rows of {} and locks the database for writers meanwhile; {}",
                                    what, *table->estimated_rows, display(name), instead)});
  }

  // Dropping a table deletes its rows first, and with them those that refer to them.
  bool drops_referenced_table() {
    for (const Change& one : changes_)
      if (const auto* dropped = std::get_if<change::DropTable>(&one)) check_keys_that_refer_to(dropped->name);
    return !checked_.empty();
  }

  PlannedSteps assemble() {
    PlannedSteps planned;
    const auto take = [&](std::vector<Step>& steps, std::optional<std::size_t> change) {
      for (Step& one : steps) {
        if (!one.change) one.change = change;
        planned.steps.push_back(std::move(one));
      }
    };
    std::optional<std::size_t> first;
    for (const ChangedTable& table : tables_.all())
      if (!table.reasons.empty() && !first) first = table.changes.front();
    const bool needs_keys_off = drops_referenced_table() || first;
    Bracket keys = foreign_key_bracket(checked_), names = legacy_rename_bracket();
    if (needs_keys_off) planned.steps = session_settings();
    for (std::size_t phase = 0; phase < phase_count; ++phase) {
      // The rows are remembered under the new names.
      if (phase == object_drops && needs_keys_off) take(keys.before, {});
      if (phase == rebuilds && first) take(names.before, first);
      take(phases_[phase], {});
      if (phase == rebuilds && first) take(names.after, first);
    }
    if (needs_keys_off) take(keys.after, {});
    planned.notices = tables_.unusable_keys();
    planned.notices.insert(planned.notices.end(), notices_.begin(), notices_.end());
    return planned;
  }

  std::span<const Change> changes_;
  const Schema& have_;
  const Features& features_;
  const ChangedTables& tables_;
  std::set<std::string> changed_objects_, checked_names_;  // see key_of
  std::vector<CheckedTable> checked_;
  std::size_t current_ = 0;  // the change for which steps are made
  std::array<std::vector<Step>, phase_count> phases_;
  std::vector<Notice> notices_;
};

}  // namespace

Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have, const Features& features) {
  TRY(const ChangedTables tables, ChangedTables::read(changes, have, features));
  return Planner(changes, have, features, tables).run();
}

}  // namespace bascule::sqlite
