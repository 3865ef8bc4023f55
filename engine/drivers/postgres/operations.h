// What a connection does, one file each.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/drivers/connection.h"
#include "engine/drivers/postgres/session.h"

namespace bascule::postgres {

// query.cpp; the cursor claims the session until it is destroyed.
Result<std::unique_ptr<Cursor>> query(Session& session, std::string_view sql,
                                      std::span<const Value> parameters);

// inspect.cpp
Result<Schema> inspect(Session& session, const InspectOptions& options);

// bulk_read.cpp, bulk_write.cpp; source and sink claim the session until they are destroyed.
Result<std::unique_ptr<RowSource>> bulk_read(Session& session, const ReadRequest& request);
Result<std::unique_ptr<RowSink>> bulk_write(Session& session, const WriteRequest& request);

// plan.cpp
Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have, const Features& features);

}  // namespace bascule::postgres
