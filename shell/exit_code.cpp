#include "shell/exit_code.h"

namespace bascule {

ExitCode exit_code_of(const Error& error) {
  if (error.outcome_unknown) return ExitCode::outcome_unknown;
  switch (error.code) {
    case ErrorCode::usage:
      return ExitCode::usage;
    case ErrorCode::connection:
      return ExitCode::connection;
    case ErrorCode::mismatch:
      return ExitCode::different;
    case ErrorCode::refused:
      return ExitCode::refused;
    case ErrorCode::cancelled:
      return ExitCode::interrupted;
    case ErrorCode::sql:
    case ErrorCode::unsupported:
    case ErrorCode::conflict:
    case ErrorCode::data_loss:
    case ErrorCode::io:
    case ErrorCode::internal:
      return error.ends_connection() ? ExitCode::connection : ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace bascule
