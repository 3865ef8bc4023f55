// What is known by its definition: sequences, domains, triggers, functions, policies, extensions.
#include <fmt/format.h>

#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/inspection.h"

namespace bascule::postgres {
namespace {

// Every query gives: OID of the schema, name, table, definition, comment, kind.
struct ObjectQuery {
  const char* sql;
  std::vector<NamedObject> Namespace::*list;
};

// All options are spelled, so that the same words after ALTER SEQUENCE make one like the other.
constexpr const char* sequences_sql = R"(
SELECT c.relnamespace, c.relname, '',
       format('CREATE %sSEQUENCE %s AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s',
              CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED ' END, c.oid::regclass, format_type(s.seqtypid, NULL),
              s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
              CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
       d.description, 'S'
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  LEFT JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relnamespace IN ({0})
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype IN ('a', 'i', 'e'))
 ORDER BY c.relname)";

// Each clause on a line of its own, and every expression in parentheses.
constexpr const char* domains_sql = R"(
SELECT t.typnamespace, t.typname, '',
       format('CREATE DOMAIN %s AS %s', format_type(t.oid, NULL), format_type(t.typbasetype, t.typtypmod))
       || CASE WHEN t.typcollation <> b.typcollation THEN E'\n  COLLATE ' || t.typcollation::regcollation ELSE '' END
       || COALESCE(E'\n  DEFAULT (' || pg_get_expr(t.typdefaultbin, 0) || ')', '')
       || CASE WHEN t.typnotnull THEN E'\n  NOT NULL' ELSE '' END
       || COALESCE((SELECT string_agg(format(E'\n  CONSTRAINT %I CHECK (%s)', c.conname, pg_get_expr(c.conbin, 0)),
                                      '' ORDER BY c.conname)
                      FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'), ''),
       d.description, 'D'
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid
 WHERE t.typnamespace IN ({0}) AND t.typtype = 'd'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
 ORDER BY t.typname)";

// Partitions are not tables of the model.
constexpr const char* triggers_sql = R"(
SELECT r.relnamespace, t.tgname, r.relname, pg_get_triggerdef(t.oid, TRUE), d.description, 'T'
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class r ON r.oid = t.tgrelid
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = t.oid
 WHERE {1} AND NOT t.tgisinternal AND NOT r.relispartition
 ORDER BY t.tgname, r.relname)";

constexpr const char* functions_sql = R"(
SELECT p.pronamespace, format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)), '',
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE
         format('CREATE AGGREGATE %s(%s) (', p.oid::regproc,
                COALESCE(NULLIF(pg_get_function_arguments(p.oid), ''), '*'))
         || concat_ws(', ',
              'SFUNC = ' || g.aggtransfn, 'STYPE = ' || format_type(g.aggtranstype, NULL),
              CASE WHEN g.aggtransspace <> 0 THEN 'SSPACE = ' || g.aggtransspace END,
              CASE WHEN g.aggfinalfn <> 0 THEN 'FINALFUNC = ' || g.aggfinalfn END,
              CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
              CASE WHEN g.aggfinalfn <> 0 AND g.aggfinalmodify <> CASE g.aggkind WHEN 'n' THEN 'r'::"char" ELSE 'w' END
                   THEN 'FINALFUNC_MODIFY = ' || CASE g.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE'
                                                 ELSE 'READ_WRITE' END END,
              CASE WHEN g.aggcombinefn <> 0 THEN 'COMBINEFUNC = ' || g.aggcombinefn END,
              CASE WHEN g.aggserialfn <> 0 THEN 'SERIALFUNC = ' || g.aggserialfn END,
              CASE WHEN g.aggdeserialfn <> 0 THEN 'DESERIALFUNC = ' || g.aggdeserialfn END,
              'INITCOND = ' || quote_literal(g.agginitval),
              CASE WHEN g.aggmtransfn <> 0 THEN 'MSFUNC = ' || g.aggmtransfn END,
              CASE WHEN g.aggminvtransfn <> 0 THEN 'MINVFUNC = ' || g.aggminvtransfn END,
              CASE WHEN g.aggmtranstype <> 0 THEN 'MSTYPE = ' || format_type(g.aggmtranstype, NULL) END,
              CASE WHEN g.aggmtransspace <> 0 THEN 'MSSPACE = ' || g.aggmtransspace END,
              CASE WHEN g.aggmfinalfn <> 0 THEN 'MFINALFUNC = ' || g.aggmfinalfn END,
              CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
              CASE WHEN g.aggmfinalfn <> 0 AND g.aggmfinalmodify <> 'r'
                   THEN 'MFINALFUNC_MODIFY = ' || CASE g.aggmfinalmodify WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END END,
              'MINITCOND = ' || quote_literal(g.aggminitval),
              CASE WHEN g.aggsortop <> 0 THEN
                (SELECT format('SORTOP = OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_catalog.pg_operator o
                   JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = g.aggsortop) END,
              CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE' WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
              CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END) || ')' END,
       d.description, p.prokind
  FROM pg_catalog.pg_proc p
  LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
 WHERE p.pronamespace IN ({0})
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
 ORDER BY 2)";

