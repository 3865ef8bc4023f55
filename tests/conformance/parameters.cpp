// Bound parameters arrive as they are: nothing is spelled into the statement's text.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct Case {
  std::string_view name;
  PerFlavor type;
  Value value;
  std::string expected;  // format_value() of what is read back
};

std::string all_bytes() {
  std::string out;
  for (int byte = 0; byte < 256; ++byte) out += static_cast<char>(byte);
  return out;
}

std::vector<Case> cases() {
  const std::string injection = "'; drop table v; -- \\' \" ` $1 ? :x";
  return {
      {"null", everywhere("int"), Value(value::Null{}), ""},
      {"true", {"int", "boolean", "boolean"}, Value(true), ""},
      {"smallest integer", everywhere("bigint"), Value(std::numeric_limits<std::int64_t>::min()),
       "-9223372036854775808"},
      {"large decimal",
       {"text", "numeric", "decimal(40,10)"},
       Value(value::Decimal{"123456789012345678901234567890.0123456789"}),
       "123456789012345678901234567890.0123456789"},
      {"text with quotes", everywhere("text"), Value(injection), injection},
      {"text with wide characters", everywhere("text"), Value(std::string("Grüße 🐘")), "Grüße 🐘"},
      {"empty text", everywhere("text"), Value(std::string()), ""},
      {"bytes",
       {"blob", "bytea", "blob"},
       Value(value::Bytes{all_bytes()}),
       format_value(Value(value::Bytes{all_bytes()}))},
      {"date", {"text", "date", "date"}, Value(value::Date{2024, 2, 29}), "2024-02-29"},
      {"time", {"text", "time", "time(6)"}, Value(value::Time{86'399'999'999}), "23:59:59.999999"},
      {"timestamp",
       {"text", "timestamp", "datetime(6)"},
       Value(value::Timestamp{{2024, 2, 29}, 43'200'000'001}),
       "2024-02-29 12:00:00.000001"},
      {"json text", {"text", "json", "longtext"}, Value(std::string("{\"a\": 1}")), "{\"a\": 1}"},
  };
}

}  // namespace

ENGINE_TEST_CASE("a parameter is stored as it is", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  for (const auto& row : cases()) {
    CAPTURE(row.name);
    run(*connection, "create table v (v " + std::string(row.type[engine.flavor]) + ")");
    const Value parameters[] = {row.value};
    const auto stored = fetch(*connection, "insert into v values (?)", parameters);
    if (!stored.ok()) {
      FAIL_CHECK(stored.error().text());
    } else if (row.value.is_null()) {
      CHECK(scalar(*connection, "select count(*) from v where v is null") == "1");
    } else if (row.value.get<bool>() != nullptr) {
      CHECK(scalar(*connection, "select count(*) from v where v") == "1");
    } else {
      CHECK(scalar(*connection, "select v from v") == row.expected);
    }
    run(*connection, "drop table v");
  }
}

ENGINE_TEST_CASE("doubles go there and back bit for bit", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table v (i int primary key, v " +
                       std::string(PerFlavor{"real", "float8", "double"}[engine.flavor]) + ")");
  std::vector<double> doubles{
      0.1, 1.0 / 3.0, 5e-324, std::numeric_limits<double>::max(), -1.5, 1e22, 2.2250738585072014e-308};
  std::mt19937_64 random(20240229);
  while (doubles.size() < 200) {
    const double next = std::bit_cast<double>(random());
    if (std::isfinite(next)) doubles.push_back(next);
  }
  run(*connection, "begin");
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    const Value parameters[] = {Value(static_cast<std::int64_t>(i)), Value(doubles[i])};
    const auto stored = fetch(*connection, "insert into v values (?, ?)", parameters);
    if (!stored.ok()) FAIL(stored.error().text());
  }
  run(*connection, "commit");
  const auto rows = fetch(*connection, "select v from v order by i");
  REQUIRE(rows.ok());
  REQUIRE(rows->values.size() == doubles.size());
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    const double* back = rows->values[i][0].get<double>();
    REQUIRE(back != nullptr);
    CHECK(std::bit_cast<std::uint64_t>(*back) == std::bit_cast<std::uint64_t>(doubles[i]));
  }
}

ENGINE_TEST_CASE("an unsigned integer of 64 bits is bound whole", on_servers) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table v (v " +
                       std::string(PerFlavor{"", "numeric(20)", "bigint unsigned"}[engine.flavor]) + ")");
  const Value parameters[] = {Value(std::numeric_limits<std::uint64_t>::max())};
  REQUIRE(fetch(*connection, "insert into v values (?)", parameters).ok());
  CHECK(scalar(*connection, "select v from v") == "18446744073709551615");
}

ENGINE_TEST_CASE("SQLite refuses an integer that it cannot hold", on_sqlite) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const Value parameters[] = {Value(std::numeric_limits<std::uint64_t>::max())};
  CHECK(!fetch(*connection, "select ?", parameters).ok());
}

ENGINE_TEST_CASE("a question mark in a string, a comment or a name is no placeholder", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const std::string quote(1, connection->server().dialect->identifier_quote);
  run(*connection, "create table v (" + quote + "a?" + quote + " int, b varchar(10))");
  const Value parameters[] = {Value(std::int64_t{7}), Value(std::string("x"))};
  const auto stored =
      fetch(*connection, "insert into v (" + quote + "a?" + quote + ", b) /* ? */ values (?, ?) -- ?\n",
            parameters);
  if (!stored.ok()) FAIL(stored.error().text());
  CHECK(texts(*connection, "select * from v where b <> '?'") == std::vector<std::string>{"7|x"});
}

ENGINE_TEST_CASE("a wrong number of parameters is an error before anything is sent", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table v (a int, b int)");
  const Value one[] = {Value(std::int64_t{1})};
  const Value three[] = {Value(std::int64_t{1}), Value(std::int64_t{2}), Value(std::int64_t{3})};
  CHECK(!fetch(*connection, "insert into v values (?, ?)", one).ok());
  CHECK(!fetch(*connection, "insert into v values (?, ?)", three).ok());
  CHECK(connection->is_alive());
  CHECK(scalar(*connection, "select count(*) from v") == "0");
}

ENGINE_TEST_CASE("a statement with parameters streams, fails and is cancelled like any other", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, {"create table v (a int)", "insert into v values (1), (2), (3)"});
  const Value parameters[] = {Value(std::int64_t{1})};
  const auto rows = fetch(*connection, "select a from v where a > ? order by a", parameters);
  REQUIRE(rows.ok());
  REQUIRE(rows->values.size() == 2);
  CHECK(rows->values[1][0] == Value(std::int64_t{3}));
  const auto refused = fetch(*connection, "select a from nowhere where a > ?", parameters);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::sql);
  CHECK(scalar(*connection, "select count(*) from v") == "3");
}
