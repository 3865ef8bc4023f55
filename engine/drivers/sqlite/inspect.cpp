// The catalog, read by a few queries over pragma functions (https://www.sqlite.org/pragma.html#pragfunc) and
// the stored texts.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/dialect/sqlite_types.h"
#include "engine/drivers/sqlite/definitions.h"
#include "engine/drivers/sqlite/operations.h"
#include "engine/drivers/sqlite/table_sql.h"

namespace bascule::sqlite {
namespace {

// One catalog query, row by row. {schema} in the text stands for the quoted name, {literal} for it as a
// string.
class CatalogQuery {
 public:
  static Result<CatalogQuery> open(Session& session, std::string_view sql, const std::string& schema) {
    const Dialect& sqlite = dialect(Flavor::sqlite);
    std::string text = replace_all(sql, "{schema}", quote_identifier(schema, sqlite));
    text = replace_all(text, "{literal}", quote_literal(schema, sqlite));
    TRY(Statement statement, session.prepare(text));
    return CatalogQuery(session, std::move(statement), std::move(text));
  }
  Result<bool> next() {
    const int code = session_->step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return session_->failure(code, text_, false);
  }
  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  std::string string(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return text == nullptr
               ? std::string()
               : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

 private:
  CatalogQuery(Session& session, Statement statement, std::string text)
      : session_(&session), statement_(std::move(statement)), text_(std::move(text)) {}
  Session* session_;
  Statement statement_;
  std::string text_;
};

// pragma_table_list knows what sqlite_schema does not tell: virtual tables and their shadows.
constexpr std::string_view tables_sql =
    "SELECT l.name, l.type, l.wr, l.strict, m.sql FROM pragma_table_list AS l"
    " JOIN {schema}.sqlite_schema AS m ON m.name = l.name AND m.type IN ('table', 'view')"
    " WHERE l.schema = {literal} AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY l.name";
// Tables only: one broken view or virtual table without its module would fail the whole query.
constexpr std::string_view columns_sql =
    "SELECT l.name, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden FROM pragma_table_list AS l,"
    " pragma_table_xinfo(l.name, {literal}) AS x WHERE l.schema = {literal} AND l.type = 'table'"
    " ORDER BY l.name, x.cid";
constexpr std::string_view view_columns_sql =
    "SELECT l.name, x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden FROM pragma_table_list AS l,"
    " pragma_table_xinfo(l.name, {literal}) AS x WHERE l.schema = {literal} AND l.type = 'view'"
    " ORDER BY l.name, x.cid";
constexpr std::string_view one_view_columns_sql =
    "SELECT {view}, name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo({view}, "
    "{literal})";
constexpr std::string_view indexes_sql =
    "SELECT l.name, i.name, i.\"unique\", i.origin, x.cid, x.name, x.desc, x.coll, m.sql"
    " FROM pragma_table_list AS l, pragma_index_list(l.name, {literal}) AS i,"
    " pragma_index_xinfo(i.name, {literal}) AS x"
    " LEFT JOIN {schema}.sqlite_schema AS m ON m.type = 'index' AND m.name = i.name"
    " WHERE l.schema = {literal} AND l.type = 'table' AND x.key = 1 ORDER BY l.name, i.seq, x.seqno";
constexpr std::string_view foreign_keys_sql =
    "SELECT l.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_update, f.on_delete"
    " FROM pragma_table_list AS l, pragma_foreign_key_list(l.name, {literal}) AS f"
    " WHERE l.schema = {literal} AND l.type = 'table' ORDER BY l.name, f.id DESC, f.seq";
constexpr std::string_view triggers_sql =
    "SELECT name, tbl_name, sql FROM {schema}.sqlite_schema WHERE type = 'trigger' ORDER BY name";
constexpr std::string_view has_sequences_sql =
    "SELECT 1 FROM {schema}.sqlite_schema WHERE name = 'sqlite_sequence'";
constexpr std::string_view sequences_sql = "SELECT name, seq FROM {schema}.sqlite_sequence";

constexpr std::string_view has_statistics_sql =
    "SELECT 1 FROM {schema}.sqlite_schema WHERE name = 'sqlite_stat1'";
constexpr std::string_view statistics_sql =
    "SELECT tbl, max(CAST(stat AS INTEGER)) FROM {schema}.sqlite_stat1 GROUP BY tbl";

ForeignKeyAction action_of(std::string_view word) {
  for (const auto action : {ForeignKeyAction::restrict_, ForeignKeyAction::cascade,
                            ForeignKeyAction::set_null, ForeignKeyAction::set_default})
    if (foreign_key_action_sql(action) == word) return action;
  return ForeignKeyAction::no_action;
}

class NamespaceReader {
 public:
  NamespaceReader(Session& session, const InspectOptions& options, std::string name)
      : session_(session), options_(options) {
    space_.name = std::move(name);
  }

