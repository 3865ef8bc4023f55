#include "shell/interpreter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "engine/base/text.h"
#include "shell/address.h"
#include "shell/command_line.h"
#include "shell/editor.h"
#include "shell/interrupt.h"
#include "shell/line_reader.h"
#include "shell/prompt.h"
#include "shell/scripts.h"

namespace bascule {
namespace {

constexpr int max_include_depth = 50;

bool is_conditional(std::string_view name) {
  return name == "if" || name == "elif" || name == "else" || name == "endif";
}

bool takes_line(std::string_view name) {
  const CommandRow* row = find_command(name);
  return row != nullptr && row->style == ArgumentStyle::line;
}

// The command that a whole line is without a backslash: `.tables`, help, exit. Nothing if the line is SQL.
std::optional<std::string> plain_command(std::string_view line) {
  const std::string_view text = trim(line);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> words{
      {{"help", "?"}, {"exit", "q"}, {"quit", "q"}, {"clear", "clear"}}};
  for (const auto& [word, command] : words)
    if (text == word) return std::string(command);
  const bool dotted =
      line.size() > 1 && line[0] == '.' &&
      ((line[1] >= 'a' && line[1] <= 'z') || (line[1] >= 'A' && line[1] <= 'Z') || line[1] == '?');
  if (dotted) return std::string(line.substr(1));
  return std::nullopt;
}

}  // namespace

const Dialect& Interpreter::dialect() const {
  if (input_ != nullptr && !input_->targets.empty()) return *input_->targets.front()->live->server().dialect;
  if (const Member* current = session_.current_or_null()) return *current->live->server().dialect;
  return bascule::dialect(Flavor::sqlite);
}

bool Interpreter::is_skipping() const {
  return input_ != nullptr && std::any_of(input_->conditions.begin(), input_->conditions.end(),
                                          [](Branch branch) { return branch != Branch::running; });
}

Interpreter::Interpreter(Session& session) : session_(session) {}
Interpreter::~Interpreter() = default;

Result<Scripts*> Interpreter::scripts() {
  if (!scripts_) {
    TRY(scripts_, Scripts::create(session_, *this));
  }
  return scripts_.get();
}

bool Interpreter::may_go_on(const Result<ExitCode>& result) {
  const ExitCode exit = result.ok() ? *result : exit_code_of(result.error());
  if (exit == ExitCode::ok) return !quit_;
  if (!result.ok()) session_.complain(result.error());
  if (input_->failure == ExitCode::ok) input_->failure = exit;
  if (input_->is_typed) return !quit_;
  const bool tainted = std::any_of(
      session_.members().begin(), session_.members().end(),
      [](const auto& member) { return member->live->transaction() == TransactionState::tainted; });
  return continue_on_error && !quit_ && !tainted && exit != ExitCode::interrupted;
}

template <typename NextLine>
ExitCode Interpreter::run_lines(Input& input, AtEnd at_end, NextLine&& next_line) {
  Input* const outer = std::exchange(input_, &input);
  for (bool goes_on = true; goes_on;) {
    Result<std::optional<std::string>> line = next_line();
    if (!line.ok()) {
      may_go_on(std::move(line).error());
      break;
    }
    if (interrupt::is_pending() && !input.is_typed) {
      may_go_on(ExitCode::interrupted);
      break;
    }
    if (!*line) {
      if (!input.is_typed) take_end(input, at_end);
      break;
    }
    ++input.line;
    goes_on = take_line(input, **line);
  }
  input_ = outer;
  return input.failure;
}

ExitCode Interpreter::run_text(std::string_view text) {
  Input input{StatementSplitter(dialect()), ""};
  std::size_t at = 0;
  return run_lines(input, AtEnd::runs, [&]() -> Result<std::optional<std::string>> {
    if (at > text.size()) return std::optional<std::string>();
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line(text.substr(at, end - at));
    at = end + 1;
    return std::optional(std::move(line));
  });
}

ExitCode Interpreter::run_file(const std::string& path) {
  auto included = include(path);
  if (included.ok()) return *included;
  session_.complain(included.error());
  return exit_code_of(included.error());
}

Result<ExitCode> Interpreter::include(const std::string& path) {
  if (depth_ >= max_include_depth)
    return usage_error(
        "\\i is nested more than " + std::to_string(max_include_depth) + " deep at \"" + path + "\"",
        "does the file include itself?");
  const bool is_stdin = path == "-";
  const int descriptor = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", path, errno);
  LineReader reader(descriptor, !is_stdin, path);
  TRY(reader.refuse_binary());
  Input input{StatementSplitter(dialect()), is_stdin ? "stdin" : path};
  ++depth_;
  const ExitCode exit = run_lines(input, AtEnd::refuses, [&] { return reader.next(); });
  --depth_;
  return exit;
}

Interpreter::Captured Interpreter::run_captured(std::string_view text) {
  Output memory = Output::memory();
  Output* const before = session_.capture(&memory);
  last_rows_.reset();
  Captured captured;
  captured.exit = run_text(text);
  session_.capture(before);
  captured.out = memory.text();
  captured.rows = last_rows_;
  return captured;
}

ExitCode Interpreter::run_standard_input() {
  LineReader reader(STDIN_FILENO, false, "standard input");
  Input input{StatementSplitter(dialect()), "stdin"};
  return run_lines(input, AtEnd::runs, [&] { return reader.next(); });
}

ExitCode Interpreter::run_interactive(Editor& editor) {
  Input input{StatementSplitter(dialect()), ""};
  input.is_typed = true;
  return run_lines(input, AtEnd::runs, [&]() -> Result<std::optional<std::string>> {
    for (;;) {
      if (trim(input.splitter.rest()).empty()) input.splitter.set_dialect(dialect());
      std::string line;
      (void)session_.output().flush();
      switch (editor.read_line(prompt_text(session_, input.splitter.open(), line_handler != nullptr), line)) {
        case Editor::Event::line:
          return std::optional(std::move(line));
        case Editor::Event::interrupted:
          input.splitter.clear();
          input.targets.clear();
          break;
        case Editor::Event::end:
          // As `\q`: an open transaction is asked about.
          input.splitter.clear();
          if (Result<ExitCode> quit = run_command("q", ""); may_go_on(quit)) break;
          return std::optional<std::string>();
      }
    }
  });
}

bool Interpreter::take_line(Input& input, const std::string& line) {
  const bool is_fresh = trim(input.splitter.rest()).empty();
  if (line_handler && !line.starts_with('\\')) {
    auto handled = line_handler(line);
    return may_go_on(handled.ok() ? Result<ExitCode>(ExitCode::ok)
                                  : Result<ExitCode>(std::move(handled).error()));
  }
  if (is_fresh && input.targets.empty()) {
    if (const auto command = plain_command(line)) {
      pending_.clear();
      return may_go_on(run_commands(input, *command));
    }
    if (line.starts_with("= ")) {
      pending_.clear();
      return may_go_on(run_command("lua", line));
    }
  }
  if (is_fresh) input.begins = input.line;
  input.splitter.feed(line + "\n");
  return take_statements(input);
}

std::string Interpreter::addressed(const Input& input) {
  std::string names;
  for (const Member* member : input.targets) names += (names.empty() ? "@" : ",") + member->live->name();
  return names.empty() ? "" : names + " ";
}

Result<bool> Interpreter::take_address(Input& input) {
  const std::string_view rest = input.splitter.rest();
  const std::size_t blanks = rest.find_first_not_of(" \t\r\n");
  if (blanks == std::string_view::npos || !input.targets.empty()) return false;
  const std::size_t size = address_prefix_size(rest.substr(blanks));
  if (size == 0) return false;
  TRY(const Address address, parse_address(rest.substr(blanks, size)));
  const std::string after(rest.substr(blanks + size));
  input.splitter.clear();
  if (!is_skipping()) {
    TRY(input.targets, members_of(address.connections));
  }
  input.splitter.set_dialect(dialect());
  input.splitter.feed(after);
  return true;
}

bool Interpreter::take_statements(Input& input) {
  for (;;) {
    if (input.targets.empty()) input.splitter.set_dialect(dialect());
    auto addressed = take_address(input);
    if (!addressed.ok()) {
      // What the statement would have run on is unknown, so nothing of it runs anywhere.
      while (auto skipped = input.splitter.next())
        if (skipped->terminator == "\\") input.splitter.take_line();
      if (!may_go_on(std::move(addressed).error())) return false;
      continue;
    }
    auto statement = input.splitter.next();
    if (!statement) return !quit_;
    Result<ExitCode> result = ExitCode::ok;
    if (statement->terminator == "\\") {
      pending_ = statement->text;
      result = run_commands(input, input.splitter.take_line());
      if (!pending_.empty()) {  // not used up: it goes on
        std::string rest = pending_ + "\n" + std::string(input.splitter.rest());
        input.splitter.clear();
        input.splitter.feed(rest);
        if (!result.ok() || *result != ExitCode::ok) return may_go_on(result);
        if (!may_go_on(result)) return false;
        if (trim(input.splitter.rest()) == trim(pending_)) return true;
        continue;
      }
    } else {
      result = run_statement(input, statement->text);
    }
    input.begins = input.line;
    input.targets.clear();
    if (!may_go_on(result)) return false;
    if (interrupt::is_pending() && !input.is_typed) return may_go_on(ExitCode::interrupted);
  }
}

bool Interpreter::take_end(Input& input, AtEnd at_end) {
  const Open open = input.splitter.open();
  auto statement = input.splitter.finish();
  if (!input.conditions.empty() && input.failure == ExitCode::ok)
    return may_go_on(
        usage_error("\\if is not closed at the end of " + (input.file.empty() ? "the text" : input.file),
                    "end it with \\endif"));
  if (!statement || statement->text.empty() || is_skipping()) return true;
  if (at_end == AtEnd::refuses || (open != Open::nothing && open != Open::statement)) {
    static constexpr std::array<std::string_view, 7> missing{
        "no ; ends it",           "no ; ends it",
        "a string is not closed", "a quoted name is not closed",
        "a ( is not closed",      "a $ quote is not closed",
        "a comment is not closed"};
    const auto index = static_cast<std::size_t>(open);
    const std::string why(index < missing.size() ? missing[index] : "its body is not closed");
    const std::string where = input.file.empty() ? "the text" : "\"" + input.file + "\"";
    Error error{ErrorCode::sql, "the last statement of " + where + " is not terminated: " + why,
                "it was not run; is " + where + " complete?", ""};
    return may_go_on(std::move(error));
  }
  return may_go_on(run_statement(input, statement->text));
}

Result<std::vector<Member*>> Interpreter::members_of(const std::vector<std::string>& names) {
  std::vector<Member*> members;
  if (names.size() == 1 && names.front() == "*") {
    for (const auto& member : session_.members()) members.push_back(member.get());
    if (members.empty()) {
      TRY(members.emplace_back(), session_.find(""));
    }
    return members;
  }
  for (const auto& name : names) {
    TRY(Member * member, session_.find(name));
    if (std::find(members.begin(), members.end(), member) != members.end())
      return usage_error("\"" + name + "\" is named twice", "name each connection once");
    members.push_back(member);
  }
  return members;
}

Result<ExitCode> Interpreter::run_statement(Input& input, const std::string& sql) {
  if (is_skipping() || trim(sql).empty()) return ExitCode::ok;
  if (on_entry) on_entry(addressed(input) + sql + ";");
  pending_ = sql;
  auto executed = execute_pending({});
  pending_.clear();
  if (executed.ok()) return executed->exit;
  Error error = std::move(executed).error();
  if (input.file.empty()) return error;
  // The line of the error's place, or else the statement's first.
  const std::string_view before = std::string_view(sql).substr(0, error.sql_offset.value_or(0));
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  return std::move(error).in(input.file + ":" + std::to_string(input.begins + lines));
}

Result<Execution> Interpreter::execute_pending(const Disposition& disposition) {
  std::vector<Member*> targets = input_ == nullptr ? std::vector<Member*>() : input_->targets;
  if (trim(pending_).empty()) {
    pending_ = last_statement_;
    if (targets.empty()) targets = last_targets_;
    if (pending_.empty()) return usage_error("no statement has been run yet", "type one before the command");
  }
  if (targets.empty()) {
    TRY(targets.emplace_back(), session_.current());
  }
  last_statement_ = std::exchange(pending_, {});
  last_targets_ = targets;
  TRY(const Execution execution, execute(session_, targets, last_statement_, disposition));
  last_rows_ = execution.rows;
  return execution;
}

Result<ExitCode> Interpreter::run_commands(Input& input, std::string line) {
  if (line.starts_with('\\')) line.erase(0, 1);
  if (line.ends_with('\r')) line.pop_back();
  while (!line.empty()) {
    std::string rest;
    const CommandText command = take_command(line, takes_line, rest);
    if (on_entry && !is_skipping())
      on_entry(addressed(input) + (pending_.empty() ? "" : pending_ + " ") + "\\" + line);
    if (!is_skipping() || is_conditional(command.name)) {
      // `@src \dt` runs the command with src as the current connection.
      Member* const current = session_.current_or_null();
      const bool addressed = input.targets.size() == 1 && pending_.empty();
      if (addressed) TRY(session_.use(input.targets.front()->live->name()));
      auto result = run_command(command.name, command.arguments);
      if (addressed && session_.current_or_null() == input.targets.front() && current != nullptr)
        TRY(session_.use(current->live->name()));
      if (!result.ok() && !input.file.empty())
        return std::move(result).error().in(input.file + ":" + std::to_string(input.line));
      if (!result.ok() || *result != ExitCode::ok || quit_) return result;
    }
    line = std::move(rest);
  }
  return ExitCode::ok;
}

Result<ExitCode> Interpreter::run_command(const std::string& name, const std::string& arguments) {
  const CommandRow* row = find_command(name);
  if (row == nullptr) return unknown_command(name);
  std::vector<Word> words;
  if (row->style == ArgumentStyle::words) {
    TRY(words, split_words(arguments, session_.variables, dialect()));
  } else if (!arguments.empty()) {
    words.push_back({arguments, true});
  }
  static constexpr OptionRow json{"--json", "", "", "the result as JSON"};
  std::vector<OptionRow> options = row->options;
  options.push_back(json);
  TRY(const Arguments parsed, parse_arguments(options, words, "\\" + name));
  CommandContext context{session_, *this};
  TRY(Outcome outcome, row->run(context, parsed));
  return show(std::move(outcome), parsed.has("--json") || session_.json);
}

Result<ExitCode> Interpreter::show(Outcome outcome, bool json) {
  Output& output = session_.output();
  if (json && outcome.json) {
    TRY(output.write(*outcome.json + "\n"));
  } else {
    if (outcome.rows) {
      RenderOptions options = session_.render_options();
      if (json) options.format = Format::json;
      TRY(const RenderSummary summary, render(*outcome.rows, options, output));
      last_rows_ = summary.rows;
      if (!json) session_.say("(" + std::to_string(summary.rows) + (summary.rows == 1 ? " row)" : " rows)"));
    }
    if (outcome.text) TRY(output.write(*outcome.text));
  }
  TRY(output.flush());
  for (const auto& message : outcome.messages) session_.say(message);
  if (outcome.quit) quit_ = outcome.quit;
  return outcome.exit;
}

bool Interpreter::needs_condition() const {
  return !input_->conditions.empty() && input_->conditions.back() == Branch::waiting;
}

Result<void> Interpreter::begin_condition(bool holds) {
  input_->conditions.push_back(is_skipping() ? Branch::in_skipped
                               : holds       ? Branch::running
                                             : Branch::waiting);
  return {};
}

Result<void> Interpreter::else_condition(bool holds, bool is_final) {
  const std::string name = is_final ? "\\else" : "\\elif";
  if (input_->conditions.empty()) return usage_error(name + " without \\if", "begin with \\if EXPR");
  Branch& branch = input_->conditions.back();
  if (branch == Branch::running)
    branch = Branch::done;
  else if (branch == Branch::waiting && holds)
    branch = Branch::running;
  return {};
}

Result<void> Interpreter::end_condition() {
  if (input_->conditions.empty()) return usage_error("\\endif without \\if", "begin with \\if EXPR");
  input_->conditions.pop_back();
  return {};
}

}  // namespace bascule
