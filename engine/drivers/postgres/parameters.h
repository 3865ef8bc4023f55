// Values as parameters of a statement, in the form that libpq takes them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/postgres/types.h"
#include "engine/model/value.h"

namespace bascule::postgres {

// Texts of unknown type, so that the server infers it from the place of the parameter; bytes in binary form.
struct BoundParameters {
  std::vector<Oid> types;
  std::vector<std::string> texts;
  std::vector<const char*> values;  // null for NULL, else into `texts`
  std::vector<int> lengths, formats;
};

Result<BoundParameters> bind_parameters(std::span<const Value> parameters);

}  // namespace bascule::postgres
