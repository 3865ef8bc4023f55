// The catalog as a Schema: a handful of queries for all tables together, none per table.
// https://www.postgresql.org/docs/15/catalogs.html
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/postgres/operations.h"

namespace bascule::postgres {
namespace {

// All queries see one state.
constexpr const char* begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

constexpr const char* namespaces_sql = R"(
SELECT oid, nspname, COALESCE(nspname = current_schema(), FALSE) FROM pg_catalog.pg_namespace
 WHERE {} ORDER BY nspname)";

// Partitions belong to their table; what an extension made belongs to the extension.
constexpr const char* relations_sql = R"(
SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.reltuples::bigint, obj_description(c.oid, 'pg_class'),
       CASE WHEN c.relkind = 'v' AND {1} THEN pg_get_viewdef(c.oid) END
  FROM pg_catalog.pg_class c
 WHERE c.relnamespace IN ({0}) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.relname)";

// One row per label. typarray is the OID of the type's array.
constexpr const char* enums_sql = R"(
SELECT t.oid, t.typarray, t.typnamespace, t.typname, n.nspname, pg_type_is_visible(t.oid), e.enumlabel
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
 WHERE t.typtype = 'e' ORDER BY t.typname, t.oid, e.enumsortorder)";

// The sequence of an identity or serial column depends on the column ('i' and 'a').
constexpr const char* columns_sql = R"(
SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, col.collname,
       col_description(a.attrelid, a.attnum), s.oid, s.deptype, s.next_value,
       s.deptype = 'a' AND EXISTS (SELECT FROM pg_catalog.pg_depend u
                                    WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
                                      AND u.refclassid = 'pg_class'::regclass AND u.refobjid = s.oid)
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_collation col ON col.oid = a.attcollation AND a.attcollation <> t.typcollation
  LEFT JOIN (SELECT q.seqrelid AS oid, p.refobjid, p.refobjsubid, p.deptype,
                    CASE WHEN has_sequence_privilege(q.seqrelid, 'SELECT, USAGE')
                         THEN pg_sequence_last_value(q.seqrelid) + q.seqincrement END AS next_value
               FROM pg_catalog.pg_sequence q JOIN pg_catalog.pg_depend p
                 ON p.classid = 'pg_class'::regclass AND p.objid = q.seqrelid AND p.deptype IN ('a', 'i')
                AND p.refclassid = 'pg_class'::regclass) s ON s.refobjid = a.attrelid AND s.refobjsubid = a.attnum
 WHERE a.attrelid IN ({}) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum)";

// A sequence that was never called has no last value; its row says where it starts.
constexpr const char* unused_sequences_sql = R"(
SELECT s.seqrelid, n.nspname, c.relname FROM pg_catalog.pg_sequence s
  JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE s.seqrelid IN ({}) AND has_sequence_privilege(s.seqrelid, 'SELECT'))";

constexpr const char* constraints_sql = R"(
SELECT c.conrelid, c.conname, c.contype,
       array_to_json(ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
                             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
                            ORDER BY k.i)),
       CASE WHEN f.relnamespace <> r.relnamespace THEN fn.nspname END, f.relname,
       array_to_json(ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY k(n, i)
                             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n
                            ORDER BY k.i)),
       c.confdeltype, c.confupdtype, c.condeferrable, c.condeferred,
       pg_get_expr(c.conbin, c.conrelid, TRUE), c.convalidated, c.confmatchtype = 'f', c.connoinherit
  FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
  LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
 WHERE c.conrelid IN ({}) AND c.contype IN ('p', 'f', 'c', 'u', 'x') AND c.conparentid = 0
 ORDER BY c.conrelid, c.conname)";

