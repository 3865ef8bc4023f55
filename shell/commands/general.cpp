// \set \unset \echo \warn \if \elif \else \endif \! \e \p \r \clear \history \status \? \help \q
#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/base/text.h"
#include "shell/command.h"
#include "shell/help.h"
#include "shell/history.h"
#include "shell/interpreter.h"

namespace bascule {
namespace {

constexpr std::string_view group = "General";

std::string joined(const Arguments& arguments, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < arguments.words.size(); ++i)
    text += (i == first ? "" : " ") + arguments.words[i].text;
  return text;
}

Result<Outcome> set(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  if (arguments.words.empty()) {
    static constexpr std::string_view columns[] = {"name", "value"};
    std::vector<std::vector<Value>> rows;
    for (const auto& [name, value] : session.variables.all()) rows.push_back({name, value});
    Outcome outcome;
    outcome.rows = make_table(columns, std::move(rows));
    return outcome;
  }
  const std::string& name = arguments.words[0].text;
  if (!is_variable_name(name)) return usage_of("set", "\"" + name + "\" cannot be a variable's name");
  session.variables.set(name, joined(arguments, 1));
  return Outcome{};
}

Result<Outcome> unset(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() != 1) return usage_of("unset", "needs one name");
  context.session.variables.unset(arguments.words[0].text);
  return Outcome{};
}

Result<Outcome> echo(CommandContext&, const Arguments& arguments) {
  Outcome outcome;
  const bool no_line_end = arguments.word(0) == "-n";
  outcome.text = joined(arguments, no_line_end ? 1 : 0) + (no_line_end ? "" : "\n");
  return outcome;
}

Result<Outcome> warn(CommandContext& context, const Arguments& arguments) {
  context.session.warn(joined(arguments, 0));
  return Outcome{};
}

// Words with = <> != < > <= >=, and, or, not; alone a boolean. Numbers compare as numbers.
class Condition {
 public:
  explicit Condition(const std::vector<Word>& words) : words_(words) {}

  Result<bool> evaluate() {
    if (words_.empty()) return usage_of("if", "needs an expression");
    TRY(const bool holds, disjunction());
    if (at_ < words_.size()) return usage_of("if", "cannot read \"" + words_[at_].text + "\"");
    return holds;
  }

 private:
  bool takes(std::string_view word) {
    if (at_ >= words_.size() || words_[at_].quoted || !equals_ignoring_case(words_[at_].text, word))
      return false;
    ++at_;
    return true;
  }
  Result<bool> disjunction() {
    TRY(bool holds, conjunction());
    while (takes("or")) {
      TRY(const bool right, conjunction());
      holds = holds || right;
    }
    return holds;
  }
  Result<bool> conjunction() {
    TRY(bool holds, comparison());
    while (takes("and")) {
      TRY(const bool right, comparison());
      holds = holds && right;
    }
    return holds;
  }
  Result<bool> comparison() {
    if (takes("not")) {
      TRY(const bool holds, comparison());
      return !holds;
    }
    if (at_ >= words_.size()) return usage_of("if", "the expression ends too early");
    const std::string left = words_[at_++].text;
    static constexpr std::string_view operators[] = {"=", "==", "<>", "!=", "<", ">", "<=", ">="};
    const bool compares = at_ < words_.size() && std::find(std::begin(operators), std::end(operators),
                                                           words_[at_].text) != std::end(operators);
    if (!compares) return boolean(left);
    const std::string_view sign = words_[at_++].text;
    if (at_ >= words_.size()) return usage_of("if", "nothing stands after " + std::string(sign));
    const std::string right = words_[at_++].text;
    const auto a = canonical_decimal(left), b = canonical_decimal(right);
    const int order = a && b ? compare(value::Decimal{*a}, value::Decimal{*b}) : left.compare(right);
    if (sign == "=" || sign == "==") return order == 0;
    if (sign == "<>" || sign == "!=") return order != 0;
    if (sign == "<") return order < 0;
    if (sign == ">") return order > 0;
    return sign == "<=" ? order <= 0 : order >= 0;
  }
  static Result<bool> boolean(const std::string& word) {
    static constexpr std::string_view yes[] = {"true", "t", "on", "yes", "1"},
                                      no[] = {"false", "f", "off", "no", "0"};
    const std::string lower = to_lower(word);
    if (std::find(std::begin(yes), std::end(yes), lower) != std::end(yes)) return true;
    if (std::find(std::begin(no), std::end(no), lower) != std::end(no)) return false;
    return usage_of("if", "\"" + word + "\" is no boolean");
  }

