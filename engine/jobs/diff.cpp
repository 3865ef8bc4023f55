#include "engine/jobs/diff.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/base/text.h"
#include "engine/dialect/sql_names.h"
#include "engine/dialect/type_map.h"
#include "engine/jobs/change_order.h"
#include "engine/jobs/object_diff.h"
#include "engine/jobs/rename.h"
#include "engine/jobs/schema_move.h"
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
    const bool moves = from_ == target.flavor && dialect(from_).has_schemas &&
                       want.default_namespace != have.default_namespace;
    if (moves) source_ = move_default_schema(std::move(source_), have.default_namespace, dialect(from_));
    scope_.is_same_engine = from_ == target.flavor;
    scope_.is_ignored = [this](std::string_view space, std::string_view name) {
      return is_ignored(space, name);
    };
  }

  Difference run() {
    MappedSchema mapped =
        map_schema(without_ignored(source_), target_, have_.default_namespace, options_.type_rules);
    out_.notices = std::move(mapped.notices);
    if (scope_.is_same_engine) diff_extensions(source_, have_, scope_, out_);
    for (const auto& space : mapped.schema.namespaces) {
      const Namespace* there = have_.find_namespace(space.name);
      if (there == nullptr && space.name != have_.default_namespace)
        out_.changes.push_back(change::AddSchema{{space.name, ""}, space.comment});
      compare(space, there != nullptr ? *there : Namespace{.name = space.name, .comment = space.comment});
    }
    if (scope_.is_same_engine && dialect(target_.flavor).has_schemas) drop_schemas(mapped.schema);
    compare_unmodelled();
    put_in_order(out_.changes, dialect(target_.flavor));
    for (auto& notice : suggest_renames(out_.changes, have_.default_namespace))
      out_.notices.push_back(std::move(notice));
    return std::move(out_);
  }

 private:
  bool is_ignored(std::string_view space, std::string_view name) const {
    return is_left_alone(space, name, options_);
  }

  // So that the notices speak of nothing that is left alone.
  Schema without_ignored(Schema schema) const {
    if (scope_.is_same_engine) schema.not_modelled.clear();  // see compare_unmodelled
    for (auto& space : schema.namespaces) {
      std::erase_if(space.tables, [&](const Table& table) { return is_ignored(space.name, table.name); });
      std::erase_if(space.enums, [&](const EnumType& type) { return is_ignored(space.name, type.name); });
      for (const auto list : lists_of_objects)
        std::erase_if(space.*list, [&](const NamedObject& object) {
          return is_ignored(space.name, object.name) ||
                 (!object.table.empty() && is_ignored(space.name, object.table));
        });
    }
    return schema;
  }

  static constexpr std::array<std::vector<NamedObject> Namespace::*, 6> lists_of_objects{
      &Namespace::views,    &Namespace::domains,   &Namespace::sequences,
      &Namespace::triggers, &Namespace::functions, &Namespace::policies};

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

  std::string folded(std::string_view name) const {
    return dialect(target_.flavor).table_names_fold_case ? to_lower(name) : std::string(name);
  }
  using TablesByName = std::map<std::string, const Table*, std::less<>>;
  TablesByName by_name(const std::vector<Table>& tables) const {
    TablesByName map;
    for (const auto& table : tables) map.emplace(folded(table.name), &table);
    return map;
  }

  void compare(const Namespace& want, const Namespace& have) {
    const TablesByName wanted = by_name(want.tables), there = by_name(have.tables);
    for (const auto& table : want.tables) {
      const Table* source = find_source(want.name, table.name);
      const WantedTable one{source != nullptr ? *source : table, table, want, have_.default_namespace};
      const auto found = there.find(folded(table.name));
      if (found != there.end())
        diff_table(one, *found->second, have, from_, target_, options_, out_);
      else
        add_table({want.name, table.name}, table);
    }
    for (const auto& table : have.tables)
      if (!is_ignored(have.name, table.name) && !wanted.contains(folded(table.name)))
        out_.changes.push_back(change::DropTable{{have.name, table.name}, table});
    diff_objects(want, have, dialect(target_.flavor), scope_, out_);
  }

  void drop_schemas(const Schema& mapped) {
    for (const auto& space : have_.namespaces) {
      if (mapped.find_namespace(space.name) != nullptr) continue;
      compare(Namespace{.name = space.name, .comment = space.comment}, space);
      // The schema that unqualified names mean is there on every database.
      if (space.name != have_.default_namespace && !is_ignored("", space.name))
        out_.changes.push_back(change::DropSchema{{space.name, ""}, space.comment});
    }
  }

  void add_table(const TableName& name, Table table) {
    for (auto& key : table.foreign_keys) out_.changes.push_back(change::AddForeignKey{name, key});
    table.foreign_keys.clear();
    out_.changes.push_back(change::AddTable{name, std::move(table)});
  }

  // What the model cannot hold is compared by its definition: a difference is told, and is not planned.
  void compare_unmodelled() {
    if (!scope_.is_same_engine) return;
    const Dialect& own = dialect(target_.flavor);
    const auto plain = [&](const std::string& text, const Schema& schema) {
      return without_schema(text, schema.default_namespace, own);
    };
    const auto keys = [&](const Schema& schema) {
      std::set<std::pair<std::string, std::string>> found;
      for (const auto& object : schema.not_modelled)
        found.emplace(plain(object.what, schema), plain(object.definition, schema));
      return found;
    };
    const auto wanted = keys(source_), there = keys(have_);
    const auto is_wanted = [&](const UnmodelledObject& object) {
      return std::none_of(options_.ignore.begin(), options_.ignore.end(), [&](const std::string& glob) {
        return matches_glob(glob, object.what.substr(object.what.rfind(' ') + 1), true);
      });
    };
    for (const auto& object : source_.not_modelled)
      if (!there.contains({plain(object.what, source_), plain(object.definition, source_)}) &&
          is_wanted(object))
        out_.unplannable.push_back({"not_modelled", object.what, "is missing, or has another definition"});
    for (const auto& object : have_.not_modelled)
      if (!wanted.contains({plain(object.what, have_), plain(object.definition, have_)}) && is_wanted(object))
        out_.unplannable.push_back({"not_modelled", object.what, "is not wanted, or has another definition"});
  }

  Schema source_;  // what is wanted, under the schema's name here
  const Schema& have_;
  const Features& target_;
  const DiffOptions& options_;
  Flavor from_;
  ObjectScope scope_;
  Difference out_;
};

}  // namespace

bool is_migration_table(std::string_view name) {
  return std::any_of(migration_tables.begin(), migration_tables.end(),
                     [&](std::string_view glob) { return matches_glob(glob, name, true); });
}

bool is_left_alone(std::string_view space, std::string_view name, const DiffOptions& options) {
  if (!options.with_migration_tables && is_migration_table(name)) return true;
  const std::string qualified = std::string(space) + "." + std::string(name);
  return std::any_of(options.ignore.begin(), options.ignore.end(), [&](const std::string& glob) {
    return matches_glob(glob, name, true) || matches_glob(glob, qualified, true);
  });
}

Difference diff_schemas(const Schema& want, const Schema& have, const Features& target,
                        const DiffOptions& options) {
  return Differ(want, have, target, options).run();
}

Result<Difference> diff_renamed(const Schema& want, const Schema& have, const Features& target,
                                const DiffOptions& options) {
  if (options.renames.empty()) return diff_schemas(want, have, target, options);
  TRY(RenamedSchema renamed, rename_objects(have, options.renames, target));
  Difference difference = diff_schemas(want, renamed.schema, target, options);
  difference.changes.insert(difference.changes.begin(), renamed.changes.begin(), renamed.changes.end());
  return difference;
}

}  // namespace bascule
