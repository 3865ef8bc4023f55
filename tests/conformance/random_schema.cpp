#include "tests/conformance/random_schema.h"

#include <algorithm>
#include <set>

#include "engine/dialect/type_map.h"

namespace bascule::test {
namespace {

bool is_server(Flavor flavor) {
  return flavor != Flavor::sqlite;
}
bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}
bool is_integer(const Column& column) {
  return column.type.is<type::Int>();
}

}  // namespace

RandomSchema::RandomSchema(std::uint32_t seed, const Features& target, std::string space)
    : random_(seed), target_(target), space_(std::move(space)) {}

// Not a distribution of the library: those differ between implementations.
std::size_t RandomSchema::below(std::size_t limit) {
  return random_() % limit;
}
bool RandomSchema::chance(int percent) {
  return below(100) < static_cast<std::size_t>(percent);
}

Type RandomSchema::random_type() {
  const std::vector<Type> everywhere{type::Int{8},   type::Int{8}, type::Text{},
                                     type::Float{8}, type::Bool{}, type::Bytes{}};
  const std::vector<Type> on_servers{type::Int{2},
                                     type::Int{4},
                                     type::Text{20},
                                     type::Text{40},
                                     type::Decimal{10, 2},
                                     type::Decimal{12, 3},
                                     type::Date{},
                                     type::Timestamp{6},
                                     type::Float{4},
                                     type::Text{5, true},
                                     type::Json{target_.flavor != Flavor::mariadb}};
  if (is_server(target_.flavor) && chance(60)) return on_servers[below(on_servers.size())];
  return everywhere[below(everywhere.size())];
}

std::string RandomSchema::default_for(const Type& type) {
  if (type.is<type::Int>()) return std::to_string(below(100));
  if (type.is<type::Decimal>()) return std::to_string(below(100)) + ".5";
  if (const auto* text = type.get<type::Text>();
      text != nullptr && (text->max_chars || !is_mysql_family(target_.flavor)))
    return chance(50) ? "'it''s'" : "''";
  if (type.is<type::Date>()) return "'2024-02-29'";
  return {};
}

Column RandomSchema::random_column(std::string name) {
  Column column{.name = std::move(name), .type = random_type()};
  column.native_type = spell_type(column.type, target_);
  column.nullable = chance(60);
  if (chance(40))
    if (std::string value = default_for(column.type); !value.empty()) column.default_sql = std::move(value);
  if (is_server(target_.flavor) && chance(15)) column.comment = "a note; with 'quotes'";
  return column;
}

Table RandomSchema::random_table(std::string name) {
  Table table{.name = std::move(name)};
  const Flavor flavor = target_.flavor;
  if (chance(75)) {
    Column id{.name = "id", .type = type::Int{8}, .native_type = flavor == Flavor::sqlite ? "INTEGER" : ""};
    if (id.native_type.empty()) id.native_type = spell_type(id.type, target_);
    id.nullable = false;
    if (flavor == Flavor::sqlite)
      id.identity = chance(30) ? Identity::by_default : Identity::rowid;
    else if (chance(50))
      id.identity = Identity::by_default;
    table.columns.push_back(std::move(id));
    table.primary_key = PrimaryKey{"", {"id"}};
  }
  const std::size_t count = 1 + below(5);
  for (std::size_t i = 0; i < count; ++i) table.columns.push_back(random_column("c" + std::to_string(i)));
  for (std::size_t i = below(3); i > 0; --i) add_index(table);
  if (chance(30)) add_check(table);
  if (is_server(flavor) && chance(20)) table.comment = "of table " + table.name;
  return table;
}

void RandomSchema::add_index(Table& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) {
    // Long texts and bytes of MySQL are indexed by a prefix only, JSON not at all.
    const auto* text = column.type.get<type::Text>();
    const bool is_long = (text != nullptr && !text->max_chars) || column.type.is<type::Bytes>();
    if (column.type.is<type::Json>() || (is_long && is_mysql_family(target_.flavor))) continue;
    if (column.name != "id") names.push_back(column.name);
  }
  if (names.empty()) return;
  Index index;
  index.name = "ix_" + table.name + "_" + std::to_string(below(4));
  if (std::any_of(table.indexes.begin(), table.indexes.end(),
                  [&](const Index& other) { return other.name == index.name; }))
    return;
  index.unique = chance(30);
  const std::size_t first = below(names.size());
  index.parts.push_back({.column = names[first], .descending = chance(20)});
  if (names.size() > 1 && chance(40)) index.parts.push_back({.column = names[(first + 1) % names.size()]});
  if (target_.flavor != Flavor::sqlite && index.unique && !index.parts[0].descending &&
      index.parts.size() == 1)
    index.is_constraint = is_mysql_family(target_.flavor) || chance(50);
  // As an inspection sees it: every plain unique index of MySQL is a constraint.
  if (is_mysql_family(target_.flavor))
    index.is_constraint = index.unique && std::none_of(index.parts.begin(), index.parts.end(),
                                                       [](const IndexPart& part) { return part.descending; });
  if (target_.flavor == Flavor::postgres && !index.unique && chance(20))
    index.where = index.parts[0].column + " IS NOT NULL";
  table.indexes.push_back(std::move(index));
}

