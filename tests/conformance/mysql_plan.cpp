// Plans of MySQL and MariaDB on real servers. The laws, for each case: the steps make the one database like
// the other, planning twice gives the same text, and the way back gives the first schema.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/registry.h"
#include "engine/jobs/diff.h"
#include "tests/conformance/mysql_plan_cases.h"

using namespace bascule;
using namespace bascule::test;

namespace {

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  if (!schema.ok()) FAIL(schema.error().text());
  const auto valid = validate(*schema);
  if (!valid.ok()) FAIL(valid.error().text());
  return std::move(schema).value();
}

// Without what moves by itself.
Schema comparable(Schema schema) {
  for (auto& space : schema.namespaces)
    for (auto& table : space.tables) {
      table.estimated_rows.reset();
      table.estimated_bytes.reset();
      for (auto& column : table.columns) column.identity_next.reset();
      // A dropped column comes back at its place; one that takes another form may not.
      std::sort(table.columns.begin(), table.columns.end(),
                [](const Column& a, const Column& b) { return a.name < b.name; });
    }
  return schema;
}

void make(Connection& connection, const Schema& old, std::string_view script, Flavor flavor) {
  const std::string name = "`" + old.default_namespace + "`";
  for (const char* verb : {"drop database ", "create database ", "use "}) run(connection, verb + name);
  for (const auto& statement : split_statements(script, dialect(flavor))) run(connection, statement.text);
}

std::string kinds(const std::vector<Change>& changes) {
  std::vector<std::string> names;
  for (const auto& change : changes) names.push_back(change_kind(change));
  return join(names, " ");
}

std::string text_of(const std::vector<Step>& steps) {
  std::string out;
  for (const auto& step : steps) out += step.sql + "\n  undo: " + step.undo_sql + "\n";
  return out;
}

std::string left(const Difference& difference) {
  std::string out = kinds(difference.changes);
  for (const auto& change : difference.changes) out += "; " + change_object(change, "");
  for (const auto& notice : difference.unplannable) out += "; " + notice.object + " " + notice.text;
  return out;
}

struct Planned {
  Difference difference;
  PlannedSteps steps;
};

Planned plan(const PlanCase& row, const Schema& want, const Schema& have, const Connection& connection) {
  const Features& features = connection.features();
  std::vector<Rename> renames;
  for (const auto& word : split(row.renames, ' '))
    if (!word.empty()) renames.push_back(*parse_rename(word));
  const auto renamed = rename_objects(have, renames, features);
  REQUIRE(renamed.ok());
  auto difference = diff_schemas(want, renamed->schema, features);
  difference.changes.insert(difference.changes.begin(), renamed->changes.begin(), renamed->changes.end());
  auto steps = driver(features.flavor).plan(difference.changes, renamed->schema, features);
  if (!steps.ok()) FAIL(steps.error().text());
  return {std::move(difference), std::move(steps).value()};
}

void check_laws(const PlanCase& row, Connection& target, const Schema& want, const Schema& have) {
  const Planned planned = plan(row, want, have, target);
  const std::vector<Step>& steps = planned.steps.steps;
  CHECK(kinds(planned.difference.changes) == row.kinds);
  CHECK(planned.difference.unplannable.empty());
  const std::string text = text_of(steps);
  CAPTURE(text);
  CHECK(text == text_of(plan(row, want, have, target).steps.steps));
  for (const auto& step : steps) {
    CHECK_FALSE(step.in_transaction);
    REQUIRE(step.change.has_value());
    CHECK(*step.change < planned.difference.changes.size());
    const auto done = execute(target, step.sql);
    if (!done.ok()) FAIL(done.error().text() << " in " << step.sql);
  }
  const Schema after = inspect(target);
  CHECK(left(diff_schemas(want, after, target.features())) == "");
  if (*row.query != '\0') CHECK(join(texts(target, row.query), "\n") == row.answer);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->undo_sql.empty()) continue;
    const auto done = execute(target, step->undo_sql);
    if (!done.ok()) FAIL(done.error().text() << " in " << step->undo_sql);
  }
  const Schema again = inspect(target);
  CHECK(left(diff_schemas(have, again, target.features())) == "");
  CHECK((comparable(again) == comparable(have)));
}

void check_cases(const Engine& engine, std::span<const PlanCase> cases) {
  Scratch from(engine), to(engine);
  auto target = from.connect(), wanted = to.connect();
  const Schema empty_target = inspect(*target), empty_wanted = inspect(*wanted);
  for (const auto& row : cases) {
    if (row.to[engine.flavor].empty()) continue;
    const std::string name = row.name;
    CAPTURE(name);
    make(*target, empty_target, row.from[engine.flavor], engine.flavor);
    make(*wanted, empty_wanted, row.to[engine.flavor], engine.flavor);
    check_laws(row, *target, inspect(*wanted), inspect(*target));
  }
}

}  // namespace

ENGINE_TEST_CASE("mysql: plans for tables and columns obey the laws", on_mysql_family) {
  check_cases(engine, mysql_table_cases());
}

ENGINE_TEST_CASE("mysql: plans for keys and indexes obey the laws", on_mysql_family) {
  check_cases(engine, mysql_key_cases());
}

ENGINE_TEST_CASE("mysql: plans for views, triggers and routines obey the laws", on_mysql_family) {
  check_cases(engine, mysql_object_cases());
}