  const std::vector<Word>& words_;
  std::size_t at_ = 0;
};

Result<Outcome> begin_if(CommandContext& context, const Arguments& arguments) {
  // Inside what is skipped, the expression need not make sense.
  auto holds =
      context.interpreter.is_skipping() ? Result<bool>(false) : Condition(arguments.words).evaluate();
  if (!holds.ok()) {
    // What would have depended on it is skipped.
    TRY(context.interpreter.begin_condition(false));
    return std::move(holds).error();
  }
  TRY(context.interpreter.begin_condition(*holds));
  return Outcome{};
}

Result<Outcome> else_if(CommandContext& context, const Arguments& arguments) {
  bool holds = false;
  if (context.interpreter.needs_condition()) {
    TRY(holds, Condition(arguments.words).evaluate());
  }
  TRY(context.interpreter.else_condition(holds, false));
  return Outcome{};
}

Result<Outcome> else_(CommandContext& context, const Arguments&) {
  TRY(context.interpreter.else_condition(true, true));
  return Outcome{};
}

Result<Outcome> end_if(CommandContext& context, const Arguments&) {
  TRY(context.interpreter.end_condition());
  return Outcome{};
}

Result<Outcome> run_program(CommandContext& context, const Arguments& arguments) {
  const std::string command(arguments.words.empty() ? "" : arguments.words[0].text);
  TRY(context.session.output().flush());
  const char* shell = std::getenv("SHELL");
  const int status = std::system(command.empty() ? (shell == nullptr ? "/bin/sh" : shell) : command.c_str());
  if (status != 0)
    return Error{ErrorCode::io, "the program failed: " + command,
                 "its exit status was " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : status),
                 ""};
  return Outcome{};
}

std::string buffer_or_last(Interpreter& interpreter) {
  const std::string& pending = interpreter.pending_statement();
  return pending.empty() ? interpreter.last_statement() : pending;
}

Result<Outcome> edit(CommandContext& context, const Arguments& arguments) {
  if (!context.session.interactive)
    return unsupported_error("\\e needs a person at a terminal",
                             "put the statement into a file and run it with \\i");
  std::string path(arguments.word(0));
  const bool is_temporary = path.empty();
  if (is_temporary) {
    path = (std::filesystem::temp_directory_path() / "bascule-XXXXXX.sql").string();
    const int descriptor = ::mkstemps(path.data(), 4);  // mode 0600
    if (descriptor < 0) return io_error("create", path, errno);
    ::close(descriptor);
    std::ofstream(path) << buffer_or_last(context.interpreter) << "\n";
  }
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr) editor = std::getenv("EDITOR");
  const std::string command =
      std::string(editor == nullptr ? "vi" : editor) + " '" + replace_all(path, "'", "'\\''") + "'";
  const int status = std::system(command.c_str());
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  if (is_temporary) std::filesystem::remove(path);
  if (status != 0) return Error{ErrorCode::io, "the editor failed: " + command, "set EDITOR", ""};
  context.interpreter.pending_statement() = std::string(trim(text.str()));
  Outcome outcome;
  outcome.messages.push_back(context.interpreter.pending_statement());
  return outcome;
}

Result<Outcome> print_buffer(CommandContext& context, const Arguments&) {
  Outcome outcome;
  outcome.text = buffer_or_last(context.interpreter) + "\n";
  return outcome;
}

Result<Outcome> reset_buffer(CommandContext& context, const Arguments&) {
  context.interpreter.pending_statement().clear();
  Outcome outcome;
  outcome.messages.push_back("the statement is cleared");
  return outcome;
}

Result<Outcome> clear_screen(CommandContext& context, const Arguments&) {
  Outcome outcome;
  if (context.session.output().is_terminal()) outcome.text = "\033[H\033[2J";
  return outcome;
}

