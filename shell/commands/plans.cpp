// \diff \plan \apply
#include <fmt/format.h>
#include <algorithm>

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/jobs/apply.h"
#include "engine/jobs/plan_json.h"
#include "shell/commands/sides.h"

namespace bascule {
namespace {

constexpr std::string_view group = "Structure";

struct SchemaPair {
  TwoSides sides;
  Schema want, have;
  PlanOptions options;
};

// The part of the schema that an address names as a schema: `@A.S`.
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
  Schema out{schema->flavor, space->name, {*space}, {}};
  return out;
}

Result<SchemaPair> parse_comparison(Session& session, const Arguments& arguments, std::string_view command,
                                    bool with_to) {
  for (const auto option : {"--dir", "--tool", "--file", "--rename", "--strict", "--undo", "--resume"})
    if (arguments.has(option))
      return unsupported_error("\\" + std::string(command) + " " + option + " is not built yet",
                               "it compares two open connections: @A and @B");
  SchemaPair comparison;
  TRY(comparison.sides, parse_sides(session, arguments, command, with_to));
  if (!comparison.sides.tables.empty())
    return usage_of(command, "\"" + comparison.sides.tables[0] + "\" is a word too many");
  TRY(comparison.want, schema_of(session, comparison.sides.source, command));
  TRY(comparison.have, schema_of(session, comparison.sides.target, command));
  comparison.options.diff.ignore = arguments.values("--ignore");
  comparison.options.additive = arguments.has("--additive");
  return comparison;
}

std::unique_ptr<TableSource> changes_table(const std::vector<Change>& changes,
                                           std::string_view default_schema) {
  static constexpr std::string_view columns[] = {"change", "object", "loses_data:bool"};
  std::vector<std::vector<Value>> rows;
  for (const auto& change : changes)
    rows.push_back({change_kind(change), change_object(change, default_schema), loses_data(change)});
  return make_table(columns, std::move(rows));
}

Result<Outcome> diff_command(CommandContext& context, const Arguments& arguments) {
  TRY(const SchemaPair comparison, parse_comparison(context.session, arguments, "diff", false));
  const Features& features = comparison.sides.target.member->live->features();
  const Difference difference =
      diff_schemas(comparison.want, comparison.have, features, comparison.options.diff);
  // The document holds the statements where they can be planned; a diff itself needs none.
  const auto planned = make_plan(comparison.want, comparison.have, features, comparison.options);
  Outcome outcome;
  outcome.json = planned.ok() && difference.unplannable.empty()
                     ? plan_to_json(*planned, comparison.have.default_namespace)
                     : difference_to_json(difference, comparison.have.default_namespace);
  if (!arguments.has("--sql")) {
    if (!difference.changes.empty() || !is_for_people(context.session.format))
      outcome.rows = changes_table(difference.changes, comparison.have.default_namespace);
  } else if (!planned.ok()) {
    return planned.error();
  } else {
    outcome.text = steps_text(planned->steps);
  }
  add_notices(outcome, difference.notices);
  add_notices(outcome, difference.unplannable);
  outcome.exit = difference.is_equal() ? ExitCode::ok : ExitCode::different;
  if (difference.is_equal()) outcome.messages.push_back("equal");
  return outcome;
}

Result<Outcome> plan_command(CommandContext& context, const Arguments& arguments) {
  TRY(const SchemaPair comparison, parse_comparison(context.session, arguments, "plan", true));
  TRY(const Plan plan, make_plan(comparison.want, comparison.have,
                                 comparison.sides.target.member->live->features(), comparison.options));
  Outcome outcome;
  outcome.json = plan_to_json(plan, comparison.have.default_namespace);
  outcome.text = steps_text(plan.steps);
  add_notices(outcome, plan.notices);
  if (const auto path = arguments.value("--output")) {
    TRY(write_file_atomically(*path, *outcome.json + "\n"));
    outcome.messages.push_back("plan written to " + *path);
  }
  if (plan.changes.empty()) outcome.messages.push_back("equal; nothing to do");
  return outcome;
}

Result<Outcome> apply_command(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  if (arguments.words.size() == 1 && arguments.words[0].text.ends_with(".plan"))
    return unsupported_error("\\apply FILE.plan is not built yet",
                             "\\apply @A to @B plans and runs in one go");
  TRY(const SchemaPair comparison, parse_comparison(session, arguments, "apply", true));
  TRY(JobConnections job, JobConnections::open(comparison.sides));
  ApplyOptions options;
  options.plan = comparison.options;
  options.allow = arguments.values("--allow");
  if (!comparison.sides.target.address.table.empty())
    options.inspect.schemas = {comparison.sides.target.address.table};
  options.on_step = [&](const Step& step, std::size_t number, std::size_t count) {
    session.say(fmt::format("[{}/{}] {}", number, count, step.comment.empty() ? step.sql : step.comment));
  };
  TRY(const Plan plan,
      make_plan(comparison.want, comparison.have, job.target->features(), comparison.options));
  if (arguments.has("--dry-run")) {
    Outcome preview;
    preview.json = plan_to_json(plan, comparison.have.default_namespace);
    preview.text = steps_text(plan.steps);
    add_notices(preview, plan.notices);
    return preview;
  }
  TRY(const Applied applied,
      job.ended(apply_plan(*job.target, plan, comparison.want, comparison.have, options)));
  Outcome outcome;
  outcome.json = plan_to_json(plan, comparison.have.default_namespace);
  add_notices(outcome, plan.notices);
  outcome.messages.push_back(fmt::format("{} {} applied to {}; compared again: equal", applied.steps,
                                         applied.steps == 1 ? "step" : "steps",
                                         comparison.sides.target.text));
  return outcome;
}

}  // namespace

std::vector<CommandRow> plan_commands() {
  constexpr auto words = ArgumentStyle::words;
  static constexpr OptionRow dry_run{"--dry-run", "", "", "show what would be done"};
  static constexpr OptionRow ignore{"--ignore", "", "GLOB", "leave objects out"};
  static constexpr OptionRow rename{"--rename", "", "OLD:NEW",
                                    "a table or column that has another name (not built yet)"};
  static constexpr OptionRow additive{"--additive", "", "", "only what adds"};
  static constexpr OptionRow allow{"--allow", "", "KIND:OBJECT", "permit a change that loses data"};
  static constexpr OptionRow resume{"--resume", "", "", "go on where it stopped (not built yet)"};
  return {
      {"diff",
       {},
       group,
       "@A[.S] @B[.S] [--sql] [--ignore GLOB]",
       "what must change in B to be like A",
       {{"--sql", "", "", "the statements instead of the changes"},
        {"--dir", "", "DIR", "against a migrations folder (not built yet)"},
        {"--tool", "", "TOOL", "the tool of the folder (not built yet)"},
        {"--file", "", "FILE", "against a schema document (not built yet)"},
        rename,
        ignore,
        {"--strict", "", "", "compare spellings and names too (not built yet)"}},
       Effects::read,
       words,
       diff_command},
      {"plan",
       {},
       group,
       "@A to @B [--additive] [-o FILE.plan]",
       "the statements that make B like A",
       {additive, allow, ignore, rename, {"--output", "-o", "FILE", "save the plan"}},
       Effects::read,
       words,
       plan_command},
      {"apply",
       {},
       group,
       "@A to @B [--additive] [--allow KIND:OBJECT] [--dry-run]",
       "make B like A, then prove that nothing differs",
       {additive, allow, ignore, rename, dry_run, resume, {"--undo", "", "", "the way back (not built yet)"}},
       Effects::ddl,
       words,
       apply_command},
  };
}

}  // namespace bascule
