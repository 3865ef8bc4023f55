// The laws of diff, plan and apply on schemas that nobody thought of: diff(apply(plan(a, b)), b) is empty,
// and the way back leads back.
#include "tests/conformance/random_schema.h"

#include <cstdlib>

#include "engine/jobs/apply.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  REQUIRE_MESSAGE(schema.ok(), (schema.ok() ? "" : schema.error().text()));
  return std::move(schema).value();
}

std::string script(const Plan& plan) {
  std::string text;
  for (const auto& step : plan.steps) text += step.sql + ";\n";
  return text;
}

std::string all_of(const Error& error) {
  return error.text() + "\n" + error.detail;
}

// Makes the database like `want`; gives the plan that did it.
Plan reach(Connection& connection, const Schema& want) {
  const Schema have = inspect(connection);
  const PlanOptions everything{.allow = {"*"}};
  auto plan = make_plan(want, have, connection.features(), everything);
  REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : all_of(plan.error())));
  const auto again = make_plan(want, have, connection.features(), everything);
  REQUIRE(again.ok());
  CHECK(script(*plan) == script(*again));
  const auto applied = apply_plan(connection, *plan, want, have);
  REQUIRE_MESSAGE(applied.ok(), (applied.ok() ? "" : all_of(applied.error()) + "\n" + script(*plan)));
  return std::move(plan).value();
}

// How many seeds: what a run of the suite can afford on each engine.
std::uint32_t seeds(Flavor flavor) {
  if (const char* wanted = std::getenv("TEST_RANDOM_SCHEMAS"))
    return static_cast<std::uint32_t>(std::atoi(wanted));
  switch (flavor) {
    case Flavor::sqlite:
      return 1500;
    case Flavor::postgres:
      return 150;
    case Flavor::mysql:
    case Flavor::mariadb:
      return 40;
  }
  return 0;
}

}  // namespace

ENGINE_TEST_CASE("random schemas: after apply nothing differs, and undo leads back", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const Schema empty = inspect(*connection);
  for (std::uint32_t seed = 1; seed <= seeds(engine.flavor); ++seed) {
    CAPTURE(seed);
    RandomSchema random(seed, connection->features(), empty.default_namespace);
    const Schema first = random.make();
    reach(*connection, first);
    const Schema before = inspect(*connection);
    const Plan plan = reach(*connection, random.mutate(first));
    if (irreversible_steps(plan).empty()) {
      const auto undone = undo_plan(*connection, plan, before);
      REQUIRE_MESSAGE(undone.ok(), (undone.ok() ? "" : all_of(undone.error()) + "\n" + script(plan)));
    }
    if (seed % 7 == 0) reach(*connection, empty);
  }
}
