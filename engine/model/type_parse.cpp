// parse_type_name: the portable names as rows, each with the arguments that it takes.
#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/model/type.h"

namespace bascule {
namespace {

using Arguments = std::vector<std::int64_t>;

std::optional<int> digits(const Arguments& arguments) {
  if (arguments.empty()) return std::nullopt;
  return static_cast<int>(arguments[0]);
}
std::optional<std::int64_t> length(const Arguments& arguments) {
  if (arguments.empty()) return std::nullopt;
  return arguments[0];
}

struct NameRow {
  std::string_view name;
  std::size_t min_arguments, max_arguments;
  Type (*make)(const Arguments&);
};

template <auto... Values>
Type integer(const Arguments&) {
  return type::Int{Values...};
}
template <typename T, auto... Values>
Type plain(const Arguments&) {
  return T{Values...};
}

const NameRow rows[] = {
    {"any", 0, 0, plain<type::Any>},
    {"bool", 0, 0, plain<type::Bool>},
    {"int1", 0, 0, integer<1>},
    {"int2", 0, 0, integer<2>},
    {"int3", 0, 0, integer<3>},
    {"int4", 0, 0, integer<4>},
    {"int8", 0, 0, integer<8>},
    {"uint1", 0, 0, integer<1, true>},
    {"uint2", 0, 0, integer<2, true>},
    {"uint3", 0, 0, integer<3, true>},
    {"uint4", 0, 0, integer<4, true>},
    {"uint8", 0, 0, integer<8, true>},
    {"decimal", 0, 0, plain<type::Decimal>},
    {"decimal", 2, 2,
     [](const Arguments& a) -> Type {
       return type::Decimal{static_cast<int>(a[0]), static_cast<int>(a[1])};
     }},
    {"float4", 0, 0, plain<type::Float, 4>},
    {"float8", 0, 0, plain<type::Float, 8>},
    {"text", 0, 0, plain<type::Text>},
    {"varchar", 1, 1,
     [](const Arguments& a) -> Type {
       return type::Text{a[0], false};
     }},
    {"char", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Text{length(a), true};
     }},
    {"bytes", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Bytes{length(a), false};
     }},
    {"binary", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Bytes{length(a), true};
     }},
    {"date", 0, 0, plain<type::Date>},
    {"time", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Time{digits(a), false};
     }},
    {"timetz", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Time{digits(a), true};
     }},
    {"timestamp", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Timestamp{digits(a), false};
     }},
    {"timestamptz", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Timestamp{digits(a), true};
     }},
    {"interval", 0, 0, plain<type::Interval>},
    {"uuid", 0, 0, plain<type::Uuid>},
    {"json", 0, 0, plain<type::Json, false>},
    {"jsonb", 0, 0, plain<type::Json, true>},
    {"enum", 0, 0, plain<type::Enum>},
    {"set", 0, 0, plain<type::Set>},
    {"bit", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Bits{length(a), false};
     }},
    {"varbit", 0, 1,
     [](const Arguments& a) -> Type {
       return type::Bits{length(a), true};
     }},
    {"inet", 0, 0, plain<type::Network, type::NetworkKind::inet>},
    {"cidr", 0, 0, plain<type::Network, type::NetworkKind::cidr>},
    {"macaddr", 0, 0, plain<type::Network, type::NetworkKind::macaddr>},
    {"macaddr8", 0, 0, plain<type::Network, type::NetworkKind::macaddr8>},
    {"inet4", 0, 0, plain<type::Network, type::NetworkKind::inet4>},
    {"inet6", 0, 0, plain<type::Network, type::NetworkKind::inet6>},
    {"year", 0, 0, plain<type::Year>},
};

// The numbers of "(10,2)"; nothing if it is not a list of numbers in parentheses. "" has none.
std::optional<Arguments> read_arguments(std::string_view text) {
  Arguments arguments;
  if (text.empty()) return arguments;
  if (text.size() < 3 || text.front() != '(' || text.back() != ')') return std::nullopt;
  for (const auto& part : split(text.substr(1, text.size() - 2), ',')) {
    const auto number = parse_integer(trim(part));
    if (!number || *number > UINT32_MAX || *number < INT32_MIN) return std::nullopt;
    arguments.push_back(*number);
  }
  return arguments;
}

}  // namespace

Result<Type> parse_type_name(std::string_view name) {
  if (name.empty()) return usage_error("a type has no name", "write int4, varchar(20), timestamptz, ...");
  if (name.size() > 2 && name.ends_with("[]")) {
    TRY(Type element, parse_type_name(name.substr(0, name.size() - 2)));
    return Type(type::Array{{std::move(element)}});
  }
  const std::string_view base = name.substr(0, name.find('('));
  const auto is_named = [&](const NameRow& row) { return row.name == base; };
  if (std::none_of(std::begin(rows), std::end(rows), is_named)) return Type(type::Native{std::string(name)});
  const auto arguments = read_arguments(name.substr(base.size()));
  for (const auto& row : rows) {
    if (!is_named(row) || !arguments) continue;
    if (arguments->size() >= row.min_arguments && arguments->size() <= row.max_arguments)
      return row.make(*arguments);
  }
  return usage_error(
      "\"" + std::string(name) + "\" is no type: " + std::string(base) + " does not take these arguments",
      "write int4, varchar(20), decimal(10,2), timestamptz(3), ...");
}

}  // namespace bascule
