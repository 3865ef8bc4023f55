// Changes as statements of PostgreSQL, each with the statement that takes it back. Pure.
#include <algorithm>

#include <fmt/format.h>

#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/dependents.h"
#include "engine/drivers/postgres/operations.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

Planning start(std::span<const Change> changes, const Schema& have, const Features& features) {
  Planning planning{changes, have, features};
  for (const Namespace& space : have.namespaces) {
    planning.schemas.insert(space.name);
    for (const EnumType& type : space.enums)
      for (const std::string& spelling : {type.name, quoted(type.name)}) {
        planning.enums.insert(space.name + "." + spelling);
        if (space.name == have.default_namespace) planning.enums.insert(spelling);
      }
  }
  planning.schemas.insert(have.default_namespace);
  planning.drops_unvalidated =
      planning.has_change<change::DropForeignKey>(
          [](const change::DropForeignKey& drop) { return !drop.key.is_validated; }) ||
      planning.has_change<change::DropCheck>(
          [](const change::DropCheck& drop) { return !drop.check.is_validated; });
  return planning;
}

// When a change is made: new labels, which may have to be committed before anything else; what everything
// else may need, what is in its own place, what speaks of all the rest.
enum class Phase { labels, first, own_place, last };

Phase phase_of(const Change& change) {
  const auto* added = std::get_if<change::AddObject>(&change);
  const auto* dropped = std::get_if<change::DropObject>(&change);
  const auto* altered = std::get_if<change::AlterObject>(&change);
  const auto* labels = std::get_if<change::AlterEnum>(&change);
  if (labels && !needs_new_type(labels->from, labels->to)) return Phase::labels;
  const auto is_extension = [](const NamedObject& object) { return object.kind == ObjectKind::extension; };
  if ((added && is_extension(added->object)) || (altered && is_extension(altered->to))) return Phase::first;
  if (dropped && is_extension(dropped->object)) return Phase::last;
  if (std::holds_alternative<change::AddSchema>(change) ||
      std::holds_alternative<change::RenameTable>(change) ||
      std::holds_alternative<change::RenameColumn>(change))
    return Phase::first;
  if (std::holds_alternative<change::SetComment>(change) ||
      std::holds_alternative<change::DropSchema>(change))
    return Phase::last;
  return Phase::own_place;
}

bool makes_what_tables_need(const Change& change) {
  return std::holds_alternative<change::AddEnum>(change) ||
         std::holds_alternative<change::AddObject>(change) ||
         std::holds_alternative<change::AlterObject>(change);
}

class Planner {
 public:
  Planner(Planning planning) : planning_(std::move(planning)), dependents_(find_dependents(planning_)) {}

