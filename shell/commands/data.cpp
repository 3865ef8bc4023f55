// \copy \verify \preflight \diff \plan \apply
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/jobs/apply.h"
#include "engine/jobs/copy.h"
#include "engine/jobs/plan_json.h"
#include "engine/jobs/verify.h"
#include "shell/address.h"
#include "shell/command.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace bascule {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view group = "Data";

Json value_json(const Value& value) {
  if (value.is_null()) return nullptr;
  if (const auto* b = value.get<bool>()) return *b;
  if (const auto* i = value.get<std::int64_t>()) return *i;
  if (const auto* u = value.get<std::uint64_t>()) return *u;
  if (const auto* d = value.get<double>(); d != nullptr && std::isfinite(*d)) return *d;
  return format_value(value);
}

Json notices_json(const std::vector<Notice>& notices) {
  Json list = Json::array();
  for (const auto& notice : notices)
    list.push_back(Json{{"code", notice.code}, {"object", notice.object}, {"text", notice.text}});
  return list;
}

void add_notices(Outcome& outcome, const std::vector<Notice>& notices) {
  for (const auto& notice : notices)
    outcome.messages.push_back("notice: " + notice.object + ": " + notice.text);
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// One side of a command: a connection of the session, and what is named in it.
struct Side {
  Member* member = nullptr;
  TableAddress address = {};
  std::string text;  // as it was typed
};

Result<Side> parse_side(Session& session, const Word& word, std::string_view command) {
  if (word.quoted || !looks_like_address(word.text))
    return usage_of(command, "\"" + word.text + "\" is no @connection");
  TRY(const Address address, parse_address(word.text));
  if (address.connections.size() != 1 || address.connections[0] == "*" || address.path.size() > 2)
    return usage_of(command, "\"" + word.text + "\" must name one connection, @A or @A.TABLE");
  Side side;
  side.text = word.text;
  TRY(side.member, session.find(address.connections[0]));
  if (!address.path.empty()) side.address.table = address.path.back();
  if (address.path.size() == 2) side.address.schema = address.path.front();
  return side;
}

struct TwoSides {
  Side source, target;
  std::vector<std::string> tables;
};

// `@A to @B [TABLE...]`, or without the `to`.
Result<TwoSides> parse_sides(Session& session, const Arguments& arguments, std::string_view command,
                             bool with_to) {
  const std::size_t second = with_to ? 2 : 1;
  if (arguments.words.size() <= second || (with_to && arguments.word(1) != "to"))
    return usage_of(command, "needs two connections");
  TwoSides sides;
  TRY(sides.source, parse_side(session, arguments.words[0], command));
  TRY(sides.target, parse_side(session, arguments.words[second], command));
  for (std::size_t i = second + 1; i < arguments.words.size(); ++i)
    sides.tables.push_back(arguments.words[i].text);
  if (sides.source.member == sides.target.member && sides.source.text == sides.target.text)
    return usage_of(command, "both sides are " + sides.source.text);
  return sides;
}

// Both connections made ready for a job, and told afterwards how it ended.
class JobConnections {
 public:
  static Result<JobConnections> open(const TwoSides& sides) {
    if (sides.source.member == sides.target.member)
      return unsupported_error("\"" + sides.source.member->live->name() + "\" cannot be both sides of a job",
                               "open it a second time under another name: \\connect NAME=URL");
    JobConnections job;
    job.source_live_ = sides.source.member->live.get();
    job.target_live_ = sides.target.member->live.get();
    TRY(job.source, job.source_live_->ready());
    TRY(job.target, job.target_live_->ready());
    job.guards_.push_back(std::make_unique<interrupt::Guard>(*job.source_live_));
    job.guards_.push_back(std::make_unique<interrupt::Guard>(*job.target_live_));
    return job;
  }
  template <typename T>
  Result<T> ended(Result<T> result) {
    const Error* failure = result.ok() ? nullptr : &result.error();
    source_live_->settle(source->is_alive() ? nullptr : failure);
    target_live_->settle(target->is_alive() ? nullptr : failure);
    return result;
  }

  Connection* source = nullptr;
  Connection* target = nullptr;

 private:
  LiveConnection* source_live_ = nullptr;
  LiveConnection* target_live_ = nullptr;
  std::vector<std::unique_ptr<interrupt::Guard>> guards_;
};

// A line that is written over on a terminal; nothing elsewhere.
ProgressHandler progress_line(const Session& session) {
  if (session.quiet || session.json || ::isatty(STDERR_FILENO) == 0) return {};
  const auto start = std::chrono::steady_clock::now();
  return {[start](const Progress& progress) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::string text = fmt::format("\r\033[K{}: {} rows", progress.table, progress.rows);
    if (progress.estimated && *progress.estimated > 0 && !progress.finished)
      text += fmt::format(" of about {}", *progress.estimated);
    text += fmt::format(", {:.1f} s", seconds);
    if (progress.finished) text = "\r\033[K";
    std::fputs(text.c_str(), stderr);
  }};
}

