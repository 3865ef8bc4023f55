// The change of a table that ALTER TABLE cannot make: a new table takes the rows and then the name of the old
// one (https://www.sqlite.org/lang_altertable.html#otheralter). Pure.
//
// While it runs foreign keys are off, or dropping the old table would delete the rows of other tables that
// refer to it; and the final RENAME is of the legacy kind, so that it neither looks into views and triggers
// (which fail while the name is missing) nor changes what other tables refer to.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/change.h"

namespace bascule::sqlite {

struct Rebuild {
  TableName name;
  Table from, to;            // the same columns have the same name, without letter case
  std::string comment = {};  // of the CREATE TABLE
  std::string loss = {};     // what the rows lose, "" for nothing
};

// The steps without indexes and triggers, which are dropped before and made again afterwards. Backwards they
// are the rebuild from `to` to `from`. Fails if `to` cannot be written as a CREATE TABLE.
Result<std::vector<Step>> rebuild_steps(const Rebuild& rebuild, const std::string& temporary_name);

// False if rows have other rowids afterwards, or none.
bool keeps_rowids(const Rebuild& rebuild);

// A table whose foreign keys are looked at before and after.
struct CheckedTable {
  TableName name;
  bool keeps_rowids = true;
  bool operator==(const CheckedTable&) const = default;
};

// The first steps of a plan with rebuilds, outside of its transaction.
std::vector<Step> session_settings();

struct Bracket {
  std::vector<Step> before, after;
};
// The steps around all that follows the renames: rows that refer to nothing are remembered, so that they do
// not hinder, and new ones are refused by name. It is checked that foreign keys are off: PRAGMA foreign_keys
// does nothing inside a transaction (https://www.sqlite.org/pragma.html#pragma_foreign_keys).
Bracket foreign_key_bracket(const std::vector<CheckedTable>& tables);
// The steps around the rebuilds alone.
Bracket legacy_rename_bracket();

}  // namespace bascule::sqlite
