// A schema under another name.
#pragma once

#include <string_view>

#include "engine/dialect/dialect.h"
#include "engine/model/schema.h"

namespace bascule {

// The default namespace is called `to`, also wherever expressions, definitions and types name it. What stands
// in the text of a function's body stays as it is.
Schema move_default_schema(Schema schema, std::string_view to, const Dialect& dialect);

}  // namespace bascule