  Result<Namespace> read(std::vector<UnmodelledObject>& not_modelled) {
    TRY(read_tables(not_modelled));
    list_virtual_tables(not_modelled);
    if (!options_.names_only) {
      TRY(read_columns());
      TRY(read_view_columns(not_modelled));
      TRY(read_indexes());
      for (const std::string& name : odd_keys_)
        not_modelled.push_back({odd_primary_key_of({space_.name, name}), sqls_[name]});
      TRY(read_foreign_keys());
      TRY(read_sequences());
      TRY(read_triggers());
      TRY(read_statistics());
      for (Table& table : space_.tables) {
        name_constraints(table);
        put_in_order(table);
      }
    }
    return std::move(space_);
  }

 private:
  Result<CatalogQuery> open(std::string_view sql) const {
    return CatalogQuery::open(session_, sql, space_.name);
  }
  Table* find_table(std::string_view name) {
    const auto found =
        std::lower_bound(space_.tables.begin(), space_.tables.end(), name,
                         [](const Table& table, std::string_view key) { return table.name < key; });
    return found == space_.tables.end() || found->name != name ? nullptr : &*found;
  }

  Result<void> read_tables(std::vector<UnmodelledObject>& not_modelled) {
    TRY(CatalogQuery query, open(tables_sql));
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      const std::string name = query.string(0), kind = query.string(1), sql = query.string(4);
      if (!options_.table_glob.empty() && !matches_glob(options_.table_glob, name, true)) continue;
      if (kind == "view") {
        space_.views.push_back({name, {}, sql, {}, {}, ObjectKind::view});
      } else if (kind == "table") {
        Table table;
        table.name = name;
        table.options.without_rowid = query.integer(2) != 0;
        table.options.strict = query.integer(3) != 0;
        definitions_[name] = read_create_table(sql);
        sqls_[name] = sql;
        if (definitions_[name].has_conflict_clause)
          not_modelled.push_back({conflict_clauses_of({space_.name, name}), sql});
        spellings_.emplace(to_lower(name), name);
        space_.tables.push_back(std::move(table));
      } else {
        (kind == "shadow" ? shadows_ : virtuals_).push_back({name, sql});
      }
    }
  }

  // A shadow table keeps the data of the virtual table whose name it begins with
  // (https://www.sqlite.org/vtab.html#xshadowname).
  void list_virtual_tables(std::vector<UnmodelledObject>& not_modelled) const {
    std::map<std::string, std::vector<std::string>> owned;
    for (const auto& [shadow, sql] : shadows_)
      if (const auto end = shadow.rfind('_'); end != std::string::npos)
        owned[shadow.substr(0, end)].push_back(shadow);
    for (const auto& [name, sql] : virtuals_) {
      std::string what = "virtual table " + space_.name + "." + name;
      if (const auto found = owned.find(name); found != owned.end())
        what += ", with its tables " + join(found->second, ", ");
      not_modelled.push_back({std::move(what), sql});
    }
  }

  static Column column_of(const CatalogQuery& query) {
    Column column;
    column.name = query.string(1);
    column.native_type = query.string(2);
    column.type = sqlite_declared_type(column.native_type);
    column.nullable = query.integer(3) == 0;
    if (!query.is_null(4)) column.default_sql = query.string(4);
    return column;
  }

