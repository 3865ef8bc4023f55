#include "engine/jobs/ddl.h"

#include "engine/base/text.h"

namespace bascule {
namespace {

bool ends_with_semicolon(std::string_view sql) {
  return trim(sql).ends_with(';');
}

// A comment stays on its line.
std::string comment_line(const std::string& text) {
  return "-- " + replace_all(replace_all(text, "\r", " "), "\n", " ") + "\n";
}

}  // namespace

Result<Plan> plan_ddl(const Schema& schema, const Features& target, const TypeRules& rules) {
  const Dialect& own = dialect(target.flavor);
  Schema empty;
  empty.flavor = own.flavor_name;
  empty.default_namespace = own.default_schema.empty() || schema.flavor == own.flavor_name
                                ? schema.default_namespace
                                : std::string(own.default_schema);
  empty.namespaces.push_back({.name = empty.default_namespace});
  PlanOptions options;
  options.diff.with_migration_tables = true;
  options.diff.type_rules = rules;
  Schema modelled = schema;
  std::vector<UnmodelledObject> not_modelled = std::move(modelled.not_modelled);
  modelled.not_modelled.clear();
  TRY(Plan plan, make_plan(modelled, empty, target, options));
  for (auto& object : not_modelled)
    plan.notices.push_back(
        {"not_modelled", object.what,
         "is not part of these statements" + (object.definition.empty() ? "" : ": " + object.definition)});
  return plan;
}

std::string ddl_text(const Plan& plan) {
  std::string text;
  for (const auto& notice : plan.notices)
    text += comment_line((notice.object.empty() ? "" : notice.object + ": ") + notice.text);
  if (!plan.notices.empty()) text += "\n";
  for (const auto& step : plan.steps) {
    if (step.must_be_empty || !step.session_setting.empty()) continue;
    text += step.sql + (ends_with_semicolon(step.sql) ? "\n" : ";\n");
  }
  return text;
}

}  // namespace bascule
