// The table of commands. Help, completion, `\help --json`, argument errors and "did you mean" all come from
// its rows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/batch.h"
#include "shell/arguments.h"
#include "shell/exit_code.h"

namespace bascule {

class Session;
class Interpreter;

// What a command did. It never prints: the interpreter shows this.
struct Outcome {
  std::vector<std::string> messages = {};  // narration
  std::optional<std::string> text = {};    // for standard output, as it is, after the rows
  std::unique_ptr<RowSource> rows = {};    // shown in the current format; JSON with --json
  std::optional<std::string> json = {};    // the document for --json, where it is more than the rows
  ExitCode exit = ExitCode::ok;            // `different` after a comparison, ...
  std::optional<int> quit = {};            // end the shell with this code
};

enum class Effects { none, read, write, ddl };
std::string_view effects_name(Effects effects);

struct CommandContext {
  Session& session;
  Interpreter& interpreter;
};

// How a command's words are read.
enum class ArgumentStyle {
  words,  // split at blanks; quotes, variables
  line,   // the rest of the line as it is, one word (or none)
};

struct CommandRow {
  std::string_view name;  // without the backslash
  std::vector<std::string_view> aliases;
  std::string_view group;    // heading in the help
  std::string_view usage;    // after the name: "[NAME=]URL|PROFILE [--create]"
  std::string_view summary;  // one line
  std::vector<OptionRow> options;
  Effects effects;
  ArgumentStyle style;
  Result<Outcome> (*run)(CommandContext& context, const Arguments& arguments);
};

// All built-in commands, grouped, in the order of the help.
std::span<const CommandRow> commands();
// By name or alias; null if there is none.
const CommandRow* find_command(std::string_view name);
// The error for a name that find_command does not know, with the nearest.
Error unknown_command(std::string_view name);
// For a command that got too few or too many words.
Error usage_of(const CommandRow& row, std::string what);
Error usage_of(std::string_view command, std::string what);

// The families, one file each under shell/commands/.
std::vector<CommandRow> connection_commands();
std::vector<CommandRow> schema_commands();
std::vector<CommandRow> plan_commands();
std::vector<CommandRow> apply_commands();
std::vector<CommandRow> data_commands();
std::vector<CommandRow> migrate_commands();
std::vector<CommandRow> script_commands();
std::vector<CommandRow> result_commands();
std::vector<CommandRow> general_commands();

// Rows held in memory, for lists.
class TableSource final : public RowSource {
 public:
  TableSource(std::vector<ResultColumn> columns, std::vector<std::vector<Value>> rows);
  const std::vector<ResultColumn>& columns() const override { return columns_; }
  Result<bool> next(Batch& out, std::size_t max_rows) override;
  std::size_t size() const { return rows_.size(); }

 private:
  std::vector<ResultColumn> columns_;
  std::vector<std::vector<Value>> rows_;
  std::size_t at_ = 0;
};
// Columns of type text by name; "name:int" and "name:bool" give the other types.
std::unique_ptr<TableSource> make_table(std::span<const std::string_view> columns,
                                        std::vector<std::vector<Value>> rows);

}  // namespace bascule
