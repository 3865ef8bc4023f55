// What the catalog holds and the model does not, each with the statement that would make it.
#include <algorithm>

#include <fmt/format.h>

#include "engine/drivers/postgres/inspection.h"

namespace bascule::postgres {
namespace {

// Two columns each: what it is, and its DDL. {0}: OIDs of schemas, {1}: a condition on pg_class r.
constexpr const char* relations_sql = R"(
SELECT format('exclusion constraint %I on table %s', c.conname, r.oid::regclass),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.oid::regclass, c.conname, pg_get_constraintdef(c.oid))
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
 WHERE {1} AND c.contype = 'x' AND c.conparentid = 0
UNION ALL
SELECT format('rule %I on %s', w.rulename, r.oid::regclass), rtrim(pg_get_ruledef(w.oid, TRUE), ';')
  FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class r ON r.oid = w.ev_class
 WHERE {1} AND w.rulename <> '_RETURN'
UNION ALL
SELECT format('%s state of trigger %I on %s',
              CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END, t.tgname,
              r.oid::regclass),
       format('ALTER TABLE %s %s TRIGGER %I', r.oid::regclass,
              CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
              t.tgname)
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class r ON r.oid = t.tgrelid
 WHERE {1} AND NOT r.relispartition AND NOT t.tgisinternal AND t.tgenabled <> 'O'
UNION ALL
SELECT format('statistics %I on table %s', s.stxname, r.oid::regclass), pg_get_statisticsobjdef(s.oid)
  FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_class r ON r.oid = s.stxrelid WHERE {1}
UNION ALL
SELECT format('replica identity of table %s', r.oid::regclass),
       format('ALTER TABLE %s REPLICA IDENTITY %s', r.oid::regclass,
              CASE r.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE
                (SELECT format('USING INDEX %I', x.relname) FROM pg_catalog.pg_index i
                   JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                  WHERE i.indrelid = r.oid AND i.indisreplident) END)
  FROM pg_catalog.pg_class r
 WHERE {1} AND r.relkind IN ('r', 'p') AND NOT r.relispartition AND r.relreplident <> 'd'
UNION ALL
SELECT format('tablespace of %s %s', CASE WHEN r.relkind IN ('i', 'I') THEN 'index' ELSE 'relation' END, r.oid::regclass),
       format('ALTER %s %s SET TABLESPACE %I', CASE WHEN r.relkind IN ('i', 'I') THEN 'INDEX' ELSE 'TABLE' END,
              r.oid::regclass, t.spcname)
  FROM pg_catalog.pg_class r JOIN pg_catalog.pg_tablespace t ON t.oid = r.reltablespace
 WHERE {1} AND r.relkind IN ('r', 'p', 'm', 'i', 'I')
UNION ALL
SELECT format('clustering of table %s', r.oid::regclass),
       format('ALTER TABLE %s CLUSTER ON %I', r.oid::regclass, x.relname)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
 WHERE {1} AND i.indisclustered
UNION ALL
SELECT format('index %I of partition %s', x.relname, r.oid::regclass), pg_get_indexdef(i.indexrelid, 0, TRUE)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
 WHERE {1} AND r.relispartition AND NOT x.relispartition
UNION ALL
SELECT format('constraint %I of partition %s', c.conname, r.oid::regclass),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.oid::regclass, c.conname, pg_get_constraintdef(c.oid))
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
 WHERE {1} AND r.relispartition AND c.contype IN ('c', 'f') AND c.conparentid = 0
   AND (c.conislocal OR c.coninhcount = 0)
UNION ALL
SELECT format('type of table %s', r.oid::regclass),
       format('ALTER TABLE %s OF %s', r.oid::regclass, format_type(r.reloftype, NULL))
  FROM pg_catalog.pg_class r WHERE {1} AND r.reloftype <> 0