Result<Outcome> history(CommandContext&, const Arguments& arguments) {
  TRY(const auto entries, read_history(arguments.word(0)));
  static constexpr std::string_view columns[] = {"id:int", "at", "connection", "text"};
  std::vector<std::vector<Value>> rows;
  for (const auto& entry : entries) rows.push_back({entry.id, entry.at, entry.connection, entry.text});
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

Result<Outcome> status(CommandContext& context, const Arguments&) {
  const Session& session = context.session;
  std::vector<std::vector<Value>> rows;
  const auto add = [&](std::string name, std::string value) {
    rows.push_back({std::move(name), std::move(value)});
  };
  add("version", BASCULE_VERSION);
  if (const Member* member = context.session.current_or_null()) {
    const LiveConnection& live = *member->live;
    const ServerInfo& server = live.server();
    add("connection", live.name());
    add("engine", std::string(server.dialect->display_name) + " " + server.version);
    add("url", member->url);
    if (!server.database.empty()) add("database", server.database);
    if (!server.user.empty()) add("user", server.user);
    add("tls", server.tls.empty() ? "none" : server.tls);
    add("read only", server.read_only ? "yes" : "no");
    add("transaction", std::string(transaction_state_name(live.transaction())));
  }
  add("connections", std::to_string(session.members().size()));
  add("format", std::string(format_name(session.format)));
  add("timing", session.timing ? "on" : "off");
  static constexpr std::string_view columns[] = {"what", "value"};
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

Result<Outcome> help(CommandContext& context, const Arguments& arguments) {
  Outcome outcome;
  outcome.json = help_json();
  TRY(outcome.text, help_text(arguments.word(0)));
  (void)context;
  return outcome;
}

Result<Outcome> quit(CommandContext& context, const Arguments& arguments) {
  Outcome outcome;
  outcome.quit = 0;
  if (!arguments.words.empty()) {
    const auto code = parse_integer(arguments.words[0].text);
    if (!code || *code < 0 || *code > 255)
      return usage_of("q", "\"" + arguments.words[0].text + "\" is no exit code");
    outcome.quit = static_cast<int>(*code);
  }
  if (!context.session.interactive || !context.session.ask) return outcome;
  for (const auto& member : context.session.members()) {
    const TransactionState state = member->live->transaction();
    if (state != TransactionState::open && state != TransactionState::failed) continue;
    const auto answer =
        context.session.ask("connection \"" + member->live->name() +
                            "\" has an open transaction, which will be rolled back; quit? [y/N] ");
    if (answer && (*answer == "y" || *answer == "yes")) continue;
    if (!answer) return outcome;  // the terminal is gone
    Outcome stays;
    stays.messages.push_back("not quitting; COMMIT or ROLLBACK first");
    return stays;
  }
  return outcome;
}

}  // namespace

std::vector<CommandRow> general_commands() {
  constexpr auto words = ArgumentStyle::words;
  return {
      {"set", {}, group, "[NAME [VALUE...]]", "set a variable, or list them", {}, Effects::none, words, set},
      {"unset", {}, group, "NAME", "forget a variable", {}, Effects::none, words, unset},
      {"echo", {"print"}, group, "[-n] TEXT...", "write to standard output", {}, Effects::none, words, echo},
      {"warn", {}, group, "TEXT...", "write to standard error", {}, Effects::none, words, warn},
      {"if",
       {},
       group,
       "EXPR",
       "run what follows only if EXPR holds: booleans, = <> < > <= >=, and or not",
       {},
       Effects::none,
       words,
       begin_if},
      {"elif", {}, group, "EXPR", "else, if EXPR holds", {}, Effects::none, words, else_if},
      {"else", {}, group, "", "else", {}, Effects::none, words, else_},
      {"endif", {}, group, "", "end of \\if", {}, Effects::none, words, end_if},
      {"!",
       {"shell"},
       group,
       "[COMMAND]",
       "run a program",
       {},
       Effects::write,
       ArgumentStyle::line,
       run_program},
      {"e",
       {"edit"},
       group,
       "[FILE]",
       "edit the statement in $VISUAL or $EDITOR",
       {},
       Effects::none,
       words,
       edit},
      {"p",
       {},
       group,
       "",
       "print the statement that is being typed, or the last",
       {},
       Effects::none,
       words,
       print_buffer},
      {"r",
       {"reset"},
       group,
       "",
       "clear the statement that is being typed",
       {},
       Effects::none,
       words,
       reset_buffer},
      {"clear", {}, group, "", "clear the screen", {}, Effects::none, words, clear_screen},
      {"history",
       {"s"},
       group,
       "[PATTERN]",
       "what was typed, newest last",
       {},
       Effects::none,
       words,
       history},
      {"status", {}, group, "", "the current connection and settings", {}, Effects::none, words, status},
      {"?",
       {"help", "h"},
       group,
       "[TOPIC]",
       "help on a command; with --json all of it for programs",
       {},
       Effects::none,
       words,
       help},
      {"q", {"quit", "exit"}, group, "[CODE]", "leave the shell", {}, Effects::none, words, quit},
  };
}

}  // namespace bascule
