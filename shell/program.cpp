#include "shell/program.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "engine/base/text.h"
#include "shell/complete.h"
#include "shell/editor.h"
#include "shell/history.h"
#include "shell/interpreter.h"
#include "shell/interrupt.h"
#include "shell/log.h"

namespace bascule {
namespace {

constexpr OptionRow program_options[] = {
    {"--command", "-c", "TEXT", "run the text, then exit; may be repeated"},
    {"--file", "-f", "FILE", "run the file (- is standard input), then exit; may be repeated"},
    {"--single-transaction", "-1", "", "one transaction around all -c and -f"},
    {"--format", "", "FORMAT", "aligned box expanded csv tsv json jsonl markdown html insert none"},
    {"--json", "", "", "results, commands and errors as JSON"},
    {"--output", "-o", "FILE", "results to a file"},
    {"--quiet", "-q", "", "no narration on standard error"},
    {"--no-config", "-X", "", "read neither profiles.toml nor config.toml"},
    {"--read-only", "", "", "every connection is read only, enforced by its server"},
    {"--create", "", "", "a SQLite file may be new"},
    {"--continue", "", "", "go on after an error"},
    {"--yes-to", "", "STEP=TEXT", "answer exactly that confirmation"},
    {"--color", "", "WHEN", "auto, always or never"},
    {"--log", "", "FILE", "log statements and their ends"},
    {"--log-level", "", "LEVEL", "trace debug info warn error"},
    {"--plugin", "", "PATH", "load a plugin (not built yet)"},
    {"--fail-on-diff", "", "", "a difference between two results ends with exit code 4"},
    {"--strict", "", "", "results side by side are equal only if they are spelled alike"},
    {"--version", "", "", "print the version"},
    {"--help", "-h", "", "print this help"},
};

std::string program_help() {
  std::string text =
      "bascule holds live connections to several databases at once: SQLite, PostgreSQL, MySQL, MariaDB.\n\n"
      "usage: bascule [OPTIONS] [[NAME=]URL|PROFILE|FILE]...\n"
      "       bascule plugin test DIR\n\n";
  for (const auto& row : program_options) {
    std::string form = row.short_name.empty() ? "    " : std::string(row.short_name) + ", ";
    form += std::string(row.name) + (row.value.empty() ? "" : " ") + std::string(row.value);
    text += fmt::format("  {:<28} {}\n", form, row.summary);
  }
  return text +
         "\nURLs: sqlite:PATH, sqlite::memory:, postgres://user@host/db, mysql://user@host/db, "
         "mariadb://...\n"
         "Without -c and -f: a shell on a terminal, else standard input is run. \\? in the shell lists its "
         "commands.\n"
         "Exit codes: 0 ok, 1 SQL or command error, 2 usage or configuration, 3 connection, 4 different, 5 "
         "refused,\n"
         "6 stopped at a checkpoint, 7 outcome unknown, 130 interrupted.\n";
}

bool wants_color(const Arguments& arguments) {
  const std::string when = arguments.value("--color").value_or("auto");
  if (when == "always") return true;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return when == "auto" && (no_color == nullptr || *no_color == '\0') && ::isatty(STDERR_FILENO) != 0 &&
         !is_dumb;
}

// What can be checked before anything is opened or changed.
Result<void> check(const Arguments& arguments) {
  if (arguments.has("--format")) {
    TRY(const Format format, parse_format(*arguments.value("--format")));
    (void)format;
  }
  const std::string when = arguments.value("--color").value_or("auto");
  if (when != "auto" && when != "always" && when != "never")
    return usage_error("--color takes auto, always or never, not \"" + when + "\"", "write --color=auto");
  if (arguments.has("--plugin"))
    return unsupported_error("--plugin is not built yet",
                             "\\run FILE.lua runs a Lua script with db and shell");
  for (const auto& answer : arguments.values("--yes-to"))
    if (answer.find('=') == std::string::npos)
      return usage_error("--yes-to needs STEP=TEXT, not \"" + answer + "\"", "write --yes-to freeze=yes");
  for (const auto& path : arguments.values("--file"))
    if (path != "-" && ::access(path.c_str(), R_OK) != 0) {
      Error error = io_error("read", path, errno);
      error.code = ErrorCode::usage;
      error.hint = "nothing was run";
      return error;
    } else if (path != "-" && std::filesystem::is_directory(path)) {
      return usage_error("\"" + path + "\" is a folder, not a script", "nothing was run");
    }
  if (const auto path = arguments.value("--output")) {
    const auto folder = std::filesystem::path(*path).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder))
      return usage_error("the folder of \"" + *path + "\" does not exist", "nothing was run");
  }
  for (const auto& word : arguments.words) {
    const OpenRequest request = split_target(word.text);
    if (!looks_like_url(request.target)) continue;
    TRY(const ConnectionUrl url, parse_url(request.target));
    (void)url;
  }
  return {};
}

