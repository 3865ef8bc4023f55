#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "shell/render/renderer.h"
#include "tests/unit/table_source.h"

namespace bascule {
namespace {

using namespace std::string_view_literals;

std::string rendered(ListedSource& source, const RenderOptions& options) {
  Output output = Output::memory();
  const auto summary = render(source, options, output);
  CHECK(summary.ok() != source.failure.has_value());
  return output.text();
}

ResultColumn column(std::string name, Type type) {
  return {std::move(name), std::move(type), ""};
}

Value text(std::string_view value) {
  return std::string(value);
}

const std::vector<ResultColumn> id_and_name{column("id", type::Int{}), column("name", type::Text{})};

// `rows` are of the columns id (integer) and name (text).
struct FormatCase {
  std::string_view name;
  RenderOptions options;
  std::vector<std::vector<Value>> rows;
  std::string_view expected;
};

RenderOptions with(Format format) {
  RenderOptions options;
  options.format = format;
  return options;
}

RenderOptions without_header(Format format) {
  RenderOptions options = with(format);
  options.header = false;
  return options;
}

RenderOptions with_null(Format format, std::string null_text) {
  RenderOptions options = with(format);
  options.null_text = std::move(null_text);
  return options;
}

RenderOptions with_color(Format format) {
  RenderOptions options = with(format);
  options.color = true;
  return options;
}

RenderOptions on_terminal(Format format, std::size_t width) {
  RenderOptions options = with(format);
  options.max_width = width;
  return options;
}

const std::vector<std::vector<Value>> two_rows{{std::int64_t{1}, text("anna")}, {std::int64_t{20}, Value()}};

const std::vector<FormatCase>& format_cases() {
  static const std::vector<FormatCase> cases{
      {"aligned", with(Format::aligned), two_rows, " id | name \n----+------\n  1 | anna\n 20 | NULL\n"},
      {"aligned centres names as psql",
       with(Format::aligned),
       {{std::int64_t{12345}, text("abcdefgh")}},
       "  id   |   name   \n-------+----------\n 12345 | abcdefgh\n"},
      {"aligned pads all but the last column",
       with(Format::aligned),
       {{Value(), text("a")}, {std::int64_t{1}, text("abc")}},
       "  id  | name \n------+------\n NULL | a\n    1 | abc\n"},
      {"aligned without rows", with(Format::aligned), {}, " id | name \n----+------\n"},
      {"aligned without a header", without_header(Format::aligned), two_rows, "  1 | anna\n 20 | NULL\n"},
      {"aligned with a null text", with_null(Format::aligned, ""), two_rows,
       " id | name \n----+------\n  1 | anna\n 20 | \n"},
      {"aligned with colour", with_color(Format::aligned), two_rows,
       " id | name \n----+------\n  1 | anna\n 20 | \x1b[2mNULL\x1b[0m\n"},
      {"aligned escapes control characters",
       with(Format::aligned),
       {{std::int64_t{1}, text("a\nb\tc\rd\x1b[31m\x7f")}},
       " id |          name          \n----+------------------------\n  1 | a\\nb\\tc\\rd\\x1b[31m\\x7f\n"},
      {"aligned escapes NUL and bytes that are no UTF-8",
       with(Format::aligned),
       {{std::int64_t{1}, text("a\0b\xff\xc3("sv)}},
       " id |      name       \n----+-----------------\n  1 | a\\x00b\\xff\\xc3(\n"},
      {"aligned escapes what reorders text",
       with(Format::aligned),
       {{std::int64_t{1}, text("\u202eabc\u2066\u0085")}},
       " id |         name          \n----+-----------------------\n  1 | \\u202eabc\\u2066\\u0085\n"},
      {"aligned knows wide characters",
       with(Format::aligned),
       {{std::int64_t{1}, text("漢字")},
        {std::int64_t{2}, text("🦀 e\u0301")},
        {std::int64_t{3}, text("é")}},
       " id | name \n----+------\n  1 | 漢字\n  2 | 🦀 e\u0301\n  3 | é\n"},
      {"aligned is never cut off a terminal",
       with(Format::aligned),
       {{std::int64_t{1}, text(std::string(30, 'x'))}},
       " id |              name              \n----+--------------------------------\n"
       "  1 | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"},
      {"aligned is cut on a terminal",
       on_terminal(Format::aligned, 20),
       {{std::int64_t{1}, text(std::string(30, 'x'))}},
       " id |     name      \n----+---------------\n  1 | xxxxxxxxxxxx…\n"},
      {"aligned cuts before a wide character",
       on_terminal(Format::aligned, 16),
       {{std::int64_t{1}, text("漢字漢字漢字漢字")}},
       " id |   name    \n----+-----------\n  1 | 漢字漢字…\n"},
      {"box", with(Format::box), two_rows,
       "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n│  1 │ anna │\n│ 20 │ NULL │\n└────┴──────┘\n"},
      {"box without rows",
       with(Format::box),
       {},
       "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n└────┴──────┘\n"},
      {"markdown", with(Format::markdown), two_rows,
       "| id | name |\n|---:|------|\n|  1 | anna |\n| 20 | NULL |\n"},
      {"markdown escapes its own characters",
       with(Format::markdown),
       {{std::int64_t{1}, text("a|b\\|c<i>\nd")}},
       "| id |        name         |\n|---:|---------------------|\n|  1 | a\\|b\\\\\\|c&lt;i>\\\\nd "
       "|\n"},
      {"expanded", with(Format::expanded), two_rows,
       "-[ RECORD 1 ]-\nid   | 1\nname | anna\n-[ RECORD 2 ]-\nid   | 20\nname | NULL\n"},
      {"expanded keeps newlines",
       with(Format::expanded),
       {{std::int64_t{1}, text("a\n\nb\x1b")}},
       "-[ RECORD 1 ]-\nid   | 1\nname | a\n     |\n     | b\\x1b\n"},
      {"csv", with(Format::csv), two_rows, "id,name\n1,anna\n20,\n"},
      {"csv without a header", without_header(Format::csv), two_rows, "1,anna\n20,\n"},
      {"csv quotes only what needs it",
       with(Format::csv),
       {{std::int64_t{1}, text("a,b")},
        {std::int64_t{2}, text("say \"hi\"")},
        {std::int64_t{3}, text("two\nlines")},
        {std::int64_t{4}, text("cr\r")},
        {std::int64_t{5}, text("")},
        {std::int64_t{6}, text("\\.")},
        {std::int64_t{7}, text(" blanks ")},
        {std::int64_t{8}, text("a long text, where the comma is far away")}},
       "id,name\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n4,\"cr\r\"\n5,\"\"\n6,\"\\.\"\n7, blanks "
       "\n"
       "8,\"a long text, where the comma is far away\"\n"},
      {"csv keeps every byte",
       with(Format::csv),
       {{std::int64_t{1}, text("\x1b\0\xff\x01"sv)}},
       "id,name\n1,\x1b\0\xff\x01\n"sv},
      {"csv quotes text that equals the null text",
       with_null(Format::csv, "NULL"),
       {{Value(), Value()}, {std::int64_t{1}, text("NULL")}, {std::int64_t{2}, text("")}},
       "id,name\nNULL,NULL\n1,\"NULL\"\n2,\n"},
      {"tsv", with(Format::tsv), two_rows, "id\tname\n1\tanna\n20\t\\N\n"},
      {"tsv escapes as COPY does",
       with(Format::tsv),
       {{std::int64_t{1}, text("a\tb\nc\\d\re\bf\fg\vh")}, {std::int64_t{2}, text("\\N")}},
       "id\tname\n1\ta\\tb\\nc\\\\d\\re\\bf\\fg\\vh\n2\t\\\\N\n"},
      {"json", with(Format::json), two_rows, "[{\"id\":1,\"name\":\"anna\"},\n{\"id\":20,\"name\":null}]\n"},
      {"json without rows", with(Format::json), {}, "[]\n"},
      {"json escapes",
       with(Format::json),
       {{std::int64_t{1}, text("\"\\\n\t\0\x1b\x7fé🦀"sv)}},
       "[{\"id\":1,\"name\":\"\\\"\\\\\\n\\t\\u0000\\u001b\\u007fé🦀\"}]\n"},
      {"json shows a byte that is no UTF-8 as a lone surrogate",
       with(Format::json),
       {{std::int64_t{1}, text("a\xff")}},
       "[{\"id\":1,\"name\":\"a\\udcff\"}]\n"},
      {"jsonl", with(Format::jsonl), two_rows, "{\"id\":1,\"name\":\"anna\"}\n{\"id\":20,\"name\":null}\n"},
      {"jsonl without rows", with(Format::jsonl), {}, ""},
      {"html",
       with(Format::html),
       {{std::int64_t{1}, text("<a href='x'>&\"\n\x1b")}, {Value(), text("NULL")}},
       "<table>\n<tr><th>id</th><th>name</th></tr>\n"
       "<tr><td align=\"right\">1</td><td>&lt;a href=&#39;x&#39;&gt;&amp;&quot;<br>\\x1b</td></tr>\n"
       "<tr><td align=\"right\"><i>NULL</i></td><td>NULL</td></tr>\n</table>\n"},
      {"insert",
       with(Format::insert),
       {{std::int64_t{1}, text("it's")}, {std::int64_t{2}, Value()}},
       "INSERT INTO table_name (\"id\", \"name\") VALUES (1, 'it''s');\n"
       "INSERT INTO table_name (\"id\", \"name\") VALUES (2, NULL);\n"},
      {"none", with(Format::none), two_rows, ""},
  };
  return cases;
}

TEST_CASE("a format renders rows") {
  for (const auto& test : format_cases()) {
    SUBCASE(test.name.data()) {
      for (const std::size_t batch_rows : {1, 1000}) {
        CAPTURE(batch_rows);
        ListedSource source(id_and_name, test.rows);
        source.batch_rows = batch_rows;
        CHECK(rendered(source, test.options) == test.expected);
      }
    }
  }
}

// One cell in one column named v, in csv, aligned (without header) and jsonl.
struct CellCase {
  std::string_view name;
  Type type;
  std::function<void(Batch&)> add;
  std::string_view csv, aligned, json;
};

const std::vector<CellCase>& cell_cases() {
  static const std::vector<CellCase> cases{
      {"null", type::Text{}, [](Batch& b) { b.add_null(); }, "", " NULL", "null"},
      {"boolean", type::Bool{}, [](Batch& b) { b.add_boolean(true); }, "true", " true", "true"},
      {"a boolean of PostgreSQL", type::Bool{}, [](Batch& b) { b.add_spelled("f"); }, "f", " f", "false"},
      {"a boolean of SQLite", type::Bool{}, [](Batch& b) { b.add_integer(1); }, "1", " 1", "true"},
      {"a boolean column that holds 2", type::Bool{}, [](Batch& b) { b.add_integer(2); }, "2", " 2", "2"},
      {"the smallest integer", type::Int{},
       [](Batch& b) { b.add_integer(std::numeric_limits<std::int64_t>::min()); }, "-9223372036854775808",
       " -9223372036854775808", "-9223372036854775808"},
      {"the largest unsigned", type::Int{8, true},
       [](Batch& b) { b.add_unsigned(std::numeric_limits<std::uint64_t>::max()); }, "18446744073709551615",
       " 18446744073709551615", "18446744073709551615"},
      {"a real that is whole", type::Float{}, [](Batch& b) { b.add_real(1); }, "1.0", " 1.0", "1.0"},
      {"minus zero", type::Float{}, [](Batch& b) { b.add_real(-0.0); }, "-0.0", " -0.0", "-0.0"},
      {"a real in shortest form", type::Float{}, [](Batch& b) { b.add_real(0.1); }, "0.1", " 0.1", "0.1"},
      {"a single real", type::Float{4}, [](Batch& b) { b.add_real(0.1f); }, "0.1", " 0.1", "0.1"},
      {"a double in a single column", type::Float{4}, [](Batch& b) { b.add_real(0.1); }, "0.1", " 0.1",
       "0.1"},
      {"a large real", type::Float{}, [](Batch& b) { b.add_real(1e300); }, "1e+300", " 1e+300", "1e+300"},
      {"the smallest real", type::Float{}, [](Batch& b) { b.add_real(5e-324); }, "5e-324", " 5e-324",
       "5e-324"},
      {"NaN", type::Float{}, [](Batch& b) { b.add_real(std::nan("")); }, "NaN", " NaN", "\"NaN\""},
      {"minus infinity", type::Float{},
       [](Batch& b) { b.add_real(-std::numeric_limits<double>::infinity()); }, "-Infinity", " -Infinity",
       "\"-Infinity\""},
      {"a decimal", type::Decimal{}, [](Batch& b) { b.add_spelled("12345678901234567890.1200"); },
       "12345678901234567890.1200", " 12345678901234567890.1200", "12345678901234567890.1200"},
      {"a decimal that is NaN", type::Decimal{}, [](Batch& b) { b.add_spelled("NaN"); }, "NaN", " NaN",
       "\"NaN\""},
      {"a decimal that is no JSON number", type::Decimal{}, [](Batch& b) { b.add_spelled("00.5"); }, "00.5",
       " 00.5", "\"00.5\""},
      {"text in a numeric column", type::Int{}, [](Batch& b) { b.add_text("12"); }, "12", " 12", "\"12\""},
      {"text with a comma in a numeric column", type::Int{}, [](Batch& b) { b.add_text("1,2"); }, "\"1,2\"",
       " 1,2", "\"1,2\""},
      {"a date", type::Date{}, [](Batch& b) { b.add_spelled("2024-02-29"); }, "2024-02-29", " 2024-02-29",
       "\"2024-02-29\""},
      {"bytes", type::Bytes{}, [](Batch& b) { b.add_bytes("\x00\xff"sv); }, "\\x00ff", " \\x00ff",
       "\"\\\\x00ff\""},
      {"no bytes", type::Bytes{}, [](Batch& b) { b.add_bytes(""); }, "\\x", " \\x", "\"\\\\x\""},
      {"json", type::Json{}, [](Batch& b) { b.add_text("{\"a\": [1,\n2]}"); }, "\"{\"\"a\"\": [1,\n2]}\"",
       " {\"a\": [1,\\n2]}", "{\"a\": [1, 2]}"},
      {"json that is not valid", type::Json{}, [](Batch& b) { b.add_text("{a"); }, "{a", " {a", "\"{a\""},
      {"json in a text column", type::Text{}, [](Batch& b) { b.add_text("[1]"); }, "[1]", " [1]", "\"[1]\""},
      {"an array", type::Array{{Type(type::Int{})}}, [](Batch& b) { b.add_spelled("{1,2}"); }, "\"{1,2}\"",
       " {1,2}", "\"{1,2}\""},
  };
  return cases;
}

TEST_CASE("a cell of each kind is spelled exactly") {
  for (const auto& test : cell_cases()) {
    SUBCASE(test.name.data()) {
      const auto show = [&](const RenderOptions& options) {
        ListedSource source({column("v", test.type)}, 1, [&](Batch& batch, std::size_t) { test.add(batch); });
        return rendered(source, options);
      };
      CHECK(show(without_header(Format::csv)) == std::string(test.csv) + "\n");
      CHECK(show(without_header(Format::aligned)) == std::string(test.aligned) + "\n");
      CHECK(show(with(Format::jsonl)) == "{\"v\":" + std::string(test.json) + "}\n");
    }
  }
}

TEST_CASE("untyped columns align each value by its kind") {
  ListedSource source({column("v", type::Any{})}, {{text("abc")}, {std::int64_t{1}}, {Value(1.5)}});
  CHECK(rendered(source, with(Format::aligned)) == "  v  \n-----\n abc\n   1\n 1.5\n");
}

TEST_CASE("json keeps columns of the same name") {
  ListedSource source(
      {column("a", type::Int{}), column("a", type::Int{}), column("a_2", type::Int{}),
       column("a", type::Int{}), column("\"", type::Int{})},
      {{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{4}, std::int64_t{5}}});
  CHECK(rendered(source, with(Format::jsonl)) == "{\"a\":1,\"a_3\":2,\"a_2\":3,\"a_4\":4,\"\\\"\":5}\n");
}

TEST_CASE("every printable and unprintable byte is seen wherever it stands") {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::size_t at : {0, 3, 7, 8, 12, 19}) {
      std::string value(20, 'x');
      value[at] = static_cast<char>(byte);
      CAPTURE(byte);
      CAPTURE(at);
      ListedSource human({column("v", type::Text{})}, {{text(value)}});
      const bool plain = byte >= 0x20 && byte < 0x7F;
      CHECK((rendered(human, without_header(Format::aligned)) == " " + value + "\n") == plain);
      ListedSource csv({column("v", type::Text{})}, {{text(value)}});
      const bool bare = byte != '"' && byte != ',' && byte != '\n' && byte != '\r';
      CHECK((rendered(csv, without_header(Format::csv)) == value + "\n") == bare);
      if (byte >= 0x80) continue;
      ListedSource json({column("v", type::Text{})}, {{text(value)}});
      CHECK(nlohmann::json::parse(rendered(json, with(Format::json)))[0]["v"] == value);
    }
  }
}

