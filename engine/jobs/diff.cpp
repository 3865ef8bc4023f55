#include "engine/jobs/diff.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "engine/base/text.h"
#include "engine/dialect/type_map.h"
#include "engine/jobs/table_diff.h"

namespace bascule {
namespace {

// Names of history tables: Drizzle, Diesel, Prisma, Flyway, Liquibase, Rails, dbmate and golang-migrate,
// goose, Knex, Alembic, Django, Atlas, Entity Framework, Sequelize, sqlx, and our own.
constexpr std::array<std::string_view, 20> migration_tables{"__drizzle_migrations",
                                                            "__diesel_schema_migrations",
                                                            "_prisma_migrations",
                                                            "flyway_schema_history",
                                                            "databasechangelog",
                                                            "databasechangeloglock",
                                                            "schema_migrations",
                                                            "ar_internal_metadata",
                                                            "goose_db_version",
                                                            "knex_migrations",
                                                            "knex_migrations_lock",
                                                            "alembic_version",
                                                            "django_migrations",
                                                            "atlas_schema_revisions",
                                                            "__efmigrationshistory",
                                                            "sequelizemeta",
                                                            "_sqlx_migrations",
                                                            "seaql_migrations",
                                                            "bascule_*",
                                                            "_bascule_*"};

class Differ {
 public:
  Differ(const Schema& want, const Schema& have, const Features& target, const DiffOptions& options)
      : source_(want), have_(have), target_(target), options_(options) {
    const Dialect* from = find_dialect(want.flavor);
    from_ = from != nullptr ? from->flavor : target.flavor;
  }

  Difference run() {
    MappedSchema mapped = map_schema(without_ignored(source_), target_, have_.default_namespace);
    out_.notices = std::move(mapped.notices);
    for (const auto& space : mapped.schema.namespaces) {
      const Namespace* there = have_.find_namespace(space.name);
      compare(space, there != nullptr ? *there : Namespace{.name = space.name});
    }
    const bool compares_all = dialect(from_).has_schemas && dialect(target_.flavor).has_schemas;
    if (compares_all)
      for (const auto& space : have_.namespaces)
        if (mapped.schema.find_namespace(space.name) == nullptr)
          compare(Namespace{.name = space.name}, space);
    order();
    return std::move(out_);
  }

 private:
  bool is_ignored(std::string_view space, std::string_view name) const {
    if (!options_.with_migration_tables && is_migration_table(name)) return true;
    const std::string qualified = std::string(space) + "." + std::string(name);
    return std::any_of(options_.ignore.begin(), options_.ignore.end(), [&](const std::string& glob) {
      return matches_glob(glob, name, true) || matches_glob(glob, qualified, true);
    });
  }

  // So that the notices speak of nothing that is left alone.
  Schema without_ignored(Schema schema) const {
    for (auto& space : schema.namespaces) {
      std::erase_if(space.tables, [&](const Table& table) { return is_ignored(space.name, table.name); });
      for (const auto list : lists_of_objects)
        std::erase_if(space.*list, [&](const NamedObject& object) {
          return is_ignored(space.name, object.name) ||
                 (!object.table.empty() && is_ignored(space.name, object.table));
        });
    }
    return schema;
  }

  static constexpr std::array<std::vector<NamedObject> Namespace::*, 4> lists_of_objects{
      &Namespace::views, &Namespace::sequences, &Namespace::triggers, &Namespace::functions};

  // The table before it was mapped. Namespaces that are joined keep the first table of a name.
  const Table* find_source(std::string_view space, std::string_view table) const {
    const std::string_view own =
        space == have_.default_namespace ? std::string_view(source_.default_namespace) : space;
    if (const Namespace* found = source_.find_namespace(own))
      if (const Table* named = found->find_table(table)) return named;
    for (const auto& other : source_.namespaces)
      if (const Table* named = other.find_table(table)) return named;
    return nullptr;
  }

  bool is_same_name(std::string_view a, std::string_view b) const {
    return dialect(target_.flavor).table_names_fold_case ? equals_ignoring_case(a, b) : a == b;
  }
  const Table* find_table(const std::vector<Table>& tables, std::string_view name) const {
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const Table& t) { return is_same_name(t.name, name); });
    return found == tables.end() ? nullptr : &*found;
  }

  void compare(const Namespace& want, const Namespace& have) {
    for (const auto& table : want.tables) {
      const Table* source = find_source(want.name, table.name);
      const WantedTable wanted{source != nullptr ? *source : table, table, want, have_.default_namespace};
      if (const Table* there = find_table(have.tables, table.name)) {
        diff_table(wanted, *there, have, from_, target_, out_);
      } else {
        add_table({want.name, table.name}, table);
      }
    }
    for (const auto& table : have.tables)
      if (!is_ignored(have.name, table.name) && find_table(want.tables, table.name) == nullptr)
        out_.changes.push_back(change::DropTable{{have.name, table.name}, table});
    if (from_ == target_.flavor) compare_objects(want, have);
  }

  void add_table(const TableName& name, Table table) {
    for (auto& key : table.foreign_keys) out_.changes.push_back(change::AddForeignKey{name, key});
    table.foreign_keys.clear();
    out_.changes.push_back(change::AddTable{name, std::move(table)});
  }

  // --- what no change describes yet ---
  void report(const Namespace& space, std::string_view kind, std::string_view name, std::string_view what) {
    const std::string object =
        space.name == have_.default_namespace ? std::string(name) : space.name + "." + std::string(name);
    out_.unplannable.push_back(
        {std::string(kind) + "_differs", object, std::string(kind) + " " + std::string(what)});
  }

