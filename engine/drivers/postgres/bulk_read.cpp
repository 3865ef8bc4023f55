#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {

Result<std::unique_ptr<RowSource>> bulk_read(Session&, const ReadRequest&) {
  return unsupported_error("bulk_read is not available on PostgreSQL yet", "use another engine");
}

}  // namespace bascule::postgres