UNION ALL
SELECT format('access method of table %s', r.oid::regclass),
       format('ALTER TABLE %s SET ACCESS METHOD %I', r.oid::regclass, m.amname)
  FROM pg_catalog.pg_class r JOIN pg_catalog.pg_am m ON m.oid = r.relam
 WHERE {1} AND r.relkind = 'r' AND m.amname <> 'heap'
UNION ALL
SELECT format('sequence %s owned by column %s.%I', s.oid::regclass, r.oid::regclass, a.attname),
       format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, r.oid::regclass, a.attname)
  FROM pg_catalog.pg_class r
  JOIN pg_catalog.pg_depend p ON p.refclassid = 'pg_class'::regclass AND p.refobjid = r.oid AND p.refobjsubid > 0
   AND p.classid = 'pg_class'::regclass AND p.deptype = 'a'
  JOIN pg_catalog.pg_class s ON s.oid = p.objid AND s.relkind = 'S'
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = p.refobjsubid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
 WHERE {1} AND r.relkind IN ('r', 'p')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend u
                    WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
                      AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.oid))";

// A partition is a name and its bound; what else it has of its own is here.
constexpr const char* partitions_sql = R"(
SELECT format('trigger %I on partition %s', t.tgname, r.oid::regclass), pg_get_triggerdef(t.oid, TRUE)
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class r ON r.oid = t.tgrelid
 WHERE {1} AND r.relispartition AND NOT t.tgisinternal
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend p
                    WHERE p.classid = 'pg_trigger'::regclass AND p.objid = t.oid AND p.deptype IN ('P', 'S', 'I'))
UNION ALL
SELECT format('policy %I on partition %s', p.polname, r.oid::regclass), NULL
  FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class r ON r.oid = p.polrelid
 WHERE {1} AND r.relispartition
UNION ALL
SELECT format('%s of partition %s', v.what, r.oid::regclass), format('ALTER TABLE %s %s', r.oid::regclass, v.action)
  FROM pg_catalog.pg_class r
  CROSS JOIN LATERAL (VALUES
    ('unlogged storage', 'SET UNLOGGED', r.relpersistence = 'u'),
    ('row security', 'ENABLE ROW LEVEL SECURITY', r.relrowsecurity),
    ('storage parameters', 'SET (' || array_to_string(r.reloptions, ', ') || ')', r.reloptions IS NOT NULL))
    v(what, action, holds)
 WHERE {1} AND r.relispartition AND r.relkind IN ('r', 'p') AND v.holds
UNION ALL
SELECT format('default of column %I of partition %s', a.attname, r.oid::regclass),
       format('ALTER TABLE %s ALTER COLUMN %I %s', r.oid::regclass, a.attname,
              COALESCE('SET DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), 'DROP DEFAULT'))
  FROM pg_catalog.pg_class r JOIN pg_catalog.pg_inherits h ON h.inhrelid = r.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_attribute pa ON pa.attrelid = h.inhparent AND pa.attname = a.attname
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
 WHERE {1} AND r.relispartition AND a.attgenerated = '' AND (a.atthasdef OR pa.atthasdef)
   AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(pd.adbin, pd.adrelid))";

// Attributes of columns that only the server's storage and planner look at. The server counts versions of the
// column in an option of its own, pg_attver (since November 2026), which pg_dump leaves out too.
constexpr const char* columns_sql = R"(
SELECT format('%s of column %s.%I', v.what, r.oid::regclass, a.attname),
       format('ALTER TABLE %s ALTER COLUMN %I %s', r.oid::regclass, a.attname, v.action)
  FROM pg_catalog.pg_class r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  CROSS JOIN LATERAL (VALUES
    ('storage', 'SET STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                                    WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
     a.attstorage <> t.typstorage),
    ('statistics', 'SET STATISTICS ' || a.attstattarget, a.attstattarget >= 0),
    ('compression', 'SET COMPRESSION ' || CASE {2} WHEN 'l' THEN 'lz4' ELSE 'pglz' END, {2} <> ''),
    ('options', 'SET (' || (SELECT string_agg(o, ', ') FROM unnest(a.attoptions) o
                             WHERE o NOT LIKE 'pg\_attver=%') || ')', a.attoptions IS NOT NULL)) v(what, action, holds)
 WHERE {1} AND r.relkind IN ('r', 'p', 'm') AND (r.relkind = 'p' OR NOT r.relispartition)
   AND a.attnum > 0 AND NOT a.attisdropped
   AND (a.attstorage <> t.typstorage OR a.attstattarget >= 0 OR {2} <> '' OR cardinality(a.attoptions) > 1
        OR a.attoptions[1] NOT LIKE 'pg\_attver=%')
   AND v.holds AND v.action IS NOT NULL)";

