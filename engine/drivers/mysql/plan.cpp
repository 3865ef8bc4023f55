#include "engine/drivers/mysql/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/text.h"
#include "engine/drivers/mysql/alter_table.h"
#include "engine/drivers/mysql/lint.h"
#include "engine/drivers/mysql/pauses.h"
#include "engine/drivers/mysql/plan_objects.h"
#include "engine/drivers/mysql/plan_order.h"
#include "engine/drivers/mysql/table_keys.h"
#include "engine/drivers/mysql/table_options.h"
#include "engine/drivers/mysql/table_sql.h"

namespace bascule::mysql {
namespace {

class Planner {
 public:
  Planner(std::span<const Change> changes, const Schema& have, const Features& features)
      : changes_(changes),
        have_(have),
        sql_(features, have.default_namespace),
        states_(have),
        objects_(changes, have, sql_),
        units_(order_changes(changes, have)),
        paused_objects_(find_paused_objects(changes, have)) {}

  Result<PlannedSteps> run() {
    const auto paused = find_paused_keys(changes_, units_, have_);
    const std::size_t first_rename = first_unit(is_rename);
    const std::size_t first = first_unit([](const Change& change) { return !comes_early(change); });
    const std::size_t end = after_last_unit([](const Change& change) { return !comes_late(change); });
    for (std::size_t u = 0; u <= units_.size(); ++u) {
      if (u == std::min(first_rename, first))
        for (const auto& object : paused_objects_) take_away(object);
      if (u == first)
        for (const auto& key : paused) TRY(pause(key));
      if (u == std::max(first, end)) TRY(finish_tables(paused));
      if (u < units_.size()) TRY(plan_unit(units_[u]));
    }
    add_lock_advice(planned_.notices);
    return std::move(planned_);
  }

 private:
  static bool is_rename(const Change& change) {
    return std::holds_alternative<change::RenameTable>(change) ||
           std::holds_alternative<change::RenameColumn>(change);
  }
  // Before the tables change.
  static bool comes_early(const Change& change) {
    return std::holds_alternative<change::AddSchema>(change) || is_rename(change) ||
           std::holds_alternative<change::DropObject>(change) ||
           std::holds_alternative<change::DropForeignKey>(change);
  }
  // After the tables have changed.
  static bool comes_late(const Change& change) {
    return std::holds_alternative<change::AddForeignKey>(change) ||
           std::holds_alternative<change::AddObject>(change) ||
           std::holds_alternative<change::AlterObject>(change) ||
           std::holds_alternative<change::SetComment>(change) ||
           std::holds_alternative<change::DropSchema>(change) || comes_early(change);
  }
  template <typename Predicate>
  std::size_t first_unit(Predicate is_wanted) const {
    const auto found = std::find_if(units_.begin(), units_.end(),
                                    [&](const Unit& unit) { return is_wanted(changes_[unit[0]]); });
    return static_cast<std::size_t>(found - units_.begin());
  }
  template <typename Predicate>
  std::size_t after_last_unit(Predicate is_wanted) const {
    const auto found = std::find_if(units_.rbegin(), units_.rend(),
                                    [&](const Unit& unit) { return is_wanted(changes_[unit[0]]); });
    return static_cast<std::size_t>(units_.rend() - found);
  }

  // DDL commits, so no statement here belongs into a transaction.
  void add_step(Step step, std::size_t change) {
    step.in_transaction = false;
    step.change = change;
    planned_.steps.push_back(std::move(step));
  }
  void add_clauses(const TableName& name, const Clauses& clauses, std::size_t change) {
    if (clauses.forward.empty()) return;
    Step step;
    step.sql = sql_.alter(name) + join(clauses.forward, ", ");
    const std::vector<std::string> back(clauses.backward.rbegin(), clauses.backward.rend());
    step.undo_sql = sql_.alter(name) + join(back, ", ");
    step.comment = clauses.comment;
    step.loses_data = clauses.loses_data;
    step.is_reversible = clauses.is_reversible;
    add_step(std::move(step), change);
  }

