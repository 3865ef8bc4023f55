#include "engine/dialect/expression.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/dialect/type_map.h"

using namespace bascule;
using enum Flavor;

namespace {

Features features(Flavor flavor) {
  switch (flavor) {
    case sqlite:
      return compute_features(flavor, "3.40.1");
    case postgres:
      return compute_features(flavor, "15.20");
    case mysql:
      return compute_features(flavor, "9.7.4");
    case mariadb:
      return compute_features(flavor, "10.11.19-MariaDB");
  }
  return {};
}

// One of each class; the names say which.
const std::vector<Column>& sample_columns() {
  using namespace type;
  static const std::vector<Column> columns{
      {.name = "i", .type = Int{4}, .nullable = false},
      {.name = "j", .type = Int{4}},
      {.name = "b", .type = Int{8}},
      {.name = "n", .type = Decimal{10, 2}},
      {.name = "r", .type = Float{8}},
      {.name = "t", .type = Text{50}},
      {.name = "u", .type = Text{}},
      {.name = "flag", .type = Bool{}},
      {.name = "day", .type = Date{}},
      {.name = "at", .type = Timestamp{}},
      {.name = "instant", .type = Timestamp{{}, true}},
      {.name = "data", .type = Json{true}},
      {.name = "raw", .type = Bytes{}},
      {.name = "Mixed Case", .type = Int{4}},
  };
  return columns;
}

}  // namespace

