// \i \run \lua \plugin
#include "shell/scripts.h"
#include "engine/base/text.h"
#include "shell/command.h"
#include "shell/interpreter.h"

namespace bascule {
namespace {

constexpr std::string_view group = "Scripts";

Result<Outcome> include(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() != 1) return usage_of("i", "needs one file");
  Outcome outcome;
  TRY(outcome.exit, context.interpreter.include(arguments.words[0].text));
  return outcome;
}

Result<Outcome> run(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.empty()) return usage_of("run", "needs a Lua file");
  for (const auto option : {"--dry-run", "--resume", "--from", "--only"})
    if (arguments.has(option))
      return unsupported_error("\\run " + std::string(option) + " needs a runbook, which is not built yet",
                               "without options \\run runs a Lua script");
  std::vector<std::string> words;
  for (std::size_t i = 1; i < arguments.words.size(); ++i) words.push_back(arguments.words[i].text);
  TRY(Scripts * scripts, context.interpreter.scripts());
  TRY(scripts->run_file(arguments.words[0].text, words));
  return Outcome{};
}

// Lua mode: lines gather until they are complete; \lua alone leaves it.
void toggle_lua_mode(Interpreter& interpreter, Scripts& scripts, Session& session) {
  if (interpreter.line_handler) {
    interpreter.line_handler = nullptr;
    return;
  }
  interpreter.line_handler = [&session, &scripts,
                              gathered = std::string()](const std::string& line) mutable -> Result<void> {
    gathered += (gathered.empty() ? "" : "\n") + line;
    if (!line.empty() && !scripts.is_complete(gathered)) return {};
    const std::string code = std::exchange(gathered, {});
    TRY(const std::string text, scripts.run_line(code));
    if (!text.empty()) TRY(session.output().write(text + "\n"));
    return session.output().flush();
  };
}

Result<Outcome> lua(CommandContext& context, const Arguments& arguments) {
  TRY(Scripts * scripts, context.interpreter.scripts());
  Outcome outcome;
  if (arguments.words.empty()) {
    toggle_lua_mode(context.interpreter, *scripts, context.session);
    outcome.messages.push_back(context.interpreter.line_handler ? "Lua mode; \\lua leaves it" : "SQL again");
    return outcome;
  }
  const std::string_view code = trim(arguments.words[0].text);
  if (code.starts_with('=')) {
    TRY(const std::string text, scripts->evaluate(trim(code.substr(1))));
    outcome.text = text + "\n";
    return outcome;
  }
  TRY(scripts->run_code(code));
  return outcome;
}

Result<Outcome> plugin(CommandContext&, const Arguments&) {
  return unsupported_error("\\plugin is not built yet", "\\run FILE.lua runs a Lua script with db and shell");
}

}  // namespace

std::vector<CommandRow> script_commands() {
  static constexpr OptionRow dry_run{"--dry-run", "", "", "show what would be done (not built yet)"};
  static constexpr OptionRow resume{"--resume", "", "", "go on where it stopped (not built yet)"};
  static constexpr OptionRow from{"--from", "", "STEP", "begin at a step (not built yet)"};
  static constexpr OptionRow only{"--only", "", "STEP", "run one step (not built yet)"};
  return {
      {"i",
       {"include", "read"},
       group,
       "FILE",
       "run a file of SQL and commands",
       {},
       Effects::write,
       ArgumentStyle::words,
       include},
      {"run",
       {},
       group,
       "FILE.lua [ARGS]",
       "run a Lua script",
       {dry_run, resume, from, only},
       Effects::write,
       ArgumentStyle::words,
       run},
      {"lua",
       {},
       group,
       "[CODE]",
       "run Lua; alone: Lua mode on or off; = EXPR shows a value",
       {},
       Effects::write,
       ArgumentStyle::line,
       lua},
      {"plugin",
       {},
       group,
       "list|info|load|reload|trust",
       "plugins (not built yet)",
       {},
       Effects::none,
       ArgumentStyle::words,
       plugin},
  };
}

}  // namespace bascule
