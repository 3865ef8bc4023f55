// Tables with their partitions, views, enums, and the columns of them with their sequences.
#include <map>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/inspection.h"

namespace bascule::postgres {
namespace {

// What an extension made belongs to the extension. reltuples is -1 for what was never analyzed.
constexpr const char* relations_sql = R"(
SELECT r.oid, r.relnamespace, r.relname, r.relkind, r.reltuples::bigint, d.description,
       r.relpages::bigint * current_setting('block_size')::bigint,
       CASE WHEN {1} AND r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
       r.relpersistence = 'u', r.relrowsecurity, r.relforcerowsecurity,
       CASE WHEN r.reloptions IS NOT NULL OR w.reloptions IS NOT NULL THEN
         (SELECT string_agg(split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)),
                            ', ' ORDER BY o)
            FROM (SELECT unnest(r.reloptions) UNION ALL SELECT 'toast.' || unnest(w.reloptions)) u(o)) END,
       CASE WHEN {1} AND r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
       CASE WHEN {1} THEN pg_get_expr(r.relpartbound, r.oid) END, r.relispartition, r.oid::regclass,
       CASE WHEN r.relkind = 'm' AND m.amname <> 'heap' THEN quote_ident(m.amname) END
  FROM pg_catalog.pg_class r
  LEFT JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
  LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam
  LEFT JOIN pg_catalog.pg_class w ON w.oid = r.reltoastrelid
 WHERE r.relnamespace IN ({0}) AND r.relkind IN ('r', 'p', 'v', 'm')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e')
 ORDER BY r.relname)";

// Of partitions and of tables that inherit, the parent.
constexpr const char* parents_sql = R"(
SELECT h.inhrelid, h.inhparent, h.inhparent::regclass,
       CASE WHEN p.relnamespace <> r.relnamespace THEN p.relnamespace::regnamespace || '.' ELSE '' END
         || quote_ident(p.relname)
  FROM pg_catalog.pg_inherits h
  JOIN pg_catalog.pg_class r ON r.oid = h.inhrelid
  JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
 WHERE r.relnamespace IN ({}) AND r.relkind IN ('r', 'p')
 ORDER BY h.inhrelid, h.inhseqno)";

// One row per label. typarray is the OID of the type's array.
constexpr const char* enums_sql = R"(
SELECT t.oid, t.typarray, t.typnamespace, t.typname, format_type(t.oid, NULL), e.enumlabel, d.description,
       EXISTS (SELECT FROM pg_catalog.pg_depend x
                WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
  FROM pg_catalog.pg_type t
  LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
  LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_type'::regclass AND d.objoid = t.oid
 WHERE t.typtype = 'e' ORDER BY t.typname, t.oid, e.enumsortorder)";

// The sequence of an identity or serial column depends on the column ('i' and 'a'). A serial's default
// depends on its sequence. A default names no column, and is read faster without the table. A collation
// outside the search path comes quoted. The options are those that differ from what the server would choose
// by itself.
constexpr const char* columns_sql = R"(
SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, CASE WHEN a.attgenerated <> '' THEN d.adrelid ELSE 0 END), a.attidentity, a.attgenerated,
       CASE WHEN a.attcollation <> t.typcollation THEN
         (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN l.collname
                      ELSE format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(l.collname, '"', '""')) END
            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
           WHERE l.oid = a.attcollation) END,
       c.description, s.oid, s.next_value, s.options,
       s.deptype = 'a' AND EXISTS (SELECT FROM pg_catalog.pg_depend u
                                    WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
                                      AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.oid),
       CASE WHEN s.seqtypid <> a.atttypid THEN format_type(s.seqtypid, NULL) END, a.attnum
  FROM pg_catalog.pg_class r
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_description c
    ON c.classoid = 'pg_class'::regclass AND c.objoid = a.attrelid AND c.objsubid = a.attnum
  LEFT JOIN (SELECT q.seqrelid AS oid, q.seqtypid, p.refobjid, p.refobjsubid, p.deptype,
                    CASE WHEN has_sequence_privilege(q.seqrelid, 'SELECT, USAGE')
                         THEN pg_sequence_last_value(q.seqrelid) + q.seqincrement END AS next_value,
                    concat_ws(' ',
                      CASE WHEN q.seqstart <> CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END
                           THEN 'START WITH ' || q.seqstart END,
                      CASE WHEN q.seqincrement <> 1 THEN 'INCREMENT BY ' || q.seqincrement END,
                      CASE WHEN q.seqmin <> CASE WHEN q.seqincrement > 0 THEN 1 ELSE y.lowest END
                           THEN 'MINVALUE ' || q.seqmin END,
                      CASE WHEN q.seqmax <> CASE WHEN q.seqincrement > 0 THEN y.highest ELSE -1 END
                           THEN 'MAXVALUE ' || q.seqmax END,
                      CASE WHEN q.seqcache <> 1 THEN 'CACHE ' || q.seqcache END,
                      CASE WHEN q.seqcycle THEN 'CYCLE' END) AS options
               FROM pg_catalog.pg_sequence q
               JOIN (VALUES ('int2'::regtype, -32768, 32767),
                            ('int4'::regtype, -2147483648, 2147483647),
                            ('int8'::regtype, -9223372036854775808, 9223372036854775807))
                    y(type, lowest, highest) ON y.type = q.seqtypid
               JOIN pg_catalog.pg_depend p
                 ON p.classid = 'pg_class'::regclass AND p.objid = q.seqrelid AND p.deptype IN ('a', 'i')
                AND p.refclassid = 'pg_class'::regclass AND p.refobjsubid > 0) s
    ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum
 WHERE {0} AND r.relkind IN ('r', 'p', 'v', 'm') AND (r.relkind = 'p' OR NOT r.relispartition)
   AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum)";

