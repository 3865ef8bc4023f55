// What the catalogs of MySQL and MariaDB hold beyond plain tables: every detail arrives in the model, or is
// listed with its DDL.
#include <algorithm>
#include <functional>

#include "engine/base/text.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  if (!schema.ok()) FAIL(schema.error().text());
  const auto valid = validate(*schema);
  if (!valid.ok()) FAIL(valid.error().text());
  return std::move(schema).value();
}

// One thing of the catalog as a line of text, so that a table of cases can say what is wanted.
std::string column_line(const Column& column) {
  std::string out = column.native_type;
  if (!column.collation.empty()) out += " collate " + column.collation;
  if (column.generated)
    out += std::string(column.generated->stored ? " stored " : " virtual ") + column.generated->expression;
  if (!column.nullable) out += " not null";
  if (column.default_sql) out += " default " + *column.default_sql;
  if (column.on_update) out += " on update " + to_lower(*column.on_update);
  if (column.identity != Identity::none) out += " next " + std::to_string(column.identity_next.value_or(-1));
  if (column.invisible) out += " invisible";
  if (!column.comment.empty()) out += " comment " + column.comment;
  return out;
}

std::string index_line(const Index& index) {
  std::string out = index.is_constraint ? "constraint" : index.unique ? "unique" : "index";
  if (!index.method.empty()) out += " " + index.method;
  for (const auto& part : index.parts) {
    out += " " + (part.column.empty() ? "[" + part.expression + "]" : part.column);
    if (part.prefix_length) out += "(" + std::to_string(*part.prefix_length) + ")";
    if (part.descending) out += " desc";
  }
  if (!index.options.empty()) out += " " + index.options;
  if (index.invisible) out += " invisible";
  if (!index.comment.empty()) out += " comment " + index.comment;
  return out;
}

std::string options_line(const TableOptions& options) {
  std::string out = options.storage_engine + "|" + options.collation + "|" + options.storage;
  out += "|" + options.partition_by;
  return options.system_versioned ? out + "|versioned" : out;
}

std::string lines_of(const Table& table, std::string_view what) {
  if (what == "options") return options_line(table.options);
  if (what == "comment") return table.comment;
  std::vector<std::string> lines;
  if (what == "checks")
    for (const auto& check : table.checks)
      lines.push_back(check.name + ": " + check.expression + (check.is_enforced ? "" : " not enforced"));
  if (what == "partitions")
    for (const auto& partition : table.partitions) lines.push_back(partition.name + ": " + partition.bound);
  if (what == "indexes")
    for (const auto& index : table.indexes) lines.push_back(index.name + ": " + index_line(index));
  if (what == "columns")
    for (const auto& column : table.columns) lines.push_back(column.name + ": " + column_line(column));
  return join(lines, "; ");
}

struct TableCase {
  const char* name;
  PerFlavor sql;  // makes the table t; "" where the server has nothing like it
  const char* what;
  PerFlavor wanted;
};

constexpr PerFlavor both(std::string_view text) {
  return {"", "", text, text};
}
constexpr PerFlavor either(std::string_view mysql, std::string_view mariadb) {
  return {"", "", mysql, mariadb};
}

