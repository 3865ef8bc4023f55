// The functions that expressions may use, as rows: one name for what the engines call differently.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "engine/dialect/dialect.h"

namespace bascule::expression {

enum class Gives { same, boolean, integer, real, text, json, other };  // same: as its first argument

struct FunctionRow {
  std::string_view name;  // as trees call it
  int min_arguments, max_arguments;
  // In the order of Flavor: the function's word there, or a template with $1 $2 for its arguments ($$ for all
  // of them, separated by commas); "" where the engine has none of that meaning.
  std::array<std::string_view, 4> forms;
  Gives gives;
  bool takes_text = false;       // all its arguments are text, which PostgreSQL says by casts
  bool is_deterministic = true;  // engines refuse others in checks, generated columns and indexes
};

// The row for `word`, lower case, as this engine knows it with so many arguments; null if there is none.
const FunctionRow* find_function(std::string_view word, std::size_t arguments, Flavor flavor);
// By the tree's name.
const FunctionRow* find_function_row(std::string_view name, std::size_t arguments);

}  // namespace bascule::expression