// A sequence that was never called has no last value; its row says where it starts. query_to_xml() reads all
// those rows in one statement: https://www.postgresql.org/docs/15/functions-xml.html#FUNCTIONS-XML-MAPPING
constexpr const char* unused_sequences_sql = R"(
SELECT q.seqrelid, substring(query_to_xml('SELECT last_value FROM ' || q.seqrelid::regclass, TRUE, TRUE, '')::text
                             FROM '<last_value>(-?[0-9]+)</last_value>')
  FROM pg_catalog.pg_sequence q
  JOIN pg_catalog.pg_depend p
    ON p.classid = 'pg_class'::regclass AND p.objid = q.seqrelid AND p.deptype IN ('a', 'i')
   AND p.refclassid = 'pg_class'::regclass AND p.refobjsubid > 0
  JOIN pg_catalog.pg_class r ON r.oid = p.refobjid
 WHERE {0} AND has_sequence_privilege(q.seqrelid, 'SELECT') AND pg_sequence_last_value(q.seqrelid) IS NULL)";

constexpr const char* view_indexes_sql = R"(
SELECT i.indrelid, pg_get_indexdef(i.indexrelid, 0, TRUE)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
 WHERE {0} AND r.relkind = 'm' ORDER BY i.indrelid, x.relname)";

NamedObject view_of(const Rows& rows, int row) {
  NamedObject view{rows.string(row, 2)};
  view.comment = rows.string(row, 5);
  if (rows.text(row, 3) == "m") view.kind = ObjectKind::materialized_view;
  if (rows.is_null(row, 7)) return view;
  view.definition = fmt::format("CREATE {} {}", object_kind_sql(view.kind), rows.text(row, 15));
  if (!rows.is_null(row, 16)) view.definition += " USING " + rows.string(row, 16);
  if (!rows.is_null(row, 11)) view.definition += " WITH (" + rows.string(row, 11) + ")";
  std::string_view query = trim(rows.text(row, 7));
  if (query.ends_with(';')) query.remove_suffix(1);
  view.definition += " AS\n " + std::string(query);
  return view;
}

Table table_of(const Rows& rows, int row) {
  Table table{rows.string(row, 2)};
  table.comment = rows.string(row, 5);
  table.options.unlogged = rows.is_true(row, 8);
  table.options.row_security = rows.is_true(row, 9);
  table.options.force_row_security = rows.is_true(row, 10);
  table.options.storage = rows.string(row, 11);
  table.options.partition_by = rows.string(row, 12);
  if (rows.integer(row, 4) >= 0) {
    table.estimated_rows = rows.integer(row, 4);
    table.estimated_bytes = rows.integer(row, 6);
  }
  return table;
}

// The rows of relations_sql that are partitions, by OID.
using PartitionRows = std::unordered_map<std::int64_t, int>;

