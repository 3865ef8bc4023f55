#pragma once

#include <sqlite3.h>

#include <span>
#include <string_view>

#include "engine/base/result.h"
#include "engine/model/value.h"

namespace bascule::sqlite {

// Binds copies of the values to the statement's parameters, which must be as many.
Result<void> bind_parameters(sqlite3_stmt* statement, std::span<const Value> values, std::string_view sql);

}  // namespace bascule::sqlite
