#include "engine/drivers/mysql/alter_table.h"

#include <algorithm>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/drivers/mysql/table_keys.h"

namespace bascule::mysql {
namespace {

template <typename Named>
void erase_named(std::vector<Named>& items, std::string_view name) {
  std::erase_if(items, [&](const Named& item) { return item.name == name; });
}

bool shares_columns(const Table& table, const ForeignKey& key) {
  return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), [&](const ForeignKey& other) {
    return other.name != key.name && other.columns.size() >= key.columns.size() &&
           std::is_permutation(key.columns.begin(), key.columns.end(), other.columns.begin());
  });
}

class Maker {
 public:
  Maker(Table& table, const TableStates& states, const TableSql& sql, Clauses& out)
      : table_(table), states_(states), sql_(sql), out_(out) {}

  Result<void> operator()(const change::AddColumn& change) {
    TRY(const auto definition, sql_.column(change.name, change.column, table_));
    out_.add("ADD COLUMN " + definition, "DROP COLUMN " + sql_.quoted(change.column.name));
    table_.columns.push_back(change.column);
    return {};
  }

  Result<void> operator()(const change::DropColumn& change) {
    const std::string& name = change.column.name;
    TRY(const auto definition, sql_.column(change.name, change.column, table_));
    out_.add("DROP COLUMN " + sql_.quoted(name), "ADD COLUMN " + definition + place_of(table_, name, sql_));
    if (!change.column.generated) {
      out_.loses_data = true;
      out_.comment = "the way back gives an empty column";
    }
    erase_named(table_.columns, name);
    for (auto& index : table_.indexes)
      std::erase_if(index.parts, [&](const IndexPart& part) { return part.column == name; });
    std::erase_if(table_.indexes, [](const Index& index) { return index.parts.empty(); });
    return {};
  }

  Result<void> operator()(const change::AlterColumn& change) {
    return add_column_clauses(change, table_, sql_, out_);
  }

  Result<void> operator()(const change::AddIndex& change) {
    TRY(const auto definition, sql_.index(change.name, change.index));
    const std::string name = TableSql::name_of(change.name, change.index);
    out_.add("ADD " + definition, "DROP KEY " + sql_.quoted(name));
    table_.indexes.push_back(change.index);
    table_.indexes.back().name = name;
    return {};
  }

  Result<void> operator()(const change::DropIndex& change) {
    TRY(const auto definition, sql_.index(change.name, change.index));
    const std::string name = TableSql::name_of(change.name, change.index);
    out_.add("DROP KEY " + sql_.quoted(name), "ADD " + definition);
    erase_named(table_.indexes, name);
    return {};
  }

  Result<void> operator()(const change::AddForeignKey& change) {
    TRY(const auto definition, sql_.foreign_key(change.name, change.key));
    ForeignKey key = change.key;
    key.name = TableSql::name_of(change.name, key);
    out_.add("ADD " + definition, drop_foreign_key(change.name, key, table_, sql_));
    if (key.deferrable) out_.comment = "checked at once: InnoDB cannot defer a foreign key";
    table_.foreign_keys.push_back(std::move(key));
    return {};
  }

  Result<void> operator()(const change::DropForeignKey& change) {
    ForeignKey key = change.key;
    key.name = states_.constraint_name(change.name, TableSql::name_of(change.name, key));
    TRY(const auto definition, sql_.foreign_key(change.name, key));
    erase_named(table_.foreign_keys, key.name);
    out_.add(drop_foreign_key(change.name, key, table_, sql_), "ADD " + definition);
    return {};
  }

  Result<void> operator()(const change::AlterPrimaryKey& change) {
    const auto key = [&](const std::optional<PrimaryKey>& from, const std::optional<PrimaryKey>& to) {
      std::vector<std::string> parts;
      if (from) parts.emplace_back("DROP PRIMARY KEY");
      if (to) parts.push_back("ADD PRIMARY KEY " + sql_.list(to->columns));
      return join(parts, ", ");
    };
    out_.add(key(change.from, change.to), key(change.to, change.from));
    table_.primary_key = change.to;
    return change.to ? require_values(change.name, *change.to) : Result<void>();
  }

  Result<void> operator()(const change::AddCheck& change) {
    Check check = change.check;
    if (check.name.empty()) check.name = free_check_name();
    if (sql_.is_column_check(table_, check)) return set_column_check(change.name, check, true);
    TRY(const auto definition, sql_.check(change.name, check));
    out_.add("ADD " + definition, drop_check(check.name, sql_));
    table_.checks.push_back(std::move(check));
    return {};
  }

  Result<void> operator()(const change::DropCheck& change) {
    Check check = change.check;
    check.name = states_.constraint_name(change.name, check.name);
    if (sql_.is_column_check(table_, check)) return set_column_check(change.name, check, false);
    TRY(const auto definition, sql_.check(change.name, check));
    out_.add(drop_check(check.name, sql_), "ADD " + definition);
    erase_named(table_.checks, check.name);
    return {};
  }

