#include <vector>

#include "engine/base/text.h"
#include "engine/dialect/native_types.h"

namespace bascule {
namespace {

struct IntegerName {
  std::string_view name;
  int bytes;
};
constexpr IntegerName integer_names[] = {{"tinyint", 1}, {"smallint", 2}, {"mediumint", 3},
                                         {"int", 4},     {"integer", 4},  {"bigint", 8}};

// 'a','b''c','d\\e': the catalog writes labels with doubled quotes and with \\ \n \r \0.
std::vector<std::string> parse_labels(std::string_view text) {
  std::vector<std::string> labels;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!inside) {
      if (c == '\'') {
        inside = true;
        labels.emplace_back();
      }
      continue;
    }
    const char following = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\'' && following != '\'') {
      inside = false;
    } else if (c == '\'') {
      labels.back() += c;
      ++i;
    } else if (c == '\\' && i + 1 < text.size()) {
      labels.back() += following == 'n'   ? '\n'
                       : following == 'r' ? '\r'
                       : following == '0' ? '\0'
                                          : following;
      ++i;
    } else {
      labels.back() += c;
    }
  }
  return labels;
}

}  // namespace

std::optional<int> TypeSpelling::argument(std::size_t index) const {
  const auto parts = split(arguments, ',');
  if (!has_arguments || index >= parts.size()) return std::nullopt;
  const auto number = parse_integer(trim(parts[index]));
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

TypeSpelling take_type_apart(std::string_view spelled) {
  TypeSpelling out;
  const auto open = spelled.find('(');
  const auto close = spelled.rfind(')');
  const auto blank = spelled.find(' ');
  if (open != spelled.npos && close != spelled.npos && open < close && open < blank) {
    out.word = to_lower(spelled.substr(0, open));
    out.arguments = std::string(spelled.substr(open + 1, close - open - 1));
    out.rest = to_lower(trim(spelled.substr(close + 1)));
    out.has_arguments = true;
  } else {
    out.word = to_lower(spelled.substr(0, blank));
    if (blank != spelled.npos) out.rest = to_lower(trim(spelled.substr(blank)));
  }
  return out;
}

int mysql_integer_bytes(std::string_view word) {
  for (const auto& row : integer_names)
    if (word == row.name) return row.bytes;
  return 0;
}

Type mysql_column_type(std::string_view column_type, Flavor flavor) {
  const TypeSpelling spelling = take_type_apart(column_type);
  const std::string& word = spelling.word;
  if (const int bytes = mysql_integer_bytes(word)) {
    const bool plain = !spelling.is_unsigned() && !spelling.is_zerofill();
    if (bytes == 1 && plain && spelling.argument(0) == 1) return type::Bool{};
    return type::Int{bytes, spelling.is_unsigned()};
  }
  const auto length = [&]() -> std::optional<std::int64_t> {
    const auto argument = spelling.argument(0);
    if (!argument) return std::nullopt;
    return *argument;
  };
  if (word == "bool" || word == "boolean") return type::Bool{};
  if (word == "decimal" || word == "numeric" || word == "dec")
    return type::Decimal{spelling.argument(0), spelling.argument(1)};
  if (word == "float") return type::Float{4};
  if (word == "double" || word == "real") return type::Float{8};
  if (word == "char") return type::Text{length().value_or(1), true};
  if (word == "varchar") return type::Text{length(), false};
  if (word == "binary") return type::Bytes{length().value_or(1), true};
  if (word == "varbinary") return type::Bytes{length(), false};
  if (word == "tinytext" || word == "text" || word == "mediumtext" || word == "longtext") return type::Text{};
  if (word == "tinyblob" || word == "blob" || word == "mediumblob" || word == "longblob")
    return type::Bytes{};
  if (word == "date") return type::Date{};
  if (word == "time") return type::Time{spelling.argument(0), false};
  if (word == "datetime") return type::Timestamp{spelling.argument(0), false};
  if (word == "timestamp") return type::Timestamp{spelling.argument(0), true};
  if (word == "year") return type::Year{};
  if (word == "bit") return type::Bits{length().value_or(1), false};
  if (word == "json") return type::Json{flavor == Flavor::mysql};
  if (word == "enum") return type::Enum{{}, parse_labels(spelling.arguments)};
  if (word == "set") return type::Set{parse_labels(spelling.arguments)};
  if (word == "uuid") return type::Uuid{};
  if (word == "inet6") return type::Network{type::NetworkKind::inet6};
  if (word == "inet4") return type::Network{type::NetworkKind::inet4};
  return type::Native{std::string(column_type)};
}

}  // namespace bascule
