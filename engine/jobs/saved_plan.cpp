#include "engine/jobs/saved_plan.h"

#include "engine/jobs/model_json.h"
#include "engine/jobs/plan_json.h"

namespace bascule {
namespace {

Error unreadable(std::string_view what) {
  return usage_error("this is no saved plan: " + std::string(what),
                     "\\plan @A to @B -o FILE.plan writes one");
}

Json options_json(const PlanOptions& options) {
  Json renames = Json::array();
  for (const auto& rename : options.diff.renames) renames.push_back(rename.from + ":" + rename.to);
  Json rules = Json::array();
  for (const auto& rule : options.diff.type_rules)
    rules.push_back(Json{{"column", rule.column}, {"from", rule.from}, {"to", rule.to}});
  return Json{{"additive", options.additive},
              {"strict", options.diff.strict},
              {"with_migration_tables", options.diff.with_migration_tables},
              {"allow", options.allow},
              {"ignore", options.diff.ignore},
              {"rename", renames},
              {"map", rules}};
}

Result<PlanOptions> read_options(const Json& json) {
  PlanOptions options;
  options.additive = json.value("additive", false);
  options.diff.strict = json.value("strict", false);
  options.diff.with_migration_tables = json.value("with_migration_tables", false);
  options.allow = json.value("allow", std::vector<std::string>());
  options.diff.ignore = json.value("ignore", std::vector<std::string>());
  for (const auto& rule : json.value("map", Json::array()))
    options.diff.type_rules.push_back({rule.at("column"), rule.at("from"), rule.at("to")});
  for (const auto& text : json.value("rename", std::vector<std::string>())) {
    TRY(auto rename, parse_rename(text));
    options.diff.renames.push_back(std::move(rename));
  }
  return options;
}

Step read_step(const Json& json) {
  Step step;
  step.sql = json.at("sql");
  step.undo_sql = json.value("undo_sql", "");
  step.comment = json.value("comment", "");
  step.loses_data = json.value("loses_data", false);
  step.in_transaction = json.value("in_transaction", true);
  step.is_reversible = json.value("reversible", true);
  step.session_setting = json.value("session_setting", "");
  step.must_be_empty = json.value("must_be_empty", false);
  if (json.contains("change") && json["change"].is_number_unsigned()) step.change = json["change"];
  return step;
}

// nlohmann's accessors throw where a value is of another kind than the one that is asked for.
Result<SavedPlan> read(const Json& json, const Features& target) {
  SavedPlan saved;
  TRY(saved.want, read_schema(json.at("want")));
  TRY(saved.have, read_schema(json.at("have")));
  saved.target = json.value("target", "");
  if (saved.have.flavor != dialect(target.flavor).flavor_name)
    return Error{ErrorCode::conflict,
                 "the plan was made for " + saved.have.flavor + ", and the target is " +
                     std::string(dialect(target.flavor).flavor_name),
                 "name the connection that it was made for: \\apply FILE.plan to @B", ""};
  TRY(saved.options, read_options(json.value("options", Json::object())));
  TRY(saved.plan, make_plan(saved.want, saved.have, target, saved.options));
  saved.plan.steps.clear();
  for (const auto& step : json.at("steps")) {
    saved.plan.steps.push_back(read_step(step));
    auto& change = saved.plan.steps.back().change;
    if (change && *change >= saved.plan.changes.size()) change.reset();
  }
  saved.plan.notices.clear();
  for (const auto& notice : json.at("notices"))
    saved.plan.notices.push_back({notice.at("code"), notice.at("object"), notice.at("text")});
  return saved;
}

}  // namespace

std::string saved_plan_to_json(const SavedPlan& saved) {
  Json json = plan_json(saved.plan, saved.have.default_namespace);
  json["target"] = saved.target;
  // What a look at the rows has permitted needs no second look.
  PlanOptions options = saved.options;
  for (const auto& change : saved.plan.changes)
    if (loses_data(change) && !is_allowed(change, options.allow, saved.have.default_namespace))
      options.allow.push_back(change_kind(change) + ":" +
                              change_object(change, saved.have.default_namespace));
  json["options"] = options_json(options);
  json["want"] = schema_json(saved.want);
  json["have"] = schema_json(saved.have);
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> saved_plan_target(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return unreadable("it is not a JSON object");
  const auto found = json.find("target");
  if (found == json.end() || !found->is_string()) return unreadable("it names no target");
  return found->get<std::string>();
}

Result<SavedPlan> saved_plan_from_json(std::string_view text, const Features& target) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return unreadable("it is not a JSON object");
  if (!json.contains("steps") || !json.contains("want") || !json.contains("have"))
    return unreadable("it lacks its steps or its schemas");
  try {
    return read(json, target);
  } catch (const Json::exception& problem) {
    return unreadable(problem.what());
  }
}

}  // namespace bascule