  Result<void> operator()(const change::SetComment& change) {
    if (change.on == ObjectKind::table) {
      out_.add("COMMENT=" + sql_.text(change.to), "COMMENT=" + sql_.text(change.from));
      table_.comment = change.to;
      return {};
    }
    return change.on == ObjectKind::column ? set_column_comment(change) : set_index_comment(change);
  }

  template <typename Other>
  Result<void> operator()(const Other& other) {
    return unsupported_error(change_kind(Change(other)) + " of " + other.name.table + " is not planned",
                             "MySQL and MariaDB have nothing of the kind");
  }

 private:
  // The key makes its columns NOT NULL; the way back lets those be null that were.
  Result<void> require_values(const TableName& name, const PrimaryKey& key) {
    for (auto& column : table_.columns) {
      const bool is_part =
          std::find(key.columns.begin(), key.columns.end(), column.name) != key.columns.end();
      if (!is_part || !column.nullable || column.generated) continue;
      TRY(const auto from, sql_.column(name, column, table_));
      column.nullable = false;
      TRY(const auto to, sql_.column(name, column, table_));
      out_.add("MODIFY COLUMN " + to, "MODIFY COLUMN " + from);
    }
    return {};
  }

  // A check of MariaDB that is a part of its column comes and goes with the column's definition.
  Result<void> set_column_check(const TableName& name, const Check& check, bool is_added) {
    const Column* column = table_.find_column(check.name);
    TRY(const auto without, definition_without(name, check));
    const std::string with = without + " CHECK (" + check.expression + ")";
    const std::string modify = "MODIFY COLUMN ";
    out_.add(modify + (is_added ? with : without), modify + (is_added ? without : with));
    erase_named(table_.checks, column->name);
    if (is_added) table_.checks.push_back(check);
    return {};
  }
  Result<std::string> definition_without(const TableName& name, const Check& check) {
    Table plain;
    return sql_.column(name, *table_.find_column(check.name), plain);
  }

  std::string free_check_name() const {
    const std::string base = table_.name + "_check";
    std::string name = base;
    const auto is_taken = [&] {
      return std::any_of(table_.checks.begin(), table_.checks.end(),
                         [&](const Check& check) { return equals_ignoring_case(check.name, name); });
    };
    for (int number = 1; is_taken(); ++number) name = base + std::to_string(number);
    return name;
  }

  Result<void> set_column_comment(const change::SetComment& change) {
    const Column* there = table_.find_column(change.part);
    if (there == nullptr && !change.column)
      return internal_error("there is no column " + change.name.table + "." + change.part);
    Column from = change.column ? *change.column : *there, to = from;
    from.comment = change.from;
    to.comment = change.to;
    TRY(const auto forward, sql_.column(change.name, to, table_));
    TRY(const auto backward, sql_.column(change.name, from, table_));
    out_.add("MODIFY COLUMN " + forward, "MODIFY COLUMN " + backward);
    return {};
  }

  // An index says its comment only when it is made.
  Result<void> set_index_comment(const change::SetComment& change) {
    const auto there = std::find_if(table_.indexes.begin(), table_.indexes.end(),
                                    [&](const Index& index) { return index.name == change.part; });
    if (there == table_.indexes.end())
      return internal_error("there is no index " + change.name.table + "." + change.part);
    Index from = *there;
    from.comment = change.from;
    there->comment = change.to;
    TRY(const auto forward, sql_.index(change.name, *there));
    TRY(const auto backward, sql_.index(change.name, from));
    const std::string drop = "DROP KEY " + sql_.quoted(change.part) + ", ADD ";
    out_.add(drop + forward, drop + backward);
    return {};
  }

  Table& table_;
  const TableStates& states_;
  const TableSql& sql_;
  Clauses& out_;
};

// Two changes that are one: an index with another name, or one that is shown to the optimizer or hidden from
// it.
bool add_renamed_index(std::span<const Change* const> changes, Table& table, const TableSql& sql,
                       Clauses& out) {
  if (changes.size() != 2) return false;
  const auto* dropped = std::get_if<change::DropIndex>(changes[0]);
  const auto* added = std::get_if<change::AddIndex>(changes[1]);
  if (dropped == nullptr || added == nullptr || added->index.name.empty()) return false;
  const Index &from = dropped->index, &to = added->index;
  Index same = from;
  same.name = to.name;
  same.invisible = to.invisible;
  if (same != to) return false;
  if (from.name != to.name) {
    const auto rename = [&](const Index& a, const Index& b) {
      return "RENAME KEY " + sql.quoted(a.name) + " TO " + sql.quoted(b.name);
    };
    if (from.invisible != to.invisible) return false;
    out.add(rename(from, to), rename(to, from));
  } else {
    const auto show = [&](const Index& index) {
      const std::string_view hidden = sql.is_mysql() ? "INVISIBLE" : "IGNORED";
      const std::string_view shown = sql.is_mysql() ? "VISIBLE" : "NOT IGNORED";
      return "ALTER INDEX " + sql.quoted(index.name) + " " + std::string(index.invisible ? hidden : shown);
    };
    out.add(show(to), show(from));
  }
  erase_named(table.indexes, from.name);
  table.indexes.push_back(to);
  return true;
}