  Result<PlannedSteps> run() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < planning_.changes.size(); ++i)
      if (!dependents_.changes.contains(i)) order.push_back(i);
    sort_what_tables_need(order);
    sort_tables(order);
    TRY(make(order, Phase::labels));
    TRY(make(order, Phase::first));
    remove_dependents();
    TRY(make(order, Phase::own_place));
    TRY(create_dependents());
    TRY(make(order, Phase::last));
    commit_used_labels(planning_);
    lint(planning_);
    return std::move(planning_.out);
  }

 private:
  // The first run of them, before the tables.
  void sort_what_tables_need(std::vector<std::size_t>& order) const {
    const auto is_needed = [&](std::size_t i) {
      return makes_what_tables_need(planning_.changes[i]) &&
             phase_of(planning_.changes[i]) == Phase::own_place;
    };
    const auto begin = std::ranges::find_if(order, is_needed);
    const auto end = std::find_if_not(begin, order.end(), is_needed);
    const auto sorted = in_order_of_names(planning_.changes, {begin, end});
    std::ranges::copy(sorted, begin);
  }

  // A table comes after those that it inherits from, and goes before them.
  void sort_tables(std::vector<std::size_t>& order) const {
    const auto has_parents = [&](std::size_t i) {
      const auto* added = std::get_if<change::AddTable>(&planning_.changes[i]);
      const auto* dropped = std::get_if<change::DropTable>(&planning_.changes[i]);
      return added ? !added->table.options.inherits.empty()
                   : dropped && !dropped->table.options.inherits.empty();
    };
    if (std::ranges::none_of(order, has_parents)) return;
    sort_run<change::AddTable>(order);
    const auto dropped = sort_run<change::DropTable>(order);
    std::reverse(dropped.first, dropped.second);
  }

  template <typename Kind>
  std::pair<std::vector<std::size_t>::iterator, std::vector<std::size_t>::iterator> sort_run(
      std::vector<std::size_t>& order) const {
    const auto is_kind = [&](std::size_t i) { return std::holds_alternative<Kind>(planning_.changes[i]); };
    const auto begin = std::ranges::find_if(order, is_kind);
    const auto end = std::find_if_not(begin, order.end(), is_kind);
    const auto sorted = in_order_of_names(planning_.changes, {begin, end});
    std::ranges::copy(sorted, begin);
    return {begin, end};
  }

  Result<void> make(std::size_t i) {
    const std::size_t first = planning_.out.steps.size();
    TRY(std::visit([&](const auto& one) { return plan_change(planning_, one); }, planning_.changes[i]));
    mark(first, i);
    return {};
  }

  Result<void> make(const std::vector<std::size_t>& order, Phase phase) {
    for (const std::size_t i : order)
      if (phase_of(planning_.changes[i]) == phase) TRY(make(i));
    return {};
  }

  void mark(std::size_t first, std::size_t change) {
    for (std::size_t k = first; k < planning_.out.steps.size(); ++k) planning_.out.steps[k].change = change;
  }

  void remove_dependents() {
    for (const DependentObject& one : dependents_.removals) {
      const std::size_t first = planning_.out.steps.size();
      Step& made = planning_.step(drop_object(one.name, one.object), as_one_statement(all_of(one)));
      const bool is_its_own = change_object(planning_.changes[one.change], planning_.have.default_namespace)
                                  .ends_with(one.object.name);
      if (!is_its_own)
        made.comment =
            fmt::format("{} {} is made again at the end; privileges that were granted on it are lost",
                        object_kind_name(one.object.kind), one.object.name);
      mark(first, one.change);
    }
  }

  Result<void> create_dependents() {
    for (const DependentObject& one : dependents_.creations) {
      if (one.replaces) {
        TRY(make(one.change));
        continue;
      }
      const std::size_t first = planning_.out.steps.size();
      std::string undo = drop_object(one.name, one.object);
      for (std::string& statement : all_of(one))
        planning_.step(std::move(statement), std::exchange(undo, ""));
      mark(first, one.change);
    }
    return {};
  }

  // A trigger that was disabled is made so again.
  std::vector<std::string> all_of(const DependentObject& one) const {
    std::vector<std::string> statements = create_object(one.name, one.object);
    if (one.object.kind != ObjectKind::trigger) return statements;
    for (const UnmodelledObject& state : planning_.have.not_modelled)
      if (state.definition.ends_with(" TRIGGER " + one.object.name) &&
          state.what.ends_with(" on " + one.object.table))
        statements.push_back(state.definition);
    return statements;
  }

  Planning planning_;
  Dependents dependents_;
};

}  // namespace

const Table* Planning::find_table(const TableName& name) const {
  const Namespace* space = have.find_namespace(name.schema);
  return space == nullptr ? nullptr : space->find_table(name.table);
}

void Planning::comment_step(const TableName& name, ObjectKind on, const std::string& part, bool is_constraint,
                            const std::string& from, const std::string& to) {
  if (from == to) return;
  const std::string target = comment_target(name, on, part, is_constraint);
  step(comment_on(target, to), comment_on(target, from));
}

Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have, const Features& features) {
  return Planner(start(changes, have, features)).run();
}

}  // namespace bascule::postgres
