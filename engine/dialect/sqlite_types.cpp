#include "engine/dialect/sqlite_types.h"

#include <array>
#include <optional>
#include <string>

#include "engine/base/text.h"

namespace bascule {
namespace {

struct Arguments {
  std::optional<long long> first, second;
};

// The numbers of NAME(a, b).
Arguments read_arguments(std::string_view declared) {
  const auto open = declared.find('('), close = declared.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  const auto parts = split(declared.substr(open + 1, close - open - 1), ',');
  Arguments arguments{parse_integer(trim(parts[0])), {}};
  if (parts.size() > 1) arguments.second = parse_integer(trim(parts[1]));
  return arguments;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words)
    if (text.find(word) != std::string_view::npos) return true;
  return false;
}

}  // namespace

Type sqlite_declared_type(std::string_view declared) {
  const std::string upper = to_upper(trim(declared));
  const std::string name(trim(std::string_view(upper).substr(0, upper.find('('))));
  const Arguments arguments = read_arguments(upper);

  if (name == "BOOL" || name == "BOOLEAN") return type::Bool{};
  if (name == "JSON" || name == "JSONB") return type::Json{};
  if (name == "DECIMAL" || name == "NUMERIC" || name == "NUMBER" || name == "DEC") {
    if (!arguments.first || *arguments.first < 1 || *arguments.first > 1000) return type::Decimal{};
    const long long scale = arguments.second.value_or(0);
    if (scale < 0 || scale > *arguments.first) return type::Decimal{};
    return type::Decimal{static_cast<int>(*arguments.first), static_cast<int>(scale)};
  }
  if (contains_any(name, {"BINARY", "BYTEA"})) return type::Bytes{};
  // From here on SQLite's own rules of affinity, in their order (https://www.sqlite.org/datatype3.html, 3.1).
  if (contains_any(name, {"INT"})) return type::Int{8};
  if (contains_any(name, {"CHAR"})) {
    if (arguments.first && *arguments.first > 0) return type::Text{*arguments.first};
    return type::Text{};
  }
  if (contains_any(name, {"CLOB", "TEXT"})) return type::Text{};
  if (contains_any(name, {"BLOB"})) return type::Bytes{};
  if (contains_any(name, {"REAL", "FLOA", "DOUB"})) return type::Float{8};
  if (contains_any(name, {"DATE", "TIME", "UUID", "GUID", "STRING"})) return type::Text{};
  return type::Any{};
}

}  // namespace bascule