constexpr TableCase table_cases[] = {
    {"an invisible column", both("create table t(a int, b int not null default 3 invisible comment 'x')"),
     "columns", both("a: int; b: int not null default 3 invisible comment x")},
    {"a column collation", both("create table t(a varchar(9) collate utf8mb4_bin, b varchar(9))"), "columns",
     both("a: varchar(9) collate utf8mb4_bin; b: varchar(9)")},
    {"collations of columns are told apart from the table's",
     both("create table t(a varchar(9), b varchar(9) collate latin1_bin) collate utf8mb4_bin"), "columns",
     both("a: varchar(9); b: varchar(9) collate latin1_bin")},
    {"on update",
     both("create table t(a timestamp not null default current_timestamp on update current_timestamp)"),
     "columns",
     either("a: timestamp not null default CURRENT_TIMESTAMP on update current_timestamp",
            "a: timestamp not null default current_timestamp() on update current_timestamp()")},
    {"stored and virtual", both("create table t(a int, b int as (a+1) stored, c int as (a+2) virtual)"),
     "columns", both("a: int; b: int stored `a` + 1; c: int virtual `a` + 2")},
    {"the next value of AUTO_INCREMENT",
     both("create table t(a int auto_increment primary key) auto_increment=77"), "columns",
     both("a: int not null next 77")},
    {"a spatial reference", either("create table t(a point not null srid 4326)", ""), "columns",
     both("a: point SRID 4326 not null")},
    {"a unique constraint and a unique index of a prefix",
     both("create table t(a varchar(20), b int, unique u (b, a), unique p (a(3)))"), "indexes",
     both("p: unique a(3); u: constraint b a")},
    {"descending and prefix", both("create table t(a text, b int, key k (b desc, a(7)) comment 'why')"),
     "indexes", both("k: index b desc a(7) comment why")},
    {"an index that the optimizer ignores",
     either("create table t(a int, key k (a) invisible)", "create table t(a int, key k (a) ignored)"),
     "indexes", both("k: index a invisible")},
    {"an index on an expression", either("create table t(a varchar(9), key k ((lower(a)), a))", ""),
     "indexes", both("k: index [lower(`a`)] a")},
    {"a parser of words", either("create table t(a text, fulltext key k (a) with parser ngram)", ""),
     "indexes", both("k: index fulltext a WITH PARSER `ngram`")},
    {"an index of a foreign key's name that does not serve it",
     both("create table t(a int primary key, b int, key k (b, a), key f (b), "
          "constraint f foreign key (b) references t(a))"),
     "indexes", both("f: index b; k: index b a")},
    {"an index that a foreign key has made",
     both("create table t(a int primary key, b int, constraint f foreign key (b) references t(a))"),
     "indexes", both("")},
    {"checks", both("create table t(a int, b int, constraint c1 check (a > 0), constraint c2 check (b > a))"),
     "checks", both("c1: `a` > 0; c2: `b` > `a`")},
    {"a check that is not enforced",
     either("create table t(a int, constraint c1 check (a > 0) not enforced)", ""), "checks",
     both("c1: `a` > 0 not enforced")},
    {"a check of a JSON column",
     either("", "create table t(a json, b longtext check (json_valid(b)), c int check (c > 0))"), "checks",
     both("c: `c` > 0")},
    {"nothing particular", both("create table t(a int)"), "options", both("|||")},
    {"an engine", both("create table t(a int) engine=myisam"), "options", both("MyISAM|||")},
    {"a collation", both("create table t(a int) collate latin1_bin"), "options", both("|latin1_bin||")},
    {"a row format", both("create table t(a int) row_format=compressed key_block_size=4"), "options",
     both("||KEY_BLOCK_SIZE=4 ROW_FORMAT=COMPRESSED|")},
    {"the row format that is the default", both("create table t(a int) row_format=dynamic"), "options",
     both("|||")},
    {"statistics", both("create table t(a int) stats_persistent=0 row_format=compact"), "options",
     both("||ROW_FORMAT=COMPACT STATS_PERSISTENT=0|")},
    {"partitions by hash", both("create table t(a int primary key) partition by hash(a) partitions 3"),
     "options", both("|||HASH (`a`) PARTITIONS 3")},
    {"partitions by range",
     both("create table t(a int primary key) partition by range(a) "
          "(partition p0 values less than (10) comment 'low', partition `p 1` values less than maxvalue)"),
     "options",
     both("|||RANGE (`a`) (PARTITION `p0` VALUES LESS THAN (10) COMMENT = 'low', "
          "PARTITION `p 1` VALUES LESS THAN MAXVALUE)")},
    {"the list of partitions",
     both("create table t(a int primary key) partition by list(a) "
          "(partition p0 values in (1,2), partition p1 values in (3))"),
     "partitions", both("p0: VALUES IN (1, 2); p1: VALUES IN (3)")},
    {"partitions of partitions",
     both("create table t(a int, b date) partition by range(a) subpartition by hash(to_days(b)) "
          "subpartitions 2 (partition p0 values less than (10))"),
     "options",
     both("|||RANGE (`a`) SUBPARTITION BY HASH (to_days(`b`)) SUBPARTITIONS 2 "
          "(PARTITION `p0` VALUES LESS THAN (10))")},
    {"system versioning", either("", "create table t(a int) with system versioning"), "options",
     both("||||versioned")},
    {"a comment", both("create table t(a int) comment 'it''s \\\\ so'"), "comment", both("it's \\ so")},
};

