#include "engine/dialect/default_map.h"

#include <fmt/format.h>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/expression.h"
#include "engine/dialect/expression_class.h"
#include "engine/dialect/sql_writer.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

using namespace default_value;

bool is_numeric_text(std::string_view text) {
  const auto number = parse_double(text);
  return number.has_value() && text.find_first_not_of("0123456789.+-eE") == std::string_view::npos;
}

std::optional<bool> read_boolean(const DefaultValue& value) {
  if (const auto* boolean = std::get_if<Boolean>(&value)) return boolean->value;
  std::string word;
  if (const auto* number = std::get_if<Number>(&value)) word = number->digits;
  if (const auto* text = std::get_if<default_value::Text>(&value)) word = to_lower(text->text);
  if (word == "1" || word == "t" || word == "true") return true;
  if (word == "0" || word == "f" || word == "false") return false;
  return std::nullopt;
}

std::optional<std::string> read_number(const DefaultValue& value) {
  if (const auto* number = std::get_if<Number>(&value)) return number->digits;
  if (const auto* boolean = std::get_if<Boolean>(&value)) return boolean->value ? "1" : "0";
  const auto* text = std::get_if<default_value::Text>(&value);
  if (text != nullptr && is_numeric_text(text->text)) return text->text;
  return std::nullopt;
}

bool is_clock_type(const Type& type) {
  return type.is<type::Date>() || type.is<type::Time>() || type.is<type::Timestamp>();
}

bool is_zoned(const Type& type) {
  const auto* timestamp = type.get<type::Timestamp>();
  return timestamp != nullptr && timestamp->zoned;
}

// The time as text, as SQLite's CURRENT_TIMESTAMP, CURRENT_DATE and CURRENT_TIME give it: UTC in seconds.
std::string clock_as_text(Clock clock, Flavor target) {
  const bool is_postgres = target == Flavor::postgres;
  std::string_view format;
  switch (clock) {
    case Clock::timestamp:
      format = is_postgres ? "YYYY-MM-DD HH24:MI:SS" : "%Y-%m-%d %H:%i:%s";
      break;
    case Clock::date:
      format = is_postgres ? "YYYY-MM-DD" : "%Y-%m-%d";
      break;
    case Clock::time:
      format = is_postgres ? "HH24:MI:SS" : "%H:%i:%s";
      break;
  }
  if (is_postgres) return fmt::format("to_char((now() AT TIME ZONE 'utc'), '{}')", format);
  return fmt::format("(date_format(utc_timestamp(), '{}'))", format);
}

struct Target {
  Flavor from;
  const Type& source_type;
  const Features& features;
  const Type& type;

  Flavor flavor() const { return features.flavor; }
  bool is_mysql_family() const { return flavor() == Flavor::mysql || flavor() == Flavor::mariadb; }

  // MySQL takes a literal default for these types only in parentheses.
  bool needs_parentheses() const {
    if (!is_mysql_family()) return false;
    const auto* text = type.get<type::Text>();
    const auto* bytes = type.get<type::Bytes>();
    return (text != nullptr && !text->max_chars) || (bytes != nullptr && !bytes->max_bytes) ||
           type.is<type::Json>();
  }

  std::optional<std::string> expression(std::string sql) const {
    if (!features.expression_defaults) return std::nullopt;
    return sql;
  }

  std::optional<std::string> literal(const std::string& text) const {
    const std::string quoted = quote_literal(text, dialect(flavor()));
    if (needs_parentheses()) return expression("(" + quoted + ")");
    return quoted;
  }

  std::optional<std::string> constant(const DefaultValue& value) const {
    if (type.is<type::Bool>()) {
      const auto boolean = read_boolean(value);
      if (!boolean) return std::nullopt;
      if (flavor() == Flavor::postgres) return *boolean ? "true" : "false";
      return *boolean ? "1" : "0";
    }
    if (is_numeric(type)) return read_number(value);
    if (type.is<type::Bytes>() || type.is<type::Bits>()) return std::nullopt;
    if (const auto* text = std::get_if<default_value::Text>(&value)) {
      const bool is_zero_date = is_clock_type(source_type) && text->text.starts_with("0000");
      if (is_zero_date && flavor() == Flavor::postgres) return std::nullopt;
      return literal(text->text);
    }
    if (type.is<type::Text>() || type.is<type::Any>())
      if (const auto number = read_number(value)) return literal(*number);
    return std::nullopt;
  }

