#include "engine/jobs/verify_walk.h"

#include <doctest/doctest.h>

#include "tests/unit/table_source.h"

namespace bascule {
namespace {

using Rows = std::vector<std::vector<Value>>;

const WalkPlan keyed{{{"id", CommonForm::number, type::Int{8}, type::Int{8}},
                      {"name", CommonForm::text, type::Text{}, type::Text{}},
                      {"price", CommonForm::number, type::Decimal{}, type::Text{}}},
                     {0},
                     10};

Value number(std::int64_t value) {
  return value;
}
Value text(const char* value) {
  return std::string(value);
}
std::vector<Value> row(std::int64_t id, const char* name, const char* price) {
  return {number(id), text(name), value::Decimal{price}};
}

ListedSource source_of(const Rows& rows) {
  ListedSource source({{"id", {}, ""}, {"name", {}, ""}, {"price", {}, ""}}, rows);
  source.batch_rows = 2;
  return source;
}

Opener opener_of(const Rows& rows) {
  return [rows]() -> Result<std::unique_ptr<RowSource>> {
    return std::make_unique<ListedSource>(source_of(rows));
  };
}

// One difference in one line: "missing id=1", "different id=1 name a -> b".
std::vector<std::string> lines(const WalkResult& result) {
  std::vector<std::string> out;
  for (const auto& difference : result.differences) {
    std::string line = difference.kind == DifferenceKind::missing ? "missing"
                       : difference.kind == DifferenceKind::extra ? "extra"
                                                                  : "different";
    for (const auto& [column, value] : difference.key) line += " " + column + "=" + format_value(value);
    if (!difference.column.empty())
      line += " " + difference.column + " " + format_value(difference.source) + " -> " +
              format_value(difference.target);
    out.push_back(line);
  }
  return out;
}

struct Case {
  std::string name;
  Rows source, target;
  std::int64_t missing, extra, different;
  std::vector<std::string> differences;
};

const std::vector<Case> cases{
    {"nothing on both sides", {}, {}, 0, 0, 0, {}},
    {"equal by meaning",
     {row(1, "a", "1.0"), row(2, "b", "2")},
     {row(1, "a", "1"), row(2, "b", "2.00")},
     0,
     0,
     0,
     {}},
    {"the last row is missing",
     {row(1, "a", "1"), row(2, "b", "2")},
     {row(1, "a", "1")},
     1,
     0,
     0,
     {"missing id=2"}},
    {"all rows are missing",
     {row(1, "a", "1"), row(2, "b", "2")},
     {},
     2,
     0,
     0,
     {"missing id=1", "missing id=2"}},
    {"an extra row between",
     {row(1, "a", "1"), row(9, "b", "2")},
     {row(1, "a", "1"), row(5, "x", "0"), row(9, "b", "2")},
     0,
     1,
     0,
     {"extra id=5"}},
    {"two columns of one row",
     {row(1, "a", "1"), row(2, "b", "2")},
     {row(1, "a", "1"), row(2, "B", "2.01")},
     0,
     0,
     1,
     {"different id=2 name b -> B", "different id=2 price 2 -> 2.01"}},
    {"another key", {row(1, "a", "1")}, {row(2, "a", "1")}, 1, 1, 0, {"missing id=1", "extra id=2"}},
    {"NULL is not empty text",
     {{number(1), Value(), value::Decimal{"1"}}},
     {{number(1), text(""), value::Decimal{"1"}}},
     0,
     0,
     1,
     {"different id=1 name  -> "}},
};

TEST_CASE("two sources in key order are compared row by row") {
  for (const auto& one : cases) {
    CAPTURE(one.name);
    auto source = source_of(one.source), target = source_of(one.target);
    const auto result = walk_in_key_order(source, target, keyed);
    REQUIRE(result.ok());
    REQUIRE(result->has_value());
    const WalkResult& found = **result;
    CHECK(found.missing == one.missing);
    CHECK(found.extra == one.extra);
    CHECK(found.different == one.different);
    CHECK(lines(found) == one.differences);
    CHECK(found.rows_source == static_cast<std::int64_t>(one.source.size()));
    CHECK(found.rows_target == static_cast<std::int64_t>(one.target.size()));
    CHECK((found.source == found.target) == one.differences.empty());
  }
}

TEST_CASE("two sources in any order give the same counts") {
  for (const auto& one : cases) {
    CAPTURE(one.name);
    Rows reversed(one.target.rbegin(), one.target.rend());
    const auto result = walk_in_any_order(opener_of(one.source), opener_of(reversed), keyed);
    REQUIRE(result.ok());
    CHECK(result->missing == one.missing);
    CHECK(result->extra == one.extra);
    CHECK(result->different == one.different);
    CHECK(result->differences.size() == one.differences.size());
    CHECK((result->source == result->target) == one.differences.empty());
  }
}

TEST_CASE("digests tell equal tables from others, in any order") {
  for (const auto& one : cases) {
    CAPTURE(one.name);
    Rows reversed(one.target.rbegin(), one.target.rend());
    auto source = source_of(one.source), target = source_of(reversed);
    const auto result = walk_digests(source, target, keyed);
    REQUIRE(result.ok());
    CHECK((result->source == result->target) == one.differences.empty());
    CHECK(result->rows_target == static_cast<std::int64_t>(one.target.size()));
  }
}

TEST_CASE("an order that is not that of the keys is not trusted") {
  struct Row {
    std::string name;
    Rows source, target;
  };
  const Rows ascending{row(1, "a", "1"), row(2, "b", "2"), row(3, "c", "3")};
  for (const auto& one :
       std::vector<Row>{{"source falls", {row(2, "b", "2"), row(1, "a", "1")}, ascending},
                        {"target falls", ascending, {row(3, "c", "3"), row(2, "b", "2")}},
                        {"a key twice", {row(1, "a", "1"), row(1, "b", "1")}, ascending},
                        {"numbers as text", {row(10, "a", "1"), row(9, "b", "1")}, ascending}}) {
    CAPTURE(one.name);
    auto source = source_of(one.source), target = source_of(one.target);
    const auto result = walk_in_key_order(source, target, keyed);
    REQUIRE(result.ok());
    CHECK_FALSE(result->has_value());
  }
}

TEST_CASE("rows without a key, or with one that is not unique, are a multiset") {
  WalkPlan keyless = keyed;
  keyless.key.clear();
  struct Row {
    std::string name;
    Rows source, target;
    std::int64_t missing, extra;
  };
  const std::vector<Row> rows{
      {"the same rows", {row(1, "a", "1"), row(1, "a", "1")}, {row(1, "a", "1"), row(1, "a", "1")}, 0, 0},
      {"one too few", {row(1, "a", "1"), row(1, "a", "1")}, {row(1, "a", "1")}, 1, 0},
      {"two too many", {row(1, "a", "1")}, {row(1, "a", "1"), row(1, "a", "1"), row(1, "a", "1")}, 0, 2},
      {"one changed", {row(1, "a", "1"), row(1, "b", "1")}, {row(1, "a", "1"), row(1, "c", "1")}, 1, 1},
  };
  for (const auto& one : rows)
    for (const WalkPlan* plan : {static_cast<const WalkPlan*>(&keyless), &keyed}) {
      const bool has_key = plan == &keyed;
      CAPTURE(one.name);
      CAPTURE(has_key);
      const auto result = walk_in_any_order(opener_of(one.source), opener_of(one.target), *plan);
      REQUIRE(result.ok());
      CHECK(result->missing == one.missing);
      CHECK(result->extra == one.extra);
      CHECK(static_cast<std::int64_t>(result->differences.size()) == one.missing + one.extra);
    }
}

TEST_CASE("all differences are counted and only so many listed") {
  WalkPlan few = keyed;
  few.limit = 3;
  Rows rows;
  for (std::int64_t i = 0; i < 5000; ++i) rows.push_back(row(i, "a", "1"));
  const Rows none;
  auto source = source_of(rows), target = source_of(none);
  const auto ordered = walk_in_key_order(source, target, few);
  REQUIRE(ordered.ok());
  CHECK((*ordered)->missing == 5000);
  CHECK((*ordered)->differences.size() == 3);
  const auto unordered = walk_in_any_order(opener_of(none), opener_of(rows), few);
  REQUIRE(unordered.ok());
  CHECK(unordered->extra == 5000);
  CHECK(unordered->differences.size() == 3);
}

TEST_CASE("a source that fails is an error, not the end of a table") {
  const Rows rows{row(1, "a", "1"), row(2, "b", "2")};
  const Error broken{ErrorCode::connection, "the connection was lost", "", ""};
  SUBCASE("source") {
    auto source = source_of(rows), target = source_of(rows);
    source.failure = broken;
    CHECK_FALSE(walk_in_key_order(source, target, keyed).ok());
  }
  SUBCASE("target") {
    auto source = source_of(rows), target = source_of(rows);
    target.failure = broken;
    CHECK_FALSE(walk_in_key_order(source, target, keyed).ok());
  }
  SUBCASE("digests") {
    auto source = source_of(rows), target = source_of(rows);
    target.failure = broken;
    CHECK_FALSE(walk_digests(source, target, keyed).ok());
  }
  SUBCASE("any order") {
    const Opener failing = [&]() -> Result<std::unique_ptr<RowSource>> {
      auto source = std::make_unique<ListedSource>(source_of(rows));
      source->failure = broken;
      return source;
    };
    CHECK_FALSE(walk_in_any_order(opener_of(rows), failing, keyed).ok());
    CHECK_FALSE(walk_in_any_order(failing, opener_of(rows), keyed).ok());
  }
}

TEST_CASE("a table that could not be verified is never equal") {
  TableVerification table;
  table.rows_source = table.rows_target = 1;
  CHECK(table.is_equal());
  VerifyResult result{{table}};
  CHECK(result.is_equal());
  CHECK(result.is_complete());
  SUBCASE("not verified") {
    result.tables[0].not_verified = "no common form";
    CHECK_FALSE(result.is_complete());
  }
  SUBCASE("on one side only") {
    result.tables[0].only_in = "source";
  }
  SUBCASE("other numbers of rows") {
    result.tables[0].rows_target = 2;
  }
  SUBCASE("other digests") {
    result.tables[0].digest_source = "00";
  }
  SUBCASE("a changed row") {
    result.tables[0].different = 1;
  }
  CHECK_FALSE(result.is_equal());
}

}  // namespace
}  // namespace bascule
