// \g \gx \G \gset \gexec \watch \o \x \timing \mode
#include <chrono>
#include <thread>

#include "engine/base/text.h"
#include "shell/command.h"
#include "shell/interpreter.h"
#include "shell/interrupt.h"

namespace bascule {
namespace {

constexpr std::string_view group = "Results";

Result<Outcome> executed(CommandContext& context, const Disposition& disposition) {
  TRY(const Execution execution, context.interpreter.execute_pending(disposition));
  Outcome outcome;
  outcome.exit = execution.exit;
  return outcome;
}

// FILE or |COMMAND, which may hold blanks.
Disposition destination(const Arguments& arguments) {
  std::string text;
  for (const auto& word : arguments.words) text += (text.empty() ? "" : " ") + word.text;
  Disposition disposition;
  if (text.starts_with('|'))
    disposition.pipe = std::string(trim(std::string_view(text).substr(1)));
  else if (!text.empty())
    disposition.file = std::move(text);
  return disposition;
}

Result<Outcome> go(CommandContext& context, const Arguments& arguments) {
  return executed(context, destination(arguments));
}

Result<Outcome> go_expanded(CommandContext& context, const Arguments& arguments) {
  Disposition disposition = destination(arguments);
  disposition.expanded = true;
  return executed(context, disposition);
}

Result<Outcome> gset(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() > 1) return usage_of("gset", "takes at most one prefix");
  Disposition disposition;
  disposition.gset_prefix = std::string(arguments.word(0));
  return executed(context, disposition);
}

Result<Outcome> gexec(CommandContext& context, const Arguments& arguments) {
  if (!arguments.words.empty()) return usage_of("gexec", "takes no words");
  Disposition disposition;
  disposition.execute_cells = true;
  return executed(context, disposition);
}

struct WatchOptions {
  enum class Until { never, equal, empty };
  double seconds = 2;
  std::optional<long long> count;
  Until until = Until::never;
};

Result<WatchOptions> parse_watch(const Arguments& arguments) {
  WatchOptions options;
  for (const auto& word : arguments.words) {
    const auto equals = word.text.find('=');
    const std::string name = equals == std::string::npos ? "i" : word.text.substr(0, equals);
    const std::string value = equals == std::string::npos ? word.text : word.text.substr(equals + 1);
    if (name == "i" || name == "interval") {
      const auto seconds = parse_double(value);
      if (!seconds || !(*seconds >= 0) || *seconds > 86400)
        return usage_of("watch", "\"" + value + "\" is no interval in seconds");
      options.seconds = *seconds;
    } else if (name == "c" || name == "count") {
      options.count = parse_integer(value);
      if (!options.count || *options.count < 1) return usage_of("watch", "\"" + value + "\" is no count");
    } else if (name == "until" && value == "equal") {
      options.until = WatchOptions::Until::equal;
    } else if (name == "until" && value == "empty") {
      options.until = WatchOptions::Until::empty;
    } else {
      return usage_of("watch", "unknown word \"" + word.text + "\"");
    }
  }
  return options;
}

// False if Ctrl-C came meanwhile.
bool sleep_for(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (interrupt::is_pending()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return !interrupt::is_pending();
}

Result<Outcome> watch(CommandContext& context, const Arguments& arguments) {
  TRY(const WatchOptions options, parse_watch(arguments));
  Outcome outcome;
  for (long long round = 1;; ++round) {
    // The first round uses up the pending statement; the next ones run the last statement again.
    Disposition disposition;
    disposition.may_page = false;
    TRY(const Execution execution, context.interpreter.execute_pending(disposition));
    TRY(context.session.output().flush());
    if (options.until == WatchOptions::Until::equal && !execution.is_comparison)
      return usage_of("watch", "until=equal needs a query on two connections, as in @a,b SELECT ...");
    if (options.until == WatchOptions::Until::equal && execution.equal) return outcome;
    if (options.until == WatchOptions::Until::empty && execution.rows == 0) return outcome;
    if (options.count && round >= *options.count) {
      // Watched for something that did not come.
      if (options.until != WatchOptions::Until::never) outcome.exit = ExitCode::different;
      return outcome;
    }
    if (!sleep_for(options.seconds)) {
      if (!context.session.interactive) outcome.exit = ExitCode::interrupted;
      return outcome;
    }
  }
}

Result<Outcome> redirect(CommandContext& context, const Arguments& arguments) {
  const Disposition target = destination(arguments);
  if (!target.file && !target.pipe) {
    TRY(context.session.redirect(std::nullopt));
    return Outcome{};
  }
  auto opened = target.file ? Output::file(*target.file) : Output::pipe(*target.pipe);
  TRY(Output output, std::move(opened));
  TRY(context.session.redirect(std::move(output)));
  return Outcome{};
}

Result<Outcome> expanded(CommandContext& context, const Arguments& arguments) {
  static constexpr std::string_view names[] = {"off", "on", "auto"};
  Session& session = context.session;
  const std::string_view word = arguments.word(0);
  if (word.empty()) {
    session.expanded = session.expanded == ExpandedMode::on ? ExpandedMode::off : ExpandedMode::on;
  } else {
    const auto found = std::find(std::begin(names), std::end(names), word);
    if (found == std::end(names))
      return usage_of("x", "\"" + std::string(word) + "\" is none of on, off, auto");
    session.expanded = static_cast<ExpandedMode>(found - std::begin(names));
  }
  Outcome outcome;
  outcome.messages.push_back("expanded display is " +
                             std::string(names[static_cast<std::size_t>(session.expanded)]));
  return outcome;
}

Result<Outcome> timing(CommandContext& context, const Arguments& arguments) {
  const std::string_view word = arguments.word(0);
  if (!word.empty() && word != "on" && word != "off")
    return usage_of("timing", "\"" + std::string(word) + "\" is none of on, off");
  context.session.timing = word.empty() ? !context.session.timing : word == "on";
  Outcome outcome;
  outcome.messages.push_back(std::string("timing is ") + (context.session.timing ? "on" : "off"));
  return outcome;
}

Result<Outcome> mode(CommandContext& context, const Arguments& arguments) {
  Session& session = context.session;
  if (const auto null_text = arguments.value("--null")) session.null_text = *null_text;
  Outcome outcome;
  if (arguments.words.empty()) {
    if (!arguments.has("--null"))
      outcome.messages.push_back("format is " + std::string(format_name(session.format)));
    return outcome;
  }
  TRY(session.format, parse_format(arguments.word(0)));
  if (arguments.words.size() > 1) session.insert_table = arguments.words[1].text;
  return outcome;
}

}  // namespace

std::vector<CommandRow> result_commands() {
  static constexpr OptionRow null_text{"--null", "", "S", "what stands for NULL"};
  return {
      {"g",
       {},
       group,
       "[FILE | |COMMAND]",
       "run the statement; its result to a file or a program",
       {},
       Effects::write,
       ArgumentStyle::words,
       go},
      {"gx",
       {"G"},
       group,
       "[FILE | |COMMAND]",
       "as \\g, in expanded form",
       {},
       Effects::write,
       ArgumentStyle::words,
       go_expanded},
      {"gset",
       {},
       group,
       "[PREFIX]",
       "run the statement; store the columns of its one row as variables",
       {},
       Effects::write,
       ArgumentStyle::words,
       gset},
      {"gexec",
       {},
       group,
       "",
       "run the statement, then each cell of its result as a statement",
       {},
       Effects::write,
       ArgumentStyle::words,
       gexec},
      {"watch",
       {},
       group,
       "[i=SEC] [c=N] [until=equal|empty]",
       "run the statement again and again",
       {},
       Effects::write,
       ArgumentStyle::words,
       watch},
      {"o",
       {"output"},
       group,
       "[FILE | |COMMAND]",
       "send results to a file or a program; alone: back",
       {},
       Effects::none,
       ArgumentStyle::words,
       redirect},
      {"x",
       {},
       group,
       "[on|off|auto]",
       "expanded display",
       {},
       Effects::none,
       ArgumentStyle::words,
       expanded},
      {"timing",
       {"timer"},
       group,
       "[on|off]",
       "show how long statements take",
       {},
       Effects::none,
       ArgumentStyle::words,
       timing},
      {"mode",
       {},
       group,
       "FORMAT [TABLE] [--null S]",
       "aligned box expanded csv tsv json jsonl markdown html insert none",
       {null_text},
       Effects::none,
       ArgumentStyle::words,
       mode},
  };
}

}  // namespace bascule
