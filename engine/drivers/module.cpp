// The entry of a driver module; compiled once for each, with BASCULE_DRIVER as the name of its function.
#include "engine/drivers/connection.h"

namespace bascule {
const Driver& BASCULE_DRIVER();
}

extern "C" const bascule::Driver* bascule_driver() {
  return &bascule::BASCULE_DRIVER();
}
