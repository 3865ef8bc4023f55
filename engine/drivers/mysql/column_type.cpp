#include "engine/drivers/mysql/column_type.h"

#include <vector>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_writer.h"

namespace bascule::mysql {
namespace {

// "decimal(10,2) unsigned" in its parts.
struct Spelling {
  std::string word;       // decimal
  std::string arguments;  // 10,2
  std::string rest;       // unsigned
  bool has_arguments = false;

  bool is_unsigned() const { return rest.find("unsigned") != std::string::npos; }
  bool is_zerofill() const { return rest.find("zerofill") != std::string::npos; }
  std::optional<int> argument(std::size_t index) const {
    const auto parts = split(arguments, ',');
    if (!has_arguments || index >= parts.size()) return std::nullopt;
    const auto number = parse_integer(trim(parts[index]));
    if (!number) return std::nullopt;
    return static_cast<int>(*number);
  }
};

Spelling take_apart(std::string_view column_type) {
  Spelling out;
  const auto open = column_type.find('(');
  const auto close = column_type.rfind(')');
  const auto blank = column_type.find(' ');
  if (open != column_type.npos && close != column_type.npos && open < close && open < blank) {
    out.word = to_lower(column_type.substr(0, open));
    out.arguments = std::string(column_type.substr(open + 1, close - open - 1));
    out.rest = to_lower(trim(column_type.substr(close + 1)));
    out.has_arguments = true;
  } else {
    out.word = to_lower(column_type.substr(0, blank));
    if (blank != column_type.npos) out.rest = to_lower(trim(column_type.substr(blank)));
  }
  return out;
}

struct IntegerName {
  std::string_view name;
  int bytes;
};
constexpr IntegerName integer_names[] = {{"tinyint", 1}, {"smallint", 2}, {"mediumint", 3},
                                         {"int", 4},     {"integer", 4},  {"bigint", 8}};

int integer_bytes(std::string_view word) {
  for (const auto& row : integer_names)
    if (word == row.name) return row.bytes;
  return 0;
}

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

bool starts_with_current_timestamp(std::string_view text) {
  return starts_with_ignoring_case(text, "current_timestamp") || starts_with_ignoring_case(text, "now(");
}

}  // namespace

Type parse_column_type(std::string_view column_type, Flavor flavor) {
  const Spelling spelling = take_apart(column_type);
  const std::string& word = spelling.word;
  if (const int bytes = integer_bytes(word)) {
    const bool plain = !spelling.is_unsigned() && !spelling.is_zerofill();
    if (bytes == 1 && plain && spelling.argument(0) == 1) return type::Bool{};
    return type::Int{bytes, spelling.is_unsigned()};
  }
  const auto length = [&]() -> std::optional<std::int64_t> {
    const auto argument = spelling.argument(0);
    if (!argument) return std::nullopt;
    return *argument;
  };
  if (word == "decimal" || word == "numeric")
    return type::Decimal{spelling.argument(0), spelling.argument(1)};
  if (word == "float") return type::Float{4};
  if (word == "double") return type::Float{8};
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

std::string without_display_width(std::string_view column_type) {
  const Spelling spelling = take_apart(column_type);
  const bool has_width = spelling.word == "year" || integer_bytes(spelling.word) != 0;
  const bool says_something =
      spelling.is_zerofill() ||
      (spelling.word == "tinyint" && spelling.argument(0) == 1 && !spelling.is_unsigned());
  if (!spelling.has_arguments || !has_width || says_something) return std::string(column_type);
  return spelling.rest.empty() ? spelling.word : spelling.word + " " + spelling.rest;
}

std::string unescape_expression(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '\'' || text[i + 1] == '\\');
    if (escaped) ++i;
    out += text[i];
  }
  return out;
}

std::string without_outer_parentheses(std::string_view expression) {
  const std::string_view whole = trim(expression);
  if (!whole.starts_with('(') || !whole.ends_with(')')) return std::string(whole);
  int depth = 0;
  for (const Token& token : tokenize(whole, dialect(Flavor::mysql).lexer)) {
    if (token.kind != TokenKind::punctuation) continue;
    if (whole[token.offset] == '(') ++depth;
    if (whole[token.offset] == ')') --depth;
    if (depth == 0 && token.offset + token.size < whole.size()) return std::string(whole);
  }
  return std::string(trim(whole.substr(1, whole.size() - 2)));
}

// https://dev.mysql.com/doc/refman/9.4/en/information-schema-columns-table.html,
// https://mariadb.com/kb/en/information-schema-columns-table/
std::optional<std::string> decode_default(const std::optional<std::string>& column_default,
                                          std::string_view extra, const Type& type, const Dialect& dialect) {
  if (!column_default) return std::nullopt;
  const std::string& text = *column_default;
  if (dialect.flavor == Flavor::mariadb) {  // an SQL expression already
    if (text == "NULL") return std::nullopt;
    return text;
  }
  if (extra.find("DEFAULT_GENERATED") != extra.npos) {
    const std::string expression = unescape_expression(text);
    if (starts_with_current_timestamp(expression)) return expression;
    return "(" + without_outer_parentheses(expression) + ")";
  }
  if (is_numeric(type) || type.is<type::Bool>() || type.is<type::Bits>() || type.is<type::Year>())
    return text;
  return quote_plain_string(text, dialect);
}

std::optional<std::string> on_update_of(std::string_view extra) {
  constexpr std::string_view words = "on update ";
  const auto at = to_lower(extra).find(words);
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = extra.substr(at + words.size());
  return std::string(rest.substr(0, rest.find(' ')));
}

}  // namespace bascule::mysql
