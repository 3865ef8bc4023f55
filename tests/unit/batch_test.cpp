#include "engine/model/batch.h"

#include <doctest/doctest.h>

namespace bascule {
namespace {

TEST_CASE("cells come back as they were added") {
  Batch batch(9);
  batch.add_null();
  batch.add_boolean(true);
  batch.add_integer(-5);
  batch.add_unsigned(18446744073709551615u);
  batch.add_real(0.1);
  batch.add_text(std::string_view("a\0b", 3));
  batch.add_bytes(std::string_view("\x00\xff", 2));
  batch.add_spelled("1.50");
  batch.add_text("");
  REQUIRE(batch.rows() == 1);
  CHECK(batch.cell(0, 0).is_null());
  CHECK(batch.cell(0, 1).integer == 1);
  CHECK(batch.cell(0, 2).integer == -5);
  CHECK(batch.cell(0, 3).unsigned_integer == 18446744073709551615u);
  CHECK(batch.cell(0, 4).real == 0.1);
  CHECK(batch.cell(0, 5).text == std::string_view("a\0b", 3));
  CHECK(batch.cell(0, 6).text == std::string_view("\x00\xff", 2));
  CHECK(batch.cell(0, 7).kind == CellKind::spelled);
  CHECK(batch.cell(0, 8).kind == CellKind::text);
  CHECK(batch.cell(0, 8).text.empty());

  Batch copy(9);
  for (std::size_t column = 0; column < 9; ++column) copy.add(batch.cell(0, column));
  for (std::size_t column = 0; column < 9; ++column) {
    CAPTURE(column);
    CHECK(copy.cell(0, column).kind == batch.cell(0, column).kind);
    CHECK(to_value(copy.cell(0, column), type::Decimal{}) ==
          to_value(batch.cell(0, column), type::Decimal{}));
  }
  CHECK(to_value(batch.cell(0, 7), type::Decimal{}) == Value(value::Decimal{"1.50"}));
}

TEST_CASE("values go into a batch and come out the same") {
  struct Row {
    Type type;
    Value value;
  };
  const std::vector<Row> rows{
      {Type(), Value()},
      {type::Bool{}, true},
      {type::Int{8}, std::int64_t{-5}},
      {type::Int{8, true}, std::uint64_t{5}},
      {type::Float{8}, 0.1},
      {type::Text{}, std::string("abc")},
      {type::Bytes{}, value::Bytes{"abc"}},
      {type::Decimal{}, value::Decimal{"1.50"}},
      {type::Date{}, *parse_date("0044-03-15 BC")},
      {type::Time{}, *parse_time("-838:59:59.5")},
      {type::Timestamp{}, *parse_timestamp("2024-02-29 12:00:00.25+05:30")},
      {type::Array{{type::Text{}}}, value::Array{{std::string("a,b"), Value()}}},
      {type::Interval{}, value::Spelled{"1 mon"}},
  };
  for (const auto& row : rows) {
    CAPTURE(type_name(row.type));
    Batch batch(1);
    batch.add(row.value);
    CHECK(to_value(batch.cell(0, 0), row.type) == row.value);
  }
}

TEST_CASE("a batch is used again without its old rows") {
  Batch batch(2);
  CHECK(batch.empty());
  CHECK(batch.rows() == 0);
  batch.add_text("first");
  batch.add_integer(1);
  batch.add_text("half");
  CHECK(batch.rows() == 1);
  batch.drop_partial_row();
  batch.add_text("second");
  batch.add_integer(2);
  REQUIRE(batch.rows() == 2);
  CHECK(batch.cell(0, 0).text == "first");
  CHECK(batch.cell(1, 0).text == "second");
  batch.reset(1);
  CHECK(batch.empty());
  batch.add_text("new");
  REQUIRE(batch.rows() == 1);
  CHECK(batch.cell(0, 0).text == "new");
  CHECK(Batch().rows() == 0);
}

}  // namespace
}  // namespace bascule
