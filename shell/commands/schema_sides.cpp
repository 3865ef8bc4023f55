#include "shell/commands/schema_sides.h"

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/jobs/probe.h"
#include "engine/jobs/schema_json.h"
#include "engine/jobs/scratch.h"

namespace bascule {

Result<Schema> schema_of(Session& session, const Side& side, std::string_view command) {
  TRY(const Schema* schema, session.schema(*side.member));
  if (!side.address.schema.empty())
    return usage_of(command, side.text + " names a table; @A or @A.SCHEMA is compared");
  if (side.address.table.empty()) return *schema;
  const Namespace* space = schema->find_namespace(side.address.table);
  if (space == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : schema->namespaces) names.push_back(known.name);
    const auto nearest = nearest_name(side.address.table, names);
    return usage_error("\"" + side.member->live->name() + "\" has no schema \"" + side.address.table + "\"",
                       nearest ? "did you mean " + *nearest + "?" : "\\dn lists the schemas");
  }
  Schema out;
  out.flavor = schema->flavor;
  out.default_namespace = space->name;
  out.namespaces.push_back(*space);
  return out;
}

Result<Schema> schema_of_file(const std::string& path) {
  TRY(const std::string text, read_file(path));
  auto schema = schema_from_json(text);
  if (!schema.ok()) return std::move(schema).error().in(path);
  return schema;
}

Result<Schema> schema_of_folder(Member& member, const std::string& dir, const std::string& tool) {
  TRY(auto job, JobConnections::open_target(member));
  return job.ended(replay_migrations(*job.target, member.live->options(), dir, tool));
}

Result<Plan> plan_sides(const TwoSides& sides, const Schema& want, const Schema& have,
                        const PlanOptions& options) {
  const Features& features = sides.target.member->live->features();
  TRY(auto job, JobConnections::open_target(*sides.target.member));
  TRY(Plan plan, job.ended(make_plan(want, have, features, options, job.target)));
  if (plan.changes.empty() || sides.source.member->live->features().flavor == features.flavor) return plan;
  TRY(auto source, JobConnections::open_target(*sides.source.member));
  auto probed = source.ended(Result(probe_types(*source.target, want, features, options.diff)));
  for (auto& notice : *probed) plan.notices.push_back(std::move(notice));
  return plan;
}

Result<PlanOptions> plan_options(const Session& session, const Arguments& arguments) {
  PlanOptions options;
  TRY(options.diff.type_rules, type_rules(session, arguments));
  options.diff.ignore = arguments.values("--ignore");
  options.diff.strict = arguments.has("--strict");
  for (const auto& text : arguments.values("--rename")) {
    TRY(auto rename, parse_rename(text));
    options.diff.renames.push_back(std::move(rename));
  }
  options.additive = arguments.has("--additive");
  options.allow = arguments.values("--allow");
  return options;
}

}  // namespace bascule
