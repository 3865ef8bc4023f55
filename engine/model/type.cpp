#include "engine/model/type.h"

#include <array>
#include <string_view>

#include "engine/base/overloaded.h"

namespace bascule {
namespace {

std::string with_size(std::string_view name, const auto& size) {
  return size ? std::string(name) + "(" + std::to_string(*size) + ")" : std::string(name);
}

}  // namespace

std::string type_name(const Type& type) {
  using namespace type;
  return std::visit(
      overloaded{
          [](const Any&) { return std::string("any"); },
          [](const Bool&) { return std::string("bool"); },
          [](const Int& t) { return (t.is_unsigned ? "uint" : "int") + std::to_string(t.bytes); },
          [](const Decimal& t) {
            if (!t.precision) return std::string("decimal");
            return "decimal(" + std::to_string(*t.precision) + "," + std::to_string(t.scale.value_or(0)) +
                   ")";
          },
          [](const Float& t) { return "float" + std::to_string(t.bytes); },
          [](const Text& t) {
            if (!t.max_chars) return std::string(t.fixed ? "char" : "text");
            return with_size(t.fixed ? "char" : "varchar", t.max_chars);
          },
          [](const Bytes& t) { return with_size(t.fixed ? "binary" : "bytes", t.max_bytes); },
          [](const Date&) { return std::string("date"); },
          [](const Time& t) { return with_size(t.zoned ? "timetz" : "time", t.digits); },
          [](const Timestamp& t) { return with_size(t.zoned ? "timestamptz" : "timestamp", t.digits); },
          [](const Interval&) { return std::string("interval"); },
          [](const Uuid&) { return std::string("uuid"); },
          [](const Json& t) { return std::string(t.binary ? "jsonb" : "json"); },
          [](const Enum&) { return std::string("enum"); },
          [](const Set&) { return std::string("set"); },
          [](const Array& t) { return type_name(t.element.at(0)) + "[]"; },
          [](const Bits& t) { return with_size(t.varying ? "varbit" : "bit", t.length); },
          [](const Network& t) {
            constexpr std::array<std::string_view, 6> names{"inet",     "cidr",  "macaddr",
                                                            "macaddr8", "inet4", "inet6"};
            return std::string(names[static_cast<std::size_t>(t.kind)]);
          },
          [](const Year&) { return std::string("year"); },
          [](const Native& t) { return t.spelling; },
      },
      type.kind);
}

bool is_numeric(const Type& type) {
  return type.is<type::Int>() || type.is<type::Decimal>() || type.is<type::Float>() || type.is<type::Year>();
}

}  // namespace bascule
