// Calls as trees: the engines' words and idioms for one function become one node.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/expression_tree.h"

namespace bascule::expression {

// The call of `word` (lower case) on this engine: mod(a, b) is a % b, if(a, b, c) is a CASE, ...
Node make_call(const std::string& word, std::vector<Node> arguments, Flavor flavor);
// EXTRACT(field FROM date)
Node make_extract(std::string_view field, Node date);

// The keys of a path like $.a.b where each is a plain word; empty for any other path.
std::vector<std::string> keys_of_path(std::string_view path);

}  // namespace bascule::expression