Result<void> configure(Session& session, const Arguments& arguments) {
  if (!arguments.has("--no-config")) {
    TRY(session.config, load_config());
    for (const auto& [name, value] : session.config.variables) session.variables.set(name, value);
  }
  session.color = wants_color(arguments);
  session.json = arguments.has("--json");
  session.quiet = arguments.has("--quiet");
  session.read_only = arguments.has("--read-only");
  if (session.json) session.format = Format::json;
  if (const auto format = arguments.value("--format")) {
    TRY(session.format, parse_format(*format));
  }
  if (arguments.has("--strict")) session.variables.set("COMPARE_STRICT", "on");
  if (arguments.has("--fail-on-diff")) session.variables.set("FAIL_ON_DIFF", "on");
  if (const auto path = arguments.value("--log"))
    TRY(log::open(*path, arguments.value("--log-level").value_or("info")));
  return {};
}

Result<void> open_targets(Session& session, const Arguments& arguments) {
  Member* first = nullptr;
  const auto open = [&](OpenRequest request) -> Result<void> {
    request.create = arguments.has("--create");
    TRY(Member * member, session.open(request));
    log::info("connected \"" + member->live->name() + "\" " + member->url);
    if (first == nullptr) first = member;
    return {};
  };
  for (const auto& word : arguments.words) TRY(open(split_target(word.text)));
  if (const char* url = std::getenv("DATABASE_URL");
      arguments.words.empty() && url != nullptr && *url != '\0') {
    session.say("using DATABASE_URL: " + redact_urls(url));
    OpenRequest request;
    request.target = url;
    TRY(open(std::move(request)));
  }
  if (first != nullptr) TRY(session.use(first->live->name()));
  return {};
}

ExitCode run_given(Session& session, Interpreter& interpreter, const Arguments& arguments) {
  const bool in_transaction = arguments.has("--single-transaction");
  LiveConnection* transaction = nullptr;
  if (in_transaction) {
    auto begun = [&]() -> Result<void> {
      TRY(Member * member, session.current());
      TRY(member->live->run("BEGIN"));
      transaction = member->live.get();
      return {};
    }();
    if (!begun.ok()) {
      session.complain(begun.error());
      return exit_code_of(begun.error());
    }
  }
  ExitCode exit = ExitCode::ok;  // the first that is another
  for (const auto& [option, value] : arguments.options) {
    ExitCode piece = ExitCode::ok;
    if (option == "--command") piece = interpreter.run_text(value);
    if (option == "--file") piece = interpreter.run_file(value);
    if (exit == ExitCode::ok) exit = piece;
    if ((exit != ExitCode::ok && !interpreter.continue_on_error) || interpreter.wants_to_quit()) break;
  }
  if (transaction == nullptr) return exit;
  const bool commits = exit == ExitCode::ok && interpreter.quit_code() == 0;
  if (transaction->transaction() == TransactionState::none) {
    session.warn("the transaction of -1 was ended by a statement before its end");
    return exit;
  }
  auto ended = commits ? transaction->run("COMMIT") : transaction->rollback();
  if (!ended.ok()) {
    session.complain(ended.error());
    return exit == ExitCode::ok ? exit_code_of(ended.error()) : exit;
  }
  if (!commits) session.say("rolled back");
  return exit;
}

