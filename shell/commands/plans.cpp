// \diff \plan
#include <fmt/format.h>

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/jobs/plan_json.h"
#include "engine/jobs/saved_plan.h"
#include "shell/commands/schema_sides.h"

namespace bascule {
namespace {

constexpr std::string_view group = "Structure";

std::unique_ptr<TableSource> changes_table(const std::vector<Change>& changes,
                                           std::string_view default_schema) {
  static constexpr std::string_view columns[] = {"change", "object", "loses_data:bool"};
  std::vector<std::vector<Value>> rows;
  for (const auto& change : changes)
    rows.push_back({change_kind(change), change_object(change, default_schema), loses_data(change)});
  return make_table(columns, std::move(rows));
}

struct Comparison {
  Schema want, have;
  Features features;  // of what would be changed
  std::string wanted_name, name;
};

// `@A @B`, or `@A` against --file or --dir, which stand for the second side.
Result<Comparison> parse_comparison(Session& session, const Arguments& arguments) {
  const auto file = arguments.value("--file"), dir = arguments.value("--dir");
  Comparison comparison;
  if (!file && !dir) {
    if (arguments.has("--tool")) return usage_of("diff", "--tool belongs to --dir");
    TRY(const TwoSides sides, parse_sides(session, arguments, "diff", false));
    if (!sides.tables.empty()) return usage_of("diff", "\"" + sides.tables[0] + "\" is a word too many");
    TRY(comparison.want, schema_of(session, sides.source, "diff"));
    TRY(comparison.have, schema_of(session, sides.target, "diff"));
    comparison.features = sides.target.member->live->features();
    comparison.name = sides.target.text;
    return comparison;
  }
  if (file && dir) return usage_of("diff", "takes --file or --dir, not both");
  if (arguments.words.size() != 1)
    return usage_of("diff", "compares one connection with a file or a folder: @A --file FILE, @A --dir DIR");
  TRY(const Side side, parse_side(session, arguments.words[0], "diff"));
  TRY(comparison.want, schema_of(session, side, "diff"));
  comparison.name = file ? *file : *dir;
  if (file) {
    TRY(comparison.have, schema_of_file(*file));
  } else {
    TRY(comparison.have, schema_of_folder(*side.member, *dir, arguments.value("--tool").value_or("")));
  }
  const Features& own = side.member->live->features();
  const Dialect& flavor = *find_dialect(comparison.have.flavor);
  comparison.features = own.flavor == flavor.flavor ? own : baseline_features(flavor.flavor);
  return comparison;
}

Result<Outcome> diff_command(CommandContext& context, const Arguments& arguments) {
  const Session& session = context.session;
  TRY(const Comparison comparison, parse_comparison(context.session, arguments));
  TRY(PlanOptions options, plan_options(session, arguments));
  TRY(const Difference difference,
      diff_renamed(comparison.want, comparison.have, comparison.features, options.diff));
  // The statements of a difference are all of them: nothing is run here.
  options.allow = {"*"};
  const auto planned = make_plan(comparison.want, comparison.have, comparison.features, options);
  const std::string& default_schema = comparison.have.default_namespace;
  Outcome outcome;
  outcome.json =
      difference_to_json(difference, planned.ok() ? planned->steps : std::vector<Step>(), default_schema);
  if (!arguments.has("--sql")) {
    if (!difference.changes.empty() || !is_for_people(context.session.format))
      outcome.rows = changes_table(difference.changes, default_schema);
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
  Session& session = context.session;
  TRY(const TwoSides sides, parse_sides(session, arguments, "plan", true));
  if (!sides.tables.empty()) return usage_of("plan", "\"" + sides.tables[0] + "\" is a word too many");
  SavedPlan saved;
  saved.target = sides.target.member->live->name();
  TRY(saved.options, plan_options(session, arguments));
  TRY(saved.want, schema_of(session, sides.source, "plan"));
  TRY(saved.have, schema_of(session, sides.target, "plan"));
  TRY(saved.plan, plan_sides(sides, saved.want, saved.have, saved.options));
  Outcome outcome;
  outcome.json = plan_to_json(saved.plan, saved.have.default_namespace);
  outcome.text = steps_text(saved.plan.steps);
  add_notices(outcome, saved.plan.notices);
  if (const auto path = arguments.value("--output")) {
    TRY(write_file_atomically(*path, saved_plan_to_json(saved) + "\n"));
    outcome.messages.push_back("plan written to " + *path);
  }
  if (saved.plan.changes.empty())
    outcome.messages.push_back(leaves_out(saved.plan) ? "nothing to do but what is left out"
                                                      : "equal; nothing to do");
  return outcome;
}

}  // namespace

std::vector<CommandRow> plan_commands() {
  constexpr auto words = ArgumentStyle::words;
  static constexpr OptionRow ignore{"--ignore", "", "GLOB", "leave objects out"};
  static constexpr OptionRow rename{"--rename", "", "OLD:NEW",
                                    "table.column:new_name or table:new_name; OLD is B's"};
  static constexpr OptionRow map{"--map", "", "T.C=TYPE", "the type that a column of A has in B"};
  static constexpr OptionRow strict{"--strict", "", "", "compare names and spellings too"};
  static constexpr OptionRow additive{"--additive", "", "",
                                      "only what is missing; nothing is changed or dropped"};
  static constexpr OptionRow allow{"--allow", "", "KIND:OBJECT",
                                   "permit a change that loses data: drop_column:users.age"};
  return {
      {"diff",
       {},
       group,
       "@A[.S] @B[.S] | @A --file FILE | @A --dir DIR",
       "what must change in B to be like A",
       {{"--sql", "", "", "the statements instead of the changes"},
        {"--dir", "", "DIR", "B is what this migrations folder makes, replayed in a scratch database"},
        {"--tool", "", "TOOL", "the migration tool of the folder"},
        {"--file", "", "FILE", "B is this document (\\schema --as json)"},
        rename,
        ignore,
        map,
        strict},
       Effects::read,
       words,
       diff_command},
      {"plan",
       {},
       group,
       "@A to @B [--additive] [--allow KIND:OBJECT] [-o FILE.plan]",
       "the statements that make B like A",
       {additive, allow, rename, ignore, map, strict, {"--output", "-o", "FILE", "save the plan"}},
       Effects::read,
       words,
       plan_command},
  };
}

}  // namespace bascule