  std::optional<std::string> now(Clock clock) const {
    if (type.is<type::Date>()) return flavor() == Flavor::postgres ? "CURRENT_DATE" : "(curdate())";
    if (type.is<type::Time>())
      return flavor() == Flavor::postgres ? std::optional<std::string>("LOCALTIME")
                                          : expression("(curtime())");
    if (const auto* timestamp = type.get<type::Timestamp>()) {
      if (flavor() == Flavor::postgres) return "CURRENT_TIMESTAMP";
      const int digits = timestamp->digits.value_or(0);
      const std::string arguments = digits > 0 ? fmt::format("({})", digits) : "";
      if (!is_zoned(source_type)) return "CURRENT_TIMESTAMP" + arguments;
      return expression(fmt::format("(utc_timestamp({}))", digits > 0 ? std::to_string(digits) : ""));
    }
    if (!type.is<type::Text>() && !type.is<type::Any>()) return std::nullopt;
    if (flavor() != Flavor::sqlite)
      return from == Flavor::sqlite ? expression(clock_as_text(clock, flavor())) : std::nullopt;
    return now_in_sqlite(clock);
  }

  // As the writer spells values of the source's type.
  std::optional<std::string> now_in_sqlite(Clock clock) const {
    if (source_type.is<type::Date>()) return "CURRENT_DATE";
    if (source_type.is<type::Time>()) return "CURRENT_TIME";
    const auto* timestamp = source_type.get<type::Timestamp>();
    if (timestamp == nullptr || clock != Clock::timestamp) return std::nullopt;
    const std::string_view zone = timestamp->zoned ? " || '+00'" : "";
    const int digits = timestamp->digits.value_or(from == Flavor::postgres ? 6 : 0);
    if (digits == 0)
      return timestamp->zoned ? fmt::format("(CURRENT_TIMESTAMP{})", zone) : "CURRENT_TIMESTAMP";
    return fmt::format("({}{})", dialect(Flavor::sqlite).now_utc, zone);
  }

  std::optional<std::string> new_uuid() const {
    if (flavor() == Flavor::sqlite) return std::nullopt;
    if (is_mysql_family()) return expression("(uuid())");
    return type.is<type::Uuid>() ? "gen_random_uuid()" : "(gen_random_uuid())::text";
  }
};

// Whether the expression gives what columns of the target's type hold.
bool is_of_type(std::string_view sql, const Target& to) {
  using namespace expression;
  const Parsed parsed = parse(sql, to.from);
  if (!parsed.tree) return false;
  const Class gives = class_of(canonical(*parsed.tree, to.from), to.from, nullptr),
              wanted = class_of(to.type);
  return gives == wanted ? wanted == Class::text || wanted == Class::bytes || is_number(wanted)
                         : is_number(gives) && is_number(wanted);
}

// A default that is no constant and no clock, in the target's words.
std::optional<std::string> carry_expression(std::string_view sql, const Target& to) {
  static const std::vector<Column> no_columns;
  if (!is_of_type(sql, to)) return std::nullopt;
  auto made = translate_expression(sql, to.from, to.features, ExpressionUse::value, &no_columns);
  if (!made.sql) return std::nullopt;
  return to.expression(fmt::format("({})", *made.sql));
}

// One text for defaults that mean the same in a column of `type`.
std::string comparable_default(const std::optional<std::string>& sql, const Type& type, Flavor flavor) {
  if (!sql) return "null";
  const DefaultValue value = read_default(*sql, flavor);
  if (type.is<type::Bool>())
    if (const auto boolean = read_boolean(value)) return *boolean ? "true" : "false";
  if (is_numeric(type)) {
    if (const auto number = read_number(value)) {
      if (parse_integer(*number)) return *number;
      return format_double(*parse_double(*number));
    }
  }
  return normalize_expression(*sql, flavor);
}

}  // namespace

CarriedDefault carry_default(std::string_view sql, Flavor from, const Type& source_type,
                             const Features& target, const Type& target_type) {
  const Target to{from, source_type, target, target_type};
  const DefaultValue value = read_default(sql, from);
  if (std::holds_alternative<Null>(value) || std::holds_alternative<NextValue>(value)) return {};
  const auto carried = std::visit(overloaded{[](const Null&) { return std::optional<std::string>(); },
                                             [&](const Boolean&) { return to.constant(value); },
                                             [&](const Number&) { return to.constant(value); },
                                             [&](const default_value::Text&) { return to.constant(value); },
                                             [&](const Now& now) { return to.now(now.clock); },
                                             [&](const NewUuid&) { return to.new_uuid(); },
                                             [](const NextValue&) { return std::optional<std::string>(); },
                                             [&](const Other&) { return carry_expression(sql, to); }},
                                  value);
  if (carried) return {carried, {}};
  return {{}, TypeNote{"default_not_carried", fmt::format("the default {} is left out", sql)}};
}

bool are_equal_defaults(const std::optional<std::string>& a, const std::optional<std::string>& b,
                        const Type& type, Flavor flavor) {
  return comparable_default(a, type, flavor) == comparable_default(b, type, flavor);
}

}  // namespace bascule
