// The tour's database, copied to another engine, is equal to what it was copied from.
#include <filesystem>

#include "engine/jobs/copy.h"
#include "engine/jobs/diff.h"
#include "engine/jobs/migrate.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

std::string sample_folder() {
  for (auto folder = std::filesystem::current_path();; folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / "migrations/sample")) return folder / "migrations/sample";
    if (folder == folder.parent_path()) break;
  }
  FAIL("no migrations/sample above the current folder");
  return {};
}

}  // namespace

ENGINE_TEST_CASE("the tour's database does not differ from its copy", on_all) {
  Scratch source_scratch(bascule::test::engine(Flavor::sqlite)), scratch(engine);
  auto source = source_scratch.connect(), target = scratch.connect();
  REQUIRE(migrate_up(*source, {.dir = sample_folder()}).ok());
  const auto plan = plan_copy(*source, *target, {});
  REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
  const auto copied = run_copy(*source, *target, *plan, {});
  REQUIRE_MESSAGE(copied.ok(), (copied.ok() ? "" : copied.error().text()));
  const auto want = source->inspect({}), have = target->inspect({});
  REQUIRE(want.ok());
  REQUIRE(have.ok());
  for (const bool there : {true, false}) {
    const auto difference = there ? diff_schemas(*want, *have, target->features())
                                  : diff_schemas(*have, *want, source->features());
    for (const auto& change : difference.changes)
      CHECK_MESSAGE(false, change_kind(change) << " " << change_object(change, ""));
    CHECK(difference.is_equal());
  }
}