// One row per part. indoption: bit 0 descending, bit 1 nulls first (the default of a descending part).
constexpr const char* indexes_sql = R"(
SELECT i.indrelid, c.relname, i.indisunique, am.amname, pg_get_expr(i.indpred, i.indrelid, TRUE), a.attname,
       CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.n, TRUE) END,
       (i.indoption[k.n - 1] & 1) = 1, i.indoption[k.n - 1] IN (1, 2),
       EXISTS (SELECT FROM pg_catalog.pg_constraint u WHERE u.conindid = i.indexrelid AND u.contype = 'u'),
       i.indnatts > i.indnkeyatts, NOT op.opcdefault, i.indcollation[k.n - 1] <> COALESCE(a.attcollation, 0)
         AND a.attname IS NOT NULL, i.indisvalid, to_jsonb(i) ->> 'indnullsnotdistinct' = 'true'
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_am am ON am.oid = c.relam
  CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) k(n)
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n - 1] AND a.attnum > 0
  LEFT JOIN pg_catalog.pg_opclass op ON op.oid = i.indclass[k.n - 1]
 WHERE i.indrelid IN ({}) AND NOT i.indisprimary AND NOT i.indisexclusion
 ORDER BY i.indrelid, c.relname, k.n)";

constexpr const char* sequences_sql = R"(
SELECT c.relnamespace, c.relname, obj_description(c.oid, 'pg_class'),
       format('CREATE SEQUENCE %s AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s%s',
              c.oid::regclass, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart,
              s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
 WHERE c.relnamespace IN ({})
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
 ORDER BY c.relname)";

constexpr const char* triggers_sql = R"(
SELECT c.relnamespace, t.tgname, c.relname, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace IN ({}) AND NOT t.tgisinternal ORDER BY t.tgname, c.relname)";

constexpr const char* functions_sql = R"(
SELECT p.pronamespace, format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)),
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, obj_description(p.oid, 'pg_proc')
  FROM pg_catalog.pg_proc p
 WHERE p.pronamespace IN ({})
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
 ORDER BY 2)";

constexpr const char* not_modelled_sql = R"(
WITH own AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class c
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.oid IN ({0}))
SELECT CASE relkind WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table ' ELSE 'composite type ' END
       || name FROM own WHERE relkind IN ('m', 'f', 'c')
UNION ALL SELECT 'partitioning of table ' || name FROM own WHERE relkind = 'p'
UNION ALL SELECT 'partition ' || name FROM own WHERE relispartition AND relkind IN ('r', 'p')
UNION ALL SELECT 'inheritance of table ' || name FROM own
           WHERE NOT relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = own.oid)
             AND relkind = 'r'
UNION ALL SELECT 'unlogged storage of table ' || name FROM own WHERE relpersistence = 'u' AND relkind = 'r'
UNION ALL SELECT 'row security of table ' || name FROM own WHERE relrowsecurity
UNION ALL SELECT 'policy ' || p.polname || ' on table ' || own.name
            FROM pg_catalog.pg_policy p JOIN own ON own.oid = p.polrelid
UNION ALL SELECT 'rule ' || r.rulename || ' on ' || own.name
            FROM pg_catalog.pg_rewrite r JOIN own ON own.oid = r.ev_class WHERE r.rulename <> '_RETURN'
UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domain ' ELSE 'range type ' END || format('%I.%I', n.nspname, t.typname)
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
           WHERE n.oid IN ({0}) AND t.typtype IN ('d', 'r')
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                              WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION ALL SELECT 'extension ' || extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'
ORDER BY 1)";

