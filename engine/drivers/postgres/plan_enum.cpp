// Enum types. https://www.postgresql.org/docs/15/sql-altertype.html
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

std::string create_enum(const TableName& name, const EnumType& type) {
  std::vector<std::string> labels;
  for (const std::string& label : type.labels) labels.push_back(quoted_text(label));
  return fmt::format("CREATE TYPE {} AS ENUM ({})", quoted(name), join(labels, ", "));
}

TypeDefinition definition(const TableName& name, const EnumType& type) {
  return {name, ObjectKind::enum_, create_enum(name, type), type.comment};
}

bool has_label(const EnumType& type, const std::string& label) {
  return std::ranges::find(type.labels, label) != type.labels.end();
}

// ADD VALUE cannot be taken back, so undo makes the whole type anew; it fails if a row has a new label.
Result<void> add_labels(Planning& planning, const change::AlterEnum& change) {
  TRY(const auto back, replace_type(planning, definition(change.name, change.from)));
  bool is_first = true;
  for (std::size_t i = 0; i < change.to.labels.size(); ++i) {
    const std::string& label = change.to.labels[i];
    if (has_label(change.from, label)) continue;
    std::string place;  // before the first one if there is none before it; the last place needs no words
    const bool is_last =
        std::none_of(change.to.labels.begin() + static_cast<std::ptrdiff_t>(i) + 1, change.to.labels.end(),
                     [&](const std::string& later) { return has_label(change.from, later); });
    if (!is_last)
      place = i > 0 ? " AFTER " + quoted_text(change.to.labels[i - 1])
                    : " BEFORE " + quoted_text(change.from.labels.front());
    planning.step(fmt::format("ALTER TYPE {} ADD VALUE {}{}", quoted(change.name), quoted_text(label), place),
                  is_first ? as_one_statement(back) : "");
    is_first = false;
  }
  return {};
}

}  // namespace

bool needs_new_type(const EnumType& from, const EnumType& to) {
  std::vector<std::string> kept;
  for (const std::string& label : to.labels)
    if (has_label(from, label)) kept.push_back(label);
  return kept != from.labels;
}

Result<void> plan_change(Planning& planning, const change::AddEnum& change) {
  const auto& [schema, name] = change.name;
  for (const std::string& spelling : {name, quoted(name)}) {  // as columns may say it
    planning.enums.insert(schema + "." + spelling);
    if (schema == planning.have.default_namespace) planning.enums.insert(spelling);
  }
  planning.step(create_enum(change.name, change.type), "DROP TYPE " + quoted(change.name));
  planning.comment_step(change.name, ObjectKind::enum_, "", false, "", change.type.comment);
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropEnum& change) {
  std::vector<std::string> undo{create_enum(change.name, change.type)};
  if (!change.type.comment.empty())
    undo.push_back(
        comment_on(comment_target(change.name, ObjectKind::enum_, "", false), change.type.comment));
  planning.step("DROP TYPE " + quoted(change.name), as_one_statement(undo));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AlterEnum& change) {
  if (!needs_new_type(change.from, change.to)) return add_labels(planning, change);
  EnumType to = change.to;
  to.comment = change.from.comment;  // another one is a change of its own
  TRY(const auto statements, replace_type(planning, definition(change.name, to)));
  TRY(const auto back, replace_type(planning, definition(change.name, change.from)));
  for (std::size_t i = 0; i < statements.size(); ++i) {
    Step& made = planning.step(statements[i], i == 0 ? as_one_statement(back) : "");
    made.loses_data = loses_data(change);
  }
  return {};
}

void commit_used_labels(Planning& planning) {
  std::vector<Step>& steps = planning.out.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].change) continue;
    const auto* altered = std::get_if<change::AlterEnum>(&planning.changes[*steps[i].change]);
    if (altered == nullptr || needs_new_type(altered->from, altered->to)) continue;
    for (const std::string& label : altered->to.labels) {
      if (has_label(altered->from, label)) continue;
      const std::string literal = quoted_text(label);
      const bool is_used = std::any_of(
          steps.begin() + static_cast<std::ptrdiff_t>(i) + 1, steps.end(), [&](const Step& later) {
            return later.change != steps[i].change && later.sql.find(literal) != std::string::npos;
          });
      if (!is_used) continue;
      steps[i].in_transaction = false;
      steps[i].comment = "the new label is used later, which the server allows only after it is committed";
    }
  }
}

}  // namespace bascule::postgres
