#include "shell/compare.h"

#include <doctest/doctest.h>

#include "shell/render/renderer.h"
#include "tests/unit/table_source.h"

namespace bascule {
namespace {

std::vector<Value> row(std::initializer_list<Value> values) {
  return values;
}

Value number(std::int64_t value) {
  return value;
}

Value text(std::string_view value) {
  return std::string(value);
}

Value decimal(std::string digits) {
  return value::Decimal{std::move(digits)};
}

Value spelled(std::string_view value) {
  return value::Spelled{std::string(value)};
}

struct Table {
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Value>> rows;
};

struct Compared {
  std::string shown;  // csv without a header, blanks for equal rows
  CompareSummary summary;
};

Compared compared(const Table& left, const Table& right, CompareOptions options = {}, bool header = false,
                  std::size_t batch_rows = 1000) {
  ListedSource left_rows(left.columns, left.rows), right_rows(right.columns, right.rows);
  left_rows.batch_rows = right_rows.batch_rows = batch_rows;
  auto comparison = Comparison::open({&left_rows, "src"}, {&right_rows, "dst"}, std::move(options));
  REQUIRE(comparison.ok());
  RenderOptions render_options;
  render_options.format = Format::csv;
  render_options.null_text = "NULL";
  render_options.header = header;
  Output output = Output::memory();
  REQUIRE(render(**comparison, render_options, output).ok());
  return {output.text(), (*comparison)->summary()};
}

ResultColumn column(std::string name, Type type = type::Text{}) {
  return {std::move(name), std::move(type), ""};
}

const std::vector<ResultColumn> id_and_name{column("id", type::Int{}), column("name")};

struct CompareCase {
  const char* name;
  Table left, right;
  std::string_view shown, footer;
};

const std::vector<CompareCase>& compare_cases() {
  static const std::vector<CompareCase> cases{
      {"two empty results", {id_and_name, {}}, {id_and_name, {}}, "", "0 equal"},
      {"equal rows in another order",
       {id_and_name, {row({number(1), text("a")}), row({number(2), text("b")})}},
       {id_and_name, {row({number(2), text("b")}), row({number(1), text("a")})}},
       " ,1,a\n ,2,b\n",
       "2 equal"},
      {"a difference, and rows on one side",
       {id_and_name, {row({number(1), text("a")}), row({number(2), text("b")}), row({number(3), text("c")})}},
       {id_and_name, {row({number(5), text("e")}), row({number(1), text("a")}), row({number(2), text("B")})}},
       " ,1,a\n~,2,b -> B\n<,3,c\n>,5,e\n",
       "1 equal, 1 differs, 1 only in src, 1 only in dst"},
      {"null is equal to null and to nothing else",
       {id_and_name, {row({number(1), Value()}), row({number(2), Value()}), row({number(3), text("")})}},
       {id_and_name, {row({number(1), Value()}), row({number(2), text("")}), row({number(3), Value()})}},
       " ,1,NULL\n~,2,NULL -> \n~,3, -> NULL\n",
       "1 equal, 2 differ"},
      {"numbers are equal by value",
       {{column("n", type::Decimal{}), column("flag", type::Bool{})}, {row({decimal("1.00"), true})}},
       {{column("n", type::Int{}), column("flag", type::Int{})}, {row({number(1), number(1)})}},
       " ,1.00,true\n",
       "1 equal"},
      {"timestamps are equal whatever their digits",
       {{column("id"), column("at", type::Timestamp{})},
        {row({text("x"), spelled("2024-02-29 12:00:00.500000")})}},
       {{column("id"), column("at", type::Timestamp{3})},
        {row({text("x"), spelled("2024-02-29 12:00:00.5")})}},
       " ,x,2024-02-29 12:00:00.500000\n",
       "1 equal"},
      {"keys match across types",
       {{column("day", type::Date{}), column("v")}, {row({spelled("2024-02-29"), text("a")})}},
       {{column("day", type::Text{}), column("v")}, {row({text("2024-02-29"), text("a")})}},
       " ,2024-02-29,a\n",
       "1 equal"},
      {"repeated keys match in order of appearance",
       {id_and_name, {row({number(1), text("a")}), row({number(1), text("b")}), row({number(1), text("c")})}},
       {id_and_name, {row({number(1), text("a")}), row({number(1), text("x")})}},
       " ,1,a\n~,1,b -> x\n<,1,c\n",
       "1 equal, 1 differs, 1 only in src"},
      {"columns match by name",
       {id_and_name, {row({number(1), text("a")})}},
       {{column("NAME"), column("ID", type::Int{})}, {row({text("a"), number(1)})}},
       " ,1,a\n",
       "1 equal"},
      {"columns of other names match by position",
       {{column("id"), column("count")}, {row({text("x"), number(7)})}},
       {{column("id"), column("count(*)")}, {row({text("x"), number(7)})}},
       " ,x,7\n",
       "1 equal"},
      {"a column on one side only makes rows different",
       {id_and_name, {row({number(1), text("a")})}},
       {{column("id", type::Int{})}, {row({number(1)}), row({number(2)})}},
       "~,1,a\n>,2,NULL\n",
       "0 equal, 1 differs, 1 only in dst"},
  };
  return cases;
}

TEST_CASE("two results are shown side by side") {
  for (const auto& test : compare_cases()) {
    SUBCASE(test.name) {
      for (const std::size_t batch_rows : {1, 1000}) {
        CAPTURE(batch_rows);
        const auto result = compared(test.left, test.right, {}, false, batch_rows);
        CHECK(result.shown == test.shown);
        CHECK(compare_text(result.summary, "src", "dst") == test.footer);
        CHECK(result.summary.all_equal() == (test.footer.find("differ") == std::string_view::npos &&
                                             test.footer.find("only") == std::string_view::npos));
      }
    }
  }
}

TEST_CASE("strict comparison wants the same text and kind") {
  CompareOptions strict;
  strict.strict = true;
  const Table ones{id_and_name, {row({number(1), text("a")})}};
  CHECK(compared(ones, ones, strict).summary.all_equal());
  const Table decimals{{column("id", type::Decimal{}), column("name")}, {row({decimal("1.00"), text("a")})}};
  CHECK(compared(ones, decimals, strict).shown == "~,1 -> 1.00,a\n");
  const Table texts{{column("id"), column("name")}, {row({text("1"), text("a")})}};
  CHECK(compared(ones, texts, strict).shown == "~,1 -> 1,a\n");
}

TEST_CASE("rows match by the chosen key") {
  CompareOptions options;
  options.key = {"NAME", "id"};
  const Table left{id_and_name, {row({number(1), text("a")}), row({number(1), text("b")})}};
  const Table right{id_and_name, {row({number(1), text("b")}), row({number(2), text("a")})}};
  CHECK(compared(left, right, options).shown == "<,1,a\n ,1,b\n>,2,a\n");
}

TEST_CASE("headers and notes say what is on one side") {
  const Table left{id_and_name, {row({number(1), text("a")}), row({number(1), text("a")})}};
  const Table right{{column("id", type::Int{})}, {row({number(1)}), row({number(1)})}};
  const auto people = compared(left, right, {}, true);
  CHECK(people.shown == ",id,name (only in src)\n~,1,a\n~,1,a\n");
  CHECK(people.summary.notes ==
        std::vector<std::string>{
            "column \"name\" is only in src",
            "the key repeats in 1 row of dst: rows of one key are matched in order of appearance"});
  CompareOptions machine;
  machine.for_people = false;
  CHECK(compared(right, right, machine, true).shown == "side,id\n=,1\n=,1\n");
}

TEST_CASE("many rows find their partners") {
  Table left{id_and_name, {}}, right{id_and_name, {}};
  for (std::int64_t i = 0; i < 5000; ++i) left.rows.push_back(row({number(i), text("same")}));
  for (std::int64_t i = 5000; i-- > 1;)
    right.rows.push_back(row({decimal(std::to_string(i) + ".0"), text("same")}));
  const auto summary = compared(left, right).summary;
  CHECK(compare_text(summary, "src", "dst") == "4,999 equal, 1 only in src");
}

TEST_CASE("comparisons that cannot be made are errors") {
  const Table table{id_and_name, {row({number(1), text("a")})}};
  const Table only_id{{column("id", type::Int{})}, {row({number(1)})}};
  struct ErrorCase {
    const char* name;
    Table left, right;
    CompareOptions options;
    ErrorCode code;
    std::string_view what;
  };
  CompareOptions unknown, one_side, small;
  unknown.key = {"nmae"};
  one_side.key = {"name"};
  small.memory_limit = 10;
  const ErrorCase cases[] = {
      {"an unknown key", table, table, unknown, ErrorCode::usage,
       "there is no key column \"nmae\" in the result of src"},
      {"a key on one side", table, only_id, one_side, ErrorCode::usage,
       "key column \"name\" is not in the result of dst"},
      {"no columns", {{}, {}}, table, {}, ErrorCode::usage, "the result of src has no columns to compare"},
      {"too much to hold", table, table, small, ErrorCode::unsupported,
       "the result of dst is too large to show side by side"},
  };
  for (const auto& test : cases) {
    SUBCASE(test.name) {
      ListedSource left(test.left.columns, test.left.rows), right(test.right.columns, test.right.rows);
      const auto comparison = Comparison::open({&left, "src"}, {&right, "dst"}, test.options);
      REQUIRE_FALSE(comparison.ok());
      CHECK(comparison.error().code == test.code);
      CHECK(comparison.error().what == test.what);
      CHECK_FALSE(comparison.error().hint.empty());
    }
  }
}

TEST_CASE("a side that fails makes the comparison fail") {
  const Table table{id_and_name, {row({number(1), text("a")})}};
  ListedSource left(table.columns, table.rows), right(table.columns, table.rows);
  SUBCASE("the right side at once") {
    right.failure = usage_error("gone", "");
    CHECK_FALSE(Comparison::open({&left, "src"}, {&right, "dst"}, {}).ok());
  }
  SUBCASE("the left side after its rows") {
    left.failure = usage_error("gone", "");
    auto comparison = Comparison::open({&left, "src"}, {&right, "dst"}, {});
    REQUIRE(comparison.ok());
    Batch batch;
    const auto first = (*comparison)->next(batch, 1000);
    REQUIRE(first.ok());
    CHECK(*first);
    CHECK(batch.rows() == 1);
    CHECK_FALSE((*comparison)->next(batch, 1000).ok());
    CHECK_FALSE((*comparison)->next(batch, 1000).ok());
  }
}

}  // namespace
}  // namespace bascule
