#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/native_types.h"
#include "engine/dialect/sqlite_types.h"

namespace bascule {
namespace {

using Size = std::optional<std::int64_t>;

std::optional<int> digits(const TypeSpelling& spelling) {
  return spelling.argument(0);
}
Size length(const TypeSpelling& spelling) {
  const auto argument = spelling.argument(0);
  if (!argument) return std::nullopt;
  return *argument;
}

template <typename T, auto... Values>
Type plain(const TypeSpelling&) {
  return T{Values...};
}
template <bool Fixed>
Type characters(const TypeSpelling& spelling) {
  const bool is_bare_char = Fixed && !spelling.has_arguments;  // char is char(1)
  return type::Text{is_bare_char ? Size(1) : length(spelling), Fixed};
}
template <bool Zoned>
Type time(const TypeSpelling& spelling) {
  return type::Time{digits(spelling), Zoned};
}
template <bool Zoned>
Type timestamp(const TypeSpelling& spelling) {
  return type::Timestamp{digits(spelling), Zoned};
}
template <bool Varying>
Type bits(const TypeSpelling& spelling) {
  const bool is_bare_bit = !Varying && !spelling.has_arguments;  // bit is bit(1)
  return type::Bits{is_bare_bit ? Size(1) : length(spelling), Varying};
}
Type decimal(const TypeSpelling& spelling) {
  if (!spelling.has_arguments) return type::Decimal{};
  return type::Decimal{spelling.argument(0), spelling.argument(1).value_or(0)};
}
Type floating(const TypeSpelling& spelling) {
  return type::Float{spelling.argument(0).value_or(53) <= 24 ? 4 : 8};
}

struct NameRow {
  std::string_view name;  // without the arguments, which may stand in the middle of it
  Type (*make)(const TypeSpelling&);
};
// https://www.postgresql.org/docs/current/datatype.html
constexpr NameRow rows[] = {
    {"boolean", plain<type::Bool>},
    {"bool", plain<type::Bool>},
    {"smallint", plain<type::Int, 2>},
    {"int2", plain<type::Int, 2>},
    {"integer", plain<type::Int, 4>},
    {"int", plain<type::Int, 4>},
    {"int4", plain<type::Int, 4>},
    {"bigint", plain<type::Int, 8>},
    {"int8", plain<type::Int, 8>},
    {"numeric", decimal},
    {"decimal", decimal},
    {"real", plain<type::Float, 4>},
    {"float4", plain<type::Float, 4>},
    {"double precision", plain<type::Float, 8>},
    {"float8", plain<type::Float, 8>},
    {"float", floating},
    {"text", plain<type::Text>},
    {"character varying", characters<false>},
    {"varchar", characters<false>},
    {"character", characters<true>},
    {"char", characters<true>},
    {"bytea", plain<type::Bytes>},
    {"date", plain<type::Date>},
    {"time", time<false>},
    {"time without time zone", time<false>},
    {"time with time zone", time<true>},
    {"timetz", time<true>},
    {"timestamp", timestamp<false>},
    {"timestamp without time zone", timestamp<false>},
    {"timestamp with time zone", timestamp<true>},
    {"timestamptz", timestamp<true>},
    {"interval", plain<type::Interval>},
    {"uuid", plain<type::Uuid>},
    {"json", plain<type::Json, false>},
    {"jsonb", plain<type::Json, true>},
    {"bit", bits<false>},
    {"bit varying", bits<true>},
    {"varbit", bits<true>},
    {"inet", plain<type::Network, type::NetworkKind::inet>},
    {"cidr", plain<type::Network, type::NetworkKind::cidr>},
    {"macaddr", plain<type::Network, type::NetworkKind::macaddr>},
    {"macaddr8", plain<type::Network, type::NetworkKind::macaddr8>},
};

// "timestamp(3) with time zone" is the name "timestamp with time zone" with the arguments 3.
TypeSpelling take_apart(std::string_view spelled) {
  TypeSpelling out;
  const auto open = spelled.find('('), close = spelled.rfind(')');
  out.word = to_lower(trim(spelled.substr(0, open)));
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return out;
  out.arguments = std::string(spelled.substr(open + 1, close - open - 1));
  out.has_arguments = true;
  if (const auto rest = trim(spelled.substr(close + 1)); !rest.empty())
    out.word.append(" ").append(to_lower(rest));
  return out;
}

bool has_matching_parentheses(std::string_view spelled) {
  int depth = 0;
  bool is_quoted = false;
  for (const char c : spelled) {
    if (c == '\'') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == '(') ++depth;
    if (c == ')' && --depth < 0) return false;
  }
  return depth == 0 && !is_quoted;
}

}  // namespace

Type postgres_type(std::string_view spelled) {
  spelled = trim(spelled);
  if (spelled.ends_with("[]")) return type::Array{{postgres_type(spelled.substr(0, spelled.size() - 2))}};
  const TypeSpelling spelling = take_apart(spelled);
  const auto found = std::find_if(std::begin(rows), std::end(rows),
                                  [&](const NameRow& row) { return row.name == spelling.word; });
  const bool has_bad_arguments = spelling.has_arguments && !spelling.argument(0);
  if (found == std::end(rows) || has_bad_arguments) return type::Native{std::string(spelled)};
  return found->make(spelling);
}

Result<Type> parse_native_type(std::string_view spelled, Flavor flavor) {
  spelled = trim(spelled);
  if (spelled.empty())
    return usage_error("a type has no name", "write a type of the target: varchar(20), bigint, ...");
  if (!has_matching_parentheses(spelled))
    return usage_error(fmt::format("\"{}\" is no type: its parentheses or quotes do not match", spelled),
                       "write a type of the target: varchar(20), bigint, ...");
  switch (flavor) {
    case Flavor::sqlite:
      return sqlite_declared_type(spelled);
    case Flavor::postgres:
      return postgres_type(spelled);
    case Flavor::mysql:
    case Flavor::mariadb:
      return mysql_column_type(spelled, flavor);
  }
  return Type(type::Native{std::string(spelled)});
}

}  // namespace bascule
