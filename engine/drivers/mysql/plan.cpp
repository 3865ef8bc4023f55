#include "engine/drivers/mysql/plan.h"

namespace bascule::mysql {

Result<std::vector<Step>> plan_changes(std::span<const Change>, const Schema&, const Features&) {
  return internal_error("the mysql planner is being built");
}

}  // namespace bascule::mysql
