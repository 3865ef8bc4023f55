#include "engine/dialect/type_carry.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/type_rows.h"

namespace bascule {
namespace {

// The characters that a VARCHAR may declare so that a few of them fit into a row of 65,535 bytes, 4 bytes
// each.
constexpr std::int64_t max_varchar = 16'383;
// https://dev.mysql.com/doc/refman/8.4/en/precision-math-decimal-characteristics.html
constexpr int max_decimal_precision = 65, max_decimal_scale = 30;
constexpr int max_datetime_digits = 6;
constexpr std::int64_t max_bits = 64;

// How rows name the type: "[]" for arrays, "*" for what only its engine has.
std::string row_name(const Type& type) {
  if (type.is<type::Array>()) return "[]";
  if (type.is<type::Native>()) return "*";
  const std::string name = type_name(type);
  return name.substr(0, name.find('('));
}

bool lists(std::string_view source, std::string_view name) {
  const auto names = split(source, '|');
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<std::int64_t> length_of(const Type& type) {
  if (const auto* text = type.get<type::Text>()) return text->max_chars;
  if (const auto* bytes = type.get<type::Bytes>()) return bytes->max_bytes;
  if (const auto* bits = type.get<type::Bits>()) return bits->length;
  return std::nullopt;
}

bool fits_decimal_of_mysql(const Type& type) {
  const auto* decimal = type.get<type::Decimal>();
  if (decimal == nullptr || !decimal->precision) return false;
  const int scale = decimal->scale.value_or(0);
  return *decimal->precision <= max_decimal_precision && scale >= 0 && scale <= max_decimal_scale &&
         scale <= *decimal->precision;
}

bool has_plain_labels(const Type& type) {
  const auto* list = type.get<type::Enum>();
  return list != nullptr && !list->labels.empty() &&
         std::none_of(list->labels.begin(), list->labels.end(),
                      [](const std::string& label) { return label.ends_with(' '); });
}

bool holds(When when, const Type& type, const Features& target, const KeyRole& role) {
  const auto length = length_of(type);
  const std::int64_t room = type.is<type::Bytes>() ? role.max_bytes : role.max_chars;
  switch (when) {
    case When::always:
      return true;
    case When::in_key:
      return role.in_key;
    case When::too_long_in_key:
      return role.in_key && length.value_or(room + 1) > room;
    case When::short_enough:
      return length && *length <= max_varchar;
    case When::fits_decimal:
      return fits_decimal_of_mysql(type);
    case When::fits_bits:
      return length && *length <= max_bits;
    case When::bare:
      return !length;
    case When::plain_labels:
      return has_plain_labels(type);
    case When::has_uuid:
      return target.uuid_type;
  }
  return false;
}

char letter(Flavor flavor) {
  constexpr std::string_view letters = "spma";
  return letters[static_cast<std::size_t>(flavor)];
}

// A bare type means these digits: 6 on PostgreSQL, 0 on MySQL and for SQLite.
int digits_of(const Type& type, Flavor from) {
  std::optional<int> declared;
  if (const auto* time = type.get<type::Time>()) declared = time->digits;
  if (const auto* timestamp = type.get<type::Timestamp>()) declared = timestamp->digits;
  return std::min(declared.value_or(from == Flavor::postgres ? max_datetime_digits : 0), max_datetime_digits);
}

std::string fill_in(std::string_view pattern, const Type& type, Flavor from, const KeyRole& role) {
  const std::string name = type_name(type);
  const std::size_t open = name.find('(');
  std::string out(pattern);
  out = replace_all(out, "%a", open == std::string::npos ? "" : name.substr(open));
  out = replace_all(out, "%d", fmt::format("({})", digits_of(type, from)));
  out = replace_all(out, "%c", std::to_string(role.max_chars));
  out = replace_all(out, "%b", std::to_string(role.max_bytes));
  return replace_all(out, "%n", name);
}

Type becomes(const TypeRow& row, const Type& type, Flavor from, const KeyRole& role) {
  if (row.becomes == "=") return type;
  if (row.becomes == "enum") return type::Enum{"", type.get<type::Enum>()->labels};
  auto made = parse_type_name(fill_in(row.becomes, type, from, role));
  return made.ok() ? std::move(*made) : Type(type::Text{});
}

}  // namespace

CarriedType carry_type(const Type& type, Flavor from, const Features& target, const KeyRole& role) {
  if (from == target.flavor) return {type};
  const std::string name = row_name(type);
  for (const TypeRow& row : type_rows()) {
    const bool matches = row.from.find(letter(from)) != std::string_view::npos &&
                         row.to.find(letter(target.flavor)) != std::string_view::npos &&
                         lists(row.source, name) && holds(row.when, type, target, role);
    if (!matches) continue;
    CarriedType carried{becomes(row, type, from, role)};
    for (const Loss& loss : {row.loss, row.second_loss})
      if (!loss.code.empty())
        carried.notes.push_back({std::string(loss.code), fill_in(loss.text, type, from, role)});
    carried.probe = fill_in(row.probe, type, from, role);
    return carried;
  }
  return {type};
}

}  // namespace bascule