constexpr const char* objects_sql = R"(
SELECT 'composite type ' || r.oid::regclass,
       format('CREATE TYPE %s AS (%s)', r.oid::regclass,
              (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                                 ORDER BY a.attnum)
                 FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped))
  FROM pg_catalog.pg_class r
 WHERE r.relnamespace IN ({0}) AND r.relkind = 'c'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_type'::regclass AND e.objid = r.reltype AND e.deptype = 'e')
UNION ALL
SELECT 'foreign table ' || r.oid::regclass,
       format('CREATE FOREIGN TABLE %s (%s) SERVER %I%s', r.oid::regclass,
              (SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                        CASE WHEN a.attnotnull THEN ' NOT NULL' END), ', ' ORDER BY a.attnum)
                 FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
              s.srvname,
              ' OPTIONS (' || (SELECT string_agg(format('%I %L', option_name, option_value), ', ')
                                 FROM pg_options_to_table(f.ftoptions)) || ')')
  FROM pg_catalog.pg_class r JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = r.oid
  JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
 WHERE r.relnamespace IN ({0})
UNION ALL
SELECT 'range type ' || format_type(t.oid, NULL),
       format('CREATE TYPE %s AS RANGE (%s)', format_type(t.oid, NULL),
              concat_ws(', ', 'SUBTYPE = ' || format_type(g.rngsubtype, NULL),
                        CASE WHEN NOT o.opcdefault THEN 'SUBTYPE_OPCLASS = ' || quote_ident(o.opcname) END,
                        CASE WHEN g.rngcollation <> b.typcollation THEN 'COLLATION = ' || g.rngcollation::regcollation END,
                        CASE WHEN g.rngcanonical <> 0 THEN 'CANONICAL = ' || g.rngcanonical END,
                        CASE WHEN g.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || g.rngsubdiff END))
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_range g ON g.rngtypid = t.oid
  JOIN pg_catalog.pg_opclass o ON o.oid = g.rngsubopc JOIN pg_catalog.pg_type b ON b.oid = g.rngsubtype
 WHERE t.typnamespace IN ({0})
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT 'base type ' || format_type(t.oid, NULL), NULL FROM pg_catalog.pg_type t
 WHERE t.typnamespace IN ({0}) AND t.typtype = 'b' AND t.typelem = 0
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
UNION ALL
SELECT 'unchecked constraint ' || c.conname || ' of domain ' || format_type(c.contypid, NULL),
       format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', format_type(c.contypid, NULL), c.conname,
              pg_get_constraintdef(c.oid))
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_type t ON t.oid = c.contypid
 WHERE t.typnamespace IN ({0}) AND NOT c.convalidated
UNION ALL
SELECT 'event trigger ' || e.evtname,
       format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
              ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(x), ', ') FROM unnest(e.evttags) x) || ')',
              e.evtfoid::regproc)
  FROM pg_catalog.pg_event_trigger e)";

