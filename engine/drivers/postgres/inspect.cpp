#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {

Result<Schema> inspect(Session&, const InspectOptions&) {
  return unsupported_error("inspect is not available on PostgreSQL yet", "use another engine");
}

}  // namespace bascule::postgres