  Result<void> plan_unit(const Unit& unit) {
    const Change& first = changes_[unit[0]];
    for (const std::size_t i : unit)
      lint_change(changes_[i], states_.at(change_name(changes_[i])), sql_, planned_.notices);
    if (is_clause(first)) return plan_clauses(unit);
    return std::visit([&](const auto& change) { return plan_one(change, unit[0]); }, first);
  }

  Result<void> plan_clauses(const Unit& unit) {
    const TableName& name = change_name(changes_[unit[0]]);
    if (const auto* altered = std::get_if<change::AlterColumn>(&changes_[unit[0]]);
        altered != nullptr && unit.size() == 1 && is_virtual(altered->from) && !altered->to.generated)
      return make_real(*altered, unit[0]);
    TRY(require_key(unit));
    std::vector<const Change*> changes;
    for (const std::size_t i : unit) changes.push_back(&changes_[i]);
    TRY(const auto clauses, make_clauses(changes, states_.at(name), states_, sql_));
    add_clauses(name, clauses, unit[0]);
    return {};
  }

  // A column that counts by itself must get its key with itself.
  Result<void> require_key(const Unit& unit) {
    const auto* added = std::get_if<change::AddColumn>(&changes_[unit[0]]);
    if (added == nullptr || added->column.identity == Identity::none || unit.size() > 1) return {};
    return unsupported_error(
        "column " + added->name.table + "." + added->column.name + " counts by itself and begins no key",
        "MySQL and MariaDB demand an index on it: add one");
  }

  // The values that a virtual column has computed stay when it becomes a stored one in between.
  Result<void> make_real(const change::AlterColumn& change, std::size_t index) {
    Column stored = change.from;
    stored.generated->stored = true;
    const Change steps[] = {change::AlterColumn{change.name, change.from, stored},
                            change::AlterColumn{change.name, stored, change.to}};
    for (const Change& one : steps) {
      const Change* const only[] = {&one};
      TRY(auto clauses, make_clauses(only, states_.at(change.name), states_, sql_));
      add_clauses(change.name, clauses, index);
    }
    return {};
  }

  Result<void> plan_one(const change::AddTable& change, std::size_t index) {
    TRY(auto create, sql_.create_table(change.name, change.table, false));
    add_step({std::move(create), "DROP TABLE " + sql_.quoted(change.name)}, index);
    Table& table = states_.at(change.name);
    table = change.table;
    table.foreign_keys.clear();
    return {};
  }

  Result<void> plan_one(const change::DropTable& change, std::size_t index) {
    TRY(auto create, sql_.create_table(change.name, change.table, true));
    Step step{"DROP TABLE " + sql_.quoted(change.name), std::move(create),
              "the way back gives an empty table"};
    step.loses_data = true;
    add_step(std::move(step), index);
    states_.erase(change.name);
    return {};
  }

  Result<void> plan_one(const change::RenameTable& change, std::size_t index) {
    const std::string from = sql_.quoted(change.name),
                      to = sql_.quoted(TableName{change.name.schema, change.to});
    add_step({"RENAME TABLE " + from + " TO " + to, "RENAME TABLE " + to + " TO " + from}, index);
    states_.rename_constraints(change.name, change.to);
    return {};
  }

  Result<void> plan_one(const change::AlterTable& change, std::size_t index) {
    Table& table = states_.at(change.name);
    TRY(auto steps, plan_options(change, table, has_key_changes(change.name), sql_));
    for (auto& step : steps.now) add_step(std::move(step), index);
    if (steps.later) later_.emplace_back(std::move(*steps.later), index);
    table.options = change.to;
    return {};
  }
  bool has_key_changes(const TableName& name) const {
    return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
      return change_name(change) == name && (std::holds_alternative<change::AlterPrimaryKey>(change) ||
                                             std::holds_alternative<change::AddIndex>(change) ||
                                             std::holds_alternative<change::DropIndex>(change));
    });
  }

