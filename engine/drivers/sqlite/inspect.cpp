#include "engine/drivers/sqlite/operations.h"

namespace bascule::sqlite {

Result<Schema> inspect(Session&, const InspectOptions&) {
  return unsupported_error("the catalog of SQLite is not read yet", "query sqlite_schema");
}

}  // namespace bascule::sqlite
