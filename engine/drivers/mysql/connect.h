// From connect options to an open session.
#pragma once

#include <memory>

#include "engine/drivers/mysql/session.h"

namespace bascule::mysql {

Result<std::unique_ptr<Session>> open_session(const ConnectOptions& options);

}  // namespace bascule::mysql
