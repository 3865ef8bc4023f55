// What the parts of a plan share: the steps so far, and the database that they start from.
#pragma once

#include <set>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::postgres {

struct Planning {
  std::span<const Change> changes;
  const Schema& have;
  const Features& features;
  PlannedSteps out = {};
  bool drops_unvalidated = false;                  // constraints that may only have to be validated
  std::set<std::string> schemas = {}, enums = {};  // that are there by now

  Step& step(std::string sql, std::string undo_sql) {
    return out.steps.emplace_back(Step{std::move(sql), std::move(undo_sql)});
  }
  // A step that undo cannot lead back over, with the reason.
  Step& one_way_step(std::string sql, std::string comment) {
    Step& made = step(std::move(sql), "");
    made.comment = std::move(comment);
    made.is_reversible = false;
    return made;
  }
  void losing_step(std::string sql, std::string undo_sql, std::string comment) {
    Step& made = step(std::move(sql), std::move(undo_sql));
    made.loses_data = true;
    made.comment = std::move(comment);
  }
  void comment_step(const TableName& name, ObjectKind on, const std::string& part, bool is_constraint,
                    const std::string& from, const std::string& to);

  const Table* find_table(const TableName& name) const;
  // Whether one of the changes is a `Kind` for which `test` holds.
  template <typename Kind, typename Test>
  bool has_change(Test&& test) const {
    for (const Change& change : changes)
      if (const auto* one = std::get_if<Kind>(&change); one != nullptr && test(*one)) return true;
    return false;
  }
};

// plan_table.cpp
Result<void> plan_change(Planning& planning, const change::AddSchema& change);
Result<void> plan_change(Planning& planning, const change::DropSchema& change);
Result<void> plan_change(Planning& planning, const change::AddTable& change);
Result<void> plan_change(Planning& planning, const change::DropTable& change);
Result<void> plan_change(Planning& planning, const change::RenameTable& change);
Result<void> plan_change(Planning& planning, const change::AlterTable& change);
Result<void> plan_change(Planning& planning, const change::AddColumn& change);
Result<void> plan_change(Planning& planning, const change::DropColumn& change);
Result<void> plan_change(Planning& planning, const change::RenameColumn& change);
// The enum type of a column, where it comes from another database of this engine and is not there yet.
void need_type(Planning& planning, const Column& column);
// plan_column.cpp
Result<void> plan_change(Planning& planning, const change::AlterColumn& change);
// plan_keys.cpp
Result<void> plan_change(Planning& planning, const change::AddIndex& change);
Result<void> plan_change(Planning& planning, const change::DropIndex& change);
Result<void> plan_change(Planning& planning, const change::AddForeignKey& change);
Result<void> plan_change(Planning& planning, const change::DropForeignKey& change);
Result<void> plan_change(Planning& planning, const change::AlterPrimaryKey& change);
Result<void> plan_change(Planning& planning, const change::AddCheck& change);
Result<void> plan_change(Planning& planning, const change::DropCheck& change);
Result<void> check_index(const TableName& table, const Index& index);
// plan_enum.cpp
Result<void> plan_change(Planning& planning, const change::AddEnum& change);
Result<void> plan_change(Planning& planning, const change::DropEnum& change);
Result<void> plan_change(Planning& planning, const change::AlterEnum& change);
// True if labels go or change their order: no ALTER TYPE does that.
bool needs_new_type(const EnumType& from, const EnumType& to);
// Labels that were added and are used later in the plan: the server refuses that before they are committed.
void commit_used_labels(Planning& planning);
// plan_objects.cpp; see dependents.h for those that have to go before what they depend on is changed.
Result<void> plan_change(Planning& planning, const change::AddObject& change);
Result<void> plan_change(Planning& planning, const change::DropObject& change);
Result<void> plan_change(Planning& planning, const change::AlterObject& change);
Result<void> plan_change(Planning& planning, const change::SetComment& change);
// Whether CREATE OR REPLACE (or ALTER) makes one of the other, and nothing that depends on it has to go.
bool is_replaceable(const NamedObject& from, const NamedObject& to);
// The definition, then what belongs to it: indexes, comments.
std::vector<std::string> create_object(const TableName& name, const NamedObject& object);
std::string drop_object(const TableName& name, const NamedObject& object);

// plan_retype.cpp: a type gets another definition. The old one is put aside, the columns of `have` go over to
// the new one by their text, and what holds on to the old one (defaults, checks, partial indexes, keys) is
// dropped and made again.
struct TypeDefinition {
  TableName name;
  ObjectKind kind = ObjectKind::enum_;
  std::string create_sql, comment;
};
Result<std::vector<std::string>> replace_type(const Planning& planning, const TypeDefinition& to);
// Whether a column or array that is declared so is of the type.
bool is_of_type(const Schema& have, std::string_view native_type, const TableName& type);

// lint.cpp: what would lock, rewrite or scan a large table.
void lint(Planning& planning);

}  // namespace bascule::postgres
