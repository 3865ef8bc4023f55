// `src(mysql)*> `: the connection's name and engine, RO, env, and the state of its transaction.
#pragma once

#include <string>

#include "engine/dialect/lexer.h"

namespace bascule {

class Session;

// With something open the continuation prompt, which shows what: `src(mysql)'> `.
std::string prompt_text(const Session& session, Open open, bool lua_mode);

}  // namespace bascule
