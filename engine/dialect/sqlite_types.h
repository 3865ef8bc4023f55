// What a declared type of SQLite tells. It is a hint: SQLite stores any value in any column (unless the table
// is STRICT), so that readers go by the values' storage classes.
#pragma once

#include <string_view>

#include "engine/model/type.h"

namespace bascule {

// INTEGER, BOOLEAN, VARCHAR(20), "" ... to the portable type that the declaration promises; what promises
// nothing is Any. Dates and UUIDs are Text, because applications store them in many encodings.
Type sqlite_declared_type(std::string_view declared);

}  // namespace bascule