  Result<void> read_columns() {
    TRY(CatalogQuery query, open(columns_sql));
    std::map<std::string, std::map<std::int64_t, std::string>> keys;  // by place in the primary key
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) break;
      Table* table = find_table(query.string(0));
      if (table == nullptr) continue;
      Column column = column_of(query);
      const auto* definition = definitions_[table->name].find_column(column.name);
      if (definition != nullptr) {
        if (!equals_ignoring_case(definition->collation, "BINARY")) column.collation = definition->collation;
        column.generated = definition->generated;
        if (definition->autoincrement) column.identity = Identity::by_default;
      }
      // SQLite appends these words to the type of a generated column.
      if (column.generated) {
        for (const std::string_view words : {" GENERATED ALWAYS", "GENERATED ALWAYS"})
          if (column.native_type.size() >= words.size() &&
              equals_ignoring_case(
                  std::string_view(column.native_type).substr(column.native_type.size() - words.size()),
                  words))
            column.native_type.resize(column.native_type.size() - words.size());
        column.type = sqlite_declared_type(column.native_type);
      }
      if (query.integer(5) > 0) keys[table->name][query.integer(5)] = column.name;
      table->columns.push_back(std::move(column));
    }
    for (Table& table : space_.tables) {
      table.checks = definitions_[table.name].checks;
      if (keys[table.name].empty()) continue;
      table.primary_key.emplace();
      table.primary_key->name = definitions_[table.name].primary_key_name;
      for (auto& [place, column] : keys[table.name]) table.primary_key->columns.push_back(std::move(column));
      find_rowid_alias(table);
    }
    return {};
  }

  // A single key column of type INTEGER is the rowid itself. (One declared DESC is not, and has an index: see
  // read_indexes.)
  static void find_rowid_alias(Table& table) {
    if (table.options.without_rowid || table.primary_key->columns.size() != 1) return;
    for (Column& column : table.columns)
      if (column.name == table.primary_key->columns[0] &&
          equals_ignoring_case(column.native_type, "INTEGER")) {
        if (column.identity == Identity::none) column.identity = Identity::rowid;
        column.nullable = false;
      }
  }

  Result<void> read_view_columns(std::vector<UnmodelledObject>& not_modelled) {
    if (space_.views.empty()) return {};
    if (take_view_columns(view_columns_sql).ok()) return {};
    // One of the views is broken (a table it reads is gone): the others have columns all the same.
    for (NamedObject& view : space_.views) {
      view.columns.clear();
      const std::string one =
          replace_all(one_view_columns_sql, "{view}", quote_literal(view.name, dialect(Flavor::sqlite)));
      if (!take_view_columns(one).ok())
        not_modelled.push_back(
            {"the columns of the broken view " + space_.name + "." + view.name, view.definition});
    }
    return {};
  }

