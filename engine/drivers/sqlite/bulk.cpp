#include "engine/drivers/sqlite/operations.h"

namespace bascule::sqlite {

Result<std::unique_ptr<RowSource>> bulk_read(Session&, const ReadRequest&) {
  return unsupported_error("SQLite tables are not read in bulk yet", "use SELECT");
}

Result<std::unique_ptr<RowSink>> bulk_write(Session&, const WriteRequest&) {
  return unsupported_error("SQLite tables are not written in bulk yet", "use INSERT");
}

}  // namespace bascule::sqlite
