// The shell's own memory: a SQLite file under the XDG state folder, brought up to date from
// migrations/journal.
#pragma once

#include <memory>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

// Makes the folder (0700) and the database (0600) if they are missing.
Result<std::unique_ptr<Connection>> open_state_database();

// A statement without rows.
Result<void> run_statement(Connection& connection, std::string_view sql,
                           std::span<const Value> parameters = {});

}  // namespace bascule
