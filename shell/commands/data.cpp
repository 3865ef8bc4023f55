// \copy \verify \preflight
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/jobs/copy.h"
#include "engine/jobs/verify.h"
#include "shell/commands/sides.h"

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

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

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
  TRY(request.type_rules, type_rules(session, arguments));
  request.other_options = other_options(arguments, {"--mode", "--map", "--dry-run", "--no-verify"});
  TRY(JobConnections job, JobConnections::open(sides));
  TRY(const CopyPlan plan, job.ended(plan_copy(*job.source, *job.target, request)));
  if (arguments.has("--dry-run")) return copy_preview(plan);
  CopyOptions options;
  options.verify = !arguments.has("--no-verify");
  options.progress = progress_line(session);
  TRY(const CopyResult result, job.ended(run_copy(*job.source, *job.target, plan, options)));
  return copy_outcome(session, result);
}

Result<Outcome> preflight_command(CommandContext&, const Arguments&) {
  return unsupported_error(
      "\\preflight is not built yet",
      "\\copy refuses a value that would not survive, and \\copy --dry-run shows its notices");
}

Result<Outcome> backup_command(CommandContext&, const Arguments&) {
  return unsupported_error("\\backup is not built yet",
                           "\\copy @C to @B, with B a new SQLite file, keeps the rows");
}

Result<Outcome> restore_command(CommandContext&, const Arguments&) {
  return unsupported_error("\\restore is not built yet", "\\copy @B to @C brings rows back");
}

}  // namespace

std::vector<CommandRow> data_commands() {
  constexpr auto words = ArgumentStyle::words;
  static constexpr OptionRow dry_run{"--dry-run", "", "", "show what would be done"};
  static constexpr OptionRow rename{"--rename", "", "OLD:NEW",
                                    "a table or column that has another name (not built yet)"};
  static constexpr OptionRow map{"--map", "", "T.C=TYPE", "the type of a column in the target, in its words"};
  static constexpr OptionRow resume{"--resume", "", "", "go on where it stopped (not built yet)"};
  return {
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
      {"backup",
       {},
       group,
       "@C FILE [--tables GLOB]",
       "schema and data in one file (not built yet)",
       {{"--tables", "", "GLOB", "only these tables (not built yet)"}},
       Effects::read,
       words,
       backup_command},
      {"restore",
       {},
       group,
       "FILE to @C",
       "bring a backup back (not built yet)",
       {},
       Effects::write,
       words,
       restore_command},
  };
}

}  // namespace bascule