TEST_CASE("the normal form of an expression") {
  struct NormalCase {
    const char* name;
    Flavor flavor;
    std::string sql, normal;
  };
  const std::vector<NormalCase> cases{
      {"outer parentheses", sqlite, "((1 + 2))", "1 + 2"},
      {"parentheses that are not outer", sqlite, "(1) + (2)", "1 + 2"},
      {"parentheses that count", sqlite, "(1 + 2) * 3", "(1 + 2) * 3"},
      {"precedence", sqlite, "1 + 2 * 3", "1 + 2 * 3"},
      {"right operand of minus", sqlite, "a - (b - c)", "a - (b - c)"},
      {"cast of a text", postgres, "'x'::character varying(20)", "'x'"},
      {"cast of a cast", postgres, "('x'::character varying)::text", "'x'"},
      {"cast of an array", postgres, "'{}'::text[]", "'{}'"},
      {"cast of a negative number", postgres, "'-1'::integer", "-1"},
      {"cast of a qualified type", postgres, "'a'::app.mood", "'a'"},
      {"a cast of a column stays", postgres, "a::text", "cast(a as text)"},
      {"casts inside", postgres, "(status = ANY (ARRAY['a'::text, 'b'::text]))", "status in ('a', 'b')"},
      {"timestamp with time zone", postgres, "'2000-01-01'::timestamp with time zone", "'2000-01-01'"},
      {"what cannot be parsed", mysql, "CURRENT_TIMESTAMP ON UPDATE", "current_timestamp on update"},
      {"now()", postgres, "now()", "current_timestamp"},
      {"NOW()", mysql, "NOW()", "current_timestamp"},
      {"current_timestamp()", mariadb, "current_timestamp()", "current_timestamp"},
      {"digits stay", mysql, "CURRENT_TIMESTAMP(6)", "current_timestamp(6)"},
      {"a column named now", mysql, "now + 1", "now + 1"},
      {"introducer and backslash", mysql, "_utf8mb4'it\\'s'", "'it''s'"},
      {"E string", postgres, "E'a\\nb'", "'a\nb'"},
      {"backslash", postgres, "'a\\b'", "E'a\\\\b'"},
      {"hex with an introducer", mysql, "_utf8mb4 X'615c62'", "'a\\\\b'"},
      {"backslash of mysql", mysql, "'a\\\\b'", "'a\\\\b'"},
      {"strings keep their case", sqlite, "'ABC'", "'ABC'"},
      {"a name that needs quotes", postgres, "\"Mixed Case\" > 0", "\"Mixed Case\" > 0"},
      {"a name that is a keyword", sqlite, "\"order\" > 0", "\"order\" > 0"},
      {"like with escape", postgres, "a LIKE 'x!%' ESCAPE '!'", "a like 'x!%' escape '!'"},
      {"case", postgres, "CASE WHEN a > 0 THEN 'p' ELSE 'n' END", "case when a > 0 then 'p' else 'n' end"},
      {"case with operand", sqlite, "CASE a WHEN 1 THEN 2 END", "case a when 1 then 2 end"},
      {"is distinct", postgres, "a IS DISTINCT FROM b", "a is distinct from b"},
      {"blob", sqlite, "X'00FF'", "x'00ff'"},
      {"comments", postgres, "a /* what */ > 0 -- why", "a > 0"},
      {"nothing", sqlite, "", ""},
      {"a subquery is left as it is", sqlite, "(SELECT 1)", "select 1"},
      {"an interval is left as it is", mysql, "now() + INTERVAL 1 DAY", "current_timestamp + interval 1 day"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    CHECK(normalize_expression(row.sql, row.flavor) == row.normal);
    CHECK(normalize_expression(normalize_expression(row.sql, row.flavor), row.flavor) == row.normal);
  }
}

TEST_CASE("expressions of equal meaning have one normal form, others do not") {
  struct PairCase {
    const char* name;
    Flavor flavor;
    std::string a, b;
    bool equal = true;
  };
  const std::vector<PairCase> cases{
      // literals
      {"cast of zero", postgres, "'0'::bigint", "0"},
      {"zero in parentheses", postgres, "(0)", "0"},
      {"zero as numeric", postgres, "(0)::numeric", "0"},
      {"one and a half", postgres, "1.5::double precision", "1.5"},
      {"a rounding cast", postgres, "1.5::integer", "1.5", false},
      {"a shortening cast", postgres, "'abc'::character varying(2)", "'abc'", false},
      {"a cast that fits", postgres, "'ab'::character varying(2)", "'ab'"},
      {"null with a type", postgres, "NULL::character varying", "NULL"},
      {"boolean of text", postgres, "'t'::boolean", "true"},
      {"date literal", postgres, "'2000-01-01'::date", "DATE '2000-01-01'"},
      {"date literal of mysql", mysql, "DATE'2000-01-01'", "'2000-01-01'"},
      {"an interval is no text", postgres, "'1 day'::interval", "'1 day'", false},
      {"other text", sqlite, "'a'", "'A'", false},
      {"number and text", sqlite, "1", "'1'", false},
      {"true is 1", mysql, "true", "1"},
      {"false is 0", sqlite, "FALSE", "0"},
      {"true is no 1", postgres, "true", "1", false},
      {"plus sign", sqlite, "+1", "1"},
      {"leading zero", sqlite, ".5", "0.5"},
      // clocks
      {"clock", postgres, "now()", "CURRENT_TIMESTAMP"},
      {"clock of mariadb", mariadb, "current_timestamp()", "NOW()"},
      {"dates", mariadb, "curdate()", "CURRENT_DATE"},
      {"date is no time", mysql, "curdate()", "curtime()", false},
      {"digits of the clock", mysql, "now(3)", "now()", false},
      // identifiers
      {"quoted", postgres, "\"a\" > 0", "a > 0"},
      {"folded", postgres, "A > 0", "a > 0"},
      {"not folded", postgres, "\"A\" > 0", "a > 0", false},
      {"backticks", mysql, "`a` > 0", "a > 0"},
      {"case of columns on mysql", mysql, "`A` > 0", "a > 0"},
      {"brackets", sqlite, "[a b] > 0", "\"a b\" > 0"},
      {"other column", sqlite, "a > 0", "b > 0", false},
      // comparisons
      {"unequal", postgres, "a != 1", "a <> 1"},
      {"equal of sqlite", sqlite, "a == 1", "a = 1"},
      {"literal on the left", mysql, "0 < a", "a > 0"},
      {"mirrored is not negated", mysql, "0 < a", "a < 0", false},
      {"less and less or equal", postgres, "a < 1", "a <= 1", false},
      {"between", postgres, "a BETWEEN 1 AND 9", "((a >= 1) AND (a <= 9))"},
      {"not between", postgres, "a NOT BETWEEN 1 AND 9", "((a < 1) OR (a > 9))"},
      {"between and and", mysql, "a between 1 and 9 and b > 0", "(a >= 1) and (a <= 9) and (b > 0)"},
      {"in and any", postgres, "a IN (1, 2)", "a = ANY (ARRAY[1, 2])"},
      {"not in and all", postgres, "a NOT IN (1, 2)", "a <> ALL (ARRAY[1, 2])"},
      {"in of one", postgres, "a IN ('x')", "((a)::text = 'x'::text)"},
      {"in of varchars", postgres,
       "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
       "status IN ('a', 'b')"},
      {"any of one", postgres, "a = ANY (ARRAY[1])", "a = 1"},
      {"order of a list", sqlite, "a IN (1, 2)", "a IN (2, 1)", false},
      {"like and ~~", postgres, "(t ~~ '%@%'::text)", "t LIKE '%@%'"},
      {"not like", postgres, "(t !~~ 'a%'::text)", "NOT t LIKE 'a%'"},
      {"ilike", postgres, "(t ~~* 'a%'::text)", "t ILIKE 'a%'"},
      {"like and ilike", postgres, "t LIKE 'a'", "t ILIKE 'a'", false},
      {"null-safe of mysql", mysql, "a <=> NULL", "a IS NULL"},
      {"is of sqlite", sqlite, "a IS NULL", "a ISNULL"},
      {"not null of sqlite", sqlite, "a NOT NULL", "a IS NOT NULL"},
      // conditions
      {"not is null", postgres, "NOT (x IS NULL)", "x IS NOT NULL"},
      {"not equal", mysql, "not (a = 1)", "a <> 1"},
      {"not less", mysql, "not (a < 1)", "a >= 1"},
      {"not of and", postgres, "NOT (a > 1 AND b > 1)", "a <= 1 OR b <= 1"},
      {"not not", postgres, "NOT NOT (a > 1)", "a > 1"},
      {"flat and", postgres, "((a > 1) AND ((b > 1) AND (c > 1)))", "a > 1 AND b > 1 AND c > 1"},
      {"and before or", postgres, "a > 1 OR b > 1 AND c > 1", "a > 1 OR (b > 1 AND c > 1)"},
      {"or before and", postgres, "a > 1 OR b > 1 AND c > 1", "(a > 1 OR b > 1) AND c > 1", false},
      {"and is no or", sqlite, "a > 1 AND b > 1", "a > 1 OR b > 1", false},
      {"&& of mysql", mysql, "a > 1 && b > 1", "a > 1 and b > 1"},
      {"|| of mysql is or", mysql, "a > 1 || b > 1", "a > 1 or b > 1"},
      {"bare condition of mysql", mysql, "a and b > 1", "(0 <> a) and (b > 1)"},
      {"negated bare condition of mysql", mysql, "not a", "a = 0"},
      {"equal true", postgres, "flag = true", "flag"},
      {"equal false", postgres, "flag = false", "NOT flag"},
      // arithmetic and text
      {"minus is not associative", sqlite, "a - b - c", "a - (b - c)", false},
      {"times binds tighter", postgres, "a + (b * c)", "a + b * c"},
      {"widening of an integer", postgres, "((i)::numeric * n)", "i * n"},
      {"both are cast", postgres, "((i)::numeric / (j)::numeric)", "i / j", false},
      {"|| binds tighter on sqlite", sqlite, "a || b * c", "(a || b) * c"},
      {"|| binds looser on postgres", postgres, "a || b * c", "a || (b * c)"},
      {"|| chain", postgres, "((a || 'x'::text) || b)", "a || 'x' || b"},
      {"concat of mysql", mysql, "concat(a, concat(b, c))", "concat(a,b,c)"},
      {"unary minus", sqlite, "-a", "- (a)"},
      {"collation", postgres, "a COLLATE \"C\"", "a", false},
      // functions
      {"case of functions", sqlite, "LOWER(a)", "lower(a)"},
      {"synonyms", mysql, "lcase(a)", "lower(a)"},
      {"character length", mysql, "character_length(a)", "char_length(a)"},
      {"bytes are no characters", mysql, "length(a)", "char_length(a)", false},
      {"characters of postgres", postgres, "char_length(a)", "length((a)::text)"},
      {"ifnull", sqlite, "ifnull(a, 0)", "coalesce(a, 0)"},
      {"substring", postgres, "\"substring\"((a)::text, 1, 3)", "substring(a from 1 for 3)"},
      {"trim", postgres, "TRIM(BOTH FROM a)", "btrim(a)"},
      {"ltrim is no trim", postgres, "ltrim(a)", "btrim(a)", false},
      {"position", postgres, "POSITION('x' IN a)", "strpos(a, 'x')"},
      {"locate", mysql, "locate('x', a)", "instr(a, 'x')"},
      {"extract", postgres, "EXTRACT(year FROM d)", "date_part('year'::text, d)"},
      {"mod", mysql, "mod(a, 2)", "a % 2"},
      {"if", mysql, "if(a > 0, 1, 2)", "case when a > 0 then 1 else 2 end"},
      {"json arrow", mysql, "json_unquote(json_extract(`d`,_utf8mb4'$.a'))", "d->>'$.a'"},
      {"uuid", postgres, "uuid_generate_v4()", "gen_random_uuid()"},
      {"unknown function", postgres, "f(a)", "f( A )"},
      {"unknown functions differ", postgres, "f(a)", "g(a)", false},
      {"arguments differ", postgres, "f(a, b)", "f(b, a)", false},
      {"cast spellings", postgres, "CAST(a AS int)", "a::integer"},
      {"other casts", postgres, "a::integer", "a::bigint", false},
      {"charset of a cast", mysql, "cast(a as char(10) charset utf8mb4)", "cast(a as char(10))"},
      {"convert using", mysql, "convert(a using utf8mb4)", "a"},
      {"date of mysql", mysql, "date(a)", "cast(a as date)"},
      {"date of sqlite", sqlite, "date(a)", "cast(a as date)", false},
      // what is not parsed is compared by its tokens
      {"window", postgres, "count(*)", "COUNT( * )"},
      {"contains", postgres, "a @> '{1}'::integer[]", "a @> '{1}'"},
      {"unknown operators differ", postgres, "a #> b", "a #>> b", false},
      {"qualified", sqlite, "t.a > 0", "T.A > 0"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const std::string a = normalize_expression(row.a, row.flavor),
                      b = normalize_expression(row.b, row.flavor);
    CAPTURE(a);
    CAPTURE(b);
    CHECK((a == b) == row.equal);
    CHECK(normalize_expression(a, row.flavor) == a);
    CHECK(normalize_expression(b, row.flavor) == b);
  }
}

TEST_CASE("columns tell PostgreSQL's own casts from the user's") {
  struct CastCase {
    const char* name;
    std::string a, b;
    bool equal;
  };
  const std::vector<CastCase> cases{
      {"text of a varchar", "(t)::text = 'x'::text", "t = 'x'", true},
      {"text of a date", "(day)::text = 'x'::text", "day = 'x'", false},
      {"numeric of an integer", "(i)::numeric * n", "i * n", true},
      {"numeric of a double", "(r)::numeric * n", "r * n", false},
      {"double of a numeric", "(n)::double precision * r", "n * r", true},
      {"bigint of an integer", "(i)::bigint + b", "i + b", true},
      {"integer of a bigint", "(b)::integer + i", "b + i", false},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    CHECK((normalize_expression(row.a, postgres, &sample_columns()) ==
           normalize_expression(row.b, postgres, &sample_columns())) == row.equal);
  }
}

TEST_CASE("expressions are translated where every part is known to mean the same") {
  struct TranslateCase {
    const char* name;
    Flavor from, to;
    std::string sql, expected;  // "" for none
    std::string reason = "";
    ExpressionUse use = ExpressionUse::condition;
  };
  const auto value = ExpressionUse::value;
  const std::vector<TranslateCase> cases{
      {"same engine", postgres, postgres, "a @> b", "a @> b"},
      {"comparison", postgres, mysql, "(i > 0)", "`i` > 0"},
      {"decimal", postgres, mysql, "(n >= (0)::numeric)", "`n` >= 0"},
      {"decimal that is text on sqlite", postgres, sqlite, "(n >= (0)::numeric)",
       "CAST(\"n\" AS numeric) >= 0"},
      {"decimal tested for null", postgres, sqlite, "(n IS NOT NULL)", "\"n\" IS NOT NULL"},
      {"list", postgres, sqlite,
       "((t)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
       "\"t\" IN ('a', 'b')"},
      {"list of mysql", mysql, postgres, "(`t` in (_utf8mb4'a',_utf8mb4'b'))", "\"t\" IN ('a', 'b')"},
      {"between", mysql, postgres, "(`i` between 1 and 9)", "\"i\" >= 1 AND \"i\" <= 9"},
      {"and, or, not", sqlite, mysql, "i > 0 AND (j > 0 OR NOT t = 'x')",
       "`i` > 0 AND (`j` > 0 OR `t` <> 'x')"},
      {"boolean to mysql", postgres, mysql, "flag", "`flag` <> 0"},
      {"negated boolean to sqlite", postgres, sqlite, "NOT flag", "NOT (\"flag\" <> 0)"},
      {"boolean equal to 1", mysql, postgres, "`flag` = 1", "\"flag\" = TRUE"},
      {"boolean in 0 and 1", sqlite, postgres, "flag IN (0, 1)", "\"flag\" IN (FALSE, TRUE)"},
      {"boolean equal to 2", sqlite, postgres, "flag = 2", "",
       "a comparison of a boolean with something else"},
      {"bare boolean of sqlite", sqlite, postgres, "flag AND i > 0", "\"flag\" AND \"i\" > 0"},
      {"bare integer of mysql", mysql, postgres, "(0 <> `i`)", "\"i\" <> 0"},
      {"bare text", sqlite, postgres, "t", "", "a condition that is no comparison"},
      {"text and number", sqlite, postgres, "t > 5", "", "a comparison of text and number"},
      {"number and text", mysql, postgres, "i = '5'", "", "a comparison of text and number"},
      {"column with a blank", sqlite, mysql, "\"Mixed Case\" > 0", "`Mixed Case` > 0"},
      {"unknown column", sqlite, mysql, "rowid > 0", "", "the column rowid"},
      {"date", postgres, mysql, "(day >= '2000-01-01'::date)", "`day` >= '2000-01-01'"},
      {"date to sqlite", mysql, sqlite, "(`day` >= DATE'2000-01-01')", "\"day\" >= '2000-01-01'"},
      {"timestamp to sqlite", mysql, sqlite, "`at` > '2000-01-01'", "",
       "a comparison of a time with a literal"},
      {"instant", postgres, mysql, "instant > '2000-01-01'", "", "a comparison of an instant with a literal"},
      {"two timestamps", postgres, sqlite, "at <= at", "\"at\" <= \"at\""},
      {"json", postgres, mysql, "data <> '{}'::jsonb", "", "a comparison of JSON"},
      {"distinct", postgres, mysql, "i IS DISTINCT FROM j", "NOT (`i` <=> `j`)"},
      {"not distinct to sqlite", postgres, sqlite, "i IS NOT DISTINCT FROM j", "\"i\" IS \"j\""},
      {"null-safe", mysql, postgres, "`i` <=> `j`", "\"i\" IS NOT DISTINCT FROM \"j\""},
      {"is true", postgres, mysql, "(i > 0) IS TRUE", "(`i` > 0) IS TRUE"},
      {"backslash", postgres, mysql, "t <> 'a\\b'", "`t` <> _utf8mb4 X'615c62'"},
      // patterns
      {"pattern without letters", postgres, sqlite, "((t)::text ~~ '%@%'::text)", "\"t\" LIKE '%@%'"},
      {"pattern with letters", postgres, sqlite, "((t)::text ~~ 'a_%'::text)", "\"t\" GLOB 'a?*'"},
      {"pattern with a star", postgres, sqlite, "t LIKE 'a*%'", "\"t\" GLOB 'a[*]*'"},
      {"pattern to mysql", postgres, mysql, "t LIKE 'a%'", "`t` LIKE 'a%'"},
      {"pattern of sqlite", sqlite, postgres, "t LIKE 'a%'", "\"t\" ILIKE 'a%'"},
      {"pattern of sqlite to mysql", sqlite, mysql, "t LIKE 'a%'", "",
       "a pattern that takes no account of letter case"},
      {"glob", sqlite, mysql, "t GLOB 'a*'", "`t` LIKE 'a%'"},
      {"glob with a class", sqlite, postgres, "t GLOB '[a-z]*'", "", "the operator GLOB with [, % or _"},
      {"pattern with a backslash", postgres, mysql, "t LIKE 'a\\%'", "", "a pattern with an escape"},
      {"regular expression", postgres, mysql, "t ~ '^a'", "", "the operator ~"},
      {"regular expression of mysql", mysql, postgres, "t REGEXP '^a'", "", "the operator REGEXP"},
      {"regular expression in the family", mysql, mariadb, "regexp_like(t, '^a')", "",
       "the function regexp_like"},
      {"regexp in the family", mysql, mariadb, "t regexp '^a'", "`t` REGEXP '^a'"},
      // functions
      {"length", postgres, mysql, "length((t)::text) > 2", "char_length(`t`) > 2"},
      {"length to sqlite", mysql, sqlite, "char_length(`t`) > 2", "length(\"t\") > 2"},
      {"bytes to postgres", mysql, postgres, "length(`t`) > 2", "octet_length(\"t\") > 2"},
      {"length of sqlite", sqlite, mariadb, "length(t) > 2", "char_length(`t`) > 2"},
      {"length of a number", sqlite, postgres, "length(i) > 2", "",
       "the function length of what may be no text"},
      {"lower", postgres, sqlite, "lower((t)::text)", "lower(\"t\")", "", value},
      {"trim", postgres, mysql, "TRIM(BOTH FROM t) <> ''::text", "trim(`t`) <> ''"},
      {"btrim", mysql, postgres, "trim(`t`) <> ''", "btrim(\"t\") <> ''"},
      {"concatenation to mysql", postgres, mysql, "((t)::text || ' '::text) || u", "concat(`t`, ' ', `u`)",
       "", value},
      {"concatenation of mysql", mysql, postgres, "concat(`t`,' ',`u`)", "\"t\" || ' ' || \"u\"", "", value},
      {"concatenation of dates", postgres, mysql, "t || day", "", "a concatenation of what may be no text",
       value},
      {"substring", mysql, sqlite, "substr(`t`,1,3)", "substr(\"t\", 1, 3)", "", value},
      {"substring from the end", mysql, postgres, "substr(`t`,-3)", "",
       "the function substr with a start that may not be positive", value},
      {"left", mysql, sqlite, "left(`t`,3)", "substr(\"t\", 1, 3)", "", value},
      {"strpos", postgres, sqlite, "strpos((t)::text, '@'::text) > 1", "instr(\"t\", '@') > 1"},
      {"replace", sqlite, postgres, "replace(t, 'a', 'b')", "replace(\"t\", 'a', 'b')", "", value},
      {"coalesce", sqlite, mysql, "ifnull(i, 0) > 0", "coalesce(`i`, 0) > 0"},
      {"greatest of known values", postgres, mysql, "GREATEST(i, 0) > 0", "greatest(`i`, 0) > 0"},
      {"greatest of what may be null", postgres, mysql, "GREATEST(j, 0) > 0", "",
       "the function greatest, which treats NULL differently"},
      {"max of sqlite", sqlite, mysql, "max(i, j) > 0", "greatest(`i`, `j`) > 0"},
      {"max of sqlite to postgres", sqlite, postgres, "max(i, 0) > 0", "greatest(\"i\", 0) > 0"},
      {"year", mysql, postgres, "year(`day`)", "extract(year from \"day\")", "", value},
      {"year to sqlite", postgres, sqlite, "EXTRACT(year FROM day)",
       "cast(strftime('%Y', \"day\") as integer)", "", value},
      {"year of sqlite's idiom", sqlite, mysql, "CAST(strftime('%Y', day) AS INTEGER)", "year(`day`)", "",
       value},
      {"year of an instant", postgres, mysql, "EXTRACT(year FROM instant)", "",
       "the function extract_year of what may be no date", value},
      {"json text", postgres, mysql, "(data ->> 'a'::text) = 'x'::text",
       "json_unquote(json_extract(`data`, '$.a')) = 'x'"},
      {"nested json text", postgres, sqlite, "((data -> 'a'::text) ->> 'b'::text) = 'x'",
       "json_extract(\"data\", '$.a.b') = 'x'"},
      {"json text of mysql", mysql, postgres, "json_unquote(json_extract(`data`,_utf8mb4'$.a.b')) = 'x'",
       "\"data\" -> 'a' ->> 'b' = 'x'"},
      {"json path with an index", mysql, postgres, "data->>'$[0]' = 'x'", "",
       "the function json_text with a path of more than names"},
      {"json_valid", sqlite, mysql, "json_valid(u)", "json_valid(`u`)"},
      {"json_valid to postgres", sqlite, postgres, "json_valid(u)", "", "the function json_valid"},
      {"full text", postgres, mysql, "to_tsvector('english'::regconfig, u)", "", "the function to_tsvector",
       value},
      {"clock", postgres, mysql, "at < now()", "",
       "the function current_timestamp, which gives another value each time"},
      {"if", mysql, postgres, "if(`i` > 0,'p','n')", "CASE WHEN \"i\" > 0 THEN 'p' ELSE 'n' END", "", value},
      // arithmetic
      {"product", mysql, postgres, "(`i` * `n`)", "\"i\" * \"n\"", "", value},
      {"product to sqlite", mysql, sqlite, "(`i` * `n`)", "\"i\" * CAST(\"n\" AS numeric)", "", value},
      {"widening of postgres", postgres, mysql, "((i)::numeric * n)", "`i` * `n`", "", value},
      {"integer division", postgres, mysql, "i / 2", "`i` DIV 2", "", value},
      {"integer division of mysql", mysql, sqlite, "`i` DIV 2", "\"i\" / 2", "", value},
      {"decimal division", mysql, postgres, "`i` / 2", "", "a division, which is rounded differently", value},
      {"floating division", mysql, postgres, "`r` / 2", "\"r\" / 2", "", value},
      {"remainder", sqlite, postgres, "i % 2 = 0", "\"i\" % 2 = 0"},
      {"remainder of decimals", postgres, sqlite, "n % 2 = 0", "", "a remainder of what may be no integers"},
      {"sum of texts", mysql, postgres, "`t` + 1 > 0", "", "arithmetic with what may be no number"},
      {"date arithmetic", postgres, mysql, "day + 1", "", "arithmetic with what may be no number", value},
      {"cast of an integer", postgres, mysql, "i::bigint", "CAST(`i` AS signed)", "", value},
      {"cast of text to integer", sqlite, postgres, "CAST(t AS INTEGER)", "",
       "a cast to integer of what may be something else", value},
      {"collation", sqlite, postgres, "t COLLATE NOCASE = 'a'", "", "the collation NOCASE"},
      {"array", postgres, mysql, "i && ARRAY[1]", "", "\"&&\" is not expected"},
      {"subquery", sqlite, mysql, "i IN (SELECT 1)", "", "a subquery"},
      {"interval", mysql, postgres, "`at` + interval 1 day > `at`", "", "INTERVAL"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const auto made = translate_expression(row.sql, row.from, features(row.to), row.use, &sample_columns());
    CHECK(made.sql.value_or("") == row.expected);
    CHECK(made.reason == row.reason);
    if (!made.sql || row.from == row.to) continue;
    // What is made is known on its new engine.
    const std::string normal = normalize_expression(*made.sql, row.to);
    CHECK(normalize_expression(normal, row.to) == normal);
  }
}