std::optional<std::string> ask_terminal(const std::string& question) {
  std::cerr << question << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return std::string(trim(answer));
}

ExitCode run_shell(Session& session, Interpreter& interpreter) {
  session.interactive = true;
  session.ask = ask_terminal;
  auto editor = make_libedit_editor();
  auto opened = History::open();
  History* history = opened.ok() ? opened->get() : nullptr;
  if (history == nullptr) {
    session.warn("no history is kept: " + opened.error().text());
  } else if (auto entries = history->recent("", 1000); entries.ok()) {
    for (const auto& entry : *entries) editor->add_history(entry.text);
  }
  interpreter.on_entry = [&](const std::string& text) {
    if (text.empty() || may_hold_password(text)) return;
    editor->add_history(text);
    const Member* current = session.current_or_null();
    if (history == nullptr) return;
    if (auto added = history->add(current == nullptr ? "" : current->live->name(), text); !added.ok()) {
      session.warn("no history is kept from here on: " + added.error().text());
      history = nullptr;
    }
  };
  editor->set_completer(
      [&](std::string_view line) { return complete(session, interpreter.typed_so_far(), line); });
  session.say(fmt::format("bascule {}. \\? for help, \\q to leave.", BASCULE_VERSION));
  const ExitCode exit = interpreter.run_interactive(*editor);
  interpreter.on_entry = nullptr;
  // A person has seen the errors; the shell itself ended well.
  return interpreter.wants_to_quit() ? ExitCode::ok : exit;
}

int fail(const Session& session, const Error& error) {
  session.complain(error);
  return static_cast<int>(exit_code_of(error));
}

}  // namespace

int run_program(std::span<const std::string> given) {
  interrupt::install();
  Session session;
  std::vector<Word> words;
  for (const auto& text : given) words.push_back({text});
  auto parsed = parse_arguments(program_options, words, "bascule");
  if (!parsed.ok()) return fail(session, parsed.error());
  const Arguments& arguments = *parsed;
  session.json = arguments.has("--json");
  if (arguments.has("--help") || arguments.has("--version")) {
    std::cout << (arguments.has("--help") ? program_help() : "bascule " BASCULE_VERSION "\n") << std::flush;
    return std::cout.good() ? 0 : 1;
  }
  if (arguments.word(0) == "plugin" && arguments.word(1) == "test")
    return fail(session, unsupported_error("bascule plugin test is not built yet",
                                           "plugins come with a later version"));
  if (auto checked = check(arguments); !checked.ok()) return fail(session, checked.error());
  if (auto configured = configure(session, arguments); !configured.ok())
    return fail(session, configured.error());
  if (auto opened = open_targets(session, arguments); !opened.ok()) return fail(session, opened.error());
  if (const auto path = arguments.value("--output")) {
    auto output = Output::file(*path);
    if (!output.ok()) return fail(session, output.error());
    if (auto redirected = session.redirect(std::move(output).value()); !redirected.ok())
      return fail(session, redirected.error());
  }

  Interpreter interpreter(session);
  interpreter.continue_on_error = arguments.has("--continue");
  ExitCode exit = ExitCode::ok;
  if (arguments.has("--command") || arguments.has("--file"))
    exit = run_given(session, interpreter, arguments);
  else if (::isatty(STDIN_FILENO) != 0)
    exit = run_shell(session, interpreter);
  else
    exit = interpreter.run_standard_input();
  auto closed = session.redirect(std::nullopt);
  if (closed.ok()) closed = session.output().close();
  if (!closed.ok() && exit == ExitCode::ok) return fail(session, closed.error());
  if (exit == ExitCode::ok && interpreter.wants_to_quit()) return interpreter.quit_code();
  return static_cast<int>(exit);
}

}  // namespace bascule
