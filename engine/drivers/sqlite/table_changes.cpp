#include "engine/drivers/sqlite/table_changes.h"

#include <algorithm>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/dialect/sql_names.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

// Whether a token is the name, as a word or quoted.
bool is_name(std::string_view sql, const Token& token, std::string_view name) {
  std::string_view text = sql.substr(token.offset, token.size);
  if (token.kind == TokenKind::quoted_identifier && text.size() >= 2)
    text = text.substr(1, text.size() - 2);
  else if (token.kind != TokenKind::word)
    return false;
  return equals_ignoring_case(text, name);
}

bool mentions(std::string_view sql, std::string_view name) {
  return mentions_name(sql, name, dialect(Flavor::sqlite));
}

// Why ALTER TABLE ... DROP COLUMN would refuse; "" if it would not.
std::string keeps_column(const Table& table, std::string_view column) {
  if (table.primary_key && contains_name(table.primary_key->columns, column))
    return "the primary key uses it";
  for (const Index& index : table.indexes)
    for (const IndexPart& part : index.parts)
      if (index.is_constraint && equals_ignoring_case(part.column, column))
        return "a UNIQUE constraint uses it";
  for (const ForeignKey& key : table.foreign_keys)
    if (contains_name(key.columns, column)) return "a foreign key uses it";
  for (const Check& check : table.checks)
    if (mentions(check.expression, column)) return "a CHECK uses it";
  for (const Column& other : table.columns)
    if (other.generated && mentions(other.generated->expression, column))
      return "the generated column " + other.name + " uses it";
  return {};
}

// Why ALTER TABLE ... ADD COLUMN would refuse. One that may not be NULL and has no default needs an empty
// table either way.
std::string is_not_addable(const Column& column) {
  if (column.identity != Identity::none) return "it numbers its rows";
  if (column.generated && column.generated->stored) return "it is generated and stored";
  if (!is_constant_default(column)) return "its default is no constant";
  return {};
}

// In words: "its type and its default change"; "" if nothing does that SQLite keeps.
std::string what_changes(const Column& from, const Column& to) {
  const std::pair<bool, std::string_view> parts[] = {
      {from.type != to.type || from.native_type != to.native_type, "its type"},
      {from.nullable != to.nullable, "NOT NULL"},
      {from.default_sql != to.default_sql, "its default"},
      {from.collation != to.collation, "its collation"},
      {from.generated != to.generated, "how it is generated"},
      {from.identity != to.identity, "how it is numbered"}};
  std::vector<std::string> names;
  for (const auto& [differs, name] : parts)
    if (differs) names.emplace_back(name);
  if (names.empty()) return {};
  return join(names, " and ") + (names.size() == 1 ? " changes" : " change");
}

template <typename Item, typename Predicate>
void erase_first(std::vector<Item>& items, Predicate&& predicate) {
  if (const auto found = std::find_if(items.begin(), items.end(), predicate); found != items.end())
    items.erase(found);
}

}  // namespace

const Column* find_column(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& column) {
    return equals_ignoring_case(column.name, name);
  });
  return found == table.columns.end() ? nullptr : &*found;
}

bool contains_name(std::span<const std::string> names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& other) { return equals_ignoring_case(other, name); });
}

const Column* rowid_alias(const Table& table) {
  if (table.options.without_rowid || !table.primary_key || table.primary_key->columns.size() != 1)
    return nullptr;
  const Column* column = find_column(table, table.primary_key->columns[0]);
  const bool is_integer = column != nullptr && equals_ignoring_case(column->native_type, "INTEGER");
  return is_integer && (column->identity != Identity::none || !column->nullable) ? column : nullptr;
}

bool qualifies_with(std::string_view expression, std::string_view table) {
  bool was_name = false;
  for (const Token& token : tokenize(expression, dialect(Flavor::sqlite).lexer)) {
    if (token.kind == TokenKind::space || token.kind == TokenKind::comment) continue;
    if (was_name && expression.substr(token.offset, token.size).starts_with('.')) return true;
    was_name = is_name(expression, token, table);
  }
  return false;
}

bool is_unique_key(const Table& table, std::span<const std::string> columns) {
  const auto are_all = [&](const auto& parts, auto&& name_of) {
    return parts.size() == columns.size() && std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
             return contains_name(columns, name_of(part));
           });
  };
  if (table.primary_key && are_all(table.primary_key->columns, [](const std::string& name) { return name; }))
    return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
    const bool is_plain = std::all_of(index.parts.begin(), index.parts.end(), [](const IndexPart& part) {
      return !part.column.empty() && part.collation.empty();
    });
    return index.unique && index.where.empty() && is_plain &&
           are_all(index.parts, [](const IndexPart& part) { return part.column; });
  });
}

