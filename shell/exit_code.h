// The exit codes of shell.md: an API for scripts.
#pragma once

#include "engine/base/error.h"

namespace bascule {

enum class ExitCode : int {
  ok = 0,
  failed = 1,           // an SQL statement or a command failed
  usage = 2,            // command line, configuration, plugin, or a command's own words
  connection = 3,       // failed or lost
  different = 4,        // compared and different
  refused = 5,          // by a guard or a declined confirmation
  checkpoint = 6,       // stopped at a checkpoint, resumable
  outcome_unknown = 7,  // lost during COMMIT
  interrupted = 130,    // SIGINT
};

ExitCode exit_code_of(const Error& error);

}  // namespace bascule
