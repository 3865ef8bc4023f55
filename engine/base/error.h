// What went wrong, for people and for the callers that must decide something.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bascule {

// The kind decides the exit code (shell/exit_code.h) and nothing else.
enum class ErrorCode {
  usage,        // the user's words cannot be understood: command line, command, configuration, URL, plugin
  connection,   // could not connect, or the connection is gone
  sql,          // the server refused a statement
  unsupported,  // bascule or the engine cannot do this; nothing was done
  conflict,     // the state found is not the state needed (exists already, locked, changed meanwhile)
  data_loss,    // going on would lose or alter data
  mismatch,     // compared and different
  refused,      // a guard or a declined confirmation
  cancelled,    // Ctrl-C or a deadline
  io,           // files, pipes, disks
  internal,     // a bug of ours
};

// `usage`, `connection`, ... as in the shell's JSON and in Lua.
std::string_view error_code_name(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string what;  // one lower-case sentence without a full stop that names the object
  std::string hint;  // the next thing to do; required for usage, unsupported, conflict, data_loss
  std::string sql;   // the statement that failed, if one did
  std::optional<std::size_t> sql_offset = {};  // where in `sql`, in bytes from 0
  std::string sqlstate = {};            // SQLSTATE; SQLite: the result code's name (SQLITE_CONSTRAINT_UNIQUE)
  int native_code = 0;                  // the engine's number, 0 where it has none (PostgreSQL)
  std::string detail = {};              // the server's DETAIL or CONTEXT, may hold several lines
  std::vector<std::string> trail = {};  // places, innermost first; each floor adds one
  bool connection_ended = false;        // see ends_connection()
  bool transaction_ended = false;       // see ends_transaction()
  bool outcome_unknown = false;  // lost while COMMIT was under way: the transaction may or may not be in

  // True if the connection cannot be used any more.
  bool ends_connection() const { return connection_ended; }
  // True if the transaction that was open is rolled back (or, on MySQL, committed by failed DDL).
  bool ends_transaction() const { return transaction_ended || connection_ended; }

  // Adds a place: `return std::move(error).in("copy a.person -> b.person")`.
  Error in(std::string place) &&;
  // "outermost: ...: innermost: what", without the hint.
  std::string text() const;
};

// Short forms for the frequent kinds.
Error usage_error(std::string what, std::string hint);
Error unsupported_error(std::string what, std::string hint);
Error internal_error(std::string what);
// An operation on `path` failed with errno value `number`: "cannot open \"x\": No such file or directory".
Error io_error(std::string_view operation, std::string_view path, int number);

}  // namespace bascule