bool is_constant_default(const Column& column) {
  return !column.default_sql || (is_single_literal(*column.default_sql) &&
                                 !starts_with_ignoring_case(trim(*column.default_sql), "CURRENT_"));
}

bool is_of_table(const Change& change) {
  using namespace change;
  return std::visit(
      overloaded{[](const AlterTable&) { return true; }, [](const AddColumn&) { return true; },
                 [](const DropColumn&) { return true; }, [](const AlterColumn&) { return true; },
                 [](const AddIndex&) { return true; }, [](const DropIndex&) { return true; },
                 [](const AddForeignKey&) { return true; }, [](const DropForeignKey&) { return true; },
                 [](const AlterPrimaryKey&) { return true; }, [](const AddCheck&) { return true; },
                 [](const DropCheck&) { return true; }, [](const auto&) { return false; }},
      change);
}

void change_table(Table& table, const Change& change) {
  using namespace change;
  std::visit(overloaded{[&](const AlterTable& c) { table.options = c.to; },
                        [&](const AddColumn& c) { table.columns.push_back(c.column); },
                        [&](const DropColumn& c) {
                          erase_first(table.columns, [&](const Column& column) {
                            return equals_ignoring_case(column.name, c.column.name);
                          });
                        },
                        [&](const AlterColumn& c) {
                          for (Column& column : table.columns)
                            if (equals_ignoring_case(column.name, c.from.name)) {
                              std::string name = std::move(column.name);
                              const auto next = column.identity_next;
                              column = c.to;
                              column.name = std::move(name);
                              if (!column.identity_next) column.identity_next = next;
                            }
                        },
                        [&](const AddIndex& c) { table.indexes.push_back(c.index); },
                        [&](const DropIndex& c) {
                          erase_first(table.indexes, [&](const Index& index) { return index == c.index; });
                        },
                        [&](const AddForeignKey& c) {
                          if (std::find(table.foreign_keys.begin(), table.foreign_keys.end(), c.key) ==
                              table.foreign_keys.end())
                            table.foreign_keys.push_back(c.key);
                        },
                        [&](const DropForeignKey& c) {
                          erase_first(table.foreign_keys,
                                      [&](const ForeignKey& key) { return key == c.key; });
                        },
                        [&](const AlterPrimaryKey& c) { table.primary_key = c.to; },
                        [&](const AddCheck& c) { table.checks.push_back(c.check); },
                        [&](const DropCheck& c) {
                          erase_first(table.checks, [&](const Check& check) { return check == c.check; });
                        },
                        [](const auto&) {}},
             change);
}

std::string needs_rebuild(const Change& change, const Table& have, const Features& features) {
  using namespace change;
  return std::visit(
      overloaded{[](const AlterTable&) -> std::string { return "its options change"; },
                 [](const AddColumn& c) { return is_not_addable(c.column); },
                 [&](const DropColumn& c) -> std::string {
                   if (!features.drop_column) return "this SQLite cannot drop columns";
                   const std::string reason = keeps_column(have, c.column.name);
                   return reason.empty() ? is_not_addable(c.column) : reason;
                 },
                 [](const AlterColumn& c) -> std::string { return what_changes(c.from, c.to); },
                 [](const AddIndex& c) -> std::string {
                   return c.index.is_constraint ? "a UNIQUE constraint is added" : "";
                 },
                 [](const DropIndex& c) -> std::string {
                   return c.index.is_constraint ? "a UNIQUE constraint is dropped" : "";
                 },
                 [&](const AddForeignKey& c) -> std::string {
                   return std::find(have.foreign_keys.begin(), have.foreign_keys.end(), c.key) ==
                                  have.foreign_keys.end()
                              ? "a foreign key is added"
                              : "";
                 },
                 [](const DropForeignKey&) -> std::string { return "a foreign key is dropped"; },
                 [](const AlterPrimaryKey&) -> std::string { return "its primary key changes"; },
                 [](const AddCheck&) -> std::string { return "a CHECK is added"; },
                 [](const DropCheck&) -> std::string { return "a CHECK is dropped"; },
                 [](const auto&) -> std::string { return ""; }},
      change);
}

}  // namespace bascule::sqlite
