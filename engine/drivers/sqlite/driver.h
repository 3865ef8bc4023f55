#pragma once

#include "engine/drivers/connection.h"

namespace bascule {

const Driver& sqlite_driver();

}  // namespace bascule