  Result<void> take_view_columns(std::string_view sql) {
    TRY(CatalogQuery query, open(sql));
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      const std::string name = query.string(0);
      const auto view =
          std::lower_bound(space_.views.begin(), space_.views.end(), name,
                           [](const NamedObject& one, const std::string& key) { return one.name < key; });
      if (view != space_.views.end() && view->name == name) view->columns.push_back(column_of(query));
    }
  }

  Result<void> read_indexes() {
    TRY(CatalogQuery query, open(indexes_sql));
    std::string current;
    Index* index = nullptr;
    IndexDefinition definition;
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      Table* table = find_table(query.string(0));
      if (table == nullptr) continue;
      const std::string origin = query.string(3);
      if (origin == "pk") {
        forget_rowid_alias(*table);
        if (!is_plain_part(query, *table)) odd_keys_.insert(table->name);
        continue;
      }
      if (query.string(1) != current || index == nullptr) {
        current = query.string(1);
        index = &table->indexes.emplace_back();
        index->name = origin == "c" ? current : "";
        index->unique = query.integer(2) != 0;
        index->is_constraint = origin == "u";
        definition = read_create_index(query.string(8));
        index->where = definition.where;
      }
      index->parts.push_back(part_of(query, *table, definition, index->parts.size()));
    }
  }

  static IndexPart part_of(const CatalogQuery& query, const Table& table, const IndexDefinition& definition,
                           std::size_t place) {
    IndexPart part;
    part.descending = query.integer(6) != 0;
    if (query.integer(4) < 0) {  // an expression, or the rowid
      part.expression = place < definition.parts.size() ? definition.parts[place] : "rowid";
      return part;
    }
    part.column = query.string(5);
    if (const std::string collation = query.string(7);
        !equals_ignoring_case(collation, own_collation(table, part.column)))
      part.collation = collation;
    return part;
  }
  static std::string_view own_collation(const Table& table, std::string_view name) {
    const Column* column = table.find_column(name);
    return column == nullptr || column->collation.empty() ? std::string_view("BINARY") : column->collation;
  }

  // Whether a part of a primary key is no more than its column. (INTEGER PRIMARY KEY DESC is modelled.)
  static bool is_plain_part(const CatalogQuery& query, const Table& table) {
    const Column* column = table.find_column(query.string(5));
    const bool is_integer = column != nullptr && table.primary_key &&
                            table.primary_key->columns.size() == 1 &&
                            equals_ignoring_case(column->native_type, "INTEGER");
    return (query.integer(6) == 0 || is_integer) &&
           equals_ignoring_case(query.string(7), own_collation(table, query.string(5)));
  }

  // INTEGER PRIMARY KEY DESC keeps an index of its own, so that it is an ordinary key.
  static void forget_rowid_alias(Table& table) {
    for (Column& column : table.columns)
      if (column.identity == Identity::rowid) {
        column.identity = Identity::none;
        column.nullable = true;
      }
  }

  Result<void> read_foreign_keys() {
    TRY(CatalogQuery query, open(foreign_keys_sql));
    std::pair<std::string, std::int64_t> current;
    ForeignKey* key = nullptr;
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      Table* table = find_table(query.string(0));
      if (table == nullptr) continue;
      const std::pair<std::string, std::int64_t> identifier{table->name, query.integer(1)};
      if (key == nullptr || identifier != current) {
        current = identifier;
        key = &table->foreign_keys.emplace_back();
        // The ids count backwards through the text.
        const auto& definitions = definitions_[table->name].foreign_keys;
        if (const auto place = table->foreign_keys.size() - 1; place < definitions.size()) {
          key->name = definitions[place].name;
          key->match_full = definitions[place].match_full;
          key->deferrable = definitions[place].deferrable;
          key->initially_deferred = definitions[place].initially_deferred;
        }
        key->referenced_table = spelled_table(query.string(2));
        key->on_update = action_of(query.string(5));
        key->on_delete = action_of(query.string(6));
      }
      key->columns.push_back(query.string(3));
      const Table* referenced = find_table(key->referenced_table);
      key->referenced_columns.push_back(
          referenced_column(query.is_null(4) ? "" : query.string(4), referenced, key->columns.size() - 1));
    }
  }

  // As the table spells itself; a reference may be written in other case.
  std::string spelled_table(std::string name) const {
    const auto found = spellings_.find(to_lower(name));
    return found == spellings_.end() ? name : found->second;
  }
  // Without a name the column of the referenced table's primary key at this place is meant.
  static std::string referenced_column(std::string name, const Table* table, std::size_t place) {
    if (table == nullptr) return name;
    if (name.empty() && table->primary_key && place < table->primary_key->columns.size())
      return table->primary_key->columns[place];
    for (const Column& column : table->columns)
      if (equals_ignoring_case(column.name, name)) return column.name;
    return name;
  }

  Result<void> read_sequences() {
    TRY(CatalogQuery exists, open(has_sequences_sql));
    TRY(const bool has_sequences, exists.next());
    if (!has_sequences) return {};
    for (Table& table : space_.tables)
      for (Column& column : table.columns)
        if (column.identity == Identity::by_default) column.identity_next = 1;
    TRY(CatalogQuery query, open(sequences_sql));
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      Table* table = find_table(query.string(0));
      if (table == nullptr) continue;
      for (Column& column : table->columns)
        if (column.identity == Identity::by_default) column.identity_next = query.integer(1) + 1;
    }
  }

  Result<void> read_triggers() {
    TRY(CatalogQuery query, open(triggers_sql));
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      const std::string table = query.string(1);
      if (!options_.table_glob.empty() && !matches_glob(options_.table_glob, table, true)) continue;
      space_.triggers.push_back({query.string(0), table, query.string(2), {}, {}, ObjectKind::trigger});
    }
  }

  // SQLite makes one automatic index for constraints of the same columns.
  void name_constraints(Table& table) {
    const auto& uniques = definitions_[table.name].uniques;
    for (Index& index : table.indexes) {
      if (!index.is_constraint) continue;
      const auto named = std::find_if(uniques.begin(), uniques.end(), [&](const UniqueDefinition& unique) {
        return std::equal(unique.columns.begin(), unique.columns.end(), index.parts.begin(),
                          index.parts.end(), [](const std::string& column, const IndexPart& part) {
                            return equals_ignoring_case(column, part.column);
                          });
      });
      if (named != uniques.end()) index.name = named->name;
    }
  }

  // What ANALYZE counted, if it ever ran (https://www.sqlite.org/fileformat2.html#stat1tab): the first number
  // of each row is that of the index's rows, the greatest one of a table that of its own.
  Result<void> read_statistics() {
    TRY(CatalogQuery exists, open(has_statistics_sql));
    TRY(const bool has_statistics, exists.next());
    if (!has_statistics) return {};
    TRY(CatalogQuery query, open(statistics_sql));
    for (;;) {
      TRY(const bool more, query.next());
      if (!more) return {};
      if (Table* table = find_table(query.string(0))) table->estimated_rows = query.integer(1);
    }
  }

  static void put_in_order(Table& table) {
    const auto text_of = [](const Index& index) {
      std::string text = index.name;
      for (const IndexPart& part : index.parts) text += '\0' + part.column + part.expression;
      return text;
    };
    std::stable_sort(table.indexes.begin(), table.indexes.end(),
                     [&](const Index& a, const Index& b) { return text_of(a) < text_of(b); });
    std::stable_sort(table.foreign_keys.begin(), table.foreign_keys.end(),
                     [](const ForeignKey& a, const ForeignKey& b) {
                       return std::tie(a.name, a.columns) < std::tie(b.name, b.columns);
                     });
    std::stable_sort(table.checks.begin(), table.checks.end(), [](const Check& a, const Check& b) {
      return std::tie(a.name, a.expression) < std::tie(b.name, b.expression);
    });
  }

  Session& session_;
  const InspectOptions& options_;
  Namespace space_;
  std::vector<std::pair<std::string, std::string>> virtuals_, shadows_;  // names and definitions
  std::map<std::string, TableDefinition> definitions_;
  std::map<std::string, std::string> sqls_;
  std::set<std::string> odd_keys_;                          // of tables
  std::unordered_map<std::string, std::string> spellings_;  // of tables, by their names in lower case
};

