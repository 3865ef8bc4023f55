#pragma once

#include "engine/drivers/connection.h"

namespace bascule {

const Driver& mysql_driver();

}  // namespace bascule
