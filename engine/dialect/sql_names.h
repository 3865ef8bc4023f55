// Names inside SQL text: whether one is mentioned, and text without a schema's name.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "engine/dialect/dialect.h"

namespace bascule {

// Whether the text uses the name, as a word or quoted; letter case counts where it does for the engine's
// tables.
bool mentions_name(std::string_view sql, std::string_view name, const Dialect& dialect);

// All words and quoted names of the text, in lower case.
std::set<std::string> names_in(std::string_view sql, const Dialect& dialect);

// The text without "schema." before other names.
std::string without_schema(std::string_view sql, std::string_view schema, const Dialect& dialect);

// The text with "to." for "schema." before other names.
std::string with_other_schema(std::string_view sql, std::string_view schema, std::string_view to,
                              const Dialect& dialect);

// The text with a name in it changed, wherever it stands as a name of its own.
std::string with_new_name(std::string_view sql, std::string_view from, std::string_view to,
                          const Dialect& dialect);

}  // namespace bascule
