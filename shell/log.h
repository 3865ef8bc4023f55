// The log file of --log: what was sent where, and how it ended. Never a password.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bascule::log {

// trace debug info warn error. The file is made with mode 0600 and appended to.
Result<void> open(const std::string& path, const std::string& level);
void info(std::string_view text);
void warn(std::string_view text);
void statement(std::string_view connection, std::string_view sql, std::chrono::microseconds duration,
               const Error* failure);

}  // namespace bascule::log
