// Names that are unique where the target asks for it.
#pragma once

#include "engine/dialect/dialect.h"
#include "engine/model/schema.h"

namespace bascule {

// Index names are unique in a schema on SQLite and PostgreSQL, in a table on MySQL; names of foreign keys and
// checks in a schema on MySQL, in a table on PostgreSQL. An index without a name (SQLite's automatic ones)
// gets one; of several equal names each gets its table's before it.
void settle_names(Schema& schema, Flavor target);

}  // namespace bascule