// InnoDB wants an index for each foreign key: it makes one of the key's name where none serves, keeps the
// last one that serves, and drops its own when another one comes. Said here in so many words, so that the
// way back knows what is there.
void keep_keys_served(const Table& before, const Table& after, const TableSql& sql, Clauses& out) {
  const Flavor flavor = sql.features().flavor;
  for (const auto& key : after.foreign_keys) {
    const bool is_old = std::any_of(before.foreign_keys.begin(), before.foreign_keys.end(),
                                    [&](const ForeignKey& old) { return old.name == key.name; });
    if (!is_old || shares_columns(after, key)) continue;
    const bool was = is_served(before, key, flavor), is = is_served(after, key, flavor);
    const std::string add = "ADD KEY " + sql.quoted(key.name) + " " + sql.list(key.columns);
    const std::string drop = "DROP KEY " + sql.quoted(key.name);
    if (was && !is) out.add(add, drop);
    if (!was && is) out.add(drop, add);
  }
}

}  // namespace

TableStates::TableStates(const Schema& have) {
  for (const auto& space : have.namespaces)
    for (const auto& table : space.tables) tables_[{space.name, table.name}] = table;
}

Table& TableStates::at(const TableName& name) {
  Table& table = tables_[{name.schema, name.table}];
  table.name = name.table;
  return table;
}

void TableStates::erase(const TableName& name) {
  tables_.erase({name.schema, name.table});
}

// https://dev.mysql.com/doc/refman/9.4/en/rename-table.html
std::string TableStates::constraint_name(const TableName& name, const std::string& constraint) const {
  const auto found = renamed_from_.find({name.schema, name.table});
  if (found == renamed_from_.end()) return constraint;
  for (const std::string_view ending : {"_ibfk_", "_chk_"}) {
    const std::string generated = found->second + std::string(ending);
    if (constraint.starts_with(generated)) return name.table + constraint.substr(found->second.size());
  }
  return constraint;
}

void TableStates::rename_constraints(const TableName& from, const std::string& to) {
  const TableName name{from.schema, to};
  renamed_from_[{from.schema, to}] = from.table;
  Table& table = at(name);
  for (auto& check : table.checks) check.name = constraint_name(name, check.name);
  for (auto& key : table.foreign_keys) key.name = constraint_name(name, key.name);
}

bool is_clause(const Change& change) {
  return std::visit(
      overloaded{
          [](const change::AddColumn&) { return true; }, [](const change::DropColumn&) { return true; },
          [](const change::RenameColumn&) { return true; }, [](const change::AlterColumn&) { return true; },
          [](const change::AddIndex&) { return true; }, [](const change::DropIndex&) { return true; },
          [](const change::AddForeignKey&) { return true; },
          [](const change::DropForeignKey&) { return true; },
          [](const change::AlterPrimaryKey&) { return true; }, [](const change::AddCheck&) { return true; },
          [](const change::DropCheck&) { return true; },
          [](const change::SetComment& c) {
            return c.on == ObjectKind::table || c.on == ObjectKind::column || c.on == ObjectKind::index;
          },
          [](const auto&) { return false; }},
      change);
}

bool is_virtual(const Column& column) {
  return column.generated && !column.generated->stored;
}

std::string place_of(const Table& table, std::string_view column, const TableSql& sql) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name != column) continue;
    if (i == 0) return " FIRST";
    return i + 1 == table.columns.size() ? "" : " AFTER " + sql.quoted(table.columns[i - 1].name);
  }
  return {};
}

std::string drop_check(const std::string& name, const TableSql& sql) {
  return (sql.is_mysql() ? "DROP CHECK " : "DROP CONSTRAINT ") + sql.quoted(name);
}

// The index is there if no other one begins with the key's columns.
std::string drop_foreign_key(const TableName& name, const ForeignKey& key, const Table& table,
                             const TableSql& sql) {
  const std::string quoted_key = sql.quoted(TableSql::name_of(name, key));
  const std::string drop = "DROP FOREIGN KEY " + quoted_key;
  if (is_served(table, key, sql.features().flavor) || shares_columns(table, key)) return drop;
  return drop + ", DROP KEY " + quoted_key;
}

Result<Clauses> make_clauses(std::span<const Change* const> changes, Table& table, const TableStates& states,
                             const TableSql& sql) {
  Clauses out;
  const Table before = table;
  std::vector<const change::RenameColumn*> renames;
  if (!add_renamed_index(changes, table, sql, out))
    for (const Change* change : changes) {
      if (const auto* rename = std::get_if<change::RenameColumn>(change))
        renames.push_back(rename);
      else
        TRY(std::visit(Maker(table, states, sql, out), *change));
      out.loses_data = out.loses_data || loses_data(*change);
    }
  if (!renames.empty()) TRY(add_rename_clauses(renames, table, sql, out));
  keep_keys_served(before, table, sql, out);
  return out;
}

}  // namespace bascule::mysql
