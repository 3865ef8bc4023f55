#include "engine/model/value.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace bascule {
namespace {

const Type any_array_of(Type element) {
  return type::Array{{std::move(element)}};
}

// --- dates and times ---

TEST_CASE("dates are read to fields and written back") {
  struct Row {
    std::string text;
    int year, month, day;
    std::string written = {};  // empty: as it was read
  };
  const std::vector<Row> rows{
      {"2024-02-29", 2024, 2, 29},
      {"1970-01-01", 1970, 1, 1},
      {"0001-01-01", 1, 1, 1},
      {"0001-12-31 BC", 0, 12, 31},
      {"0044-03-15 BC", -43, 3, 15},
      {"4714-11-24 BC", -4713, 11, 24},
      {"-4713-11-24", -4713, 11, 24, "4714-11-24 BC"},
      {"5874897-12-31", 5874897, 12, 31},
      {"0000-00-00", 0, 0, 0},
      {"2024-00-00", 2024, 0, 0},
      {"2024-05-00", 2024, 5, 0},
      {"0000-05-00", 0, 5, 0},
      {"2000-02-29", 2000, 2, 29},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto date = parse_date(row.text);
    REQUIRE(date.has_value());
    CHECK(*date ==
          value::Date{row.year, static_cast<std::int8_t>(row.month), static_cast<std::int8_t>(row.day)});
    CHECK(format_date(*date) == (row.written.empty() ? row.text : row.written));
  }
}

TEST_CASE("what is no date is not read as one") {
  for (const std::string text :
       {"", "2024", "2024-2-29", "2023-02-29", "1900-02-29", "2024-13-01", "2024-04-31", "2024-01-32",
        "24-01-01", "2024-01-01 ", " 2024-01-01", "2024-01-01x", "2024/01/01", "0000-00-00 BC",
        "0000-01-01 BC", "-0001-01-01 BC", "99999999-01-01", "Infinity", "12:00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text).has_value());
  }
}

TEST_CASE("times are read to microseconds and written back") {
  struct Row {
    std::string text;
    std::int64_t microseconds;
    std::optional<std::int32_t> offset = {};
    std::string written = {};
  };
  const std::vector<Row> rows{
      {"00:00:00", 0},
      {"23:59:59.999999", 86'399'999'999},
      {"24:00:00", 86'400'000'000},
      {"12:30", 45'000'000'000, {}, "12:30:00"},
      {"12:00:00.5", 43'200'500'000},
      {"12:00:00.500000", 43'200'500'000, {}, "12:00:00.5"},
      {"12:00:00.500000000", 43'200'500'000, {}, "12:00:00.5"},
      {"-00:00:00.000001", -1},
      {"-838:59:59", -3'020'399'000'000},
      {"838:59:59.000001", 3'020'399'000'001},
      {"12:00:00+00", 43'200'000'000, 0},
      {"12:00:00+05:30", 43'200'000'000, 19'800},
      {"12:00:00-05:30:15", 43'200'000'000, -19'815},
      {"12:00:00Z", 43'200'000'000, 0, "12:00:00+00"},
      {"12:00:00+0530", 43'200'000'000, 19'800, "12:00:00+05:30"},
      {"12:00:00+00:00:15", 43'200'000'000, 15},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto time = parse_time(row.text);
    REQUIRE(time.has_value());
    CHECK(time->microseconds == row.microseconds);
    CHECK(time->offset_seconds == row.offset);
    CHECK(format_time(*time) == (row.written.empty() ? row.text : row.written));
  }
}

TEST_CASE("what is no exact time is not read as one") {
  for (const std::string text :
       {"", "12", "1:00:00", "12:60:00", "12:00:60", "12:00:00.", "12:00:00.1234567", "12:00:00 ",
        "12:00:00+5", "12:00:00+05:60", "12:00:00+24", "12:00:00+05:30x", "--12:00:00", "12:00:00 UTC"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
}

TEST_CASE("timestamps are written as they were read") {
  for (const std::string text :
       {"2024-02-29 12:00:00", "2024-02-29 12:00:00.000001", "2024-02-29 12:00:00+00",
        "2024-02-29 12:00:00.25+05:30:15", "0044-03-15 12:00:00 BC", "0044-03-15 12:00:00+00 BC", "infinity",
        "-infinity", "0000-00-00 00:00:00", "294276-12-31 23:59:59.999999", "2024-05-00 00:00:00"}) {
    CAPTURE(text);
    const auto timestamp = parse_timestamp(text);
    REQUIRE(timestamp.has_value());
    CHECK(format_timestamp(*timestamp) == text);
  }
  CHECK(format_timestamp(*parse_timestamp("2024-02-29T12:00:00Z")) == "2024-02-29 12:00:00+00");
  for (const std::string text : {"", "2024-02-29", "2024-02-29  12:00:00", "2024-02-29 24:00:00",
                                 "2024-02-29 -01:00:00", "2024-02-30 12:00:00", "2024-02-29 12:00:00 AD"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}

TEST_CASE("the calendar agrees with itself and with known days") {
  CHECK(days_from_civil(1970, 1, 1) == 0);
  CHECK(days_from_civil(1969, 12, 31) == -1);
  CHECK(days_from_civil(2000, 3, 1) == 11'017);
  CHECK(days_from_civil(-4713, 11, 24) == -2'440'588);  // Julian day 0
  for (std::int64_t day = -3'000'000; day < 3'000'000; day += 997) {
    const auto date = civil_from_days(day);
    CHECK(days_from_civil(date.year, date.month, date.day) == day);
  }
}

TEST_CASE("timestamps count microseconds in UTC") {
  const auto count = [](const char* text) { return epoch_microseconds(*parse_timestamp(text)); };
  CHECK(count("1970-01-01 00:00:00.000001") == 1);
  CHECK(count("1970-01-01 05:30:00+05:30") == 0);
  CHECK(count("1969-12-31 23:59:59+00") == -1'000'000);
  CHECK_FALSE(count("infinity").has_value());
  CHECK_FALSE(count("0000-00-00 00:00:00").has_value());
  CHECK_FALSE(count("5874897-01-01 00:00:00").has_value());  // beyond 64 bits
}

// --- numbers ---

TEST_CASE("decimals have one canonical form") {
  struct Row {
    std::string digits, canonical;
  };
  const std::vector<Row> rows{
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"1.00", "1"},
      {"+1", "1"},
      {"007", "7"},
      {".5", "0.5"},
      {"5.", "5"},
      {"-.50", "-0.5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"1.25e1", "12.5"},
      {"125e-2", "1.25"},
      {"1e-3", "0.001"},
      {"0e5", "0"},
      {"-1.5e-1", "-0.15"},
      {"100", "100"},
      {"0.100", "0.1"},
      {"1e20", "100000000000000000000"},
      {"99999999999999999999999999999999999999.99", "99999999999999999999999999999999999999.99"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.digits);
    CHECK(canonical_decimal(row.digits) == row.canonical);
  }
  for (const std::string text :
       {"", "-", ".", "+.", "e5", "1e", "1e+", "1e-", "1e+-5", "1 ", " 1", "1,5", "0x10", "NaN", "Infinity",
        "1e999999999", "1e99999999999999999999", "--1", "1.2.3"}) {
    CAPTURE(text);
    CHECK_FALSE(canonical_decimal(text).has_value());
  }
}

TEST_CASE("values compare in one order") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double two_63 = 9223372036854775808.0, two_64 = 18446744073709551616.0;
  constexpr std::int64_t int_max = std::numeric_limits<std::int64_t>::max();
  constexpr std::uint64_t uint_max = std::numeric_limits<std::uint64_t>::max();
  const auto decimal = [](const char* digits) { return Value(value::Decimal{digits}); };
  const auto text = [](const char* characters) { return Value(std::string(characters)); };
  const auto at = [](const char* characters) { return Value(*parse_timestamp(characters)); };
  const auto day = [](const char* characters) { return Value(*parse_date(characters)); };
  const auto time = [](const char* characters) { return Value(*parse_time(characters)); };
  const auto bytes = [](std::string data) { return Value(value::Bytes{std::move(data)}); };
  const auto array = [](std::vector<Value> elements) { return Value(value::Array{std::move(elements)}); };
  struct Row {
    std::string name;
    Value a, b;
    int result;
  };
  const std::vector<Row> rows{
      {"null equals null", Value(), Value(), 0},
      {"null is first", Value(), Value(std::int64_t{-5}), -1},
      {"null is before empty text", Value(), text(""), -1},
      {"1 = true", std::int64_t{1}, true, 0},
      {"0 = false", false, std::int64_t{0}, 0},
      {"1 = 1.00", std::int64_t{1}, decimal("1.00"), 0},
      {"1 = 1.0", std::int64_t{1}, 1.0, 0},
      {"-0 = 0", -0.0, std::int64_t{0}, 0},
      {"-0.0 = 0.0", -0.0, 0.0, 0},
      {"2^63-1 < 2^63 unsigned", int_max, std::uint64_t{1} << 63, -1},
      {"2^63-1 < 2^63 double", int_max, two_63, -1},
      {"2^63 unsigned = double", std::uint64_t{1} << 63, two_63, 0},
      {"2^63+1 unsigned > double", (std::uint64_t{1} << 63) + 1, two_63, 1},
      {"2^64-1 < 2^64 double", uint_max, two_64, -1},
      {"2^64-1 = decimal", uint_max, decimal("18446744073709551615.0"), 0},
      {"-1 < 2^64-1", std::int64_t{-1}, uint_max, -1},
      {"2^53+1 > 2^53 double", std::int64_t{9007199254740993}, 9007199254740992.0, 1},
      {"huge decimal equals a whole double", decimal("99999999999999991611392"), 1e23, 0},
      {"huge decimal beside it", decimal("99999999999999991611393"), 1e23, 1},
      {"huge decimal below it", decimal("99999999999999991611391.999"), 1e23, -1},
      {"0.1 decimal = 0.1 double", decimal("0.10"), 0.1, 0},
      {"0.1 decimal < 0.1+epsilon", decimal("0.1"), 0.10000000000000002, -1},
      {"0.3 < 0.1+0.2", 0.3, 0.1 + 0.2, -1},
      {"negative decimals", decimal("-10"), decimal("-9.5"), -1},
      {"negative fractions", decimal("-0.25"), decimal("-0.2"), -1},
      {"fractions", decimal("1.5"), decimal("1.45"), 1},
      {"a fraction beyond", decimal("1"), decimal("1.0000000000000000000000001"), -1},
      {"NaN equals itself", nan, nan, 0},
      {"NaN equals the decimal NaN", nan, decimal("NaN"), 0},
      {"NaN after infinity", nan, infinity, 1},
      {"infinity after numbers", infinity, uint_max, 1},
      {"infinities", -infinity, decimal("Infinity"), -1},
      {"denormal", 5e-324, 0.0, 1},
      {"text by bytes", text("a"), text("B"), 1},
      {"text prefix", text("a"), text("ab"), -1},
      {"text bytes beyond ASCII", text("\xC3\xA9"), text("z"), 1},
      {"text that is a number", text("1.00"), std::int64_t{1}, 0},
      {"number against text", std::int64_t{2}, text("10"), -1},
      {"text that is no number", text("abc"), std::int64_t{5}, 1},
      {"t = true", text("t"), true, 0},
      {"t = 1 only for booleans", text("t"), std::int64_t{1}, 1},
      {"1e400 as text", text("1e400"), 1e308, 1},
      {"bytes are not text", bytes("abc"), text("abc"), 1},
      {"bytes unsigned", bytes("\xFF"), bytes("\x01"), 1},
      {"bytes prefix with NUL", bytes(std::string("a\0", 2)), bytes("a"), 1},
      {"instants", at("2024-01-01 12:00:00+02"), at("2024-01-01 10:00:00+00"), 0},
      {"instants over midnight", at("2024-01-01 00:30:00+01"), at("2023-12-31 23:30:00+00"), 0},
      {"an instant later", at("2024-01-01 00:00:00-01"), at("2024-01-01 00:59:59.999999+00"), 1},
      {"wall time counts as UTC", at("2024-01-01 10:00:00"), at("2024-01-01 10:00:00+00"), 0},
      {"precision", at("2024-01-01 10:00:00.000000"), at("2024-01-01 10:00:00"), 0},
      {"infinity after all dates", day("infinity"), at("294276-12-31 23:59:59"), 1},
      {"minus infinity before BC", at("-infinity"), day("4714-11-24 BC"), -1},
      {"infinity equals infinity", day("infinity"), at("infinity"), 0},
      {"BC before AD", day("0044-03-15 BC"), day("0001-01-01"), -1},
      {"a date is its midnight", day("2024-01-01"), at("2024-01-01 00:00:00"), 0},
      {"zero date before the year 1", day("0000-00-00"), day("0001-01-01"), -1},
      {"a month without day before its days", day("2024-05-00"), day("2024-05-01"), -1},
      {"text that is a timestamp", text("2024-01-01T10:00:00Z"), at("2024-01-01 10:00:00"), 0},
      {"text that is a date", text("2024-01-01"), day("2024-01-01"), 0},
      {"text that is no date", text("tomorrow"), day("2024-01-01"), 1},
      {"times with zones", time("12:00:00+02"), time("10:00:00+00"), 0},
      {"negative times", time("-00:00:01"), time("00:00:00"), -1},
      {"text that is a time", text("10:00"), time("10:00:00"), 0},
      {"arrays by element", array({std::int64_t{1}, decimal("2.0")}), array({1.0, std::int64_t{2}}), 0},
      {"a shorter array first", array({std::int64_t{1}}), array({std::int64_t{1}, Value()}), -1},
      {"array as text", text("{1,NULL}"), array({std::int64_t{1}, Value()}), 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(compare(row.a, row.b) == row.result);
    CHECK(compare(row.b, row.a) == -row.result);
  }
}

// --- reading by type ---

TEST_CASE("a text is read by its type, or kept as it is") {
  const Type int8 = type::Int{8, false}, uint8 = type::Int{8, true}, decimal = type::Decimal{};
  struct Row {
    std::string name;
    Type type;
    std::string text;
    Value value;
  };
  const auto spelled = [](const char* text) { return Value(value::Spelled{text}); };
  const std::vector<Row> rows{
      {"boolean t", type::Bool{}, "t", true},
      {"boolean false", type::Bool{}, "false", false},
      {"boolean 1", type::Bool{}, "1", true},
      {"no boolean", type::Bool{}, "2", spelled("2")},
      {"integer", int8, "-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
      {"zerofill", int8, "00042", std::int64_t{42}},
      {"unsigned", uint8, "18446744073709551615", std::numeric_limits<std::uint64_t>::max()},
      {"small unsigned", uint8, "7", std::uint64_t{7}},
      {"signed beyond its range", int8, "9223372036854775808", std::uint64_t{1} << 63},
      {"no integer", int8, "12.0", spelled("12.0")},
      {"too large", uint8, "18446744073709551616", spelled("18446744073709551616")},
      {"decimal keeps its zeros", decimal, "-12.50", value::Decimal{"-12.50"}},
      {"decimal without exponent", decimal, "1E+3", value::Decimal{"1000"}},
      {"decimal NaN", decimal, "nan", value::Decimal{"NaN"}},
      {"decimal infinity", decimal, "-Infinity", value::Decimal{"-Infinity"}},
      {"no decimal", decimal, "1,5", spelled("1,5")},
      {"double", type::Float{8}, "0.30000000000000004", 0.1 + 0.2},
      {"double infinity", type::Float{8}, "-Infinity", -std::numeric_limits<double>::infinity()},
      {"double too large", type::Float{8}, "1e400", spelled("1e400")},
      {"float is rounded once", type::Float{4}, "0.1", static_cast<double>(0.1f)},
      {"text", type::Text{}, "1", std::string("1")},
      {"uuid", type::Uuid{}, "ABCDEF00-0000-0000-0000-000000000001",
       std::string("abcdef00-0000-0000-0000-000000000001")},
      {"bytes", type::Bytes{}, "\\x00ff", value::Bytes{std::string("\x00\xff", 2)}},
      {"no bytes", type::Bytes{}, "\\x0", spelled("\\x0")},
      {"escaped bytes", type::Bytes{}, "abc", spelled("abc")},
      {"date", type::Date{}, "2024-02-29", value::Date{2024, 2, 29}},
      {"no date", type::Date{}, "2024-02-30", spelled("2024-02-30")},
      {"time", type::Time{}, "-01:00:00", value::Time{-3'600'000'000}},
      {"timestamp", type::Timestamp{}, "1970-01-01 00:00:01", value::Timestamp{{1970, 1, 1}, 1'000'000}},
      {"a date among timestamps", type::Timestamp{}, "1970-01-01", value::Date{1970, 1, 1}},
      {"interval", type::Interval{}, "1 mon", spelled("1 mon")},
      {"any", Type(), "5", spelled("5")},
      {"array", any_array_of(int8), "{1,NULL,-3}",
       value::Array{{std::int64_t{1}, Value(), std::int64_t{-3}}}},
      {"array of arrays", any_array_of(int8), "{{1,2},{3,4}}",
       value::Array{{value::Array{{std::int64_t{1}, std::int64_t{2}}},
                     value::Array{{std::int64_t{3}, std::int64_t{4}}}}}},
      {"array of text", any_array_of(type::Text{}), R"({a b,"c,d","e\"f\\","","NULL",null})",
       value::Array{{std::string("a b"), std::string("c,d"), std::string("e\"f\\"), std::string(),
                     std::string("NULL"), Value()}}},
      {"empty array", any_array_of(int8), "{}", value::Array{}},
      {"array with bounds", any_array_of(int8), "[0:1]={1,2}", spelled("[0:1]={1,2}")},
      {"unfinished array", any_array_of(int8), "{1,2", spelled("{1,2")},
      {"array with more after it", any_array_of(int8), "{1}2", spelled("{1}2")},
      {"array with an open quote", any_array_of(type::Text{}), "{\"a}", spelled("{\"a}")},
      {"array with a gap", any_array_of(int8), "{1,,2}", spelled("{1,,2}")},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(parse_value(row.text, row.type) == row.value);
  }
  const std::string deep(100'000, '{');
  CHECK(parse_value(deep, any_array_of(int8)) == Value(value::Spelled{deep}));
}

TEST_CASE("values are written for people") {
  struct Row {
    Value value;
    std::string text;
  };
  const std::vector<Row> rows{
      {Value(), ""},
      {true, "true"},
      {std::int64_t{-5}, "-5"},
      {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615"},
      {0.1, "0.1"},
      {value::Decimal{"1.50"}, "1.50"},
      {value::Bytes{std::string("\x00\xff", 2)}, "\\x00ff"},
      {value::Spelled{"1 mon"}, "1 mon"},
      {value::Array{{std::string("a,b"), Value(), std::string("null"), std::string(), std::string("x\"\\")}},
       R"({"a,b",NULL,"null","","x\"\\"})"},
      {value::Array{{value::Array{{std::int64_t{1}}}, value::Array{{Value()}}}}, "{{1},{NULL}}"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(format_value(row.value) == row.text);
  }
}

}  // namespace
}  // namespace bascule
