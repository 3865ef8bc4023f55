#pragma once

#include "engine/drivers/mysql/session.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

// The catalog of the current database, or of `options.schemas`.
Result<Schema> read_schema(Session& session, const InspectOptions& options);

}  // namespace bascule::mysql
