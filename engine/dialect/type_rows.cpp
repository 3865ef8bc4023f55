#include "engine/dialect/type_rows.h"

namespace bascule {
namespace {

using enum When;

constexpr Loss no_loss{};
constexpr Loss in_its_own_form(std::string_view text) {
  return {"type_as_text", text};
}
constexpr Loss array_as_text = in_its_own_form("an array becomes text in its own text form");
constexpr Loss bits_as_text = in_its_own_form("a bit string becomes text in its own text form");
constexpr Loss interval_as_text = in_its_own_form("an interval becomes text in its own text form");
constexpr Loss zoned_time_as_text =
    in_its_own_form("a time with time zone becomes text in its own text form");
constexpr Loss network_as_text = in_its_own_form("a network address becomes text in its own text form");
constexpr Loss native_as_text = in_its_own_form("the type %n becomes text in its own text form");
constexpr Loss enum_as_text{"labels_not_enforced", "an enum becomes text; its labels are not enforced"};
constexpr Loss set_as_text{"labels_not_enforced", "a set becomes text; its labels are not enforced"};
constexpr Loss undeclared{"type_undeclared", "a column without a declared type becomes text"};
constexpr Loss not_above_bigint_in_sqlite{
    "range_narrowed", "values above 9223372036854775807 do not fit an INTEGER and are refused"};
constexpr Loss not_above_bigint{"range_narrowed",
                                "values above 9223372036854775807 do not fit a bigint and are refused"};
constexpr Loss time_of_day{"range_narrowed",
                           "times below 00:00:00 or above 24:00:00 do not fit a time and are refused"};
constexpr Loss decimal_of_mysql{
    "range_narrowed", "becomes decimal(65,30): more than 35 digits before or 30 after the point are refused"};
constexpr Loss date_of_mysql{"range_narrowed",
                             "infinity and dates before 0001-01-01 or after 9999-12-31 are refused"};
constexpr Loss timestamp_of_mysql{"range_narrowed", "infinity and years before 1 or after 9999 are refused"};
constexpr Loss zone_as_utc{"zone_as_utc", "becomes a datetime that holds UTC"};
constexpr Loss normalised_json{
    "json_normalised", "MySQL reorders keys, drops duplicate ones and rounds numbers of more than 17 digits"};
constexpr Loss padding_kept{"padding_kept", "a padded char becomes varchar, which keeps trailing blanks"};
constexpr Loss text_limited{"length_limited", "text in a key becomes varchar(%c), longer values are refused"};
constexpr Loss bytes_limited{"length_limited",
                             "bytes in a key become varbinary(%b), longer values are refused"};
constexpr Loss kept_as_text(std::string_view text) {
  return {"type_widened", text};
}

constexpr std::string_view above_bigint = "$1 > 9223372036854775807";
constexpr std::string_view no_boolean = "$1 NOT IN (0, 1)";
constexpr std::string_view no_integer = "typeof($1) NOT IN ('integer', 'null')";
constexpr std::string_view no_number = "typeof($1) NOT IN ('integer', 'real', 'null')";
constexpr std::string_view no_text = "typeof($1) NOT IN ('text', 'null')";
constexpr std::string_view no_blob = "typeof($1) NOT IN ('blob', 'null')";
constexpr std::string_view no_text_of_postgres =
    "typeof($1) NOT IN ('text', 'null') OR instr($1, char(0)) > 0";
// As bytes: the collations of MySQL find a NUL everywhere.
constexpr std::string_view has_nul = "instr(CAST($1 AS BINARY), X'00') > 0";
constexpr std::string_view no_number_of_ieee = "$1 = 'NaN'";
constexpr std::string_view not_finite = "$1 IN ('NaN', 'Infinity', '-Infinity')";
constexpr std::string_view zero_date = "month($1) = 0 OR dayofmonth($1) = 0";
constexpr std::string_view no_time_of_day = "$1 < '00:00:00' OR $1 > '24:00:00'";
constexpr std::string_view no_decimal_of_mysql = "$1 = 'NaN' OR abs($1) >= 1e35 OR scale($1) > 30";
constexpr std::string_view no_date_of_mysql =
    "$1 IN ('infinity', '-infinity') OR $1 < '0001-01-01' OR $1 > '9999-12-31'";
constexpr std::string_view too_long = "length($1) > %c";
constexpr std::string_view too_many_bytes = "length($1) > %b";

constexpr TypeRow rows[] = {
    // --- To SQLite: five storage classes. Exact decimals, dates and JSON need TEXT, because NUMERIC affinity
    // turns '0.10' into 0.1, '2024' into 2024 and the JSON text '5' into a number.
    {"any|bool", "pma", "s", always, "="},
    {"uint8", "pma", "s", always, "int8", not_above_bigint_in_sqlite, no_loss, above_bigint},
    {"int1|int2|int3|int4|int8|uint1|uint2|uint3|uint4|year", "pma", "s", always, "int8"},
    {"decimal", "pma", "s", always, "text",
     kept_as_text("a decimal becomes TEXT, which keeps its exact text")},
    {"float4|float8", "p", "s", always, "float8", no_loss, no_loss, no_number_of_ieee},
    {"float4|float8", "ma", "s", always, "float8"},
    {"text|varchar|char", "pma", "s", always, "text"},
    {"bytes|binary", "pma", "s", always, "bytes"},
    {"date", "pma", "s", always, "text", kept_as_text("a date becomes TEXT, which keeps its exact text")},
    {"time|timetz", "pma", "s", always, "text",
     kept_as_text("a time becomes TEXT, which keeps its exact text")},
    {"timestamp|timestamptz", "pma", "s", always, "text",
     kept_as_text("a timestamp becomes TEXT, which keeps its exact text")},
    {"interval", "pma", "s", always, "text",
     kept_as_text("an interval becomes TEXT, which keeps its exact text")},
    {"uuid", "pma", "s", always, "text", kept_as_text("a UUID becomes TEXT, which keeps its exact text")},
    {"json|jsonb", "pma", "s", always, "text", kept_as_text("JSON becomes TEXT, which keeps its exact text")},
    {"inet|cidr|macaddr|macaddr8|inet4|inet6", "pma", "s", always, "text",
     kept_as_text("a network address becomes TEXT, which keeps its exact text")},
    {"enum", "pma", "s", always, "text", enum_as_text},
    {"set", "pma", "s", always, "text", set_as_text},
    {"[]", "pma", "s", always, "text", array_as_text},
    {"bit|varbit", "pma", "s", always, "text", bits_as_text},
    {"*", "pma", "s", always, "text", native_as_text},

    // --- To PostgreSQL.
    {"any", "sma", "p", always, "text", undeclared},
    {"bool", "sma", "p", always, "=", no_loss, no_loss, no_boolean},
    {"int8", "s", "p", always, "=", no_loss, no_loss, no_integer},
    {"int1", "sma", "p", always, "int2"},
    {"int3", "sma", "p", always, "int4"},
    {"int2|int4|int8", "sma", "p", always, "="},
    {"uint1", "sma", "p", always, "int2"},
    {"uint2|uint3", "sma", "p", always, "int4"},
    {"uint4", "sma", "p", always, "int8"},
    // Keys that refer to each other must agree, and an identity cannot be numeric.
    {"uint8", "sma", "p", in_key, "int8", not_above_bigint, no_loss, above_bigint},
    {"uint8", "sma", "p", always, "decimal(20,0)"},
    {"decimal|float4|float8", "s", "p", always, "=", no_loss, no_loss, no_number},
    {"decimal|float4|float8", "ma", "p", always, "="},
    // SQLite does not enforce the length.
    {"text|varchar|char", "s", "p", always, "text", no_loss, no_loss, no_text_of_postgres},
    // MySQL's CHAR has no trailing blanks, which PostgreSQL's would pad.
    {"varchar|char", "ma", "p", always, "varchar%a", no_loss, no_loss, has_nul},
    {"text", "ma", "p", always, "=", no_loss, no_loss, has_nul},
    {"bytes|binary", "s", "p", always, "bytes", no_loss, no_loss, no_blob},
    {"bytes|binary", "ma", "p", always, "bytes"},
    {"date", "ma", "p", always, "=", no_loss, no_loss, zero_date},
    {"time", "ma", "p", always, "time%d", time_of_day, no_loss, no_time_of_day},
    {"timestamp", "ma", "p", always, "timestamp%d", no_loss, no_loss, zero_date},
    {"timestamptz", "ma", "p", always, "timestamptz%d", no_loss, no_loss, zero_date},
    {"timetz", "ma", "p", always, "timetz%d", time_of_day},
    {"date", "s", "p", always, "="},
    {"time", "s", "p", always, "time%d"},
    {"timetz", "s", "p", always, "timetz%d"},
    {"timestamp", "s", "p", always, "timestamp%d"},
    {"timestamptz", "s", "p", always, "timestamptz%d"},
    {"json|jsonb", "s", "p", always, "=", no_loss, no_loss, "NOT json_valid($1)"},
    {"interval|uuid|json|jsonb|bit|varbit|[]", "sma", "p", always, "="},
    {"inet|cidr|macaddr|macaddr8|inet4|inet6", "sma", "p", always, "inet"},
    {"enum", "sma", "p", always, "text", enum_as_text},
    {"set", "sma", "p", always, "text", set_as_text},
    {"year", "sma", "p", always, "int2"},
    {"*", "sma", "p", always, "text", native_as_text},

    // --- To MySQL and MariaDB.
    {"any", "spma", "ma", in_key, "varchar(%c)", undeclared, text_limited, too_long},
    {"any", "spma", "ma", always, "text", undeclared},
    {"bool", "s", "ma", always, "=", no_loss, no_loss, no_boolean},
    {"bool", "pma", "ma", always, "="},
    {"int8", "s", "ma", always, "=", no_loss, no_loss, no_integer},
    {"int1|int2|int3|int4|int8|uint1|uint2|uint3|uint4|uint8|year", "spma", "ma", always, "="},
    {"decimal", "spma", "ma", fits_decimal, "="},
    {"decimal", "p", "ma", always, "decimal(65,30)", decimal_of_mysql, no_loss, no_decimal_of_mysql},
    {"decimal", "sma", "ma", always, "decimal(65,30)", decimal_of_mysql},
    {"float4|float8", "p", "ma", always, "=", no_loss, no_loss, not_finite},
    {"float4|float8", "s", "ma", always, "=", no_loss, no_loss, no_number},
    {"float4|float8", "ma", "ma", always, "="},
    {"char", "spma", "ma", too_long_in_key, "varchar(%c)", padding_kept, text_limited, too_long},
    {"char", "spma", "ma", bare, "text", padding_kept},
    {"char", "spma", "ma", short_enough, "varchar%a", padding_kept},
    {"char", "spma", "ma", always, "text", padding_kept},
    {"text|varchar", "spma", "ma", too_long_in_key, "varchar(%c)", text_limited, no_loss, too_long},
    {"varchar", "s", "ma", short_enough, "=", no_loss, no_loss, no_text},
    {"varchar", "pma", "ma", short_enough, "="},
    {"text|varchar", "s", "ma", always, "text", no_loss, no_loss, no_text},
    {"text|varchar", "pma", "ma", always, "text"},
    {"bytes|binary", "spma", "ma", too_long_in_key, "bytes(%b)", bytes_limited, no_loss, too_many_bytes},
    {"bytes|binary", "spma", "ma", short_enough, "bytes%a"},
    {"bytes|binary", "s", "ma", always, "bytes", no_loss, no_loss, no_blob},
    {"bytes|binary", "pma", "ma", always, "bytes"},
    {"date", "p", "ma", always, "=", date_of_mysql, no_loss, no_date_of_mysql},
    {"date", "sma", "ma", always, "=", date_of_mysql},
    {"time", "spma", "ma", always, "time%d"},
    {"timetz", "spma", "ma", in_key, "varchar(%c)", zoned_time_as_text, text_limited},
    {"timetz", "spma", "ma", always, "text", zoned_time_as_text},
    // TIMESTAMP ends in 2038, so that an instant becomes a DATETIME in UTC.
    {"timestamptz", "p", "ma", always, "timestamp%d", zone_as_utc, timestamp_of_mysql, no_date_of_mysql},
    {"timestamptz", "sma", "ma", always, "timestamp%d", zone_as_utc, timestamp_of_mysql},
    {"timestamp", "p", "ma", always, "timestamp%d", timestamp_of_mysql, no_loss, no_date_of_mysql},
    {"timestamp", "sma", "ma", always, "timestamp%d", timestamp_of_mysql},
    {"interval", "spma", "ma", in_key, "varchar(%c)", interval_as_text, text_limited},
    {"interval", "spma", "ma", always, "text", interval_as_text},
    {"uuid", "spma", "ma", has_uuid, "="},
    {"uuid", "spma", "ma", always, "char(36)"},
    {"json", "spma", "m", always, "jsonb", normalised_json},
    {"jsonb", "spma", "m", always, "="},
    {"json|jsonb", "spma", "a", always, "json"},
    {"enum", "spma", "ma", plain_labels, "enum"},
    {"enum", "spma", "ma", in_key, "varchar(%c)", enum_as_text, text_limited},
    {"enum", "spma", "ma", always, "text", enum_as_text},
    {"set", "spma", "ma", always, "="},
    {"[]", "spma", "ma", in_key, "varchar(%c)", array_as_text, text_limited},
    {"[]", "spma", "ma", always, "text", array_as_text},
    {"bit", "spma", "ma", bare, "bit(1)"},
    {"bit", "spma", "ma", fits_bits, "="},
    {"bit|varbit", "spma", "ma", in_key, "varchar(%c)", bits_as_text, text_limited},
    {"bit|varbit", "spma", "ma", always, "text", bits_as_text},
    {"inet4|inet6", "spma", "a", always, "="},
    // The longest inet: an IPv6 address with its mask.
    {"inet|cidr|macaddr|macaddr8|inet4|inet6", "spma", "ma", always, "varchar(43)", network_as_text},
    {"*", "spma", "ma", in_key, "varchar(%c)", native_as_text, text_limited},
    {"*", "spma", "ma", always, "text", native_as_text},
};

}  // namespace

std::span<const TypeRow> type_rows() {
  return rows;
}

}  // namespace bascule
