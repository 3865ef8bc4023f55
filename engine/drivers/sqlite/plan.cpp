#include "engine/drivers/sqlite/operations.h"

namespace bascule::sqlite {

Result<std::vector<Step>> plan(std::span<const Change>, const Schema&, const Features&) {
  return unsupported_error("changes of a SQLite database are not planned yet",
                           "write the statements by hand");
}

}  // namespace bascule::sqlite
