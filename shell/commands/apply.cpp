// \apply
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/jobs/apply.h"
#include "engine/jobs/plan_json.h"
#include "engine/jobs/saved_plan.h"
#include "shell/apply_journal.h"
#include "shell/commands/schema_sides.h"

namespace bascule {
namespace {

// The plan, and the connection that it is for.
struct Task {
  SavedPlan saved;
  Member* target = nullptr;
  std::string text;  // "@b", "@b.sales"
  std::string file;  // "" if it was planned just now
};

bool is_plan_file(const Word& word) {
  return !word.text.starts_with('@');
}

InspectOptions inspect_options(const Schema& have) {
  InspectOptions options;
  // A plan for one schema of several was made from that one alone.
  if (have.namespaces.size() == 1) options.schemas = {have.namespaces[0].name};
  return options;
}

// `FILE.plan`, `FILE.plan to @B`: without the connection the one that the plan was made for.
Result<Task> read_task(Session& session, const Arguments& arguments, std::string_view command) {
  Task task;
  task.file = arguments.words[0].text;
  TRY(const std::string text, read_file(task.file));
  const bool names_target = arguments.words.size() == 3 && arguments.word(1) == "to";
  if (arguments.words.size() != 1 && !names_target)
    return usage_of(command, "takes FILE.plan, or FILE.plan to @B");
  if (names_target) {
    TRY(const Side side, parse_side(session, arguments.words[2], command));
    task.target = side.member;
  } else {
    // The name alone decides; the plan itself is read for the engine of that connection.
    auto baseline = saved_plan_target(text);
    if (!baseline.ok()) return std::move(baseline).error().in(task.file);
    auto found = session.find(*baseline);
    if (!found.ok()) {
      Error error = std::move(found).error();
      error.hint = "open it under that name, or name another one: \\apply " + task.file + " to @B";
      return error;
    }
    task.target = *found;
  }
  auto saved = saved_plan_from_json(text, task.target->live->features());
  if (!saved.ok()) return std::move(saved).error().in(task.file);
  task.saved = std::move(saved).value();
  task.text = "@" + task.target->live->name();
  return task;
}

Result<Task> plan_task(Session& session, const Arguments& arguments) {
  TRY(const TwoSides sides, parse_sides(session, arguments, "apply", true));
  if (!sides.tables.empty()) return usage_of("apply", "\"" + sides.tables[0] + "\" is a word too many");
  Task task;
  task.target = sides.target.member;
  task.text = sides.target.text;
  task.saved.target = task.target->live->name();
  TRY(task.saved.options, plan_options(session, arguments));
  TRY(task.saved.want, schema_of(session, sides.source, "apply"));
  TRY(task.saved.have, schema_of(session, sides.target, "apply"));
  TRY(task.saved.plan, plan_sides(sides, task.saved.want, task.saved.have, task.saved.options));
  return task;
}

// The last run on a connection that is open, the current one first.
Result<Task> unfinished_task(Session& session) {
  TRY(auto journal, ApplyJournal::open());
  std::vector<Member*> members;
  if (session.current_or_null() != nullptr) members.push_back(session.current_or_null());
  for (const auto& member : session.members())
    if (member.get() != session.current_or_null()) members.push_back(member.get());
  for (Member* member : members) {
    TRY(const auto run, journal.unfinished(member->live->options().url.redacted()));
    if (!run) continue;
    Task task;
    task.target = member;
    task.text = "@" + member->live->name();
    TRY(task.saved, saved_plan_from_json(run->plan, member->live->features()));
    session.say(fmt::format("resuming the run of {} UTC on {}", run->at, task.text));
    return task;
  }
  return Error{ErrorCode::conflict, "no unfinished \\apply is known for the open connections",
               "\\apply --resume FILE.plan goes on with a saved plan", ""};
}

Outcome preview(const Task& task) {
  Outcome outcome;
  outcome.json = plan_to_json(task.saved.plan, task.saved.have.default_namespace);
  outcome.text = steps_text(task.saved.plan.steps);
  add_notices(outcome, task.saved.plan.notices);
  return outcome;
}

// A statement as narration.
std::string one_line(const std::string& sql) {
  constexpr std::size_t most = 120;
  const std::size_t end = sql.find('\n');
  const bool is_cut = end != std::string::npos || sql.size() > most;
  return is_cut ? sql.substr(0, std::min(end, most)) + " ..." : sql;
}

ApplyOptions apply_options(Session& session, const Task& task) {
  ApplyOptions options;
  options.diff = task.saved.options.diff;
  options.inspect = inspect_options(task.saved.have);
  options.on_step = [&session](const Step& step, std::size_t number, std::size_t count) {
    session.say(
        fmt::format("[{}/{}] {}", number, count, one_line(step.comment.empty() ? step.sql : step.comment)));
  };
  return options;
}

// What the run leaves in the journal, for --resume; without one the run goes on all the same.
class RunRecord {
 public:
  RunRecord(Session& session, const Task& task) {
    auto journal = ApplyJournal::open();
    if (journal.ok()) {
      auto id = journal->begin(task.target->live->options().url.redacted(), saved_plan_to_json(task.saved));
      if (id.ok()) {
        journal_.emplace(std::move(journal).value());
        id_ = *id;
        return;
      }
      journal = std::move(id).error();
    }
    session.warn("warning: the run is not recorded, so that \\apply --resume will need a saved plan: " +
                 journal.error().what);
  }
  void progress(std::size_t steps) {
    if (journal_) static_cast<void>(journal_->progress(id_, steps).ok());
  }
  void end() {
    if (journal_) static_cast<void>(journal_->end(id_).ok());
  }

