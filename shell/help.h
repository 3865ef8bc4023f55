// Help out of the command table.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule {

// "" lists all commands by group; a command's name gives its usage and options; config, formats and keys are
// topics.
Result<std::string> help_text(std::string_view topic);
// Everything for programs: {"version","commands":[...],"formats":[...],"exit_codes":{...}}.
std::string help_json();

}  // namespace bascule
