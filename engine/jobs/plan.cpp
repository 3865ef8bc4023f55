#include "engine/jobs/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_names.h"
#include "engine/drivers/registry.h"
#include "engine/jobs/probe.h"

namespace bascule {
namespace {

bool only_adds(const Change& change) {
  if (const auto* comment = std::get_if<change::SetComment>(&change)) return comment->from.empty();
  if (std::holds_alternative<change::AlterEnum>(change)) return !loses_data(change);  // more labels
  const std::string kind = change_kind(change);
  return kind.starts_with("add_");
}

class PlanMaker {
 public:
  PlanMaker(const Schema& want, const Schema& have, const Features& target, const PlanOptions& options,
            Connection* probe)
      : want_(want), have_(have), target_(target), options_(options), probe_(probe) {}

  Result<Plan> run() {
    TRY(RenamedSchema renamed, rename_objects(have_, options_.diff.renames, target_));
    renames_ = renamed.changes;
    Difference difference = diff_schemas(want_, renamed.schema, target_, options_.diff);
    plan_.notices = std::move(difference.notices);
    if (options_.additive) say_state();
    for (const auto& notice : difference.unplannable)
      leave_out(notice.object, notice.text + "; no statement is planned for it");
    TRY(choose(std::move(difference.changes)));
    follow_what_is_left_out();
    // Renames are planned on what is there, everything else on what is there after them.
    std::vector<Change> chosen = std::move(plan_.changes);
    plan_.changes = std::move(renamed.changes);
    TRY(add_steps(plan_.changes, have_, 0));
    const std::size_t first = plan_.changes.size();
    TRY(add_steps(chosen, renamed.schema, first));
    plan_.changes.insert(plan_.changes.end(), chosen.begin(), chosen.end());
    const auto lossy = std::count_if(plan_.changes.begin(), plan_.changes.end(), loses_data);
    if (static_cast<std::size_t>(lossy) == probed_)
      for (auto& step : plan_.steps) step.loses_data = false;
    return std::move(plan_);
  }

 private:
  void leave_out(std::string object, std::string text) {
    plan_.notices.push_back({"left_out", std::move(object), std::move(text)});
  }
  std::string object_of(const Change& change) const { return change_object(change, have_.default_namespace); }

  // How far the database has come, for one that is only added to.
  void say_state() {
    std::size_t wanted = 0, there = 0;
    for (const auto& space : want_.namespaces)
      for (const auto& table : space.tables) {
        if (is_migration_table(table.name)) continue;
        ++wanted;
        const std::string& name =
            space.name == want_.default_namespace ? have_.default_namespace : space.name;
        const Namespace* own = have_.find_namespace(name);
        there += own != nullptr && own->find_table(table.name) != nullptr ? 1 : 0;
      }
    const std::string_view state = there == 0 ? "fresh" : there < wanted ? "mixed" : "legacy";
    plan_.notices.insert(plan_.notices.begin(),
                         {"target_" + std::string(state), "the target",
                          fmt::format("is {}: {} of the {} wanted tables are there", state, there, wanted)});
  }

  Result<void> choose(std::vector<Change> changes) {
    for (auto& change : changes) {
      bool is_wanted = true;
      if (options_.additive && !only_adds(change)) {
        leave_out(object_of(change), change_kind(change) + " is left out, because only additions are wanted");
        is_wanted = false;
      } else if (loses_data(change) && !is_allowed(change, options_.allow, have_.default_namespace)) {
        TRY(is_wanted, is_harmless_to_rows(change));
      }
      (is_wanted ? plan_.changes : left_).push_back(std::move(change));
    }
    return {};
  }

  // The database that is asked has not been renamed yet.
  Change with_old_names(Change change) const {
    for (const auto& rename : renames_) {
      const auto* column = std::get_if<change::RenameColumn>(&rename);
      auto* altered = std::get_if<change::AlterColumn>(&change);
      if (column != nullptr && altered != nullptr && column->name == altered->name &&
          column->to == altered->from.name)
        altered->from.name = column->column.name;
    }
    for (const auto& rename : renames_)
      if (const auto* table = std::get_if<change::RenameTable>(&rename)) {
        TableName& name = std::visit([](auto& one) -> TableName& { return one.name; }, change);
        if (name == TableName{table->name.schema, table->to}) name = table->name;
      }
    return change;
  }

