#include "engine/dialect/canonical.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/dialect/json_form.h"

namespace bascule {
namespace {

using Fill = std::function<void(Batch&)>;

std::string canonical(const Fill& fill, CommonForm form) {
  Batch batch(1);
  fill(batch);
  std::string out;
  append_canonical(out, batch.cell(0, 0), form);
  return out;
}

Fill integer(std::int64_t value) {
  return [=](Batch& batch) { batch.add_integer(value); };
}
Fill real(double value) {
  return [=](Batch& batch) { batch.add_real(value); };
}
Fill text(std::string value) {
  return [=](Batch& batch) { batch.add_text(value); };
}
Fill spelled(std::string value) {
  return [=](Batch& batch) { batch.add_spelled(value); };
}
Fill bytes(std::string value) {
  return [=](Batch& batch) { batch.add_bytes(value); };
}
Fill boolean(bool value) {
  return [=](Batch& batch) { batch.add_boolean(value); };
}
Fill null() {
  return [](Batch& batch) { batch.add_null(); };
}

TEST_CASE("two values of different carriers are equal if they mean the same") {
  struct Row {
    std::string name;
    CommonForm form;
    Fill a, b;
    bool equal;
  };
  const std::vector<Row> rows{
      {"true and 1", CommonForm::number, boolean(true), integer(1), true},
      {"decimal and its text", CommonForm::number, spelled("12.50"), text("12.5"), true},
      {"decimals of other digits", CommonForm::number, spelled("12.50"), text("12.51"), false},
      {"2^64-1 and its text", CommonForm::number,
       [](Batch& batch) { batch.add_unsigned(std::numeric_limits<std::uint64_t>::max()); },
       spelled("18446744073709551615"), true},
      {"2^64-1 and 2^64 as a double", CommonForm::number,
       [](Batch& batch) { batch.add_unsigned(std::numeric_limits<std::uint64_t>::max()); },
       real(18446744073709551616.0), false},
      {"a text among numbers is itself", CommonForm::number, text("abc"), text("abc"), true},
      {"a text among numbers is no number", CommonForm::number, text("abc"), integer(0), false},
      {"NULL is not zero", CommonForm::number, null(), integer(0), false},
      {"NULL is not empty", CommonForm::text, null(), text(""), false},
      {"NULL and NULL", CommonForm::text, null(), null(), true},
      {"doubles one bit apart", CommonForm::real, real(0.1), real(0.10000000000000002), false},
      {"the same double", CommonForm::real, real(0.1), real(0.1), true},
      {"zero and minus zero", CommonForm::real, real(0.0), real(-0.0), true},
      {"NaN", CommonForm::real, real(std::nan("")), real(-std::nan("1")), true},
      {"a whole double that SQLite stores as an integer", CommonForm::real, real(5.0), integer(5), true},
      {"digits that look like the bits of a double", CommonForm::real, integer(12345678),
       real(6.82132005170133e-38), false},
      {"text with a trailing blank", CommonForm::text, text("a "), text("a"), false},
      {"padded text", CommonForm::padded_text, text("a  "), text("a"), true},
      {"text with NUL", CommonForm::text, text(std::string("a\0b", 3)), text("a"), false},
      {"number as text", CommonForm::text, integer(5), text("5"), true},
      {"bytes are not text", CommonForm::bytes, bytes("abc"), text("abc"), false},
      {"bytes", CommonForm::bytes, bytes(std::string("\0\xff", 2)), bytes(std::string("\0\xff", 2)), true},
      {"dates as text", CommonForm::date, spelled("2024-02-29"), text("2024-02-29"), true},
      {"timestamp digits", CommonForm::timestamp, spelled("2024-02-29 12:00:00.500000"),
       text("2024-02-29 12:00:00.5"), true},
      {"microseconds", CommonForm::timestamp, spelled("2024-02-29 12:00:00.000001"),
       spelled("2024-02-29 12:00:00"), false},
      {"an instant in UTC", CommonForm::timestamp, spelled("2024-02-29 12:00:00+00"),
       spelled("2024-02-29 12:00:00"), true},
      {"an instant elsewhere", CommonForm::timestamp, text("2024-03-01T01:30:00+02"),
       spelled("2024-02-29 23:30:00+00"), true},
      {"date and midnight", CommonForm::timestamp, spelled("2024-02-29"), spelled("2024-02-29 00:00:00"),
       true},
      {"zero date", CommonForm::date, spelled("0000-00-00"), null(), false},
      {"infinity", CommonForm::timestamp, spelled("infinity"), text("infinity"), true},
      {"no date", CommonForm::date, text("soon"), text("later"), false},
      {"a date as a number is itself", CommonForm::date, integer(1), text("1"), false},
      {"times", CommonForm::time, spelled("-01:00:00.0"), text("-01:00:00"), true},
      {"zoned times", CommonForm::time, spelled("12:00:00+02"), text("10:00:00+00"), true},
      {"uuid letters", CommonForm::uuid, text("ABCD"), text("abcd"), true},
      {"json order and blanks", CommonForm::json, text(R"({"b": 1, "a": [1.0, "x"]})"),
       text(R"({"a":[1,"x"],"b":1})"), true},
      {"json values", CommonForm::json, text(R"({"a":1})"), text(R"({"a":"1"})"), false},
      {"broken json is its text", CommonForm::json, text("{"), text("{ "), false},
      {"any: 5 and 5.0", CommonForm::any, integer(5), real(5.0), true},
      {"any: 5 and '5'", CommonForm::any, integer(5), text("5"), false},
      {"any: 'a' and X'61'", CommonForm::any, text("a"), bytes("a"), false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK((canonical(row.a, row.form) == canonical(row.b, row.form)) == row.equal);
  }
}

TEST_CASE("columns have a common form, or none") {
  struct Row {
    std::string name;
    Type a, b;
    std::optional<CommonForm> form;
  };
  const Type varchar = type::Text{20}, padded = type::Text{3, true};
  const std::vector<Row> rows{
      {"bool and integer", type::Bool{}, type::Int{8}, CommonForm::number},
      {"decimal as text", type::Decimal{10, 2}, type::Text{}, CommonForm::number},
      {"floats", type::Float{4}, type::Float{8}, CommonForm::real},
      {"double and decimal", type::Float{8}, type::Decimal{}, CommonForm::number},
      {"year", type::Year{}, type::Int{2}, CommonForm::number},
      {"text", varchar, type::Text{}, CommonForm::text},
      {"one padded", padded, varchar, CommonForm::text},
      {"both padded", padded, padded, CommonForm::padded_text},
      {"enum as text", type::Enum{"e", {"a"}}, type::Text{}, CommonForm::text},
      {"instant and wall time", type::Timestamp{6, true}, type::Timestamp{6}, CommonForm::timestamp},
      {"timestamp as text", type::Timestamp{}, type::Text{}, CommonForm::timestamp},
      {"date and timestamp", type::Date{}, type::Timestamp{}, CommonForm::timestamp},
      {"uuid as char", type::Uuid{}, type::Text{36, true}, CommonForm::uuid},
      {"jsonb", type::Json{true}, type::Text{}, CommonForm::json},
      {"json text", type::Json{false}, type::Text{}, CommonForm::text},
      {"interval as text", type::Interval{}, type::Text{}, CommonForm::text},
      {"arrays", type::Array{{type::Int{4}}}, type::Array{{type::Int{4}}}, CommonForm::text},
      {"any", Type(), Type(), CommonForm::any},
      {"any as text", Type(), type::Text{}, CommonForm::text},
      {"any and integer", Type(), type::Int{8}, CommonForm::number},
      {"bytes and date", type::Bytes{}, type::Date{}, std::nullopt},
      {"bytes and text", type::Bytes{}, type::Text{}, std::nullopt},
      {"number and date", type::Int{8}, type::Date{}, std::nullopt},
      {"interval and bits", type::Interval{}, type::Bits{}, std::nullopt},
      {"uuid and number", type::Uuid{}, type::Int{8}, std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(common_form(row.a, row.b) == row.form);
    CHECK(common_form(row.b, row.a) == row.form);
  }
}

TEST_CASE("keys are ordered as bulk readers deliver them") {
  const auto order = [](const Fill& a, const Fill& b, CommonForm form) {
    return compare_canonical(canonical(a, form), canonical(b, form), form);
  };
  CHECK(order(integer(9), integer(10), CommonForm::number) < 0);
  CHECK(order(integer(-10), integer(-9), CommonForm::number) < 0);
  CHECK(order(integer(10), spelled("10.0"), CommonForm::number) == 0);
  CHECK(order(null(), integer(-1), CommonForm::number) < 0);
  CHECK(order(text("B"), text("a"), CommonForm::text) < 0);
  CHECK(order(text("a"), text("a\xC3\xA9"), CommonForm::text) < 0);
  CHECK(order(spelled("2024-01-01"), spelled("2024-01-02"), CommonForm::date) < 0);
}

TEST_CASE("JSON has one canonical text") {
  struct Row {
    std::string json;
    std::optional<std::string> canonical;
  };
  for (const auto& row : std::vector<Row>{
           {"null", "null"},
           {" true ", "true"},
           {"1.50", "1.5"},
           {"-0", "0"},
           {"1e2", "100"},
           {"123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"},
           {"[ ]", "[]"},
           {"{ }", "{}"},
           {"[1, [2,{}]]", "[1,[2,{}]]"},
           {R"({"b":1,"a":2,"b":3})", R"({"a":2,"b":3})"},
           {R"("\u00e9\n\/")", "\"\xC3\xA9\\u000a/\""},
           {R"("\ud83d\ude00")", "\"\xF0\x9F\x98\x80\""},
           {"", std::nullopt},
           {"{", std::nullopt},
           {"[1,]", std::nullopt},
           {"{\"a\"}", std::nullopt},
           {"{\"a\":1,}", std::nullopt},
           {"\"\\u12\"", std::nullopt},
           {"\"\\ud83d\\u0041\"", std::nullopt},
           {"\"abc", std::nullopt},
           {"\"abc\\", std::nullopt},
           {"1 2", std::nullopt},
           {"nul", std::nullopt},
           {"+1", std::nullopt},
           {std::string(100'000, '['), std::nullopt}}) {
    CAPTURE(row.json.substr(0, 60));
    CHECK(canonical_json(row.json) == row.canonical);
  }
}

}  // namespace
}  // namespace bascule
