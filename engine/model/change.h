// What turns one schema into another, and the statements that do it. Pure data.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/model/schema.h"

namespace bascule {

// The table that a change is about; `schema` is never empty.
struct TableName {
  std::string schema, table;
  bool operator==(const TableName&) const = default;
};

// A Drop carries the whole old object, so that undo needs no database. Foreign keys of an added table come as
// changes of their own, after all tables.
namespace change {

struct AddTable {
  TableName name;
  Table table;
};
struct DropTable {
  TableName name;
  Table table;
};
struct AddColumn {
  TableName name;
  Column column;
};
struct DropColumn {
  TableName name;
  Column column;
};
struct AlterColumn {  // type, nullability, default or comment; the name is the same
  TableName name;
  Column from, to;
};
struct AddIndex {
  TableName name;
  Index index;
};
struct DropIndex {
  TableName name;
  Index index;
};
struct AddForeignKey {
  TableName name;
  ForeignKey key;
};
struct DropForeignKey {
  TableName name;
  ForeignKey key;
};
struct AlterPrimaryKey {
  TableName name;
  std::optional<PrimaryKey> from, to;
};

}  // namespace change

using Change = std::variant<change::AddTable, change::DropTable, change::AddColumn, change::DropColumn,
                            change::AlterColumn, change::AddIndex, change::DropIndex, change::AddForeignKey,
                            change::DropForeignKey, change::AlterPrimaryKey>;

// `add_table`, `alter_column`, ...: the `kind` of the JSON contract. AlterPrimaryKey is add_, drop_ or
// alter_primary_key by what it has.
std::string change_kind(const Change& change);
// `table`, `table.column`, `table.index_name`, with `schema.` before it unless the schema is
// `default_schema`.
std::string change_object(const Change& change, std::string_view default_schema);
// True if rows or values may be lost by it: drops of tables and columns, narrowing of a type.
bool loses_data(const Change& change);

// One statement of a plan. `undo_sql` is "" where there is no way back (the planner says why in `comment`).
struct Step {
  std::string sql;
  std::string undo_sql;
  std::string comment;
  bool loses_data = false;
  bool in_transaction = true;  // false: the server refuses it inside one
};

// Something that the user must know: what is not carried, what is lossy, what was decided.
struct Notice {
  std::string code;    // stable: type_widened, not_carried, ...
  std::string object;  // `table.column`
  std::string text;
};

struct Plan {
  std::vector<Change> changes;
  std::vector<Step> steps;
  std::vector<Notice> notices;
};

}  // namespace bascule
