// PostgreSQL's text form of arrays: {1,2,NULL}, {"a b","c\"d"}, {{1,2},{3,4}}.
// https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/model/value.h"

namespace bascule {

// Nothing if the text is no array in this form, or one with bounds of its own ([0:1]={...}), which a
// value::Array cannot hold.
std::optional<value::Array> parse_array(std::string_view text, const Type& element);
std::string format_array(const value::Array& array);

}  // namespace bascule
