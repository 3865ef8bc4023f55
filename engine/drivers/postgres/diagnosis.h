// What libpq and the server say, as errors of ours.
#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "engine/base/error.h"

namespace bascule::postgres {

// `message` is libpq's text of a failed connection attempt. Code connection, a hint by its cause.
Error connect_error(std::string_view message);

// One field of a result's error, "" if it is not there.
std::string error_field(const PGresult* result, int field);
// The server's error with all its fields. Code sql; the caller decides what a lost connection or a cancel
// means.
Error server_error(const PGresult* result);

// Where character `position` (from 1) of `sent` is in `sql`, in bytes. They differ only by placeholders: `?`
// in `sql` is $1, $2 ... in `sent`. `counts_bytes`: the server has no encoding and counts bytes.
std::size_t byte_offset(std::string_view sql, std::string_view sent, std::size_t position, bool counts_bytes);

}  // namespace bascule::postgres
