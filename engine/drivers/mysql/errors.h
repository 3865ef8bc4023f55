// Errors of the server and of libmariadb as bascule's Error.
#pragma once

#include <mysql.h>

#include <string_view>

#include "engine/base/error.h"

namespace bascule::mysql {

// What the failed call on `handle` (and on `statement`, which may be null) left behind. For a prepared
// statement the server's errors are in the connection and libmariadb's own in the statement: both are read.
Error last_error(MYSQL* handle, MYSQL_STMT* statement, std::string_view sql);

// A number of the server or of libmariadb with its text. `sql` may be empty.
Error make_error(unsigned number, std::string_view sqlstate, std::string_view message, std::string_view sql);

// True if the connection is gone after an error of this number.
bool ends_connection(unsigned number);

}  // namespace bascule::mysql
