#include <nlohmann/json.hpp>

#include "engine/jobs/migrate.h"

namespace bascule {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json document(const MigrationsStatus& status) {
  Json migrations = Json::array();
  for (const MigrationStatus& one : status.migrations)
    migrations.push_back({{"id", one.id},
                          {"name", one.name},
                          {"state", migration_state_name(one.state)},
                          {"applied_at", or_null(one.applied_at)},
                          {"checksum", or_null(one.checksum)}});
  return {{"tool", status.tool},
          {"dir", status.dir},
          {"current", or_null(status.current)},
          {"migrations", std::move(migrations)}};
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string migrations_to_json(const MigrationsStatus& status) {
  return dumped(document(status));
}

std::string migration_plan_to_json(const MigrationsStatus& status,
                                   const std::vector<PlannedMigration>& planned) {
  Json steps = Json::array();
  for (const PlannedMigration& one : planned)
    for (std::size_t i = one.statements_done; i < one.statements.size(); ++i)
      steps.push_back({{"sql", one.statements[i]},
                       {"undo_sql", nullptr},
                       {"comment", one.migration.id + "_" + one.migration.name},
                       {"loses_data", false}});
  Json json = document(status);
  json["steps"] = std::move(steps);
  return dumped(json);
}

}  // namespace bascule
