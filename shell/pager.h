// The program that shows a long result to a person, page by page.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace bascule {

class Session;

// $BASCULE_PAGER, $PAGER or less, if a person is at the terminal, the program is there, and `\set PAGER off`
// was not said. Only for formats for people.
std::optional<std::string> pager_command(const Session& session);
// Lines of the terminal, 0 if it has no size.
std::size_t terminal_height();

}  // namespace bascule