// Options of the contract that are not there yet, as the user wrote them.
std::vector<std::string> other_options(const Arguments& arguments,
                                       std::initializer_list<std::string_view> known) {
  std::vector<std::string> others;
  for (const auto& [name, value] : arguments.options)
    if (name != "--json" && std::find(known.begin(), known.end(), name) == known.end())
      others.push_back(name);
  return others;
}

// --- verify ---

Json difference_json(const RowDifference& difference) {
  Json key = Json::object();
  for (const auto& [column, value] : difference.key) key[column] = value_json(value);
  Json json{{"key", key}, {"column", nullptr}, {"source", nullptr}, {"target", nullptr}};
  static constexpr std::string_view kinds[] = {"missing", "extra", "different"};
  json["kind"] = kinds[static_cast<std::size_t>(difference.kind)];
  if (difference.kind == DifferenceKind::different) {
    json["column"] = difference.column;
    json["source"] = value_json(difference.source);
    json["target"] = value_json(difference.target);
  }
  return json;
}

template <typename T>
Json optional_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json verify_json(const VerifyResult& result) {
  Json tables = Json::array();
  for (const auto& table : result.tables) {
    Json differences = Json::array();
    for (const auto& difference : table.differences) differences.push_back(difference_json(difference));
    tables.push_back(Json{{"table", table.table},
                          {"level", verify_level_name(table.level)},
                          {"rows_source", optional_json(table.rows_source)},
                          {"rows_target", optional_json(table.rows_target)},
                          {"missing", optional_json(table.missing)},
                          {"extra", optional_json(table.extra)},
                          {"different", optional_json(table.different)},
                          {"differences", differences},
                          {"only_in", table.only_in.empty() ? Json(nullptr) : Json(table.only_in)},
                          {"not_verified", optional_json(table.not_verified)}});
  }
  return Json{{"equal", result.is_equal()}, {"tables", tables}};
}

std::string key_text(const RowDifference& difference) {
  std::string text;
  for (const auto& [column, value] : difference.key)
    text += (text.empty() ? "" : ", ") + column + "=" + (value.is_null() ? "NULL" : format_value(value));
  return text;
}

std::string or_null(const Value& value) {
  return value.is_null() ? "NULL" : format_value(value);
}

std::string verdict_of(const TableVerification& table) {
  if (table.not_verified) return "not verified: " + *table.not_verified;
  if (!table.only_in.empty()) return "only in the " + table.only_in;
  return table.is_equal() ? "equal" : "different";
}

std::unique_ptr<TableSource> verify_table(const VerifyResult& result) {
  static constexpr std::string_view columns[] = {"table",           "level",       "source_rows:int",
                                                 "target_rows:int", "missing:int", "extra:int",
                                                 "different:int",   "verdict"};
  const auto cell = [](const std::optional<std::int64_t>& value) { return value ? Value(*value) : Value(); };
  std::vector<std::vector<Value>> rows;
  for (const auto& table : result.tables)
    rows.push_back({table.table, std::string(verify_level_name(table.level)), cell(table.rows_source),
                    cell(table.rows_target), cell(table.missing), cell(table.extra), cell(table.different),
                    verdict_of(table)});
  return make_table(columns, std::move(rows));
}

