// The catalog as a Schema.
#include <algorithm>

#include <fmt/format.h>

#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/inspection.h"
#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {
namespace {

// All queries see one state.
constexpr const char* begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

// What an extension made belongs to the extension.
constexpr const char* namespaces_sql = R"(
SELECT n.oid, n.nspname, COALESCE(n.nspname = current_schema(), FALSE),
       CASE WHEN n.nspname <> 'public' OR d.description <> 'standard public schema' THEN d.description END
  FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid
 WHERE {} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                           WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
 ORDER BY n.nspname)";

// Columns of the catalog that came after version 12: the server is asked, not its version.
constexpr const char* catalog_columns_sql = R"(
SELECT CASE attrelid WHEN 'pg_index'::regclass THEN 'i.' WHEN 'pg_constraint'::regclass THEN 'c.' ELSE 'a.' END
       || attname
  FROM pg_catalog.pg_attribute
 WHERE attrelid IN ('pg_index'::regclass, 'pg_constraint'::regclass, 'pg_attribute'::regclass)
   AND attname IN ('indnullsnotdistinct', 'conenforced', 'conperiod', 'attcompression'))";

// Definitions leave out the schema of what the path finds: only that of the default schema, so that databases
// with other paths compare equal. Compiling such queries takes longer than they run.
constexpr const char* pin_sql = R"(
SELECT current_setting('search_path'), current_setting('jit'),
       set_config('search_path', COALESCE(quote_ident(current_schema()), ''), TRUE), set_config('jit', 'off', TRUE))";

// Settings of the transaction.
class Settings {
 public:
  explicit Settings(Session& session) : session_(session) {}

  // Until the end of the transaction, or restore().
  Result<void> pin() {
    TRY(const Rows rows, session_.run(pin_sql));
    path_ = rows.string(0, 0);
    jit_ = rows.string(0, 1);
    return {};
  }

  // In a failed transaction its end does it.
  void restore() {
    if (session_.transaction() != TransactionState::open) return;
    const Dialect& dialect = *session_.info().dialect;
    const auto restored =
        session_.run(fmt::format("SELECT set_config('search_path', {}, TRUE), set_config('jit', {}, TRUE)",
                                 quote_literal(path_, dialect), quote_literal(jit_, dialect)));
    static_cast<void>(restored);
  }

 private:
  Session& session_;
  std::string path_, jit_;
};

std::string namespace_condition(const Inspection& inspection) {
  if (inspection.options.schemas.empty()) return "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
  std::string list;
  for (const std::string& name : inspection.options.schemas)
    list += (list.empty() ? "" : ", ") + quote_literal(name, *inspection.session.info().dialect);
  return "n.nspname IN (" + list + ")";
}

Result<void> read_namespaces(Inspection& inspection) {
  Schema& schema = inspection.schema;
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(namespaces_sql), namespace_condition(inspection))));
  schema.flavor = inspection.session.info().dialect->flavor_name;
  for (int row = 0; row < rows.size(); ++row) {
    inspection.space_of[rows.integer(row, 0)] = schema.namespaces.size();
    inspection.spaces += (row == 0 ? "" : ",") + rows.string(row, 0);
    Namespace& space = schema.namespaces.emplace_back(Namespace{.name = rows.string(row, 1)});
    space.comment = rows.string(row, 3);
    if (rows.is_true(row, 2)) schema.default_namespace = inspection.schema_on_path = space.name;
  }
  if (inspection.spaces.empty()) inspection.spaces = "0";
  for (const std::string& wanted : inspection.options.schemas)
    if (schema.find_namespace(wanted) == nullptr)
      return usage_error(fmt::format("there is no schema \"{}\" in database \"{}\"", wanted,
                                     inspection.session.info().database),
                         "list the schemas with \\dn");
  if (schema.default_namespace.empty() && !schema.namespaces.empty())
    schema.default_namespace = schema.namespaces.front().name;
  return {};
}

Result<void> read_catalog_columns(Inspection& inspection) {
  TRY(const Rows rows, inspection.session.run(catalog_columns_sql));
  for (int row = 0; row < rows.size(); ++row) inspection.catalog_columns.insert(rows.string(row, 0));
  return {};
}

Result<void> read_all(Inspection& inspection) {
  TRY(read_namespaces(inspection));
  TRY(read_relations(inspection));
  if (inspection.options.names_only) return {};
  TRY(read_catalog_columns(inspection));
  TRY(read_enums(inspection));
  TRY(read_columns(inspection));
  TRY(read_constraints(inspection));
  TRY(read_indexes(inspection));
  TRY(read_objects(inspection));
  return read_not_modelled(inspection);
}

Result<Schema> inspect_in_transaction(Session& session, const InspectOptions& options) {
  Settings settings(session);
  TRY(settings.pin());
  Inspection inspection{session, options};
  auto done = read_all(inspection);
  settings.restore();
  if (!done) return std::move(done).error();
  return std::move(inspection.schema);
}

}  // namespace

Result<Schema> inspect(Session& session, const InspectOptions& options) {
  const bool own_transaction = session.transaction() == TransactionState::none;
  if (own_transaction) TRY(session.run(begin_sql));
  auto schema = inspect_in_transaction(session, options);
  if (own_transaction) {
    auto ended = session.run("ROLLBACK");  // nothing was changed
    if (schema && !ended) return std::move(ended).error();
  }
  if (!schema) return std::move(schema).error().in(fmt::format("inspect {}", session.info().database));
  return schema;
}

}  // namespace bascule::postgres
