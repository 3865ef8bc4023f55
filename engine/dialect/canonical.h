// The canonical form of values, in which equal meaning is equal bytes whatever engine and carrier type they
// come from. Verify compares and digests it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/batch.h"
#include "engine/model/type.h"

namespace bascule {

// What two columns have in common.
enum class CommonForm : std::uint8_t {
  number,       // canonical decimal: true is 1, 1.00 is 1
  real,         // both are floats: the double
  text,         // the bytes
  padded_text,  // both are char(n): trailing blanks do not count
  bytes,
  date,
  time,
  timestamp,  // in UTC; wall time as it is
  uuid,       // lower case
  json,       // the meaning, because one side does not keep the text
  any,        // by the kind of each value
};
// Nothing if values of the two types cannot be compared.
std::optional<CommonForm> common_form(const Type& a, const Type& b);

// Appends the canonical bytes of a cell of a bulk reader. A value that is not of the form (text in a date
// column of SQLite) is marked as such and stands for itself.
void append_canonical(std::string& out, const Cell& cell, CommonForm form);

// The order of two canonical values: NULL first, numbers by value, others by bytes. This is the order in
// which bulk readers deliver keys, except where a carrier type orders otherwise (decimals as text).
int compare_canonical(std::string_view a, std::string_view b, CommonForm form);

}  // namespace bascule