// Known by name only, wherever pg_describe_object() finds the words: everything that users make and that is
// in none of the queries above. https://www.postgresql.org/docs/15/functions-info.html
constexpr const char* others_sql = R"(
SELECT i.type || ' ' || i.identity, NULL
  FROM (SELECT 'pg_operator'::regclass AS classid, oid, oprnamespace AS space FROM pg_catalog.pg_operator
        UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace FROM pg_catalog.pg_opclass
        UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_catalog.pg_opfamily f
                   WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_opclass c
                                      WHERE c.opcfamily = f.oid AND c.opcname = f.opfname)
        UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_catalog.pg_collation
        UNION ALL SELECT 'pg_conversion'::regclass, oid, connamespace FROM pg_catalog.pg_conversion
        UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
        UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_catalog.pg_ts_dict
        UNION ALL SELECT 'pg_ts_parser'::regclass, oid, prsnamespace FROM pg_catalog.pg_ts_parser
        UNION ALL SELECT 'pg_ts_template'::regclass, oid, tmplnamespace FROM pg_catalog.pg_ts_template
        UNION ALL SELECT 'pg_cast'::regclass, oid, 0 FROM pg_catalog.pg_cast
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0 FROM pg_catalog.pg_foreign_data_wrapper
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0 FROM pg_catalog.pg_foreign_server
        UNION ALL SELECT 'pg_publication'::regclass, oid, 0 FROM pg_catalog.pg_publication
        UNION ALL SELECT 'pg_transform'::regclass, oid, 0 FROM pg_catalog.pg_transform) o
  CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) i
 WHERE o.oid >= 16384 AND (o.space = 0 OR o.space IN ({0}))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = o.classid AND e.objid = o.oid AND e.deptype IN ('e', 'i')))";

// Comments on what has none in the model: keys, checks, rules, columns of views, ...
constexpr const char* comments_sql = R"(
SELECT 'comment on ' || i.type || ' ' || i.identity,
       CASE WHEN c.oid IS NOT NULL
            THEN format('COMMENT ON CONSTRAINT %I ON %s IS %L', c.conname, c.conrelid::regclass, d.description) END
  FROM pg_catalog.pg_description d
  LEFT JOIN pg_catalog.pg_constraint c
    ON d.classoid = 'pg_constraint'::regclass AND c.oid = d.objoid AND c.conrelid <> 0
  LEFT JOIN pg_catalog.pg_class x ON d.classoid = 'pg_class'::regclass AND x.oid = d.objoid
  LEFT JOIN pg_catalog.pg_index n ON n.indexrelid = x.oid
  LEFT JOIN pg_catalog.pg_class y ON y.oid = n.indrelid
  LEFT JOIN pg_catalog.pg_constraint u ON u.conindid = x.oid AND u.conrelid = n.indrelid
  CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, 0) i
 WHERE d.objoid >= 16384 AND i.schema IN (SELECT nspname FROM pg_catalog.pg_namespace WHERE oid IN ({0}))
   AND CASE d.classoid
         WHEN 'pg_constraint'::regclass THEN c.contype IS DISTINCT FROM 'u'
         WHEN 'pg_class'::regclass THEN
           CASE WHEN x.relkind IN ('i', 'I') THEN u.oid IS NOT NULL OR y.relispartition OR y.relkind = 'm'
                ELSE x.relispartition OR x.relkind NOT IN ('r', 'p', 'v', 'm', 'S') END
         WHEN 'pg_type'::regclass THEN
           (SELECT t.typtype NOT IN ('e', 'd') FROM pg_catalog.pg_type t WHERE t.oid = d.objoid)
         ELSE d.classoid NOT IN ('pg_proc'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
                                 'pg_namespace'::regclass) END
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e'))";

}  // namespace

Result<void> read_not_modelled(Inspection& inspection) {
  const std::string compression = inspection.column_or("a.attcompression", "''");
  for (const char* sql :
       {relations_sql, partitions_sql, columns_sql, objects_sql, others_sql, comments_sql}) {
    TRY(const Rows rows, inspection.session.run(fmt::format(fmt::runtime(sql), inspection.spaces,
                                                            inspection.relations, compression)));
    for (int row = 0; row < rows.size(); ++row)
      inspection.schema.not_modelled.push_back({rows.string(row, 0), rows.string(row, 1)});
  }
  std::ranges::sort(inspection.schema.not_modelled, {}, &UnmodelledObject::what);
  return {};
}

}  // namespace bascule::postgres
