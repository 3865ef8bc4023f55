// What may stand where the cursor is: commands and their options, connections, tables, columns, keywords.
#pragma once

#include <string_view>

#include "shell/editor.h"

namespace bascule {

class Session;

// `before` is what was typed of the statement on earlier lines, `line` the current line up to the cursor.
// Reads the catalog only where that cannot disturb a transaction of the user.
Completions complete(Session& session, std::string_view before, std::string_view line);

}  // namespace bascule
