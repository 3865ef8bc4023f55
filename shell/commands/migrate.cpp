#include "shell/command.h"

namespace bascule {
std::vector<CommandRow> migrate_commands() {
  return {};
}
}  // namespace bascule
