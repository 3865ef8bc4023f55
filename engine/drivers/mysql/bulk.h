#pragma once

#include <memory>

#include "engine/drivers/mysql/session.h"

namespace bascule::mysql {

// Connection::bulk_read and bulk_write; `lease` is held until the reader or writer is destroyed.
Result<std::unique_ptr<RowSource>> open_bulk_reader(Session& session, Session::Lease lease,
                                                    const ReadRequest& request);
Result<std::unique_ptr<RowSink>> open_bulk_writer(Session& session, Session::Lease lease,
                                                  const WriteRequest& request);

}  // namespace bascule::mysql
