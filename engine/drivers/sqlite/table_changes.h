// A table as it is once changes are made to it, and which of them ALTER TABLE can make.
#pragma once

#include <span>
#include <string>

#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::sqlite {

// True for the changes to columns, keys, constraints, indexes and options of a table that stays.
bool is_of_table(const Change& change);

// Makes one of them. Names are compared without letter case, as SQLite does.
void change_table(Table& table, const Change& change);

// Why the change of the table `have` can be made only by a rebuild: "a CHECK uses it"; "" if ALTER TABLE,
// CREATE INDEX or DROP INDEX make it and take it back (https://www.sqlite.org/lang_altertable.html).
std::string needs_rebuild(const Change& change, const Table& have, const Features& features);

const Column* find_column(const Table& table, std::string_view name);
bool contains_name(std::span<const std::string> names, std::string_view name);

// The column that is another name of the rowid, if there is one.
const Column* rowid_alias(const Table& table);

// Whether the expression has the name before a dot: t.a.
bool qualifies_with(std::string_view expression, std::string_view table);

// Whether the columns are the primary key or have a unique index, so that a foreign key may refer to them.
bool is_unique_key(const Table& table, std::span<const std::string> columns);

// What ADD COLUMN accepts as the default of rows that are there.
bool is_constant_default(const Column& column);

}  // namespace bascule::sqlite