  // MySQL writes the database's own name into the definitions of views.
  std::string comparable_definition(const NamedObject& object, const Namespace& space) const {
    std::string text = replace_all(object.definition, "`" + space.name + "`.", "");
    return normalize_expression(text, target_.flavor);
  }

  void compare_list(std::string_view kind, const Namespace& want, const Namespace& have,
                    std::vector<NamedObject> Namespace::*list) {
    const auto find = [](const std::vector<NamedObject>& objects, const NamedObject& object) {
      return std::find_if(objects.begin(), objects.end(), [&](const NamedObject& other) {
        return other.name == object.name && other.table == object.table;
      });
    };
    for (const auto& object : want.*list) {
      const auto found = find(have.*list, object);
      if (found == (have.*list).end())
        report(want, kind, object.name, "is missing");
      else if (comparable_definition(object, want) != comparable_definition(*found, have))
        report(want, kind, object.name, "has another definition");
    }
    for (const auto& object : have.*list) {
      const bool skip = is_ignored(have.name, object.name) ||
                        (!object.table.empty() && is_ignored(have.name, object.table));
      if (!skip && find(want.*list, object) == (want.*list).end())
        report(have, kind, object.name, "is not wanted");
    }
  }

  void compare_objects(const Namespace& want, const Namespace& have) {
    compare_list("view", want, have, &Namespace::views);
    compare_list("sequence", want, have, &Namespace::sequences);
    compare_list("trigger", want, have, &Namespace::triggers);
    compare_list("function", want, have, &Namespace::functions);
    for (const auto& type : want.enums) {
      const auto found = std::find_if(have.enums.begin(), have.enums.end(),
                                      [&](const EnumType& other) { return other.name == type.name; });
      if (found == have.enums.end())
        report(want, "enum", type.name, "is missing");
      else if (found->labels != type.labels)
        report(want, "enum", type.name, "has other labels");
    }
    for (const auto& type : have.enums)
      if (std::none_of(want.enums.begin(), want.enums.end(),
                       [&](const auto& other) { return other.name == type.name; }))
        report(have, "enum", type.name, "is not wanted");
  }

  // --- order ---
  // Drops of what depends come first and additions of it last; new columns come before a key that has them,
  // and old ones go after a key that had them.
  static int rank(const Change& change) {
    static constexpr std::array<int, std::variant_size_v<Change>> ranks{
        0,   // AddSchema
        24,  // DropSchema
        10,  // AddTable
        9,   // DropTable
        1,   // RenameTable
        12,  // AlterTable
        11,  // AddColumn
        16,  // DropColumn
        2,   // RenameColumn
        13,  // AlterColumn
        17,  // AddIndex
        6,   // DropIndex
        19,  // AddForeignKey
        5,   // DropForeignKey
        14,  // AlterPrimaryKey
        18,  // AddCheck
        7,   // DropCheck
        8,   // AddEnum
        20,  // DropEnum
        8,   // AlterEnum
        21,  // AddObject
        4,   // DropObject
        22,  // AlterObject
        23,  // SetComment
    };
    return ranks[change.index()];
  }

  void order() {
    std::stable_sort(out_.changes.begin(), out_.changes.end(),
                     [](const Change& a, const Change& b) { return rank(a) < rank(b); });
    order_dropped_tables();
  }

  // A table goes before those that it refers to. Keys that go round in a circle are dropped first.
  void order_dropped_tables() {
    const auto is_drop = [](const Change& change) {
      return std::holds_alternative<change::DropTable>(change);
    };
    const auto begin = std::find_if(out_.changes.begin(), out_.changes.end(), is_drop);
    const auto end = std::find_if_not(begin, out_.changes.end(), is_drop);
    std::vector<change::DropTable> left;
    for (auto it = begin; it != end; ++it) left.push_back(std::get<change::DropTable>(*it));
    std::vector<Change> ordered, keys;
    const auto refers = [](const change::DropTable& from, const ForeignKey& key,
                           const change::DropTable& to) {
      const std::string& schema = key.referenced_schema.empty() ? from.name.schema : key.referenced_schema;
      return schema == to.name.schema && key.referenced_table == to.name.table && !(from.name == to.name);
    };
    const auto is_referred_to = [&](const change::DropTable& table) {
      return std::any_of(left.begin(), left.end(), [&](const change::DropTable& other) {
        return std::any_of(other.table.foreign_keys.begin(), other.table.foreign_keys.end(),
                           [&](const ForeignKey& key) { return refers(other, key, table); });
      });
    };
    while (!left.empty()) {
      auto next = std::find_if_not(left.begin(), left.end(), is_referred_to);
      if (next == left.end()) {
        for (auto& other : left)
          std::erase_if(other.table.foreign_keys, [&](const ForeignKey& key) {
            if (!refers(other, key, left.front())) return false;
            keys.push_back(change::DropForeignKey{other.name, key});
            return true;
          });
        next = left.begin();
      }
      ordered.push_back(*next);
      left.erase(next);
    }
    std::move(ordered.begin(), ordered.end(), begin);
    out_.changes.insert(begin, std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
  }

  const Schema& source_;
  const Schema& have_;
  const Features& target_;
  const DiffOptions& options_;
  Flavor from_;
  Difference out_;
};

}  // namespace

bool is_migration_table(std::string_view name) {
  return std::any_of(migration_tables.begin(), migration_tables.end(),
                     [&](std::string_view glob) { return matches_glob(glob, name, true); });
}

Difference diff_schemas(const Schema& want, const Schema& have, const Features& target,
                        const DiffOptions& options) {
  return Differ(want, have, target, options).run();
}

}  // namespace bascule