  // Says why not. A dropped table or column is never harmless: what it means is not in its rows alone.
  Result<bool> is_harmless_to_rows(const Change& change) {
    const std::string name = change_kind(change) + ":" + object_of(change);
    std::optional<std::int64_t> misfits;
    if (probe_ != nullptr) {
      TRY(misfits, count_misfits(with_old_names(change), have_, *probe_));
    }
    const bool is_drop = change_kind(change).starts_with("drop_");
    if (misfits == 0 && !is_drop) {
      ++probed_;
      plan_.notices.push_back({"probed", object_of(change), "all values that are there fit the new form"});
      return true;
    }
    std::string what = change_kind(change) + " may lose data";
    if (misfits) {
      const bool are_values = std::holds_alternative<change::DropColumn>(change);
      what = fmt::format("{} {} {} {}{}", change_kind(change), is_drop ? "would lose" : "does not fit",
                         *misfits, are_values ? "value" : "row", *misfits == 1 ? "" : "s");
    }
    leave_out(object_of(change), what + " and is left out; --allow " + name + " permits it");
    return false;
  }

  bool is_left(const TableName& table) const {
    return std::any_of(left_.begin(), left_.end(), [&](const Change& change) {
      return std::holds_alternative<change::DropTable>(change) && change_name(change) == table;
    });
  }

  // What a change that is left out still needs stays, too: the keys of a table, the type of a column.
  bool is_needed_by_left(const Change& change) const {
    if (const auto* key = std::get_if<change::DropForeignKey>(&change)) return is_left(key->name);
    const Dialect& own = dialect(target_.flavor);
    const auto uses = [&](const Column& column, const std::string& name) {
      return mentions_name(column.native_type, name, own) ||
             (column.default_sql && mentions_name(*column.default_sql, name, own));
    };
    const bool is_schema = std::holds_alternative<change::DropSchema>(change);
    const bool is_type = std::holds_alternative<change::DropEnum>(change) ||
                         std::holds_alternative<change::DropObject>(change);
    if (!is_schema && !is_type) return false;
    return std::any_of(left_.begin(), left_.end(), [&](const Change& left) {
      if (is_schema) return change_name(left).schema == change_name(change).schema;
      const std::string& whole = change_name(change).table;
      const std::string name = whole.substr(0, whole.find('('));
      if (const auto* column = std::get_if<change::DropColumn>(&left)) return uses(column->column, name);
      if (const auto* column = std::get_if<change::AlterColumn>(&left)) return uses(column->from, name);
      if (const auto* table = std::get_if<change::DropTable>(&left))
        return std::any_of(table->table.columns.begin(), table->table.columns.end(),
                           [&](const Column& column) { return uses(column, name); });
      return false;
    });
  }

  void follow_what_is_left_out() {
    if (left_.empty()) return;
    std::erase_if(plan_.changes, [&](const Change& change) {
      if (!is_needed_by_left(change)) return false;
      leave_out(object_of(change),
                change_kind(change) + " is left out, because something that is left out needs it");
      return true;
    });
  }

  Result<void> add_steps(const std::vector<Change>& changes, const Schema& have, std::size_t first_change) {
    if (changes.empty()) return {};
    TRY(PlannedSteps planned, driver(target_.flavor).plan(changes, have, target_));
    for (auto& step : planned.steps) {
      if (step.change) *step.change += first_change;
      plan_.steps.push_back(std::move(step));
    }
    for (auto& notice : planned.notices) plan_.notices.push_back(std::move(notice));
    return {};
  }

  const Schema& want_;
  const Schema& have_;
  const Features& target_;
  const PlanOptions& options_;
  Connection* probe_;
  std::vector<Change> renames_;
  std::size_t probed_ = 0;    // changes that might have lost data, and do not
  std::vector<Change> left_;  // out
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const Schema& want, const Schema& have, const Features& target,
                       const PlanOptions& options, Connection* probe) {
  return PlanMaker(want, have, target, options, probe).run();
}

bool leaves_out(const Plan& plan) {
  return std::any_of(plan.notices.begin(), plan.notices.end(),
                     [](const Notice& notice) { return notice.code == "left_out"; });
}

bool is_allowed(const Change& change, const std::vector<std::string>& allow,
                std::string_view default_schema) {
  const std::string name = change_kind(change) + ":" + change_object(change, default_schema);
  return std::any_of(allow.begin(), allow.end(),
                     [&](const std::string& glob) { return matches_glob(glob, name, true); });
}

}  // namespace bascule
