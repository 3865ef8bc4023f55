// Cells as COPY takes them, checked before they are sent: what would arrive changed is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/drivers/postgres/types.h"
#include "engine/model/batch.h"

namespace bascule::postgres {

enum class Encoding {
  boolean,
  int2,
  int4,
  int8,
  oid,
  float4,
  float8,
  numeric,
  text,
  varchar,
  json,
  jsonb,
  uuid,
  bytes,
  date,
  time,
  timetz,
  timestamp,
  timestamptz,
  other,  // only by the type's own text form
};

// By the type that the column really has.
Encoding encoding_of(Oid oid);

struct TargetColumn {
  std::string name;
  Encoding encoding = Encoding::other;
  int modifier = -1;
};

// One value, ready for either format.
struct CheckedValue {
  std::int64_t integer = 0;  // numbers, truth, days, microseconds since 2000 or since midnight
  double real = 0;
  std::int32_t offset_seconds = 0;  // of timetz, east of UTC
  std::string text;                 // everything else
};

// Fills `out`; else the reason why the value would not arrive as it is: "does not fit into smallint".
std::optional<std::string> check_cell(const Cell& cell, const TargetColumn& column, CheckedValue& out);

// Length and value of one field of a binary row.
void append_binary(std::string& out, const CheckedValue& value, Encoding encoding);
// The escaped text of one field of a text row.
void append_copy_text(std::string& out, const CheckedValue& value, Encoding encoding);

}  // namespace bascule::postgres
