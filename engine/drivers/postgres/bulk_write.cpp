#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {

Result<std::unique_ptr<RowSink>> bulk_write(Session&, const WriteRequest&) {
  return unsupported_error("bulk_write is not available on PostgreSQL yet", "use another engine");
}

}  // namespace bascule::postgres