 private:
  std::optional<ApplyJournal> journal_;
  std::int64_t id_ = 0;
};

Result<Outcome> run(Session& session, Task& task) {
  TRY(auto job, JobConnections::open_target(*task.target));
  ApplyOptions options = apply_options(session, task);
  RunRecord record(session, task);
  options.on_progress = [&](std::size_t steps) { record.progress(steps); };
  auto applied =
      job.ended(apply_plan(*job.target, task.saved.plan, task.saved.want, task.saved.have, options));
  if (!applied.ok()) {
    // Where nothing took effect, or everything did, there is nothing to go on with.
    const bool is_partial = applied.error().detail.find("took effect and stay") != std::string::npos;
    const bool is_unknown = applied.error().outcome_unknown || !job.target->is_alive();
    if (!is_partial && !is_unknown) record.end();
    return std::move(applied).error();
  }
  record.end();
  Outcome outcome;
  outcome.json = plan_to_json(task.saved.plan, task.saved.have.default_namespace);
  add_notices(outcome, task.saved.plan.notices);
  const bool is_left = leaves_out(task.saved.plan);
  outcome.messages.push_back(fmt::format("{} {} applied to {}; compared again: {}", applied->steps,
                                         applied->steps == 1 ? "step" : "steps", task.text,
                                         is_left ? "nothing differs but what was left out" : "equal"));
  // A script must not take what was not done for done.
  if (is_left && !task.saved.options.additive) outcome.exit = ExitCode::refused;
  return outcome;
}

Error changed_error(const Task& task, const Difference& difference, std::string_view default_schema) {
  std::vector<std::string> names;
  for (const auto& change : difference.changes)
    names.push_back(change_kind(change) + " " + change_object(change, default_schema));
  for (const auto& notice : difference.unplannable) names.push_back(notice.object);
  Error error{ErrorCode::conflict,
              task.text + " is not as it was when the plan was made: " + join(names, ", "),
              "make a new plan, or go on with a run that stopped: \\apply --resume " + task.file, ""};
  return error;
}

Result<Schema> read_target(const Task& task) {
  TRY(auto job, JobConnections::open_target(*task.target));
  return job.ended(job.target->inspect(inspect_options(task.saved.have)));
}

// A saved plan is for one state of the database and for no other.
Result<bool> is_done_already(const Task& task) {
  TRY(const Schema now, read_target(task));
  const Features& features = task.target->live->features();
  DiffOptions options = task.saved.options.diff;
  options.renames.clear();
  const Difference since = diff_schemas(task.saved.have, now, features, options);
  if (since.is_equal()) return false;
  // What the plan leaves out may differ still.
  const Difference left = diff_schemas(task.saved.want, now, features, options);
  const bool is_done = std::all_of(left.changes.begin(), left.changes.end(), [&](const Change& change) {
    const auto& notices = task.saved.plan.notices;
    return std::any_of(notices.begin(), notices.end(), [&](const Notice& notice) {
      return notice.code == "left_out" && notice.object == change_object(change, now.default_namespace);
    });
  });
  if (is_done && (left.unplannable.empty() || leaves_out(task.saved.plan))) return true;
  return changed_error(task, since, now.default_namespace);
}

Result<Outcome> resume(Session& session, const Arguments& arguments) {
  Task task;
  if (arguments.words.empty()) {
    TRY(task, unfinished_task(session));
  } else {
    TRY(task, read_task(session, arguments, "apply --resume"));
  }
  TRY(const Schema now, read_target(task));
  const std::size_t count = task.saved.plan.changes.size();
  TRY(task.saved.plan, plan_the_rest(task.saved.plan, task.saved.want, now, task.target->live->features(),
                                     task.saved.options));
  task.saved.have = now;
  session.say(
      fmt::format("{} of {} changes are there already", count - task.saved.plan.changes.size(), count));
  if (arguments.has("--dry-run")) return preview(task);
  return run(session, task);
}

Result<Outcome> undo(Session& session, const Arguments& arguments) {
  if (arguments.words.empty()) return usage_of("apply", "--undo needs FILE.plan");
  TRY(const Task task, read_task(session, arguments, "apply --undo"));
  TRY(const Schema now, read_target(task));
  const Features& features = task.target->live->features();
  DiffOptions diff = task.saved.options.diff;
  diff.renames.clear();
  if (diff_schemas(task.saved.have, now, features, diff).is_equal()) {
    Outcome outcome;
    outcome.messages.push_back(task.text + " is as it was before the plan; nothing to take back");
    return outcome;
  }
  for (const auto& line : irreversible_steps(task.saved.plan)) session.warn("no way back: " + line);
  for (const auto& step : task.saved.plan.steps)
    if (step.loses_data && step.is_reversible)
      session.warn("the rows are not given back: " + (step.comment.empty() ? step.sql : step.comment));
  if (arguments.has("--dry-run")) {
    Outcome outcome;
    std::vector<Step> steps;
    for (auto step = task.saved.plan.steps.rbegin(); step != task.saved.plan.steps.rend(); ++step)
      if (!step->undo_sql.empty()) steps.push_back({.sql = step->undo_sql});
    outcome.text = steps_text(steps);
    return outcome;
  }
  TRY(auto job, JobConnections::open_target(*task.target));
  TRY(const Applied undone,
      job.ended(undo_plan(*job.target, task.saved.plan, task.saved.have, apply_options(session, task))));
  Outcome outcome;
  outcome.messages.push_back(fmt::format("{} {} taken back on {}; compared with the first schema: equal",
                                         undone.steps, undone.steps == 1 ? "step" : "steps", task.text));
  return outcome;
}

Result<Outcome> apply_command(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  if (arguments.has("--resume") && arguments.has("--undo"))
    return usage_of("apply", "takes --resume or --undo, not both");
  if (arguments.has("--resume")) return resume(session, arguments);
  if (arguments.has("--undo")) return undo(session, arguments);
  Task task;
  if (!arguments.words.empty() && is_plan_file(arguments.words[0])) {
    for (const auto option : {"--additive", "--allow", "--rename", "--ignore", "--map", "--strict"})
      if (arguments.has(option))
        return usage_of("apply", std::string(option) + " belongs to \\plan; the file says what is done");
    TRY(task, read_task(session, arguments, "apply"));
    TRY(const bool is_done, is_done_already(task));
    if (is_done) {
      Outcome outcome;
      outcome.messages.push_back(task.text + " is already as the plan wants it; nothing to do");
      add_notices(outcome, task.saved.plan.notices);
      return outcome;
    }
  } else {
    TRY(task, plan_task(session, arguments));
  }
  if (arguments.has("--dry-run")) return preview(task);
  return run(session, task);
}

}  // namespace

std::vector<CommandRow> apply_commands() {
  return {
      {"apply",
       {},
       "Structure",
       "@A to @B | FILE.plan [to @B] | --resume [FILE.plan] | --undo FILE.plan",
       "make B like A, then prove that nothing differs",
       {{"--additive", "", "", "only what is missing; nothing is changed or dropped"},
        {"--allow", "", "KIND:OBJECT", "permit a change that loses data: drop_column:users.age"},
        {"--rename", "", "OLD:NEW", "table.column:new_name or table:new_name; OLD is B's"},
        {"--ignore", "", "GLOB", "leave objects out"},
        {"--map", "", "T.C=TYPE", "the type that a column of A has in B"},
        {"--strict", "", "", "compare names and spellings too"},
        {"--dry-run", "", "", "show what would be done"},
        {"--resume", "", "", "go on with a run that stopped"},
        {"--undo", "", "", "take a plan back: the first schema, not the lost rows"}},
       Effects::ddl,
       ArgumentStyle::words,
       apply_command},
  };
}

}  // namespace bascule