std::string differences_text(const VerifyResult& result) {
  std::string text;
  for (const auto& table : result.tables)
    for (const auto& difference : table.differences) {
      std::string line = table.table + " [" + key_text(difference) + "] ";
      if (difference.kind == DifferenceKind::missing) line += "is missing in the target";
      if (difference.kind == DifferenceKind::extra) line += "is in the target only";
      if (difference.kind == DifferenceKind::different)
        line += difference.column + ": " + or_null(difference.source) + " -> " + or_null(difference.target);
      append_escaped(text, line);
      text += "\n";
    }
  return text;
}

// 4 if different, 1 if a table could not be verified and nothing is different.
ExitCode exit_of(const VerifyResult& result) {
  const bool differs =
      std::any_of(result.tables.begin(), result.tables.end(),
                  [](const TableVerification& table) { return !table.not_verified && !table.is_equal(); });
  if (differs) return ExitCode::different;
  return result.is_complete() ? ExitCode::ok : ExitCode::failed;
}

Result<Outcome> verify_command(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  TRY(const TwoSides sides, parse_sides(session, arguments, "verify", false));
  VerifyRequest request;
  request.scope = {sides.source.address, sides.target.address, sides.tables};
  if (const auto level = arguments.value("--level")) {
    TRY(request.level, parse_verify_level(*level));
  }
  if (const auto limit = arguments.value("--limit")) {
    const auto number = parse_unsigned(*limit);
    if (!number) return usage_of("verify", "\"" + *limit + "\" is no number");
    request.limit = *number;
  }
  request.other_options = other_options(arguments, {"--level", "--limit"});
  TRY(JobConnections job, JobConnections::open(sides));
  TRY(const VerifyResult result,
      job.ended(verify(*job.source, *job.target, request, progress_line(session))));
  Outcome outcome;
  outcome.rows = verify_table(result);
  outcome.json = dump(verify_json(result));
  if (is_for_people(session.format)) outcome.text = differences_text(result);
  outcome.exit = exit_of(result);
  if (outcome.exit == ExitCode::ok) outcome.messages.push_back("verified: every row and column is equal");
  return outcome;
}

// --- copy ---

Json copy_json(const CopyResult& result) {
  Json tables = Json::array();
  for (const auto& table : result.tables)
    tables.push_back(Json{{"source", table.source},
                          {"target", table.target},
                          {"rows_read", table.rows_read},
                          {"rows_written", table.rows_written},
                          {"rows_rejected", table.rows_rejected},
                          {"bytes", table.bytes},
                          {"seconds", table.seconds}});
  Json json{{"tables", tables}, {"notices", notices_json(result.notices)}, {"verified", nullptr}};
  if (const auto verified = result.verified()) json["verified"] = *verified;
  return json;
}

Outcome copy_outcome(const Session& session, const CopyResult& result) {
  static constexpr std::string_view columns[] = {
      "source",    "target",      "rows_read:int", "rows_written:int", "rows_rejected:int",
      "bytes:int", "seconds:real"};
  std::vector<std::vector<Value>> rows;
  for (const auto& table : result.tables)
    rows.push_back({table.source, table.target, table.rows_read, table.rows_written, table.rows_rejected,
                    table.bytes, std::round(table.seconds * 1000) / 1000});
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  outcome.json = dump(copy_json(result));
  add_notices(outcome, result.notices);
  if (result.verification) {
    outcome.exit = exit_of(*result.verification);
    if (outcome.exit == ExitCode::ok)
      outcome.messages.push_back("verified: every row and column of the copy equals its source");
    else if (is_for_people(session.format))
      outcome.text = differences_text(*result.verification);
  }
  return outcome;
}

std::string steps_text(const std::vector<Step>& steps) {
  std::string text;
  for (const auto& step : steps) {
    if (!step.comment.empty()) text += "-- " + step.comment + "\n";
    if (step.loses_data) text += "-- loses data\n";
    text += step.sql + ";\n";
  }
  return text;
}

