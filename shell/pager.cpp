#include "shell/pager.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "engine/base/text.h"
#include "shell/session.h"

namespace bascule {
namespace {

bool is_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return ::access(program.c_str(), X_OK) == 0;
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path == nullptr ? "" : path, ':'))
    if (::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

std::string wanted_pager() {
  for (const char* variable : {"BASCULE_PAGER", "PAGER"})
    if (const char* command = std::getenv(variable); command != nullptr && *command != '\0') return command;
  // One screen is left standing, long lines scroll sideways, the screen is not cleared at the end.
  return "less -FSX";
}

}  // namespace

std::optional<std::string> pager_command(const Session& session) {
  if (!session.interactive || !session.writes_to_terminal() || !is_for_people(session.format))
    return std::nullopt;
  if (const auto setting = session.variables.get("PAGER"); setting && to_lower(*setting) == "off")
    return std::nullopt;
  std::string command = wanted_pager();
  if (!is_in_path(command.substr(0, command.find(' ')))) return std::nullopt;
  return command;
}

std::size_t terminal_height() {
  struct winsize size {};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

}  // namespace bascule
