// What a connection does, one file each. Cursors, readers and writers hold the session's lease.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/drivers/connection.h"
#include "engine/drivers/sqlite/session.h"

namespace bascule::sqlite {

// query.cpp
Result<std::unique_ptr<Cursor>> query(Session& session, std::string_view sql,
                                      std::span<const Value> parameters);
// One cell as it is stored: by its storage class, never by the declared type. False if memory ran out.
bool append_stored(sqlite3_stmt* statement, int column, Batch& out);

// inspect.cpp
Result<Schema> inspect(Session& session, const InspectOptions& options);

// bulk_read.cpp, bulk_write.cpp
Result<std::unique_ptr<RowSource>> bulk_read(Session& session, const ReadRequest& request);
Result<std::unique_ptr<RowSink>> bulk_write(Session& session, const WriteRequest& request);

// plan.cpp
Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have, const Features& features);

}  // namespace bascule::sqlite