Outcome copy_preview(const CopyPlan& plan) {
  CopyResult nothing_done;
  nothing_done.notices = plan.notices;
  std::string text;
  for (const auto& table : plan.tables) {
    nothing_done.tables.push_back({table.source.table, table.target.table});
    text += steps_text(table.create);
    text += "-- copy the rows of " + table.source.table + " to " + table.target.table + "\n";
    text += steps_text(table.finish);
  }
  text += steps_text(plan.finish);
  Outcome outcome;
  Json json = copy_json(nothing_done);
  json["sql"] = text;
  outcome.json = dump(json);
  outcome.text = std::move(text);
  add_notices(outcome, plan.notices);
  return outcome;
}

Result<Outcome> copy_command(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  if (arguments.word(0).starts_with('(') || std::any_of(arguments.words.begin(), arguments.words.end(),
                                                        [](const Word& word) { return word.quoted; }))
    return unsupported_error("\\copy copies tables between connections; queries and files are not built yet",
                             "\\copy @A[.T] to @B[.T]; for a file: \\mode csv and SELECT ... \\g FILE");
  TRY(const TwoSides sides, parse_sides(session, arguments, "copy", true));
  CopyRequest request;
  request.scope = {sides.source.address, sides.target.address, sides.tables};
  if (const auto mode = arguments.value("--mode")) {
    TRY(request.mode, parse_copy_mode(*mode));
  }
  request.other_options = other_options(arguments, {"--mode", "--dry-run", "--no-verify"});
  TRY(JobConnections job, JobConnections::open(sides));
  TRY(const CopyPlan plan, job.ended(plan_copy(*job.source, *job.target, request)));
  if (arguments.has("--dry-run")) return copy_preview(plan);
  CopyOptions options;
  options.verify = !arguments.has("--no-verify");
  options.progress = progress_line(session);
  TRY(const CopyResult result, job.ended(run_copy(*job.source, *job.target, plan, options)));
  return copy_outcome(session, result);
}

// --- diff, plan, apply ---

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

Result<Outcome> preflight_command(CommandContext&, const Arguments&) {
  return unsupported_error(
      "\\preflight is not built yet",
      "\\copy refuses a value that would not survive, and \\copy --dry-run shows its notices");
}

}  // namespace

std::vector<CommandRow> data_commands() {
  constexpr auto words = ArgumentStyle::words;
  static constexpr OptionRow dry_run{"--dry-run", "", "", "show what would be done"};
  static constexpr OptionRow ignore{"--ignore", "", "GLOB", "leave objects out"};
  static constexpr OptionRow rename{"--rename", "", "OLD:NEW",
                                    "a table or column that has another name (not built yet)"};
  static constexpr OptionRow map{"--map", "", "T.C=TYPE",
                                 "the type of a column in the target (not built yet)"};
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
      {"copy",
       {},
       group,
       "@A[.T] to @B[.T] [TABLE...] [--mode create|append|replace] [--dry-run] [--no-verify]",
       "copy tables, and verify them",
       {{"--mode", "", "MODE", "create append replace"},
        {"--where", "", "T=EXPR", "only these rows (not built yet)"},
        map,
        rename,
        {"--infer", "", "", "propose richer types (not built yet)"},
        {"--jobs", "", "N", "tables at a time (not built yet)"},
        {"--rejects", "", "DIR", "go on after bad rows (not built yet)"},
        resume,
        dry_run,
        {"--no-verify", "", "", "do not compare afterwards"}},
       Effects::write,
       words,
       copy_command},
      {"preflight",
       {},
       group,
       "@A to @B [TABLE...]",
       "what would not survive a copy (not built yet)",
       {},
       Effects::read,
       words,
       preflight_command},
      {"verify",
       {},
       group,
       "@A @B [TABLE...] [--level count|digest|rows] [--limit N]",
       "prove that the rows are the same",
       {{"--level", "", "LEVEL", "count digest rows"},
        {"--key", "", "T=C,..", "the key of a table (not built yet)"},
        {"--limit", "", "N", "differences listed per table"},
        {"--pushdown", "", "", "digests by the engines (not built yet)"},
        {"--recheck", "", "N", "look again at differences (not built yet)"},
        {"--tolerance", "", "T.C=E", "of a number (not built yet)"},
        {"--emit-sql", "", "FILE", "statements that mend the target (not built yet)"}},
       Effects::read,
       words,
       verify_command},
  };
}

}  // namespace bascule