const NamedObject* find(const std::vector<NamedObject>& objects, std::string_view name) {
  const auto found =
      std::find_if(objects.begin(), objects.end(), [&](const auto& object) { return object.name == name; });
  return found == objects.end() ? nullptr : &*found;
}

struct ObjectCase {
  const char* name;
  std::vector<NamedObject> Namespace::*list;
  ObjectKind kind;
  PerFlavor sql;  // makes the object x
  PerFlavor definition;
};

const ObjectCase object_cases[] = {
    {"a view", &Namespace::views, ObjectKind::view,
     both("create view x as select a, b from t where b <> 'a'"),
     either(
         "CREATE VIEW `x` (`a`, `b`) AS select `t`.`a` AS `a`,`t`.`b` AS `b` from `t` where (`t`.`b` <> 'a')",
         "CREATE VIEW `x` AS select `t`.`a` AS `a`,`t`.`b` AS `b` from `t` where `t`.`b` <> 'a'")},
    {"a view of the invoker, checked", &Namespace::views, ObjectKind::view,
     both("create sql security invoker view x(k) as select a from t where a > 1 with local check option"),
     either(
         "CREATE SQL SECURITY INVOKER VIEW `x` (`k`) AS select `t`.`a` AS `a` from `t` where (`t`.`a` > 1) "
         "WITH LOCAL CHECK OPTION",
         "CREATE SQL SECURITY INVOKER VIEW `x` AS select `t`.`a` AS `k` from `t` where `t`.`a` > 1 "
         "WITH LOCAL CHECK OPTION")},
    {"a view's algorithm", &Namespace::views, ObjectKind::view,
     either("", "create algorithm=temptable view x as select a from t"),
     both("CREATE ALGORITHM=TEMPTABLE VIEW `x` AS select `t`.`a` AS `a` from `t`")},
    {"a trigger", &Namespace::triggers, ObjectKind::trigger,
     both("create trigger x before update on t for each row begin set new.b = 'a\\nb''c'; end"),
     both("CREATE TRIGGER `x` BEFORE UPDATE ON `t` FOR EACH ROW begin set new.b = 'a\\nb''c'; end")},
    {"a trigger after another one", &Namespace::triggers, ObjectKind::trigger,
     both("create trigger x before insert on t for each row follows first_one set new.a = 1"),
     either("CREATE TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW FOLLOWS `first_one` set new.a = 1",
            "CREATE TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW FOLLOWS `first_one` set new.a = 1")},
    {"a function", &Namespace::functions, ObjectKind::function,
     both("create definer=root@localhost function x(a int, b varchar(9) charset latin1) returns int "
          "deterministic comment 'it''s' return a + char_length('\\n') + char_length(b)"),
     both("CREATE FUNCTION `x`(a int, b varchar(9) charset latin1) RETURNS int?\n    DETERMINISTIC\n"
          "return a + char_length('\\n') + char_length(b)")},
    {"a procedure", &Namespace::functions, ObjectKind::procedure,
     both("create procedure x(in a int, out b int) sql security invoker begin set b = a; end"),
     both("CREATE PROCEDURE `x`(in a int, out b int)\n    SQL SECURITY INVOKER\nbegin set b = a; end")},
    {"a sequence", &Namespace::sequences, ObjectKind::sequence,
     either("", "create sequence x start with 5 increment by 3 maxvalue 100 cycle"),
     both("CREATE SEQUENCE `x` start with 5 minvalue 1 maxvalue 100 increment by 3 cache 1000 cycle")},
};

}  // namespace

