// What \diff, \plan and \apply compare: the schemas of two connections, of a file, of a migrations folder.
#pragma once

#include <string>
#include <string_view>

#include "engine/jobs/plan.h"
#include "shell/commands/sides.h"

namespace bascule {

// The schema of `@A` or the one schema of `@A.S`, as it is now.
Result<Schema> schema_of(Session& session, const Side& side, std::string_view command);
Result<Schema> schema_of_file(const std::string& path);
// Of the database that the migrations of the folder make, on a server like that of `member`.
Result<Schema> schema_of_folder(Member& member, const std::string& dir, const std::string& tool);

// --ignore, --rename, --map, --strict, --additive, --allow as they were given.
Result<PlanOptions> plan_options(const Session& session, const Arguments& arguments);

// Plans, and on the way to another engine looks for values that would not arrive.
Result<Plan> plan_sides(const TwoSides& sides, const Schema& want, const Schema& have,
                        const PlanOptions& options);

}  // namespace bascule
