#include <doctest/doctest.h>

#include "engine/jobs/migrate.h"
#include "tests/unit/sqlite_support.h"

using namespace bascule;
using namespace bascule::test::sqlite;

namespace {

// The tests run somewhere below the root of the repository.
std::string sample_folder() {
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path())
    if (std::filesystem::is_directory(at / "migrations" / "sample"))
      return (at / "migrations" / "sample").string();
  FAIL("no migrations/sample above the current folder");
  return {};
}

}  // namespace

TEST_CASE("sample: the tour's database has its rows, whole and the same every time") {
  struct Row {
    std::string table;
    std::int64_t rows;
  };
  const std::vector<Row> rows{{"users", 400},        {"sessions", 900}, {"tokens", 500},      {"jobs", 1200},
                              {"job_history", 1225}, {"settings", 60},  {"rate_limits", 600}, {"state", 5}};
  const auto connection = memory();
  MigrateRequest request;
  request.dir = sample_folder();
  const auto runs = migrate_up(*connection, request);
  if (!runs.ok()) FAIL(runs.error().text());
  CHECK(runs->size() == 4);
  for (const Row& row : rows) {
    CAPTURE(row.table);
    CHECK(count(*connection, row.table) == row.rows);
  }
  CHECK(execute(*connection, "PRAGMA foreign_key_check").rows.empty());
  CHECK(execute(*connection, "PRAGMA integrity_check").rows.size() == 1);
  for (const std::string json : {"users.preferences", "sessions.data", "jobs.payload", "tokens.scopes"}) {
    CAPTURE(json);
    const auto dot = json.find('.');
    CHECK(count(*connection, json.substr(0, dot) + " WHERE NOT json_valid(" + json.substr(dot + 1) + ")") ==
          0);
  }
}
