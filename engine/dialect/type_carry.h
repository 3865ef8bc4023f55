// Types only: what a portable type becomes on another engine, and how an engine spells its types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/model/type.h"

namespace bascule {

// What keys ask of a column's type.
struct KeyRole {
  bool in_key = false;  // of a primary, unique or foreign key
  // MySQL: the room that an index leaves for the column.
  std::int64_t max_chars = 768, max_bytes = 3072;
};

struct TypeNote {
  std::string code, text;
};

struct CarriedType {
  Type type;  // one that the target has
  std::vector<TypeNote> notes = {};
  // A condition in the source's dialect, with $1 for the column, that holds for the values that do not fit;
  // "" if all do. Whoever plans may count them.
  std::string probe = {};
};

// The type of the target that holds every value that `type` of an engine `from` promises; where there is
// none, the one that holds most of them, with a note (the writers refuse a value that does not fit).
CarriedType carry_type(const Type& type, Flavor from, const Features& target, const KeyRole& role);

}  // namespace bascule
