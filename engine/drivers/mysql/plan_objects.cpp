#include "engine/drivers/mysql/plan_objects.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

constexpr std::string_view create_word = "CREATE ";

Step make_step(std::string sql, std::string undo, std::string comment = {}) {
  Step step{std::move(sql), std::move(undo), std::move(comment)};
  step.in_transaction = false;
  return step;
}

bool is_routine(ObjectKind kind) {
  return kind == ObjectKind::function || kind == ObjectKind::procedure || kind == ObjectKind::aggregate;
}

std::string_view kind_word(ObjectKind kind) {
  return object_kind_sql(kind == ObjectKind::aggregate ? ObjectKind::function : kind);
}

// "CREATE VIEW ..." with `words` in the place of CREATE.
std::string with_first_words(std::string_view definition, std::string_view words) {
  return std::string(words) + std::string(definition.substr(create_word.size()));
}

}  // namespace

Result<void> ObjectPlanner::require_known(const TableName& name, const NamedObject& object) const {
  const std::string what = to_lower(kind_word(object.kind)) + " " + name.table;
  const bool has_kind = object.kind == ObjectKind::view || object.kind == ObjectKind::trigger ||
                        is_routine(object.kind) || (object.kind == ObjectKind::sequence && !sql_.is_mysql());
  if (!has_kind)
    return unsupported_error("the " + what + " has no counterpart on this server",
                             sql_.is_mysql()
                                 ? "MySQL has views, triggers, functions and procedures"
                                 : "MariaDB has views, triggers, functions, procedures and sequences");
  if (name.schema != have_.default_namespace)
    return unsupported_error("the " + what + " belongs to the database " + name.schema,
                             "connect to that database: its definition names no other one");
  if (!starts_with_ignoring_case(object.definition, create_word))
    return unsupported_error("the definition of the " + what + " is not known",
                             "the account may not see it: use the one that made it");
  return {};
}

std::string ObjectPlanner::drop(const NamedObject& object) const {
  return "DROP " + std::string(kind_word(object.kind)) + " " + sql_.quoted(object.name);
}

std::string ObjectPlanner::comment_on(ObjectKind kind, const std::string& name,
                                      const std::string& comment) const {
  return "ALTER " + std::string(kind_word(kind)) + " " + sql_.quoted(name) + " COMMENT " + sql_.text(comment);
}

// A trigger that is made anew would come after those that followed it.
std::string ObjectPlanner::in_its_place(const TableName& name, const NamedObject& trigger) const {
  constexpr std::string_view each_row = " FOR EACH ROW ";
  const Namespace* space = have_.find_namespace(name.schema);
  const auto at = trigger.definition.find(each_row);
  if (space == nullptr || at == std::string::npos) return trigger.definition;
  const std::string follows = " FOLLOWS ";
  const auto body = at + each_row.size();
  if (trigger.definition.compare(body - 1, follows.size(), follows) == 0) return trigger.definition;
  for (const auto& other : space->triggers) {
    const bool is_changed = std::any_of(changes_.begin(), changes_.end(), [&](const Change& change) {
      const auto* altered = std::get_if<change::AlterObject>(&change);
      const auto* dropped = std::get_if<change::DropObject>(&change);
      return (altered != nullptr && altered->to.name == other.name) ||
             (dropped != nullptr && dropped->object.name == other.name);
    });
    const std::string words = std::string(each_row) + "FOLLOWS " + sql_.quoted(trigger.name) + " ";
    if (is_changed || other.table != trigger.table || other.definition.find(words) == std::string::npos)
      continue;
    return trigger.definition.substr(0, body) + "PRECEDES " + sql_.quoted(other.name) + " " +
           trigger.definition.substr(body);
  }
  return trigger.definition;
}

// The statements that make the object; a routine's comment is one of its own.
std::vector<std::string> ObjectPlanner::create(const TableName& name, const NamedObject& object) const {
  std::vector<std::string> statements{object.kind == ObjectKind::trigger ? in_its_place(name, object)
                                                                         : object.definition};
  if (is_routine(object.kind) && !object.comment.empty())
    statements.push_back(comment_on(object.kind, object.name, object.comment));
  return statements;
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::AddSchema& change) const {
  const std::string name = sql_.quoted(change.name.schema);
  std::string create = "CREATE DATABASE " + name;
  if (!change.comment.empty() && !sql_.is_mysql()) create += " COMMENT " + sql_.text(change.comment);
  return std::vector<Step>{make_step(std::move(create), "DROP DATABASE " + name)};
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::DropSchema& change) const {
  TRY(auto steps, plan(change::AddSchema{change.name, change.comment}));
  std::swap(steps[0].sql, steps[0].undo_sql);
  return steps;
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::AddObject& change) const {
  TRY(require_known(change.name, change.object));
  std::vector<Step> steps;
  for (auto& statement : create(change.name, change.object))
    steps.push_back(make_step(std::move(statement), ""));
  steps[0].undo_sql = drop(change.object);
  return steps;
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::DropObject& change) const {
  TRY(require_known(change.name, change.object));
  // The way back runs from the last step to the first, so the comment comes back after the routine.
  auto statements = create(change.name, change.object);
  std::vector<Step> steps{make_step(drop(change.object), statements[0])};
  if (change.object.kind == ObjectKind::sequence)
    steps[0].comment = "the way back gives a sequence that starts again";
  steps[0].loses_data = loses_data(Change(change));
  if (statements.size() > 1)
    steps.insert(steps.begin(),
                 make_step(comment_on(change.object.kind, change.object.name, ""), statements[1]));
  return steps;
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::AlterObject& change) const {
  TRY(require_known(change.name, change.from));
  TRY(require_known(change.name, change.to));
  const auto one = [&](std::string_view words) {
    return std::vector<Step>{make_step(with_first_words(change.to.definition, words),
                                       with_first_words(change.from.definition, words))};
  };
  if (change.to.kind == ObjectKind::view && change.from.kind == ObjectKind::view)
    return one("CREATE OR REPLACE ");
  if (change.to.kind == ObjectKind::sequence) return one("ALTER ");
  std::vector<Step> steps;
  if (change.from.definition != change.to.definition) {
    const auto definition = [&](const NamedObject& object) { return create(change.name, object)[0]; };
    steps.push_back(make_step(drop(change.from), definition(change.from)));
    steps.push_back(make_step(definition(change.to), drop(change.to)));
    // What is made anew has no comment; the changed one, if any, is set by a change of its own.
    if (is_routine(change.to.kind) && !change.from.comment.empty()) {
      const std::string comment = comment_on(change.to.kind, change.to.name, change.from.comment);
      steps.insert(steps.begin(), make_step(comment_on(change.from.kind, change.from.name, ""), comment));
      steps.push_back(make_step(comment, ""));
    }
  }
  return steps;
}

Result<std::vector<Step>> ObjectPlanner::plan(const change::SetComment& change) const {
  const std::string object = to_lower(object_kind_sql(change.on)) + " " +
                             (change.name.table.empty() ? change.name.schema : change.name.table);
  if (is_routine(change.on))
    return std::vector<Step>{make_step(comment_on(change.on, change.name.table, change.to),
                                       comment_on(change.on, change.name.table, change.from))};
  if (change.on == ObjectKind::schema && !sql_.is_mysql()) {
    const std::string alter = "ALTER DATABASE " + sql_.quoted(change.name.schema) + " COMMENT ";
    return std::vector<Step>{make_step(alter + sql_.text(change.to), alter + sql_.text(change.from))};
  }
  return unsupported_error("the " + object + " cannot have a comment on this server",
                           "leave the comment out");
}

}  // namespace bascule::mysql
