// Writes a tree in an engine's words.
#pragma once

#include <string>

#include "engine/dialect/expression_tree.h"

namespace bascule::expression {

enum class Style {
  normal,      // for comparing: lower case, identifiers bare where that reads back as the same
  definition,  // for statements: identifiers quoted
};

std::string print(const Node& tree, Flavor flavor, Style style);

}  // namespace bascule::expression
