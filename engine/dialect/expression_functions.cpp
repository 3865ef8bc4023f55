#include "engine/dialect/expression_functions.h"

#include <algorithm>

namespace bascule::expression {
namespace {

constexpr int any_number = 1000;

constexpr FunctionRow rows[] = {
    // name, arguments           SQLite        PostgreSQL   MySQL          MariaDB
    {"char_length", 1, 1, {"length", "length", "char_length", "char_length"}, Gives::integer, true},
    {"octet_length",
     1,
     1,
     {"length(cast($1 as blob))", "octet_length", "length", "length"},
     Gives::integer,
     true},
    {"lower", 1, 1, {"lower", "lower", "lower", "lower"}, Gives::text, true},
    {"upper", 1, 1, {"upper", "upper", "upper", "upper"}, Gives::text, true},
    {"trim", 1, 1, {"trim", "btrim", "trim", "trim"}, Gives::text, true},
    {"ltrim", 1, 1, {"ltrim", "ltrim", "ltrim", "ltrim"}, Gives::text, true},
    {"rtrim", 1, 1, {"rtrim", "rtrim", "rtrim", "rtrim"}, Gives::text, true},
    {"replace", 3, 3, {"replace", "replace", "replace", "replace"}, Gives::text, true},
    {"substr", 2, 3, {"substr", "substr", "substr", "substr"}, Gives::text, true},
    {"instr", 2, 2, {"instr", "strpos", "instr", "instr"}, Gives::integer, true},
    {"left", 2, 2, {"substr($1, 1, $2)", "left", "left", "left"}, Gives::text, true},
    {"right", 2, 2, {"substr($1, -$2)", "right", "right", "right"}, Gives::text, true},
    {"reverse", 1, 1, {"", "reverse", "reverse", "reverse"}, Gives::text, true},
    {"repeat", 2, 2, {"", "repeat", "repeat", "repeat"}, Gives::text, true},
    {"lpad", 3, 3, {"", "lpad", "lpad", "lpad"}, Gives::text, true},
    {"rpad", 3, 3, {"", "rpad", "rpad", "rpad"}, Gives::text, true},
    {"md5", 1, 1, {"", "md5", "md5", "md5"}, Gives::text, true},
    {"||", 2, any_number, {"||", "||", "concat", "concat"}, Gives::text, true},

    {"coalesce", 1, any_number, {"coalesce", "coalesce", "coalesce", "coalesce"}, Gives::same},
    {"nullif", 2, 2, {"nullif", "nullif", "nullif", "nullif"}, Gives::same},
    {"greatest", 2, any_number, {"max", "", "greatest", "greatest"}, Gives::same},
    {"least", 2, any_number, {"min", "", "least", "least"}, Gives::same},
    // PostgreSQL's pass over NULL.
    {"greatest_known", 2, any_number, {"", "greatest", "", ""}, Gives::same},
    {"least_known", 2, any_number, {"", "least", "", ""}, Gives::same},

    {"abs", 1, 1, {"abs", "abs", "abs", "abs"}, Gives::same},
    {"round", 1, 2, {"round", "round", "round", "round"}, Gives::same},
    {"ceil", 1, 1, {"", "ceil", "ceiling", "ceiling"}, Gives::same},
    {"floor", 1, 1, {"", "floor", "floor", "floor"}, Gives::same},
    {"sign", 1, 1, {"", "sign", "sign", "sign"}, Gives::integer},
    {"sqrt", 1, 1, {"", "sqrt", "sqrt", "sqrt"}, Gives::real},
    {"power", 2, 2, {"", "power", "pow", "pow"}, Gives::real},

    {"extract_year",
     1,
     1,
     {"cast(strftime('%Y', $1) as integer)", "extract(year from $1)", "year", "year"},
     Gives::integer},
    {"extract_month",
     1,
     1,
     {"cast(strftime('%m', $1) as integer)", "extract(month from $1)", "month", "month"},
     Gives::integer},
    {"extract_day",
     1,
     1,
     {"cast(strftime('%d', $1) as integer)", "extract(day from $1)", "dayofmonth", "dayofmonth"},
     Gives::integer},
    {"extract_hour",
     1,
     1,
     {"cast(strftime('%H', $1) as integer)", "extract(hour from $1)", "hour", "hour"},
     Gives::integer},
    {"extract_minute",
     1,
     1,
     {"cast(strftime('%M', $1) as integer)", "extract(minute from $1)", "minute", "minute"},
     Gives::integer},

    {"to_date", 1, 1, {"date", "cast($1 as date)", "date", "date"}, Gives::other},

    {"json_valid", 1, 1, {"json_valid", "", "json_valid", "json_valid"}, Gives::boolean},
    {"json_extract", 2, 2, {"", "", "json_extract", "json_extract"}, Gives::json},
    {"json_text",
     2,
     2,
     {"json_extract", "", "json_unquote(json_extract($1, $2))", "json_unquote(json_extract($1, $2))"},
     Gives::text},
    {"json_unquote", 1, 1, {"", "", "json_unquote", "json_unquote"}, Gives::text},
    {"json_type", 1, 1, {"", "", "json_type", "json_type"}, Gives::text},
    {"json_length", 1, 2, {"", "", "json_length", "json_length"}, Gives::integer},
    {"json_contains", 2, 3, {"", "", "json_contains", "json_contains"}, Gives::boolean},
    {"json_array_length", 1, 1, {"json_array_length", "json_array_length", "", ""}, Gives::integer},

    // What only the two of one family share.
    {"date_format", 2, 2, {"", "", "date_format", "date_format"}, Gives::text},
    {"dayofweek", 1, 1, {"", "", "dayofweek", "dayofweek"}, Gives::integer},
    {"quarter", 1, 1, {"", "", "quarter", "quarter"}, Gives::integer},
    {"to_days", 1, 1, {"", "", "to_days", "to_days"}, Gives::integer},
    {"datediff", 2, 2, {"", "", "datediff", "datediff"}, Gives::integer},
    {"crc32", 1, 1, {"", "", "crc32", "crc32"}, Gives::integer},
    {"sha1", 1, 1, {"", "", "sha", "sha"}, Gives::text},
    {"sha2", 2, 2, {"", "", "sha2", "sha2"}, Gives::text},
    {"hex", 1, 1, {"hex", "", "hex", "hex"}, Gives::text},
    {"unhex", 1, 1, {"", "", "unhex", "unhex"}, Gives::other},
    {"bit_count", 1, 1, {"", "", "bit_count", "bit_count"}, Gives::integer},
    {"find_in_set", 2, 2, {"", "", "find_in_set", "find_in_set"}, Gives::integer},
    {"concat_ws", 3, any_number, {"", "", "concat_ws", "concat_ws"}, Gives::text},

    {"current_timestamp",
     0,
     1,
     {"current_timestamp", "current_timestamp", "current_timestamp", "current_timestamp"},
     Gives::other,
     false,
     false},
    {"current_date",
     0,
     0,
     {"current_date", "current_date", "current_date", "current_date"},
     Gives::other,
     false,
     false},
    {"current_time",
     0,
     1,
     {"current_time", "current_time", "current_time", "current_time"},
     Gives::other,
     false,
     false},
    {"utc_timestamp", 0, 1, {"", "", "utc_timestamp", "utc_timestamp"}, Gives::other, false, false},
    {"new_uuid", 0, 0, {"", "gen_random_uuid", "uuid", "uuid"}, Gives::other, false, false},
    {"random", 0, 0, {"random", "random", "rand", "rand"}, Gives::real, false, false},
};

// Other words for the same. `flavors` are the engines that know them, by their first letters: s p m a.
struct AliasRow {
  std::string_view word, name, flavors;
};
constexpr AliasRow aliases[] = {
    {"char_length", "char_length", "p"},
    {"character_length", "char_length", "pma"},
    {"octet_length", "octet_length", "sma"},
    {"lcase", "lower", "ma"},
    {"ucase", "upper", "ma"},
    {"trim", "trim", "p"},
    {"substring", "substr", "spma"},
    {"mid", "substr", "ma"},
    {"ifnull", "coalesce", "sma"},
    {"nvl", "coalesce", "a"},
    {"greatest", "greatest_known", "p"},
    {"least", "least_known", "p"},
    {"ceil", "ceil", "ma"},
    {"ceiling", "ceil", "p"},
    {"power", "power", "ma"},
    {"pow", "power", "p"},
    {"day", "extract_day", "ma"},
    {"sha1", "sha1", "ma"},
    {"now", "current_timestamp", "pma"},
    {"transaction_timestamp", "current_timestamp", "p"},
    {"localtimestamp", "current_timestamp", "pma"},
    {"localtime", "current_timestamp", "ma"},
    {"curdate", "current_date", "ma"},
    {"curtime", "current_time", "ma"},
    {"uuid_generate_v4", "new_uuid", "p"},
};

bool has_arity(const FunctionRow& row, std::size_t arguments) {
  return static_cast<int>(arguments) >= row.min_arguments && static_cast<int>(arguments) <= row.max_arguments;
}

}  // namespace

const FunctionRow* find_function_row(std::string_view name, std::size_t arguments) {
  for (const auto& row : rows)
    if (row.name == name && has_arity(row, arguments)) return &row;
  return nullptr;
}

const FunctionRow* find_function(std::string_view word, std::size_t arguments, Flavor flavor) {
  for (const auto& row : rows)
    if (row.forms[static_cast<std::size_t>(flavor)] == word && has_arity(row, arguments)) return &row;
  constexpr std::string_view letters = "spma";
  for (const auto& alias : aliases)
    if (alias.word == word &&
        alias.flavors.find(letters[static_cast<std::size_t>(flavor)]) != std::string_view::npos)
      return find_function_row(alias.name, arguments);
  return nullptr;
}

}  // namespace bascule::expression