bool is_wanted(const std::string& name, const InspectOptions& options) {
  if (options.schemas.empty()) return true;
  return std::any_of(options.schemas.begin(), options.schemas.end(),
                     [&](const std::string& wanted) { return equals_ignoring_case(wanted, name); });
}

Result<Schema> read_all(Session& session, const InspectOptions& options) {
  Schema schema;
  schema.flavor = "sqlite";
  schema.default_namespace = "main";
  std::set<std::string> names;
  TRY(CatalogQuery query, CatalogQuery::open(session, "SELECT name FROM pragma_database_list", ""));
  for (;;) {
    TRY(const bool more, query.next());
    if (!more) break;
    if (is_wanted(query.string(0), options)) names.insert(query.string(0));
  }
  for (const std::string& name : names) {
    TRY(Namespace space, NamespaceReader(session, options, name).read(schema.not_modelled));
    const bool is_empty = space.tables.empty() && space.views.empty() && space.triggers.empty();
    if (name != "temp" || !is_empty) schema.namespaces.push_back(std::move(space));
  }
  return schema;
}

}  // namespace

Result<Schema> inspect(Session& session, const InspectOptions& options) {
  TRY(const Session::Lease lease, session.claim());
  // One snapshot for all queries; inside a transaction of the user a savepoint costs nothing.
  TRY(session.run("SAVEPOINT bascule_inspect"));
  auto schema = read_all(session, options);
  TRY(session.run("RELEASE bascule_inspect"));
  return schema;
}

}  // namespace bascule::sqlite
