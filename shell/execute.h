// Runs one statement on one or several connections and shows what comes back.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shell/exit_code.h"
#include "shell/session.h"

namespace bascule {

// What is to be done with the result: the commands that end a statement say so.
struct Disposition {
  std::optional<std::string> file = {};         // \g FILE
  std::optional<std::string> pipe = {};         // \g |COMMAND
  bool expanded = false;                        // \gx \G
  std::optional<std::string> gset_prefix = {};  // \gset [PREFIX]
  bool execute_cells = false;                   // \gexec
  bool may_page = true;                         // \watch shows every round as it comes
};

// How the last execution went, for \watch until=.
struct Execution {
  std::size_t rows = 0;
  bool is_comparison = false;
  bool equal = true;
  ExitCode exit = ExitCode::ok;  // `different` when a comparison counts as a failure
};

// `sql` is one statement without its terminator, variables not yet replaced. Every piece that it becomes is
// sent alone and once. On several targets it runs in parallel; two results of a query are shown side by side.
Result<Execution> execute(Session& session, std::span<Member* const> targets, std::string_view sql,
                          const Disposition& disposition);

}  // namespace bascule
