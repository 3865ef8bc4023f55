#pragma once

#include "engine/drivers/connection.h"

namespace bascule {

const Driver& postgres_driver();

}  // namespace bascule
