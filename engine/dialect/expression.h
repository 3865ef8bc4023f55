// Defaults and checks as text: what kind of thing a default is, and its normal form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/dialect/dialect.h"
#include "engine/dialect/type_map.h"

namespace bascule {

namespace default_value {

struct Null {};
struct Boolean {
  bool value;
};
struct Number {
  std::string digits;
};
struct Text {
  std::string text;
};
enum class Clock { timestamp, date, time };
struct Now {
  Clock clock;
};
struct NewUuid {};
struct NextValue {};  // of a sequence
struct Other {};      // any other expression

}  // namespace default_value

using DefaultValue =
    std::variant<default_value::Null, default_value::Boolean, default_value::Number, default_value::Text,
                 default_value::Now, default_value::NewUuid, default_value::NextValue, default_value::Other>;

// What a default expression of this dialect is.
DefaultValue read_default(std::string_view sql, Flavor flavor);

// Where an expression stands.
enum class ExpressionUse { condition, value };  // of a check or partial index; of a generated column or index

struct TranslatedExpression {
  std::optional<std::string> sql;
  std::string reason = {};  // why there is none: "the function to_tsvector"
};

// An expression of a check, generated column or index in the words of another engine, where every function,
// operator and cast of it is known there with the same meaning. `source` and `target` are the table's columns
// on both sides: types decide what is the same (1 and true, integer division, decimals that are text on
// SQLite).
TranslatedExpression translate_expression(std::string_view sql, Flavor from, const Features& target,
                                          ExpressionUse use, const std::vector<Column>* source = nullptr,
                                          const std::vector<Column>* target_columns = nullptr);

// The columns that an expression names; nothing if it cannot be parsed.
std::optional<std::vector<std::string>> columns_of(std::string_view sql, Flavor flavor);

// What a string literal means; nothing if `token` is none whose meaning is certain.
std::optional<std::string> literal_text(std::string_view token, Flavor flavor);

}  // namespace bascule
