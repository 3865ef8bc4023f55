// The command line: options, what is opened, what is run, and the exit code.
#pragma once

#include <span>
#include <string>

namespace bascule {

// `arguments` without the program's own name. Returns the exit code of the process.
int run_program(std::span<const std::string> arguments);

}  // namespace bascule
