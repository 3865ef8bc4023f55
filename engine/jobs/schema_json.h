// Schemas as the JSON documents of the shell's contract.
#pragma once

#include <string>
#include <string_view>

#include "engine/model/schema.h"

namespace bascule {

// {"engine","schemas":[{"name","tables":[...],"views",...}]} on one line. Bytes that are no UTF-8 become
// U+FFFD.
std::string schema_to_json(const Schema& schema);
// The schema that such a document was made of. Error usage if it is none.
Result<Schema> schema_from_json(std::string_view text);

}  // namespace bascule
