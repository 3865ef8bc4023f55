#include "shell/prompt.h"

#include "shell/session.h"

namespace bascule {
namespace {

std::string_view transaction_mark(TransactionState state) {
  switch (state) {
    case TransactionState::none:
      return "";
    case TransactionState::open:
      return "*";
    case TransactionState::failed:
      return "!";
    case TransactionState::tainted:
      return "?";
  }
  return "";
}

std::string_view color_of(const Member& member) {
  if (member.env == "prod") return "\033[1;37;41m";
  if (member.env == "staging") return "\033[1;33m";
  return "\033[1m";
}

}  // namespace

std::string prompt_text(const Session& session, Open open, bool lua_mode) {
  // What stands between \1 and \1 takes no width (EL_PROMPT_ESC).
  const auto zero_width = [](std::string_view codes) { return "\1" + std::string(codes) + "\1"; };
  if (lua_mode) return "lua> ";
  const Member* member = const_cast<Session&>(session).current_or_null();
  std::string text = "bascule";
  std::string marks;
  if (member != nullptr) {
    const LiveConnection& live = *member->live;
    text = live.name() + "(" + std::string(live.server().dialect->engine_name);
    if (live.server().read_only) text += " RO";
    if (!member->env.empty()) text += " " + member->env;
    text += ")";
    marks = transaction_mark(live.transaction());
  }
  if (session.color && member != nullptr) text = zero_width(color_of(*member)) + text + zero_width("\033[0m");
  if (open == Open::nothing) return text + marks + "> ";
  const std::string mark = open == Open::comment ? "/*" : std::string(1, open_mark(open));
  return text + marks + mark + "> ";
}

}  // namespace bascule
