// The only place that lists the engines.
#pragma once

#include <memory>

#include "engine/drivers/connection.h"

namespace bascule {

const Driver& driver(Flavor flavor);
Result<std::unique_ptr<Connection>> open_connection(const ConnectOptions& options);

}  // namespace bascule
