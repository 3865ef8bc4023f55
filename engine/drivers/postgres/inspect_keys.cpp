// Keys, checks and indexes.
#include <set>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/inspection.h"

namespace bascule::postgres {
namespace {

// conparentid: what a partition has of its parent. A check that only came by inheritance comes with it again.
constexpr const char* constraints_sql = R"(
SELECT c.conrelid, c.conname, c.contype, c.conkey,
       CASE WHEN f.relnamespace <> r.relnamespace THEN fn.nspname END, f.relname, c.confkey,
       c.confdeltype, c.confupdtype, c.condeferrable, c.condeferred,
       pg_get_expr(c.conbin, c.conrelid, TRUE), c.convalidated, c.confmatchtype = 'f', c.connoinherit,
       CASE WHEN i.indnatts > i.indnkeyatts THEN (i.indkey::smallint[])[i.indnkeyatts:] END,
       {1}, {2}, r.oid::regclass,
       CASE WHEN {2} OR (c.contype = 'f' AND NOT {1}) THEN pg_get_constraintdef(c.oid) END, c.confrelid
  FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.conindid AND c.contype = 'p'
  LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
 WHERE {0} AND (c.contype IN ('p', 'f', 'c') OR {2}) AND c.conparentid = 0
   AND (r.relkind = 'p' OR NOT r.relispartition) AND (c.conislocal OR c.coninhcount = 0)
 ORDER BY c.conrelid, c.conname)";

// Of tables that are referred to and not read themselves.
constexpr const char* attributes_sql = R"(
SELECT attrelid, attnum, attname FROM pg_catalog.pg_attribute
 WHERE attrelid IN ({}) AND attnum > 0 AND NOT attisdropped)";

// One row per column, those that are only carried too. indoption: bit 0 descending, bit 1 nulls first (the
// default of a descending part). pg_attver is a mark of the server's own. A unique constraint is known by its
// comment, any other index by its own.
constexpr const char* indexes_sql = R"(
SELECT i.indrelid, x.relname, i.indisunique, am.amname, pg_get_expr(i.indpred, i.indrelid, TRUE), i.indkey[xa.attnum - 1],
       CASE WHEN i.indkey[xa.attnum - 1] = 0 THEN pg_get_indexdef(i.indexrelid, xa.attnum, TRUE) END,
       (i.indoption[xa.attnum - 1] & 1) = 1, (i.indoption[xa.attnum - 1] & 2) = 2, u.oid IS NOT NULL, xa.attnum > i.indnkeyatts,
       CASE WHEN xa.attnum <= i.indnkeyatts AND (NOT op.opcdefault OR xa.attoptions IS NOT NULL) THEN
         (SELECT CASE WHEN op.opcdefault AND o.list IS NULL THEN NULL
                      ELSE CASE WHEN pg_opclass_is_visible(op.oid) THEN ''
                                ELSE op.opcnamespace::regnamespace || '.' END
                           || quote_ident(op.opcname) || COALESCE(' (' || o.list || ')', '') END
            FROM (SELECT string_agg(split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)),
                                    ', ')
                    FROM unnest(xa.attoptions) o WHERE o NOT LIKE 'pg\_attver=%') o(list)) END,
       CASE WHEN xa.attnum <= i.indnkeyatts AND i.indcollation[xa.attnum - 1] <> 0
             AND i.indcollation[xa.attnum - 1] <> COALESCE((SELECT a.attcollation FROM pg_catalog.pg_attribute a
                           WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[xa.attnum - 1]), 100) THEN
         (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN l.collname
                      ELSE format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(l.collname, '"', '""')) END
            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
           WHERE l.oid = i.indcollation[xa.attnum - 1]) END,
       i.indisvalid, {1}, COALESCE(u.condeferrable, FALSE), COALESCE(u.condeferred, FALSE),
       CASE WHEN x.reloptions IS NOT NULL THEN
         (SELECT 'WITH (' || string_agg(split_part(o, '=', 1) || '='
                                        || quote_literal(substr(o, strpos(o, '=') + 1)), ', ' ORDER BY o) || ')'
            FROM unnest(x.reloptions) o) END,
       CASE WHEN u.oid IS NULL THEN d.description ELSE ud.description END
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class r ON r.oid = i.indrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  JOIN pg_catalog.pg_am am ON am.oid = x.relam
  JOIN pg_catalog.pg_attribute xa ON xa.attrelid = i.indexrelid AND xa.attnum > 0
  LEFT JOIN pg_catalog.pg_opclass op ON op.oid = i.indclass[xa.attnum - 1]
  LEFT JOIN pg_catalog.pg_constraint u ON u.conindid = i.indexrelid AND u.contype = 'u' AND u.conrelid = i.indrelid
  LEFT JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = x.oid AND d.objsubid = 0
  LEFT JOIN pg_catalog.pg_description ud ON ud.classoid = 'pg_constraint'::regclass AND ud.objoid = u.oid
 WHERE {0} AND r.relkind IN ('r', 'p') AND (r.relkind = 'p' OR NOT r.relispartition)
   AND NOT i.indisprimary AND NOT i.indisexclusion
 ORDER BY i.indrelid, x.relname, xa.attnum)";

// {1,3}: positions of columns.
std::vector<std::int64_t> positions(std::string_view array) {
  std::vector<std::int64_t> numbers;
  if (array.size() <= 2) return numbers;
  for (const std::string& number : split(array.substr(1, array.size() - 2), ','))
    numbers.push_back(parse_integer(number).value_or(0));
  return numbers;
}

std::vector<std::string> names_at(const Inspection& inspection, std::int64_t relation,
                                  std::string_view array) {
  std::vector<std::string> names;
  for (const std::int64_t position : positions(array))
    names.push_back(inspection.attribute(relation, position));
  return names;
}

