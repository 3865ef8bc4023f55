#include "engine/drivers/mysql/bulk.h"

namespace bascule::mysql {

Result<std::unique_ptr<RowSource>> open_bulk_reader(Session&, Session::Lease, const ReadRequest&) {
  return internal_error("the mysql bulk reader is being built");
}
Result<std::unique_ptr<RowSink>> open_bulk_writer(Session&, Session::Lease, const WriteRequest&) {
  return internal_error("the mysql bulk writer is being built");
}

}  // namespace bascule::mysql