TEST_CASE("widths come from the first 1,000 rows") {
  const auto line = [](const std::string& all, std::size_t number) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < number; ++i) start = all.find('\n', start) + 1;
    return all.substr(start, all.find('\n', start) - start);
  };
  for (const std::size_t batch_rows : {1, 7, 1000}) {
    CAPTURE(batch_rows);
    ListedSource source(
        {column("id", type::Int{}), column("name", type::Text{}), column("x", type::Text{})}, 3000,
        [](Batch& batch, std::size_t row) {
          batch.add_integer(static_cast<std::int64_t>(row == 2000 ? 123456 : row));
          batch.add_text(row == 999 ? "twelve chars" : row == 1500 ? "much longer than twelve" : "a");
          batch.add_text("x");
        });
    source.batch_rows = batch_rows;
    const std::string all = rendered(source, with(Format::aligned));
    CHECK(line(all, 0) == " id  |     name     | x ");
    CHECK(line(all, 2) == "   0 | a            | x");
    CHECK(line(all, 1001) == " 999 | twelve chars | x");
    CHECK(line(all, 1502) == " 1500 | much longer than twelve | x");  // text overflows,
    CHECK(line(all, 1503) == " 1501 | a            | x");
    CHECK(line(all, 2002) == " 123456 | a            | x");
    CHECK(line(all, 2003) == "   2001 | a            | x");  // numbers stay aligned
  }
}

