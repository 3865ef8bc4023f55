// Which values a column's new form would not hold.
#pragma once

#include <optional>
#include <string>

#include "engine/dialect/dialect.h"
#include "engine/model/schema.h"

namespace bascule {

// An SQL condition that is true for the rows whose value would be lost, changed or refused when the column
// becomes what `to` says; "" if every value stays. Nothing if no condition can tell (types whose texts must
// be parsed): such a change counts as one that loses data. It may count a value too many, never one too few.
std::optional<std::string> misfit_condition(const Column& from, const Column& to, const Dialect& dialect);

}  // namespace bascule