Result<void> read_missing_attributes(Inspection& inspection, const Rows& constraints) {
  std::set<std::int64_t> missing;
  for (int row = 0; row < constraints.size(); ++row)
    if (const std::int64_t oid = constraints.integer(row, 20);
        oid != 0 && !inspection.attributes.contains(oid))
      missing.insert(oid);
  if (missing.empty()) return {};
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(attributes_sql), fmt::join(missing, ","))));
  for (int row = 0; row < rows.size(); ++row)
    inspection.name_attribute(rows.integer(row, 0), rows.integer(row, 1), rows.string(row, 2));
  return {};
}

ForeignKeyAction action(std::string_view code) {
  if (code == "r") return ForeignKeyAction::restrict_;
  if (code == "c") return ForeignKeyAction::cascade;
  if (code == "n") return ForeignKeyAction::set_null;
  if (code == "d") return ForeignKeyAction::set_default;
  return ForeignKeyAction::no_action;
}

ForeignKey foreign_key_of(const Inspection& inspection, const Rows& rows, int row) {
  ForeignKey key;
  key.name = rows.string(row, 1);
  key.columns = names_at(inspection, rows.integer(row, 0), rows.text(row, 3));
  key.referenced_schema = rows.string(row, 4);
  key.referenced_table = rows.string(row, 5);
  key.referenced_columns = names_at(inspection, rows.integer(row, 20), rows.text(row, 6));
  key.on_delete = action(rows.text(row, 7));
  key.on_update = action(rows.text(row, 8));
  key.deferrable = rows.is_true(row, 9);
  key.initially_deferred = rows.is_true(row, 10);
  key.is_validated = rows.is_true(row, 12);
  key.match_full = rows.is_true(row, 13);
  return key;
}

Check check_of(const Rows& rows, int row) {
  Check check{rows.string(row, 1), rows.string(row, 11)};
  check.is_enforced = rows.is_true(row, 16);
  check.is_validated = rows.is_true(row, 12) || !check.is_enforced;
  check.no_inherit = rows.is_true(row, 14);
  return check;
}

Index index_of(const Rows& rows, int row) {
  Index index{rows.string(row, 1)};
  index.unique = rows.is_true(row, 2);
  index.is_constraint = rows.is_true(row, 9);
  index.method = rows.text(row, 3) == "btree" ? "" : rows.string(row, 3);
  index.where = rows.string(row, 4);
  index.is_valid = rows.is_true(row, 13);
  index.nulls_not_distinct = rows.is_true(row, 14);
  index.deferrable = rows.is_true(row, 15);
  index.initially_deferred = rows.is_true(row, 16);
  index.options = rows.string(row, 17);
  index.comment = rows.string(row, 18);
  return index;
}

IndexPart part_of(const Inspection& inspection, const Rows& rows, int row) {
  IndexPart part{inspection.attribute(rows.integer(row, 0), rows.integer(row, 5)), rows.string(row, 6),
                 rows.is_true(row, 7)};
  part.operator_class = rows.string(row, 11);
  part.collation = rows.string(row, 12);
  if (rows.is_true(row, 8) != part.descending) part.nulls_first = rows.is_true(row, 8);
  return part;
}

}  // namespace

Result<void> read_constraints(Inspection& inspection) {
  TRY(const Rows rows, inspection.session.run(fmt::format(fmt::runtime(constraints_sql), inspection.relations,
                                                          inspection.column_or("c.conenforced", "TRUE"),
                                                          inspection.column_or("c.conperiod", "FALSE"))));
  TRY(read_missing_attributes(inspection, rows));
  for (int row = 0; row < rows.size(); ++row) {
    Table* table = inspection.table(rows.integer(row, 0));
    if (table == nullptr) continue;
    const std::string_view kind = rows.text(row, 2);
    if (!rows.is_null(row, 19)) {  // temporal keys, foreign keys that are not enforced
      inspection.schema.not_modelled.push_back(
          {fmt::format("constraint {} on table {}", rows.text(row, 1), rows.text(row, 18)),
           fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", rows.text(row, 18),
                       quote_identifier(rows.text(row, 1), *inspection.session.info().dialect),
                       rows.text(row, 19))});
      continue;
    }
    if (kind == "p")
      table->primary_key =
          PrimaryKey{rows.string(row, 1), names_at(inspection, rows.integer(row, 0), rows.text(row, 3)),
                     names_at(inspection, rows.integer(row, 0), rows.text(row, 15)), rows.is_true(row, 9),
                     rows.is_true(row, 10)};
    if (kind == "f") table->foreign_keys.push_back(foreign_key_of(inspection, rows, row));
    if (kind == "c") table->checks.push_back(check_of(rows, row));
  }
  return {};
}

Result<void> read_indexes(Inspection& inspection) {
  TRY(const Rows rows,
      inspection.session.run(fmt::format(fmt::runtime(indexes_sql), inspection.relations,
                                         inspection.column_or("i.indnullsnotdistinct", "FALSE"))));
  Table* table = nullptr;
  std::int64_t relation = 0;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.integer(row, 0) != relation) {
      relation = rows.integer(row, 0);
      table = inspection.table(relation);
    }
    if (table == nullptr) continue;
    if (table->indexes.empty() || table->indexes.back().name != rows.text(row, 1))
      table->indexes.push_back(index_of(rows, row));
    Index& index = table->indexes.back();
    if (rows.is_true(row, 10))
      index.include.push_back(inspection.attribute(relation, rows.integer(row, 5)));
    else
      index.parts.push_back(part_of(inspection, rows, row));
  }
  return {};
}

}  // namespace bascule::postgres