// A partition with partitions of its own is more than the model holds; so is one in another schema.
void add_partition(Inspection& inspection, const Rows& rows, int row, std::int64_t parent,
                   std::string_view parent_name) {
  Table* table = inspection.table(parent);
  if (!inspection.options.table_glob.empty() && table == nullptr) return;
  const auto place = inspection.places.find(parent);
  const bool is_modelled = table != nullptr && rows.text(row, 3) == "r" &&
                           inspection.space_of.at(rows.integer(row, 1)) == place->second.space;
  if (is_modelled) {
    table->partitions.push_back({rows.string(row, 2), rows.string(row, 13)});
    if (rows.integer(row, 4) < 0) return;
    table->estimated_rows = table->estimated_rows.value_or(0) + rows.integer(row, 4);
    table->estimated_bytes = table->estimated_bytes.value_or(0) + rows.integer(row, 6);
    return;
  }
  if (inspection.options.names_only) return;
  std::string definition =
      fmt::format("CREATE TABLE {} PARTITION OF {} {}", rows.text(row, 15), parent_name, rows.text(row, 13));
  if (!rows.is_null(row, 12)) definition += " PARTITION BY " + rows.string(row, 12);
  inspection.schema.not_modelled.push_back(
      {fmt::format("partition {} of table {}", rows.text(row, 15), parent_name), std::move(definition)});
}

Result<void> read_parents(Inspection& inspection, const Rows& relations, const PartitionRows& partitions) {
  TRY(const Rows rows, inspection.session.run(fmt::format(fmt::runtime(parents_sql), inspection.spaces)));
  std::map<int, int> parent_of;  // rows of the two queries: partitions come in the order of their names
  for (int row = 0; row < rows.size(); ++row) {
    const auto partition = partitions.find(rows.integer(row, 0));
    if (partition != partitions.end())
      parent_of[partition->second] = row;
    else if (Table* child = inspection.table(rows.integer(row, 0)))
      child->options.inherits.push_back(rows.string(row, 3));
  }
  for (const auto& [relation, row] : parent_of) {
    // The statistics of the whole, where ANALYZE has made them, are those of its partitions.
    if (Table* parent = inspection.table(rows.integer(row, 1)); parent && parent->partitions.empty())
      parent->estimated_rows = parent->estimated_bytes = std::nullopt;
    add_partition(inspection, relations, relation, rows.integer(row, 1), rows.text(row, 2));
  }
  return {};
}

// With a glob, only what it names: the OIDs are few then. The server needs no list of all of them.
std::string condition_on_relations(const Inspection& inspection) {
  if (inspection.options.table_glob.empty()) return fmt::format("r.relnamespace IN ({})", inspection.spaces);
  std::string oids = "0";
  for (const auto& [oid, place] : inspection.places) oids += "," + std::to_string(oid);
  return "r.oid IN (" + oids + ")";
}

Type type_of_column(Session& session, Oid oid, int modifier, const std::string& spelling) {
  if (!session.knows_type(oid))
    session.learn_type(oid, {type::Native{spelling}, spelling, CellForm::spelled});
  return session.type_of(oid, modifier).type;
}

void set_identity(const Rows& rows, int row, Column& column) {
  const std::string_view identity = rows.text(row, 7);
  if (identity == "a") column.identity = Identity::always;
  if (identity == "d") column.identity = Identity::by_default;
  if (rows.is_true(row, 14)) {
    column.identity = Identity::serial;
    column.default_sql.reset();  // nextval of the owned sequence is what serial means
  }
  if (column.identity == Identity::none) return;
  if (!rows.is_null(row, 12)) column.identity_next = rows.integer(row, 12);
  column.identity_options = rows.string(row, 13);
  // Its type stays behind when the column's type is altered.
  if (!rows.is_null(row, 15))
    column.identity_options = fmt::format(
        "AS {}{}{}", rows.text(row, 15), column.identity_options.empty() ? "" : " ", column.identity_options);
}

Column column_of(Session& session, const Rows& rows, int row) {
  Column column;
  column.name = rows.string(row, 1);
  column.native_type = rows.string(row, 4);
  column.type = type_of_column(session, static_cast<Oid>(rows.integer(row, 2)),
                               static_cast<int>(rows.integer(row, 3)), column.native_type);
  column.nullable = !rows.is_true(row, 5);
  column.collation = rows.string(row, 9);
  column.comment = rows.string(row, 10);
  if (!rows.text(row, 8).empty())
    column.generated = Generated{rows.string(row, 6), rows.text(row, 8) == "s"};
  else if (!rows.is_null(row, 6))
    column.default_sql = rows.string(row, 6);
  set_identity(rows, row, column);
  return column;
}