TEST_CASE("cut cells are counted") {
  ListedSource source(id_and_name, {{std::int64_t{1}, text(std::string(50, 'x'))},
                                    {std::int64_t{2}, text("short")},
                                    {std::int64_t{3}, text(std::string(50, 'y'))}});
  Output output = Output::memory();
  const auto summary = render(source, on_terminal(Format::box, 30), output);
  REQUIRE(summary.ok());
  CHECK(summary->rows == 3);
  CHECK(summary->cut_cells == 2);
}

TEST_CASE("a source that fails shows what arrived and never looks complete") {
  struct FailureCase {
    const char* name;
    Format format;
    std::string_view expected;
  };
  const FailureCase cases[] = {
      {"aligned", Format::aligned, " id | name \n----+------\n  1 | anna\n 20 | NULL\n"},
      {"box has no lower edge", Format::box,
       "┌────┬──────┐\n│ id │ name │\n├────┼──────┤\n│  1 │ anna │\n│ 20 │ NULL │\n"},
      {"json is not closed", Format::json, "[{\"id\":1,\"name\":\"anna\"},\n{\"id\":20,\"name\":null}"},
      {"csv", Format::csv, "id,name\n1,anna\n20,\n"},
  };
  for (const auto& test : cases) {
    SUBCASE(test.name) {
      ListedSource source(id_and_name, two_rows);
      source.failure = usage_error("the server went away", "");
      CHECK(rendered(source, with(test.format)) == test.expected);
    }
  }
}

TEST_CASE("formats are found by name") {
  for (const auto& row : formats()) {
    CAPTURE(row.name);
    CHECK(find_format(row.name) == row.format);
  }
  CHECK(find_format("CSV") == Format::csv);
  CHECK_FALSE(find_format("cvs").has_value());
}

}  // namespace
}  // namespace bascule
