// What turns one schema into another, and the statements that do it. Pure data.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/model/schema.h"

namespace bascule {

// What a change is about: a table, or another object of a schema by its name (`table` is "" for a schema
// itself and for extensions); `schema` is "" only for extensions.
struct TableName {
  std::string schema, table;
  bool operator==(const TableName&) const = default;
};

// A Drop carries the whole old object, so that undo needs no database. Foreign keys of an added table come as
// changes of their own, after all tables.
namespace change {

struct AddSchema {
  TableName name;
  std::string comment = {};
};
struct DropSchema {  // empty by then: its objects are changes of their own
  TableName name;
  std::string comment = {};
};
struct AddTable {
  TableName name;
  Table table;
};
struct DropTable {
  TableName name;
  Table table;
};
// Renames come before everything else; all other changes speak of the new names.
struct RenameTable {
  TableName name;  // the old one
  std::string to;
};
struct AlterTable {
  TableName name;
  TableOptions from, to;
};
struct AddColumn {
  TableName name;
  Column column;
};
struct DropColumn {
  TableName name;
  Column column;
};
struct RenameColumn {
  TableName name;  // the table's new one
  Column column;   // as it was, under its old name
  std::string to;
};
struct AlterColumn {  // type, nullability, default, identity, ...; the name and the comment are the same
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
struct AddCheck {
  TableName name;
  Check check;
};
struct DropCheck {
  TableName name;
  Check check;
};
struct AddEnum {
  TableName name;  // of the type
  EnumType type;
};
struct DropEnum {
  TableName name;
  EnumType type;
};
struct AlterEnum {
  TableName name;
  EnumType from, to;
};
// Views, sequences, triggers, functions, domains, policies, extensions. `name.table` is the object's own
// name.
struct AddObject {
  TableName name;
  NamedObject object;
};
struct DropObject {
  TableName name;
  NamedObject object;
};
struct AlterObject {
  TableName name;
  NamedObject from, to;
};
struct SetComment {
  TableName name;
  ObjectKind on = ObjectKind::table;
  std::string part = {};  // the column or index of the table, the trigger or policy
  std::string from = {}, to = {};
  std::optional<Column> column = {};  // as wanted, of a column: MySQL says it in its definition
};

}  // namespace change

using Change =
    std::variant<change::AddSchema, change::DropSchema, change::AddTable, change::DropTable,
                 change::RenameTable, change::AlterTable, change::AddColumn, change::DropColumn,
                 change::RenameColumn, change::AlterColumn, change::AddIndex, change::DropIndex,
                 change::AddForeignKey, change::DropForeignKey, change::AlterPrimaryKey, change::AddCheck,
                 change::DropCheck, change::AddEnum, change::DropEnum, change::AlterEnum, change::AddObject,
                 change::DropObject, change::AlterObject, change::SetComment>;

const TableName& change_name(const Change& change);
// `add_table`, `alter_column`, ...: the `kind` of the JSON contract. AlterPrimaryKey is add_, drop_ or
// alter_primary_key by what it has.
std::string change_kind(const Change& change);
// `table`, `table.column`, `table.index_name`, with `schema.` before it unless the schema is
// `default_schema`.
std::string change_object(const Change& change, std::string_view default_schema);
// True if rows or values may be lost by it: drops of tables and columns, narrowing of a type.
bool loses_data(const Change& change);

// One statement of a plan. The undo of a plan is the undo_sql of its steps from the last to the first: where
// several steps make one change (SQLite's table rebuild), only all of them together lead back.
struct Step {
  std::string sql;
  std::string undo_sql = {};  // "" where there is nothing to take back, or (see is_reversible) no way back
  std::string comment = {};
  bool loses_data = false;
  bool in_transaction = true;  // false: the server refuses it inside one
  bool is_reversible = true;   // false: after it undo cannot lead back (why stands in `comment`)
  // The step sets a value of the session that must be put back when the plan has run or failed: the name by
  // which it is asked for and set, "PRAGMA foreign_keys" (asking gives one value; setting is NAME = VALUE).
  // Undo sets it too, before all else.
  std::string session_setting = {};
  // The step is a query that must give no row; the first row says what is wrong. It is asked on the way back
  // too if undo_sql holds one.
  bool must_be_empty = false;
  std::optional<std::size_t> change = {};  // the index in the plan's changes that it is made for
};

// Something that the user must know: what is not carried, what is lossy, what was decided.
struct Notice {
  std::string code;    // stable: type_widened, not_carried, ...
  std::string object;  // `table.column`
  std::string text;
};

struct PlannedSteps {
  std::vector<Step> steps;
  std::vector<Notice> notices = {};  // codes lock_, rewrite_, scan_...: what would hurt on a large table
};

struct Plan {
  std::vector<Change> changes;
  std::vector<Step> steps;
  std::vector<Notice> notices;
};

}  // namespace bascule
