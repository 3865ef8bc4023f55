#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {

Result<std::vector<Step>> plan(std::span<const Change>, const Schema&) {
  return unsupported_error("plan is not available on PostgreSQL yet", "use another engine");
}

}  // namespace bascule::postgres
