// Cuts a line of backslash commands into commands and words: quotes, variables, parentheses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"
#include "shell/arguments.h"
#include "shell/variables.h"

namespace bascule {

struct CommandText {
  std::string name;       // "dt", "?", "!"
  std::string arguments;  // the text after the name, blanks trimmed; up to the next command of the line
};

// The first command of `line`, which starts after its backslash; what is left (after the next backslash) goes
// to `rest`. A command that takes the whole line (`takes_line`) leaves nothing.
CommandText take_command(std::string_view line, bool (*takes_line)(std::string_view name), std::string& rest);

// Words at blanks. 'x y' and "x y" group ('' and "" inside mean one quote); (...) groups and is kept with its
// parentheses; @a."b c" is one word; :name :'name' :"name" outside '...' are replaced.
Result<std::vector<Word>> split_words(std::string_view text, const Variables& variables,
                                      const Dialect& dialect);

}  // namespace bascule
