#include "engine/drivers/mysql/inspect.h"

namespace bascule::mysql {

Result<Schema> read_schema(Session&, const InspectOptions&) {
  return internal_error("the mysql catalog reader is being built");
}

}  // namespace bascule::mysql
