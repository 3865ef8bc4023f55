#include "engine/drivers/postgres/types.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace bascule::postgres {
namespace {

// What the type is to us, and how its modifier is read.
enum class Family {
  boolean,
  int2,
  int4,
  int8,
  oid,
  float4,
  float8,
  numeric,
  text,
  varchar,
  bpchar,
  bytea,
  date,
  time,
  timetz,
  timestamp,
  timestamptz,
  interval,
  uuid,
  json,
  jsonb,
  bit,
  varbit,
  inet,
  cidr,
  macaddr,
  macaddr8,
  native,
};

struct Row {
  Oid oid, array_oid;
  Family family;
  std::string_view name;
  CellForm form = CellForm::spelled;
};

constexpr Row rows[] = {
    {16, 1000, Family::boolean, "boolean"},
    {17, 1001, Family::bytea, "bytea", CellForm::bytes},
    {18, 1002, Family::text, "\"char\"", CellForm::text},
    {19, 1003, Family::text, "name", CellForm::text},
    {20, 1016, Family::int8, "bigint"},
    {21, 1005, Family::int2, "smallint"},
    {22, 1006, Family::native, "int2vector"},
    {23, 1007, Family::int4, "integer"},
    {24, 1008, Family::native, "regproc"},
    {25, 1009, Family::text, "text", CellForm::text},
    {26, 1028, Family::oid, "oid"},
    {27, 1010, Family::native, "tid"},
    {28, 1011, Family::native, "xid"},
    {29, 1012, Family::native, "cid"},
    {30, 1013, Family::native, "oidvector"},
    {114, 199, Family::json, "json", CellForm::text},
    {142, 143, Family::native, "xml", CellForm::text},
    {194, 0, Family::native, "pg_node_tree", CellForm::text},
    {600, 1017, Family::native, "point"},
    {601, 1018, Family::native, "lseg"},
    {602, 1019, Family::native, "path"},
    {603, 1020, Family::native, "box"},
    {604, 1027, Family::native, "polygon"},
    {628, 629, Family::native, "line"},
    {650, 651, Family::cidr, "cidr"},
    {700, 1021, Family::float4, "real"},
    {701, 1022, Family::float8, "double precision"},
    {705, 0, Family::text, "unknown", CellForm::text},
    {718, 719, Family::native, "circle"},
    {774, 775, Family::macaddr8, "macaddr8"},
    {790, 791, Family::native, "money"},
    {829, 1040, Family::macaddr, "macaddr"},
    {869, 1041, Family::inet, "inet"},
    {1033, 1034, Family::native, "aclitem"},
    {1042, 1014, Family::bpchar, "bpchar", CellForm::text},
    {1043, 1015, Family::varchar, "character varying", CellForm::text},
    {1082, 1182, Family::date, "date"},
    {1083, 1183, Family::time, "time"},
    {1114, 1115, Family::timestamp, "timestamp"},
    {1184, 1185, Family::timestamptz, "timestamp"},
    {1186, 1187, Family::interval, "interval"},
    {1266, 1270, Family::timetz, "time"},
    {1560, 1561, Family::bit, "bit"},
    {1562, 1563, Family::varbit, "bit varying"},
    {1700, 1231, Family::numeric, "numeric"},
    {1790, 2201, Family::text, "refcursor", CellForm::text},
    {2205, 2210, Family::native, "regclass"},
    {2206, 2211, Family::native, "regtype"},
    {2249, 2287, Family::native, "record"},
    {2275, 1263, Family::text, "cstring", CellForm::text},
    {2278, 0, Family::native, "void"},
    {2950, 2951, Family::uuid, "uuid", CellForm::text},
    {3220, 3221, Family::native, "pg_lsn"},
    {3614, 3643, Family::native, "tsvector"},
    {3615, 3645, Family::native, "tsquery"},
    {3802, 3807, Family::jsonb, "jsonb", CellForm::text},
    {3904, 3905, Family::native, "int4range"},
    {3906, 3907, Family::native, "numrange"},
    {3908, 3909, Family::native, "tsrange"},
    {3910, 3911, Family::native, "tstzrange"},
    {3912, 3913, Family::native, "daterange"},
    {3926, 3927, Family::native, "int8range"},
    {4072, 4073, Family::native, "jsonpath"},
    {4451, 6150, Family::native, "int4multirange"},
    {4532, 6151, Family::native, "nummultirange"},
    {4533, 6152, Family::native, "tsmultirange"},
    {4534, 6153, Family::native, "tstzmultirange"},
    {4535, 6155, Family::native, "datemultirange"},
    {4536, 6157, Family::native, "int8multirange"},
    {5069, 271, Family::native, "xid8"},
};

// The length of character types counts a header of four bytes (VARHDRSZ).
std::optional<std::int64_t> character_length(int modifier) {
  if (modifier < 4) return {};
  return modifier - 4;
}

std::optional<int> digits(int modifier) {
  if (modifier < 0) return {};
  return modifier;
}

type::Decimal decimal(int modifier) {
  if (modifier < 4) return {};
  const int packed = modifier - 4;
  const int scale = ((packed & 0x7ff) ^ 0x400) - 0x400;  // 11 bits with a sign (PostgreSQL 15)
  return {(packed >> 16) & 0xffff, scale};
}

std::optional<std::int64_t> bit_length(int modifier) {
  if (modifier < 0) return {};
  return modifier;
}

Type portable(const Row& row, int modifier) {
  using type::NetworkKind;
  switch (row.family) {
    case Family::boolean:
      return type::Bool{};
    case Family::int2:
      return type::Int{2};
    case Family::int4:
      return type::Int{4};
    case Family::int8:
      return type::Int{8};
    case Family::oid:
      return type::Int{4, true};
    case Family::float4:
      return type::Float{4};
    case Family::float8:
      return type::Float{8};
    case Family::numeric:
      return decimal(modifier);
    case Family::text:
      return type::Text{};
    case Family::varchar:
      return type::Text{character_length(modifier), false};
    case Family::bpchar:
      return type::Text{character_length(modifier), modifier >= 4};
    case Family::bytea:
      return type::Bytes{};
    case Family::date:
      return type::Date{};
    case Family::time:
      return type::Time{digits(modifier), false};
    case Family::timetz:
      return type::Time{digits(modifier), true};
    case Family::timestamp:
      return type::Timestamp{digits(modifier), false};
    case Family::timestamptz:
      return type::Timestamp{digits(modifier), true};
    case Family::interval:
      return type::Interval{};
    case Family::uuid:
      return type::Uuid{};
    case Family::json:
      return type::Json{false};
    case Family::jsonb:
      return type::Json{true};
    case Family::bit:
      return type::Bits{bit_length(modifier), false};
    case Family::varbit:
      return type::Bits{bit_length(modifier), true};
    case Family::inet:
      return type::Network{NetworkKind::inet};
    case Family::cidr:
      return type::Network{NetworkKind::cidr};
    case Family::macaddr:
      return type::Network{NetworkKind::macaddr};
    case Family::macaddr8:
      return type::Network{NetworkKind::macaddr8};
    case Family::native:
      break;
  }
  return type::Native{std::string(row.name)};
}

// interval's modifier holds the fields (upper half) and the digits (lower half), 0xffff for all of them.
std::string interval_name(int modifier) {
  const int count = modifier & 0xffff;
  if (modifier < 0 || count == 0xffff) return "interval";
  return fmt::format("interval({})", count);
}

std::string name_of(const Row& row, int modifier) {
  const auto with_digits = [&](std::string_view suffix) {
    return modifier < 0 ? fmt::format("{}{}", row.name, suffix)
                        : fmt::format("{}({}){}", row.name, modifier, suffix);
  };
  switch (row.family) {
    case Family::numeric: {
      const type::Decimal type = decimal(modifier);
      return type.precision ? fmt::format("numeric({},{})", *type.precision, *type.scale) : "numeric";
    }
    case Family::varchar:
      return modifier < 4 ? std::string(row.name) : fmt::format("{}({})", row.name, modifier - 4);
    case Family::bpchar:
      return modifier < 4 ? std::string(row.name) : fmt::format("character({})", modifier - 4);
    case Family::time:
    case Family::timestamp:
      return with_digits(" without time zone");
    case Family::timetz:
    case Family::timestamptz:
      return with_digits(" with time zone");
    case Family::interval:
      return interval_name(modifier);
    case Family::bit:
    case Family::varbit:
      return with_digits("");
    default:
      return std::string(row.name);
  }
}

}  // namespace

std::optional<KnownType> builtin_type(Oid oid, int modifier) {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return row.oid == oid || (row.array_oid == oid && row.array_oid != 0); });
  if (found == std::end(rows)) return {};
  KnownType known{portable(*found, modifier), name_of(*found, modifier), found->form};
  if (found->oid == oid) return known;
  type::Array array;
  array.element.push_back(std::move(known.type));
  return KnownType{std::move(array), known.name + "[]", CellForm::spelled};
}

}  // namespace bascule::postgres