std::vector<std::string> name_list(std::string_view json) {
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

ForeignKeyAction action(std::string_view code) {
  if (code == "r") return ForeignKeyAction::restrict_;
  if (code == "c") return ForeignKeyAction::cascade;
  if (code == "n") return ForeignKeyAction::set_null;
  if (code == "d") return ForeignKeyAction::set_default;
  return ForeignKeyAction::no_action;
}

std::string oid_list(const std::vector<std::int64_t>& oids) {
  return oids.empty() ? "0" : fmt::format("{}", fmt::join(oids, ","));
}

class Inspector {
 public:
  Inspector(Session& session, const InspectOptions& options) : session_(session), options_(options) {}

  Result<Schema> run() {
    TRY(read_namespaces());
    TRY(read_relations());
    if (!options_.names_only) {
      TRY(read_enums());
      TRY(read_columns());
      TRY(read_unused_sequences());
      TRY(read_constraints());
      TRY(read_indexes());
      TRY(read_objects());
      TRY(read_not_modelled());
    }
    return std::move(schema_);
  }

 private:
  struct Place {  // of a table or view
    std::size_t space, at;
    bool is_view;
  };
  struct NextValue {  // of a column whose sequence was never used
    Place place;
    std::string column;
  };

  std::string namespace_condition() const {
    if (options_.schemas.empty()) return "nspname !~ '^pg_' AND nspname <> 'information_schema'";
    std::string list;
    for (const std::string& name : options_.schemas)
      list += (list.empty() ? "" : ", ") + quote_literal(name, *session_.info().dialect);
    return "nspname IN (" + list + ")";
  }

  Result<void> read_namespaces() {
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(namespaces_sql), namespace_condition())));
    schema_.flavor = session_.info().dialect->flavor_name;
    std::vector<std::string> names;
    for (int row = 0; row < rows.size(); ++row) {
      names.push_back(rows.string(row, 1));
      space_of_[rows.integer(row, 0)] = schema_.namespaces.size();
      space_oids_.push_back(rows.integer(row, 0));
      schema_.namespaces.push_back({rows.string(row, 1)});
      if (rows.is_true(row, 2)) schema_.default_namespace = rows.string(row, 1);
    }
    for (const std::string& wanted : options_.schemas)
      if (std::ranges::find(names, wanted) == names.end())
        return usage_error(
            fmt::format("there is no schema \"{}\" in database \"{}\"", wanted, session_.info().database),
            "list the schemas with \\dn");
    if (schema_.default_namespace.empty() && !names.empty()) schema_.default_namespace = names.front();
    return {};
  }

  Result<void> read_relations() {
    TRY(const Rows rows,
        session_.run(fmt::format(fmt::runtime(relations_sql), oid_list(space_oids_), !options_.names_only)));
    for (int row = 0; row < rows.size(); ++row) {
      const std::string name = rows.string(row, 2);
      if (!options_.table_glob.empty() && !matches_glob(options_.table_glob, name)) continue;
      const std::size_t at = space_of_[rows.integer(row, 1)];
      Namespace& space = schema_.namespaces[at];
      const bool is_view = rows.text(row, 3) == "v";
      places_[rows.integer(row, 0)] = {at, is_view ? space.views.size() : space.tables.size(), is_view};
      relation_oids_.push_back(rows.integer(row, 0));
      if (is_view) {
        NamedObject view{name};
        view.definition = rows.string(row, 6);
        view.comment = rows.string(row, 5);
        space.views.push_back(std::move(view));
        continue;
      }
      Table table{name, {}};
      table.comment = rows.string(row, 5);
      if (rows.integer(row, 4) >= 0) table.estimated_rows = rows.integer(row, 4);  // -1: never analyzed
      space.tables.push_back(std::move(table));
    }
    return {};
  }

  Table& table_of(const Place& place) { return schema_.namespaces[place.space].tables[place.at]; }
  std::string qualified(const Place& place) {
    return schema_.namespaces[place.space].name + "." + table_of(place).name;
  }
  std::vector<Column>& columns_of(const Place& place) {
    return place.is_view ? schema_.namespaces[place.space].views[place.at].columns : table_of(place).columns;
  }

  Result<void> read_enums() {
    TRY(const Rows rows, session_.run(enums_sql));
    for (int row = 0; row < rows.size();) {
      const auto oid = rows.integer(row, 0);
      const std::string name = rows.string(row, 3);
      const std::string spelling = rows.is_true(row, 5) ? name : rows.string(row, 4) + "." + name;
      const auto array_oid = static_cast<Oid>(rows.integer(row, 1));
      const auto space = space_of_.find(rows.integer(row, 2));
      std::vector<std::string> labels;
      for (; row < rows.size() && rows.integer(row, 0) == oid; ++row)
        if (!rows.is_null(row, 6)) labels.push_back(rows.string(row, 6));
      if (space != space_of_.end()) schema_.namespaces[space->second].enums.push_back({name, labels});
      const type::Enum type{spelling, std::move(labels)};
      type::Array array;
      array.element.push_back(type);
      session_.learn_type(static_cast<Oid>(oid), {type, spelling, CellForm::text});
      session_.learn_type(array_oid, {std::move(array), spelling + "[]", CellForm::spelled});
    }
    return {};
  }

  Type type_of_column(Oid oid, int modifier, const std::string& spelling) {
    if (!session_.knows_type(oid))
      session_.learn_type(oid, {type::Native{spelling}, spelling, CellForm::spelled});
    return session_.type_of(oid, modifier).type;
  }

  Result<void> read_columns() {
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(columns_sql), oid_list(relation_oids_))));
    for (int row = 0; row < rows.size(); ++row) {
      const Place& place = places_[rows.integer(row, 0)];
      Column column;
      column.name = rows.string(row, 1);
      column.native_type = rows.string(row, 4);
      column.type = type_of_column(static_cast<Oid>(rows.integer(row, 2)),
                                   static_cast<int>(rows.integer(row, 3)), column.native_type);
      column.nullable = !rows.is_true(row, 5);
      column.collation = rows.string(row, 9);
      column.comment = rows.string(row, 10);
      if (rows.text(row, 8) == "s")
        column.generated = Generated{rows.string(row, 6), true};
      else if (!rows.is_null(row, 6))
        column.default_sql = rows.string(row, 6);
      set_identity(rows, row, column);
      if (column.identity != Identity::none && !column.identity_next)
        unused_[rows.integer(row, 11)] = {place, column.name};
      columns_of(place).push_back(std::move(column));
    }
    return {};
  }

  static void set_identity(const Rows& rows, int row, Column& column) {
    const std::string_view identity = rows.text(row, 7);
    if (identity == "a") column.identity = Identity::always;
    if (identity == "d") column.identity = Identity::by_default;
    if (rows.is_true(row, 14)) {
      column.identity = Identity::serial;
      column.default_sql.reset();  // nextval of the owned sequence is what serial means
    }
    if (column.identity != Identity::none && !rows.is_null(row, 13))
      column.identity_next = rows.integer(row, 13);
  }

  Result<void> read_unused_sequences() {
    if (unused_.empty()) return {};
    std::vector<std::int64_t> oids;
    for (const auto& [oid, next] : unused_) oids.push_back(oid);
    TRY(const Rows names, session_.run(fmt::format(fmt::runtime(unused_sequences_sql), oid_list(oids))));
    std::string sql;
    for (int row = 0; row < names.size(); ++row)
      sql += fmt::format(
          "{}SELECT {}, last_value, is_called FROM {}", row == 0 ? "" : " UNION ALL ", names.integer(row, 0),
          quote_qualified(names.string(row, 1), names.string(row, 2), *session_.info().dialect));
    if (sql.empty()) return {};
    TRY(const Rows rows, session_.run(sql));
    for (int row = 0; row < rows.size(); ++row) {
      const NextValue& next = unused_[rows.integer(row, 0)];
      for (Column& column : columns_of(next.place))
        if (column.name == next.column && !rows.is_true(row, 2)) column.identity_next = rows.integer(row, 1);
    }
    return {};
  }

  Result<void> read_constraints() {
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(constraints_sql), oid_list(relation_oids_))));
    for (int row = 0; row < rows.size(); ++row) {
      const Place& place = places_[rows.integer(row, 0)];
      const std::string_view kind = rows.text(row, 2);
      if (kind == "p")
        table_of(place).primary_key = PrimaryKey{rows.string(row, 1), name_list(rows.text(row, 3))};
      if (kind == "f") add_foreign_key(rows, row, place);
      if (kind == "c") table_of(place).checks.push_back({rows.string(row, 1), rows.string(row, 11)});
      const auto leave_out = [&](std::string_view what) {
        schema_.not_modelled.push_back(
            {fmt::format("{} {} on table {}", what, rows.text(row, 1), qualified(place))});
      };
      if (kind == "x") leave_out("exclusion constraint");
      if (!rows.is_true(row, 12)) leave_out("NOT VALID of constraint");
      if (kind == "f" && rows.is_true(row, 13)) leave_out("MATCH FULL of constraint");
      if (kind == "c" && rows.is_true(row, 14)) leave_out("NO INHERIT of constraint");
      if (kind != "f" && kind != "x" && rows.is_true(row, 9)) leave_out("DEFERRABLE of constraint");
    }
    return {};
  }

  void add_foreign_key(const Rows& rows, int row, const Place& place) {
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
    table_of(place).foreign_keys.push_back(std::move(key));
  }

  Result<void> read_indexes() {
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(indexes_sql), oid_list(relation_oids_))));
    for (int row = 0; row < rows.size(); ++row) {
      const Place& place = places_[rows.integer(row, 0)];
      if (place.is_view) continue;
      std::vector<Index>& indexes = table_of(place).indexes;
      const std::string name = rows.string(row, 1);
      if (indexes.empty() || indexes.back().name != name) {
        Index index{name, {}};
        index.unique = rows.is_true(row, 2);
        index.is_constraint = rows.is_true(row, 9);
        index.method = rows.text(row, 3) == "btree" ? "" : rows.string(row, 3);
        index.where = rows.string(row, 4);
        indexes.push_back(std::move(index));
        note_index(rows, row, place, {{10, "INCLUDE of index"}, {14, "NULLS NOT DISTINCT of index"}});
        if (!rows.is_true(row, 13)) note_index(rows, row, place, {{-1, "invalid state of index"}});
      }
      indexes.back().parts.push_back({rows.string(row, 5), rows.string(row, 6), rows.is_true(row, 7)});
      note_index(rows, row, place,
                 {{8, "NULLS order of index"}, {11, "operator class of index"}, {12, "collation of index"}});
    }
    return {};
  }

  struct IndexNote {
    int column;  // of the row, true if the note applies; -1: it does
    std::string_view what;
  };
  void note_index(const Rows& rows, int row, const Place& place, std::initializer_list<IndexNote> notes) {
    for (const IndexNote& note : notes) {
      if (note.column >= 0 && !rows.is_true(row, note.column)) continue;
      std::string line = fmt::format("{} {} on table {}", note.what, rows.text(row, 1), qualified(place));
      if (schema_.not_modelled.empty() || schema_.not_modelled.back().what != line)
        schema_.not_modelled.push_back({std::move(line)});
    }
  }

  Namespace& space(std::int64_t oid) { return schema_.namespaces[space_of_[oid]]; }

  Result<void> read_objects() {
    const std::string spaces = oid_list(space_oids_);
    TRY(const Rows sequences, session_.run(fmt::format(fmt::runtime(sequences_sql), spaces)));
    for (int row = 0; row < sequences.size(); ++row)
      space(sequences.integer(row, 0))
          .sequences.push_back({sequences.string(row, 1),
                                {},
                                sequences.string(row, 3),
                                {},
                                sequences.string(row, 2),
                                ObjectKind::sequence});
    TRY(const Rows triggers, session_.run(fmt::format(fmt::runtime(triggers_sql), spaces)));
    for (int row = 0; row < triggers.size(); ++row)
      space(triggers.integer(row, 0))
          .triggers.push_back({triggers.string(row, 1),
                               triggers.string(row, 2),
                               triggers.string(row, 3),
                               {},
                               triggers.string(row, 4),
                               ObjectKind::trigger});
    TRY(const Rows functions, session_.run(fmt::format(fmt::runtime(functions_sql), spaces)));
    for (int row = 0; row < functions.size(); ++row)
      space(functions.integer(row, 0))
          .functions.push_back({functions.string(row, 1),
                                {},
                                functions.string(row, 2),
                                {},
                                functions.string(row, 3),
                                ObjectKind::function});
    return {};
  }

  Result<void> read_not_modelled() {
    TRY(const Rows rows, session_.run(fmt::format(fmt::runtime(not_modelled_sql), oid_list(space_oids_))));
    for (int row = 0; row < rows.size(); ++row) schema_.not_modelled.push_back({rows.string(row, 0)});
    std::ranges::sort(schema_.not_modelled, {}, &UnmodelledObject::what);
    return {};
  }

  Session& session_;
  const InspectOptions& options_;
  Schema schema_;
  std::vector<std::int64_t> space_oids_, relation_oids_;
  std::map<std::int64_t, std::size_t> space_of_;
  std::map<std::int64_t, Place> places_;
  std::map<std::int64_t, NextValue> unused_;  // by the sequence's OID
};

}  // namespace

Result<Schema> inspect(Session& session, const InspectOptions& options) {
  const bool own_transaction = session.transaction() == TransactionState::none;
  if (own_transaction) TRY(session.run(begin_sql));
  auto schema = Inspector(session, options).run();
  if (own_transaction) {
    auto ended = session.run("ROLLBACK");  // nothing was changed
    if (schema && !ended) return std::move(ended).error();
  }
  if (!schema) return std::move(schema).error().in(fmt::format("inspect {}", session.info().database));
  return schema;
}

}  // namespace bascule::postgres
