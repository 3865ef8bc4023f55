// Defaults and checks as text: what kind of thing a default is, and its normal form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/dialect/dialect.h"

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

// What a string literal means; nothing if `token` is none whose meaning is certain.
std::optional<std::string> literal_text(std::string_view token, Flavor flavor);

}  // namespace bascule