struct NextValue {  // of a column whose sequence was never called
  std::int64_t relation;
  std::size_t column;
};
using UnusedSequences = std::unordered_map<std::int64_t, NextValue>;

Result<void> read_unused_sequences(Inspection& inspection, const UnusedSequences& unused) {
  if (unused.empty()) return {};
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(unused_sequences_sql), inspection.relations)));
  for (int row = 0; row < rows.size(); ++row) {
    const auto found = unused.find(rows.integer(row, 0));
    if (found == unused.end() || rows.is_null(row, 1)) continue;
    (*inspection.columns(found->second.relation))[found->second.column].identity_next = rows.integer(row, 1);
  }
  return {};
}

Result<void> read_view_indexes(Inspection& inspection) {
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(view_indexes_sql), inspection.relations)));
  for (int row = 0; row < rows.size(); ++row)
    if (const auto found = inspection.places.find(rows.integer(row, 0)); found != inspection.places.end())
      inspection.schema.namespaces[found->second.space].views[found->second.at].indexes.push_back(
          rows.string(row, 1));
  return {};
}

}  // namespace

Result<void> read_relations(Inspection& inspection) {
  const InspectOptions& options = inspection.options;
  TRY(const Rows rows, inspection.session.run(fmt::format(fmt::runtime(relations_sql), inspection.spaces,
                                                          options.names_only ? "FALSE" : "TRUE")));
  PartitionRows partitions;
  for (int row = 0; row < rows.size(); ++row) {
    const std::int64_t oid = rows.integer(row, 0);
    if (rows.is_true(row, 14)) {
      partitions[oid] = row;
      continue;
    }
    if (!options.table_glob.empty() && !matches_glob(options.table_glob, rows.text(row, 2))) continue;
    const std::size_t at = inspection.space_of.at(rows.integer(row, 1));
    Namespace& space = inspection.schema.namespaces[at];
    const bool is_view = rows.text(row, 3) == "v" || rows.text(row, 3) == "m";
    inspection.places[oid] = {at, is_view ? space.views.size() : space.tables.size(), is_view};
    if (is_view)
      space.views.push_back(view_of(rows, row));
    else
      space.tables.push_back(table_of(rows, row));
  }
  inspection.relations = condition_on_relations(inspection);
  TRY(read_parents(inspection, rows, partitions));
  return options.names_only ? Result<void>() : read_view_indexes(inspection);
}

Result<void> read_enums(Inspection& inspection) {
  TRY(const Rows rows, inspection.session.run(enums_sql));
  for (int row = 0; row < rows.size();) {
    const int first = row;
    std::vector<std::string> labels;
    for (; row < rows.size() && rows.integer(row, 0) == rows.integer(first, 0); ++row)
      if (!rows.is_null(row, 5)) labels.push_back(rows.string(row, 5));
    Namespace* space = inspection.space(rows.integer(first, 2));
    if (space != nullptr && !rows.is_true(first, 7))
      space->enums.push_back({rows.string(first, 3), labels, rows.string(first, 6)});
    const std::string spelling = rows.string(first, 4);
    const type::Enum type{spelling, std::move(labels)};
    type::Array array;
    array.element.push_back(type);
    inspection.session.learn_type(static_cast<Oid>(rows.integer(first, 0)), {type, spelling, CellForm::text});
    inspection.session.learn_type(static_cast<Oid>(rows.integer(first, 1)),
                                  {std::move(array), spelling + "[]", CellForm::spelled});
  }
  return {};
}

Result<void> read_columns(Inspection& inspection) {
  TRY(const Rows rows, inspection.session.run(fmt::format(fmt::runtime(columns_sql), inspection.relations)));
  UnusedSequences unused;
  std::int64_t relation = 0;
  std::vector<Column>* columns = nullptr;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.integer(row, 0) != relation) {
      relation = rows.integer(row, 0);
      columns = inspection.columns(relation);
    }
    if (columns == nullptr) continue;
    inspection.name_attribute(relation, rows.integer(row, 16), rows.string(row, 1));
    const Column& column = columns->emplace_back(column_of(inspection.session, rows, row));
    if (column.identity != Identity::none && !column.identity_next)
      unused[rows.integer(row, 11)] = {relation, columns->size() - 1};
  }
  return read_unused_sequences(inspection, unused);
}

}  // namespace bascule::postgres
