// Indexes, keys and checks.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

std::string alter_primary_key(const TableName& table, const std::optional<PrimaryKey>& from,
                              const std::optional<PrimaryKey>& to) {
  std::vector<std::string> actions;
  if (from) actions.push_back("DROP CONSTRAINT " + quoted(name_of(table, *from)));
  if (to)
    actions.push_back(
        fmt::format("ADD CONSTRAINT {} {}", quoted(name_of(table, *to)), primary_key_clause(*to)));
  return fmt::format("ALTER TABLE {} {}", quoted(table), join(actions, ", "));
}

std::string validate(const TableName& table, std::string_view name) {
  return fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {}", quoted(table), quoted(name));
}

// The same constraint, which the rows that are there were not checked against and now shall be.
bool is_validation(const ForeignKey& from, ForeignKey to) {
  if (from.is_validated || !to.is_validated) return false;
  to.is_validated = false;
  return from == to;
}
bool is_validation(const Check& from, Check to) {
  if (from.is_validated || !to.is_validated) return false;
  to.is_validated = false;
  return from == to;
}

}  // namespace

Result<void> check_index(const TableName& table, const Index& index) {
  for (const IndexPart& part : index.parts)
    if (part.prefix_length)
      return unsupported_error(
          fmt::format("index {} on {} uses a prefix of column {}", index.name, display(table), part.column),
          "index the whole column, or the expression left(column, length)");
  return {};
}

Result<void> plan_change(Planning& planning, const change::AddIndex& change) {
  TRY(check_index(change.name, change.index));
  planning.step(add_index(change.name, change.index), drop_index(change.name, change.index));
  if (!change.index.comment.empty())
    planning.step(comment_on(comment_target(change.name, ObjectKind::index,
                                            name_of(change.name, change.index), change.index.is_constraint),
                             change.index.comment),
                  "");
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropIndex& change) {
  std::vector<std::string> undo{add_index(change.name, change.index)};
  if (!change.index.comment.empty())
    undo.push_back(comment_on(comment_target(change.name, ObjectKind::index,
                                             name_of(change.name, change.index), change.index.is_constraint),
                              change.index.comment));
  Step& made = planning.step(drop_index(change.name, change.index), as_one_statement(undo));
  if (!change.index.is_valid)
    made.comment = fmt::format("index {} was invalid; undo builds a valid one", change.index.name);
  return {};
}

Result<void> plan_change(Planning& planning, const change::AddForeignKey& change) {
  const std::string name = name_of(change.name, change.key);
  const bool is_there = planning.drops_unvalidated &&
                        planning.has_change<change::DropForeignKey>([&](const change::DropForeignKey& drop) {
                          return drop.name == change.name && is_validation(drop.key, change.key);
                        });
  if (is_there) {
    ForeignKey before = change.key;
    before.is_validated = false;
    planning.step(validate(change.name, name), as_one_statement({drop_constraint(change.name, name),
                                                                 add_foreign_key(change.name, before)}));
    return {};
  }
  planning.step(add_foreign_key(change.name, change.key), drop_constraint(change.name, name));
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropForeignKey& change) {
  const bool stays = !change.key.is_validated &&
                     planning.has_change<change::AddForeignKey>([&](const change::AddForeignKey& add) {
                       return add.name == change.name && is_validation(change.key, add.key);
                     });
  if (!stays)
    planning.step(drop_constraint(change.name, name_of(change.name, change.key)),
                  add_foreign_key(change.name, change.key));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AlterPrimaryKey& change) {
  if (!change.from && !change.to) return {};
  planning.step(alter_primary_key(change.name, change.from, change.to),
                alter_primary_key(change.name, change.to, change.from));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AddCheck& change) {
  const std::string name = name_of(change.name, change.check);
  const bool is_there = planning.drops_unvalidated &&
                        planning.has_change<change::DropCheck>([&](const change::DropCheck& drop) {
                          return drop.name == change.name && is_validation(drop.check, change.check);
                        });
  if (is_there) {
    Check before = change.check;
    before.is_validated = false;
    planning.step(validate(change.name, name),
                  as_one_statement({drop_constraint(change.name, name), add_check(change.name, before)}));
    return {};
  }
  planning.step(add_check(change.name, change.check), drop_constraint(change.name, name));
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropCheck& change) {
  const bool stays =
      !change.check.is_validated && planning.has_change<change::AddCheck>([&](const change::AddCheck& add) {
        return add.name == change.name && is_validation(change.check, add.check);
      });
  if (!stays)
    planning.step(drop_constraint(change.name, name_of(change.name, change.check)),
                  add_check(change.name, change.check));
  return {};
}

}  // namespace bascule::postgres