ENGINE_TEST_CASE("mysql: every detail of a table is read", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  for (const auto& row : table_cases) {
    if (row.sql[engine.flavor].empty()) continue;
    CAPTURE(row.name);
    run(*connection, "drop table if exists t");
    run(*connection, row.sql[engine.flavor]);
    const Schema schema = inspect(*connection);
    REQUIRE(schema.namespaces[0].tables.size() == 1);
    CHECK(lines_of(schema.namespaces[0].tables[0], row.what) == row.wanted[engine.flavor]);
    CHECK(schema.not_modelled.empty());
  }
}

ENGINE_TEST_CASE("mysql: every object is read with the statement that makes it", on_mysql_family) {
  Scratch scratch(engine), copy(engine);
  auto connection = scratch.connect(), target = copy.connect();
  for (auto* one : {connection.get(), target.get()}) {
    run(*one, "create table t(a int, b varchar(20))");
    run(*one, "create trigger first_one before insert on t for each row set new.b = ''");
  }
  for (const auto& row : object_cases) {
    if (row.sql[engine.flavor].empty()) continue;
    CAPTURE(row.name);
    run(*connection, row.sql[engine.flavor]);
    const Schema schema = inspect(*connection);
    const NamedObject* object = find(schema.namespaces[0].*row.list, "x");
    REQUIRE(object != nullptr);
    CHECK(object->kind == row.kind);
    // "int?" stands for int or MariaDB's int(11).
    const std::string width = engine.flavor == Flavor::mysql ? "int" : "int(11)";
    CHECK(object->definition == replace_all(row.definition[engine.flavor], "int?", width));
    // The statement makes the same object elsewhere.
    run(*target, object->definition);
    const Schema made = inspect(*target);
    const NamedObject* again = find(made.namespaces[0].*row.list, "x");
    REQUIRE(again != nullptr);
    CHECK(again->definition == object->definition);
    for (auto* one : {connection.get(), target.get()})
      run(*one, "drop " + std::string(object_kind_sql(row.kind)) + " x");
  }
}

ENGINE_TEST_CASE("mysql: what the model cannot say is listed with its DDL", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t(a varchar(100), primary key (a(10)))");
  run(*connection, "create event e on schedule every 1 day disable do delete from t where a = 'x\\ny'");
  if (engine.flavor == Flavor::mariadb)
    run(*connection, "create table v(a int, b int without system versioning) with system versioning");
  const Schema schema = inspect(*connection);
  struct Case {
    Flavor flavor;
    const char *what, *definition;
  };
  constexpr Case cases[] = {
      {Flavor::mysql, "prefix of a in the primary key of t", "PRIMARY KEY (`a`(10))"},
      {Flavor::mariadb, "prefix of a in the primary key of t", "PRIMARY KEY (`a`(10))"},
      {Flavor::mysql, "event e", "'x\\ny'"},
      {Flavor::mariadb, "event e", "'x\\ny'"},
      {Flavor::mariadb, "column without system versioning of v", "WITHOUT SYSTEM VERSIONING"},
  };
  std::size_t wanted = 0;
  for (const auto& row : cases) {
    if (row.flavor != engine.flavor) continue;
    CAPTURE(row.what);
    ++wanted;
    const auto found = std::find_if(schema.not_modelled.begin(), schema.not_modelled.end(),
                                    [&](const auto& object) { return object.what == row.what; });
    REQUIRE(found != schema.not_modelled.end());
    CHECK(found->definition.find(row.definition) != std::string::npos);
    CHECK(found->definition.find("DEFINER") == std::string::npos);
  }
  CHECK(schema.not_modelled.size() == wanted);
}
