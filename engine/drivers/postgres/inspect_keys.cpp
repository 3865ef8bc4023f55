// Keys, checks and indexes.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/inspection.h"

namespace bascule::postgres {
namespace {

// conparentid: what a partition has of its parent. A check that only came by inheritance comes with it again.
constexpr const char* constraints_sql = R"(
SELECT c.conrelid, c.conname, c.contype,
       array_to_json(ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
                             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
                            ORDER BY k.i)),
       CASE WHEN f.relnamespace <> r.relnamespace THEN fn.nspname END, f.relname,
       CASE WHEN c.contype = 'f' THEN
         array_to_json(ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY k(n, i)
                               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n
                              ORDER BY k.i)) END,
       c.confdeltype, c.confupdtype, c.condeferrable, c.condeferred,
       pg_get_expr(c.conbin, c.conrelid, TRUE), c.convalidated, c.confmatchtype = 'f', c.connoinherit,
       CASE WHEN c.contype = 'p' THEN
         array_to_json(ARRAY(SELECT a.attname FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k(n, i)
                               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
                              WHERE k.i > i.indnkeyatts ORDER BY k.i)) END,
       {1}, {2}, r.oid::regclass, CASE WHEN {2} OR (c.contype = 'f' AND NOT {1}) THEN pg_get_constraintdef(c.oid) END
  FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.conindid AND c.contype = 'p'
  LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
 WHERE {0} AND (c.contype IN ('p', 'f', 'c') OR {2}) AND c.conparentid = 0 AND (r.relkind = 'p' OR NOT r.relispartition)
   AND (c.conislocal OR c.coninhcount = 0)
 ORDER BY c.conrelid, c.conname)";

// One row per column, those that are only carried too. indoption: bit 0 descending, bit 1 nulls first (the
// default of a descending part). pg_attver is a mark of the server's own. A unique constraint is known by its
// comment, any other index by its own.
constexpr const char* indexes_sql = R"(
SELECT i.indrelid, x.relname, i.indisunique, am.amname, pg_get_expr(i.indpred, i.indrelid, TRUE), a.attname,
       CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.n, TRUE) END,
       (i.indoption[k.n - 1] & 1) = 1, (i.indoption[k.n - 1] & 2) = 2, u.oid IS NOT NULL, k.n > i.indnkeyatts,
       CASE WHEN k.n <= i.indnkeyatts AND (NOT op.opcdefault OR xa.attoptions IS NOT NULL) THEN
         (SELECT CASE WHEN op.opcdefault AND o.list IS NULL THEN NULL
                      ELSE CASE WHEN pg_opclass_is_visible(op.oid) THEN ''
                                ELSE op.opcnamespace::regnamespace || '.' END
                           || quote_ident(op.opcname) || COALESCE(' (' || o.list || ')', '') END
            FROM (SELECT string_agg(split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)),
                                    ', ')
                    FROM unnest(xa.attoptions) o WHERE o NOT LIKE 'pg\_attver=%') o(list)) END,
       CASE WHEN k.n <= i.indnkeyatts AND i.indcollation[k.n - 1] <> 0
             AND i.indcollation[k.n - 1] <> CASE WHEN a.attname IS NULL THEN 100 ELSE a.attcollation END THEN
         (SELECT CASE WHEN pg_collation_is_visible(l.oid) THEN l.collname
                      ELSE format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(l.collname, '"', '""')) END
            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
           WHERE l.oid = i.indcollation[k.n - 1]) END,
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
  CROSS JOIN LATERAL generate_series(1, i.indnatts) k(n)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] AND a.attnum > 0
  LEFT JOIN pg_catalog.pg_attribute xa ON xa.attrelid = i.indexrelid AND xa.attnum = k.n
  LEFT JOIN pg_catalog.pg_opclass op ON op.oid = i.indclass[k.n - 1]
  LEFT JOIN pg_catalog.pg_constraint u ON u.conindid = i.indexrelid AND u.contype = 'u' AND u.conrelid = i.indrelid
  LEFT JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = x.oid AND d.objsubid = 0
  LEFT JOIN pg_catalog.pg_description ud ON ud.classoid = 'pg_constraint'::regclass AND ud.objoid = u.oid
 WHERE {0} AND r.relkind IN ('r', 'p') AND (r.relkind = 'p' OR NOT r.relispartition)
   AND NOT i.indisprimary AND NOT i.indisexclusion
 ORDER BY i.indrelid, x.relname, k.n)";

std::vector<std::string> name_list(std::string_view json) {
  if (json.empty()) return {};
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

ForeignKeyAction action(std::string_view code) {
  if (code == "r") return ForeignKeyAction::restrict_;
  if (code == "c") return ForeignKeyAction::cascade;
  if (code == "n") return ForeignKeyAction::set_null;
  if (code == "d") return ForeignKeyAction::set_default;
  return ForeignKeyAction::no_action;
}

ForeignKey foreign_key_of(const Rows& rows, int row) {
  ForeignKey key;
  key.name = rows.string(row, 1);
  key.columns = name_list(rows.text(row, 3));
  key.referenced_schema = rows.string(row, 4);
  key.referenced_table = rows.string(row, 5);
  key.referenced_columns = name_list(rows.text(row, 6));
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

IndexPart part_of(const Rows& rows, int row) {
  IndexPart part{rows.string(row, 5), rows.string(row, 6), rows.is_true(row, 7)};
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
          PrimaryKey{rows.string(row, 1), name_list(rows.text(row, 3)), name_list(rows.text(row, 15)),
                     rows.is_true(row, 9), rows.is_true(row, 10)};
    if (kind == "f") table->foreign_keys.push_back(foreign_key_of(rows, row));
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
      index.include.push_back(rows.string(row, 5));
    else
      index.parts.push_back(part_of(rows, row));
  }
  return {};
}

}  // namespace bascule::postgres
