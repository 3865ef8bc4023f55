// What the type map asks of the data: the values that the other engine's type would not take, counted.
#include "engine/jobs/probe.h"

#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

// A table with a value of each kind that some engine refuses, and a row that every engine takes.
std::vector<std::string> table_of(Flavor flavor) {
  switch (flavor) {
    case Flavor::sqlite:
      return {"create table t (id integer primary key, n int, r real, s text unique, b blob, f boolean)",
              "insert into t values (1, 'many', 'much', x'00', 'text', 7)",
              "insert into t values (2, 5, 1.5, 'x', x'01', 1)"};
    case Flavor::postgres:
      return {
          "create table t (id bigint primary key, n numeric, d date, ts timestamp, tz timestamptz, r real, "
          "dp "
          "double precision, s text unique)",
          "insert into t values (1, 'NaN', 'infinity', 'infinity', '-infinity', 'NaN', 'Infinity', "
          "repeat('x', 800))",
          "insert into t values (2, 5, '2024-01-01', '2024-01-01', '2024-01-01', 1, 1, 'x')"};
    case Flavor::mysql:
    case Flavor::mariadb:
      return {
          "create table t (id bigint unsigned primary key, u bigint unsigned, f tinyint(1), tm time, s "
          "varchar(9))",
          "insert into t values (18446744073709551615, 18446744073709551615, 7, '-10:00:00', concat('a', "
          "char(0)))",
          "insert into t values (2, 2, 1, '10:00:00', 'x')"};
  }
  return {};
}

// Columns that do not fit, from one engine to another.
struct ProbeCase {
  Flavor from, to;
  std::vector<std::string> columns;
};
const std::vector<ProbeCase> cases{
    {Flavor::sqlite, Flavor::postgres, {"n", "r", "s", "b", "f"}},
    {Flavor::sqlite, Flavor::mysql, {"n", "r", "b", "f"}},
    {Flavor::sqlite, Flavor::mariadb, {"n", "r", "b", "f"}},
    {Flavor::postgres, Flavor::sqlite, {"r"}},
    {Flavor::postgres, Flavor::mysql, {"n", "d", "ts", "tz", "r", "dp", "s"}},
    {Flavor::postgres, Flavor::mariadb, {"n", "d", "ts", "tz", "r", "dp", "s"}},
    {Flavor::mysql, Flavor::sqlite, {"id", "u"}},
    {Flavor::mysql, Flavor::postgres, {"id", "f", "tm", "s"}},
    {Flavor::mariadb, Flavor::sqlite, {"id", "u"}},
    {Flavor::mariadb, Flavor::postgres, {"id", "f", "tm", "s"}},
};

}  // namespace

ENGINE_TEST_CASE("values that the other engine's type does not take are counted", on_all) {
  Scratch scratch(engine);
  auto source = scratch.connect();
  run_all(*source, table_of(engine.flavor));
  const auto schema = source->inspect({});
  REQUIRE(schema.ok());
  for (const auto& row : cases) {
    if (row.from != engine.flavor) continue;
    CAPTURE(dialect(row.to).flavor_name);
    std::vector<std::string> found;
    for (const auto& notice : probe_types(*source, *schema, baseline_features(row.to), {})) {
      CAPTURE(notice.text);
      CHECK(notice.code == "values_do_not_fit");
      CHECK(notice.text.starts_with("1 row has a value that "));
      found.push_back(notice.object.substr(2));
    }
    CHECK(found == row.columns);
  }
}
