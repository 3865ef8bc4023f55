// Defaults between engines: literals and the current time are carried, everything else is left out with a
// note.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/dialect/type_carry.h"

namespace bascule {

struct CarriedDefault {
  std::optional<std::string> sql;
  std::optional<TypeNote> note;
};

// The default `sql` of a column of `source_type` on engine `from`, for a column of `target_type` on the
// target.
CarriedDefault carry_default(std::string_view sql, Flavor from, const Type& source_type,
                             const Features& target, const Type& target_type);

// Whether two defaults of columns of `type` on one engine mean the same.
bool are_equal_defaults(const std::optional<std::string>& a, const std::optional<std::string>& b,
                        const Type& type, Flavor flavor);

}  // namespace bascule
