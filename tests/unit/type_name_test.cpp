#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/model/type.h"

using namespace bascule;

TEST_CASE("the name of a portable type can be read again") {
  using namespace type;
  const std::vector<Type> types{Any{},
                                Bool{},
                                Int{1},
                                Int{2},
                                Int{3},
                                Int{4},
                                Int{8},
                                Int{1, true},
                                Int{2, true},
                                Int{3, true},
                                Int{4, true},
                                Int{8, true},
                                Decimal{},
                                Decimal{10, 2},
                                Decimal{5, -2},
                                Decimal{65, 0},
                                Float{4},
                                Float{8},
                                Text{},
                                Text{20},
                                Text{4294967295},
                                Text{{}, true},
                                Text{3, true},
                                Bytes{},
                                Bytes{16},
                                Bytes{16, true},
                                Bytes{{}, true},
                                Date{},
                                Time{},
                                Time{3},
                                Time{0, true},
                                Time{{}, true},
                                Timestamp{},
                                Timestamp{6},
                                Timestamp{{}, true},
                                Timestamp{0, true},
                                Interval{},
                                Uuid{},
                                Json{},
                                Json{true},
                                Enum{},
                                Set{},
                                Array{{Int{4}}},
                                Array{{Text{20}}},
                                Array{{Decimal{10, 2}}},
                                Array{{Native{"tsvector"}}},
                                Bits{},
                                Bits{3},
                                Bits{{}, true},
                                Bits{64, true},
                                Network{NetworkKind::inet},
                                Network{NetworkKind::cidr},
                                Network{NetworkKind::macaddr},
                                Network{NetworkKind::macaddr8},
                                Network{NetworkKind::inet4},
                                Network{NetworkKind::inet6},
                                Year{},
                                Native{"tsvector"},
                                Native{"vector(3)"},
                                Native{"geometry(Point,4326)"},
                                Native{"interval day to second(3)"},
                                Native{"app.mood"}};
  for (const auto& type : types) {
    CAPTURE(type_name(type));
    const auto parsed = parse_type_name(type_name(type));
    REQUIRE(parsed.ok());
    CHECK(*parsed == type);
  }
}

TEST_CASE("what is no name of a type is refused with its text") {
  for (const std::string name : {"int4(3)", "varchar(x)", "varchar()", "varchar", "decimal(10)",
                                 "decimal(1,2,3)", "bool(1)", "varchar(3", "varchar(99999999999999)"}) {
    CAPTURE(name);
    const auto parsed = parse_type_name(name);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == ErrorCode::usage);
    CHECK(parsed.error().what.find(name) != std::string::npos);
  }
  CHECK_FALSE(parse_type_name("").ok());
  CHECK_FALSE(parse_type_name("int4(3)[]").ok());
}