  bool is_taken_away(const NamedObject& object) const {
    return std::any_of(paused_objects_.begin(), paused_objects_.end(), [&](const PausedObject& paused) {
      return paused.object.name == object.name && paused.object.kind == object.kind;
    });
  }
  bool has_change_of_its_own(const NamedObject& object) const {
    const auto is_same = [&](const NamedObject& other) {
      return other.name == object.name && other.kind == object.kind;
    };
    return std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
      const auto* dropped = std::get_if<change::DropObject>(&change);
      const auto* altered = std::get_if<change::AlterObject>(&change);
      return (dropped != nullptr && is_same(dropped->object)) ||
             (altered != nullptr && is_same(altered->from));
    });
  }
  std::string drop(const NamedObject& object) const {
    return "DROP " + std::string(object_kind_sql(object.kind)) + " " + sql_.quoted(object.name);
  }
  void take_away(const PausedObject& paused) {
    Step step{drop(paused.object), paused.old_definition};
    step.comment = "it speaks of what changes, and comes back afterwards";
    add_step(std::move(step), paused.cause);
  }

  Result<void> plan_one(const change::DropObject& change, std::size_t index) {
    if (is_taken_away(change.object)) return {};
    return add_steps(objects_.plan(change), index);
  }
  Result<void> plan_one(const change::AlterObject& change, std::size_t index) {
    if (is_taken_away(change.from))
      return add_steps(objects_.plan(change::AddObject{change.name, change.to}), index);
    return add_steps(objects_.plan(change), index);
  }
  Result<void> add_steps(Result<std::vector<Step>> steps, std::size_t index) {
    if (!steps.ok()) return std::move(steps).error();
    for (auto& step : *steps) add_step(std::move(step), index);
    return {};
  }

  template <typename Other>
  Result<void> plan_one(const Other& change, std::size_t index) {
    if constexpr (requires { objects_.plan(change); }) {
      return add_steps(objects_.plan(change), index);
    } else {
      return unsupported_error(change_kind(Change(change)) + " " + change.name.table + " is not planned",
                               "MySQL and MariaDB have nothing of the kind");
    }
  }

  Result<void> pause(const PausedKey& paused) {
    const Change drop = change::DropForeignKey{paused.table, paused.key};
    const Change* const only[] = {&drop};
    TRY(auto clauses, make_clauses(only, states_.at(paused.table), states_, sql_));
    clauses.comment = "for the time in which its columns or keys change";
    add_clauses(paused.table, clauses, paused.cause);
    return {};
  }

  // What must wait until columns and keys are as they should be.
  Result<void> finish_tables(const std::vector<PausedKey>& paused) {
    for (auto& [step, index] : later_) add_step(std::move(step), index);
    for (const auto& one : paused) {
      ForeignKey key = one.key;
      key.name = states_.constraint_name(one.table, key.name);
      const Change add = change::AddForeignKey{one.table, std::move(key)};
      const Change* const only[] = {&add};
      TRY(const auto clauses, make_clauses(only, states_.at(one.table), states_, sql_));
      add_clauses(one.table, clauses, one.cause);
    }
    return bring_back();
  }

  // In an order in which a view comes after those that it is made of.
  Result<void> bring_back() {
    std::vector<Change> changes;
    std::vector<std::size_t> causes;
    for (const auto& paused : paused_objects_) {
      if (has_change_of_its_own(paused.object)) continue;
      changes.push_back(change::AddObject{{have_.default_namespace, paused.object.name}, paused.object});
      causes.push_back(paused.cause);
    }
    for (const Unit& unit : order_changes(changes, have_))
      TRY(add_steps(objects_.plan(std::get<change::AddObject>(changes[unit[0]])), causes[unit[0]]));
    return {};
  }

  std::span<const Change> changes_;
  const Schema& have_;
  TableSql sql_;
  TableStates states_;
  ObjectPlanner objects_;
  std::vector<Unit> units_;
  std::vector<PausedObject> paused_objects_;
  std::vector<std::pair<Step, std::size_t>> later_;
  PlannedSteps planned_;
};

}  // namespace

Result<PlannedSteps> plan_changes(std::span<const Change> changes, const Schema& have,
                                  const Features& features) {
  return Planner(changes, have, features).run();
}

}  // namespace bascule::mysql