void RandomSchema::add_check(Table& table) {
  for (const auto& column : table.columns)
    if (is_integer(column) && column.identity == Identity::none && column.name != "id") {
      const std::string quote = is_mysql_family(target_.flavor) ? "`" : "";
      const std::string name = "ck_" + table.name + "_" + column.name;
      if (std::none_of(table.checks.begin(), table.checks.end(),
                       [&](const Check& check) { return check.name == name; }))
        table.checks.push_back({name, quote + column.name + quote + " > " + std::to_string(below(9))});
      return;
    }
}

void RandomSchema::add_foreign_keys(Namespace& space) {
  for (auto& table : space.tables) {
    if (!chance(40)) continue;
    for (const auto& column : table.columns) {
      if (column.type != Type(type::Int{8}) || column.name == "id") continue;
      const Table& referenced = space.tables[below(space.tables.size())];
      if (!referenced.primary_key) break;
      ForeignKey key;
      key.name = "fk_" + table.name + "_" + column.name;
      key.columns = {column.name};
      key.referenced_table = referenced.name;
      key.referenced_columns = {"id"};
      key.on_delete = chance(50) ? ForeignKeyAction::cascade : ForeignKeyAction::no_action;
      table.foreign_keys.push_back(std::move(key));
      break;
    }
  }
}

bool RandomSchema::is_used(const Table& table, const std::string& column) const {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), column) != names.end();
  };
  return column == "id" || std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(),
                                       [&](const ForeignKey& key) { return has(key.columns); });
}

void RandomSchema::drop_column(Table& table) {
  if (table.columns.size() < 3) return;
  const std::string name = table.columns[below(table.columns.size())].name;
  if (is_used(table, name)) return;
  std::erase_if(table.columns, [&](const Column& column) { return column.name == name; });
  std::erase_if(table.indexes, [&](const Index& index) {
    return std::any_of(index.parts.begin(), index.parts.end(),
                       [&](const IndexPart& part) { return part.column == name; });
  });
  std::erase_if(table.checks, [&](const Check& check) { return check.name.ends_with("_" + name); });
}

void RandomSchema::alter_column(Table& table) {
  Column& column = table.columns[below(table.columns.size())];
  if (column.name == "id") return;
  switch (below(4)) {
    case 0:
      column.nullable = !column.nullable;
      return;
    case 1:
      if (column.default_sql)
        column.default_sql.reset();
      else if (std::string value = default_for(column.type); !value.empty())
        column.default_sql = std::move(value);
      return;
    case 2:
      if (is_server(target_.flavor)) column.comment = column.comment.empty() ? "new" : "";
      return;
    default: {
      // Wider, so that every engine has a conversion.
      const bool is_free = !is_used(table, column.name) && table.checks.empty();
      if (!is_free || !column.type.is<type::Int>()) return;
      column.type = type::Int{column.type == Type(type::Int{8}) ? 4 : 8};
      if (target_.flavor == Flavor::sqlite) column.type = type::Float{8};
      column.native_type = spell_type(column.type, target_);
      return;
    }
  }
}

// Foreign keys to tables that are gone go, lists are sorted as an inspection gives them.
void RandomSchema::settle(Namespace& space) {
  std::set<std::string> keyed;
  for (const auto& table : space.tables)
    if (table.primary_key) keyed.insert(table.name);
  for (auto& table : space.tables)
    std::erase_if(table.foreign_keys,
                  [&](const ForeignKey& key) { return !keyed.contains(key.referenced_table); });
  std::sort(space.tables.begin(), space.tables.end(),
            [](const Table& a, const Table& b) { return a.name < b.name; });
}

Schema RandomSchema::make() {
  Namespace space{.name = space_};
  std::set<std::string> names;
  for (std::size_t i = 1 + below(4); i > 0; --i) names.insert("t" + std::to_string(below(6)));
  for (const auto& name : names) space.tables.push_back(random_table(name));
  add_foreign_keys(space);
  settle(space);
  Schema schema;
  schema.flavor = dialect(target_.flavor).flavor_name;
  schema.default_namespace = space_;
  schema.namespaces.push_back(std::move(space));
  return schema;
}

Schema RandomSchema::mutate(const Schema& schema) {
  Schema out = schema;
  Namespace& space = out.namespaces.at(0);
  for (std::size_t i = 1 + below(5); i > 0; --i) {
    Table& table = space.tables[below(space.tables.size())];
    switch (below(7)) {
      case 0:
        if (table.find_column("n" + std::to_string(i)) == nullptr)
          table.columns.push_back(random_column("n" + std::to_string(i)));
        break;
      case 1:
        drop_column(table);
        break;
      case 2:
      case 3:
        alter_column(table);
        break;
      case 4:
        add_index(table);
        break;
      case 5:
        if (!table.indexes.empty()) table.indexes.pop_back();
        break;
      default:
        if (table.checks.empty())
          add_check(table);
        else
          table.checks.pop_back();
    }
  }
  if (chance(20)) {
    const std::string name = "t" + std::to_string(6 + below(3));
    if (space.find_table(name) == nullptr) space.tables.push_back(random_table(name));
  }
  if (space.tables.size() > 1 && chance(15))
    space.tables.erase(space.tables.begin() + static_cast<std::ptrdiff_t>(below(space.tables.size())));
  settle(space);
  return out;
}

}  // namespace bascule::test
