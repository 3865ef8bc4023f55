// Reads lines, finds statements and commands in them, and has them run. What a person types and what a script
// holds take the same way.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/lexer.h"
#include "shell/command.h"
#include "shell/execute.h"
#include "shell/session.h"

namespace bascule {

class Editor;
class Scripts;

// How the end of an input without a terminator is taken.
enum class AtEnd {
  runs,     // -c and standard input: the last statement needs no `;`
  refuses,  // files: what is not terminated may have been cut off
};

class Interpreter {
 public:
  explicit Interpreter(Session& session);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // Each runs to its end or to the first failure (see continue_on_error); errors are shown as they come.
  ExitCode run_text(std::string_view text);
  ExitCode run_file(const std::string& path);  // "-": standard input
  ExitCode run_standard_input();
  ExitCode run_interactive(Editor& editor);

  // For \i: as run_file; what failed inside has been shown, what kept it from running is the caller's to
  // show.
  Result<ExitCode> include(const std::string& path);
  // Runs a text with its standard output collected; errors are shown. For scripts.
  struct Captured {
    ExitCode exit = ExitCode::ok;
    std::string out;
    std::optional<std::size_t> rows;  // of the last result
  };
  Captured run_captured(std::string_view text);

  bool continue_on_error = false;
  bool wants_to_quit() const { return quit_.has_value(); }
  int quit_code() const { return quit_.value_or(0); }

  // --- for commands ---
  // The statement that stands before the command on its line, "" if none. A command that uses it up clears
  // it.
  std::string& pending_statement() { return pending_; }
  // The statement that ran last, for \g and \watch with nothing before them.
  const std::string& last_statement() const { return last_statement_; }
  // Runs pending_statement(), or the last one, on the addressed connections.
  Result<Execution> execute_pending(const Disposition& disposition);
  // Shows the outcome of a command as if it had been typed.
  Result<ExitCode> show(Outcome outcome, bool json);

  // What was typed of the current statement on earlier lines.
  std::string_view typed_so_far() const { return input_ == nullptr ? "" : input_->splitter.rest(); }

  bool is_skipping() const;
  // True if the expression of an \elif decides something.
  bool needs_condition() const;
  // Lua, made at its first use.
  Result<Scripts*> scripts();

  // \if, \elif, \else, \endif.
  Result<void> begin_condition(bool holds);
  Result<void> else_condition(bool holds, bool is_final);
  Result<void> end_condition();

  // Lua mode: lines go here instead, until it is unset. Set by \lua.
  std::function<Result<void>(const std::string& line)> line_handler;
  // Told of every statement and command that a person typed, for the history.
  std::function<void(const std::string& text)> on_entry;

 private:
  enum class Branch { running, waiting, done, in_skipped };  // of one \if
  struct Input {                                             // one of a nest of inputs
    StatementSplitter splitter;
    std::string file;  // "" for -c and a person
    std::vector<Branch> conditions = {};
    std::vector<Member*> targets = {};  // of the `@name` before the current statement
    std::size_t line = 0;               // the one that was read last
    std::size_t begins = 1;             // where the current statement begins
    bool is_typed = false;              // by a person, who sees an error and goes on
    ExitCode failure = ExitCode::ok;    // the first
  };

  const Dialect& dialect() const;
  bool may_go_on(const Result<ExitCode>& result);
  // Everything that is complete in the input; returns at the first failure that stops.
  bool take_line(Input& input, const std::string& line);
  bool take_statements(Input& input);
  bool take_end(Input& input, AtEnd at_end);
  Result<bool> take_address(Input& input);
  // The `@name ` that was typed before the current statement, "" if none.
  static std::string addressed(const Input& input);
  Result<ExitCode> run_statement(Input& input, const std::string& sql);
  Result<ExitCode> run_commands(Input& input, std::string line);
  Result<ExitCode> run_command(const std::string& name, const std::string& arguments);
  Result<std::vector<Member*>> members_of(const std::vector<std::string>& names);
  template <typename NextLine>
  ExitCode run_lines(Input& input, AtEnd at_end, NextLine&& next_line);

  Session& session_;
  Input* input_ = nullptr;  // the innermost
  std::string pending_;
  std::string last_statement_;
  std::vector<Member*> last_targets_;
  std::optional<int> quit_;
  std::optional<std::size_t> last_rows_;
  std::unique_ptr<Scripts> scripts_;
  int depth_ = 0;
};

}  // namespace bascule
