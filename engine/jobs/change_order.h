// The order in which changes can be made: what depends goes first when it is dropped and last when it is
// added.
#pragma once

#include <vector>

#include "engine/dialect/dialect.h"
#include "engine/model/change.h"

namespace bascule {

// Stable: changes of one kind keep their order, but for tables that are dropped (those that refer to others
// first, foreign keys that go round in a circle before all) and views, which come after what they mention.
void put_in_order(std::vector<Change>& changes, const Dialect& dialect);

}  // namespace bascule
