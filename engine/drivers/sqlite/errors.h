// Result codes of SQLite as errors.
#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace bascule::sqlite {

// SQLITE_CONSTRAINT_UNIQUE and so on; the primary code's name for an extended code that is not known.
std::string result_code_name(int code);

// The failure of the last call on `database`, which returned `code`. To be called before any other call.
Error error_of(sqlite3* database, int code, std::string_view sql);

}  // namespace bascule::sqlite