constexpr const char* policies_sql = R"(
SELECT r.relnamespace, p.polname, r.relname,
       format('CREATE POLICY %I ON %s%s%s TO %s', p.polname, r.oid::regclass,
              CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END,
              CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE'
                            WHEN 'd' THEN ' FOR DELETE' ELSE '' END,
              CASE WHEN p.polroles = '{{0}}' THEN 'public' ELSE
                (SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname) FROM pg_catalog.pg_roles
                  WHERE oid = ANY (p.polroles)) END)
       || COALESCE(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || COALESCE(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
       d.description, 'P'
  FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class r ON r.oid = p.polrelid
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_policy'::regclass AND d.objoid = p.oid
 WHERE {1} AND NOT r.relispartition ORDER BY p.polname, r.relname)";

// plpgsql is in every database. Those of the server itself, and of schemas that were not asked for, too.
constexpr const char* extensions_sql = R"(
SELECT e.extname, format('CREATE EXTENSION %I WITH SCHEMA %I VERSION %L', e.extname, n.nspname, e.extversion),
       CASE WHEN d.description <> a.comment THEN d.description END
  FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  LEFT JOIN pg_catalog.pg_available_extensions() a ON a.name = e.extname
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_extension'::regclass AND d.objoid = e.oid
 WHERE e.extname <> 'plpgsql' ORDER BY e.extname)";

const ObjectQuery object_queries[] = {
    {sequences_sql, &Namespace::sequences}, {domains_sql, &Namespace::domains},
    {triggers_sql, &Namespace::triggers},   {functions_sql, &Namespace::functions},
    {policies_sql, &Namespace::policies},
};

ObjectKind kind_of(std::string_view code) {
  if (code == "S") return ObjectKind::sequence;
  if (code == "D") return ObjectKind::domain;
  if (code == "T") return ObjectKind::trigger;
  if (code == "P") return ObjectKind::policy;
  if (code == "p") return ObjectKind::procedure;
  if (code == "a") return ObjectKind::aggregate;
  return ObjectKind::function;
}

bool is_routine(ObjectKind kind) {
  return kind == ObjectKind::function || kind == ObjectKind::procedure;
}

// pg_get_functiondef() always writes OR REPLACE and the schema.
std::string routine_definition(std::string definition, ObjectKind kind, const std::string& schema,
                               const Dialect& dialect) {
  const std::string head = fmt::format("CREATE OR REPLACE {} ", object_kind_sql(kind));
  if (definition.starts_with(head)) definition.replace(0, head.size(), head.substr(0, 7) + head.substr(18));
  const std::size_t name = head.size() - 11;
  for (const std::string& spelling : {schema, quote_identifier(schema, dialect)})
    if (!schema.empty() && definition.compare(name, spelling.size() + 1, spelling + ".") == 0) {
      definition.erase(name, spelling.size() + 1);
      break;
    }
  while (definition.ends_with('\n')) definition.pop_back();
  return definition;
}

Result<void> read_list(Inspection& inspection, const ObjectQuery& query) {
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(query.sql), inspection.spaces, inspection.relations)));
  for (int row = 0; row < rows.size(); ++row) {
    Namespace* space = inspection.space(rows.integer(row, 0));
    if (space == nullptr) continue;
    NamedObject object{
        rows.string(row, 1), rows.string(row, 2), rows.string(row, 3), {}, rows.string(row, 4)};
    object.kind = kind_of(rows.text(row, 5));
    if (is_routine(object.kind)) {
      const bool is_on_path = space->name == inspection.schema_on_path;
      object.definition =
          routine_definition(std::move(object.definition), object.kind, is_on_path ? space->name : "",
                             *inspection.session.info().dialect);
    }
    (space->*query.list).push_back(std::move(object));
  }
  return {};
}

Result<void> read_extensions(Inspection& inspection) {
  TRY(const Rows rows, inspection.session.run(extensions_sql));
  for (int row = 0; row < rows.size(); ++row) {
    NamedObject extension{rows.string(row, 0), {}, rows.string(row, 1), {}, rows.string(row, 2)};
    extension.kind = ObjectKind::extension;
    inspection.schema.extensions.push_back(std::move(extension));
  }
  return {};
}

}  // namespace

Result<void> read_objects(Inspection& inspection) {
  for (const ObjectQuery& query : object_queries) TRY(read_list(inspection, query));
  return read_extensions(inspection);
}

}  // namespace bascule::postgres
