// The catalog of MySQL and MariaDB, and their DDL.
#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/registry.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

constexpr std::string_view every_kind[] = {
    "create table parent(id int primary key, k int, unique key parent_k (k)) comment 'the parent''s'",
    "create table t("
    "id bigint unsigned not null auto_increment comment 'it''s \\\\ here', "
    "a varchar(20) default 'it''s \\\\ x', "
    "e enum('a','b''c','d\\\\e') default 'a', "
    "s set('x','y') not null default 'x,y', "
    "d datetime(3) default current_timestamp(3) on update current_timestamp(3), "
    "w datetime null, ti timestamp null, tm time(6), ye year, da date default '2024-02-29', "
    "i int not null default 5, "
    "g int generated always as (i + 1) stored, "
    "v varchar(30) generated always as (concat(a, '''q')) virtual, "
    "b tinyint(1) not null default 0, "
    "tb tinyint, mb mediumint unsigned, z int(5) unsigned zerofill, "
    "bt bit(3) default b'101', "
    "ex int default (1 + 2), "
    "u int, "
    "js json, "
    "t2 text collate utf8mb4_bin, lt longtext, la varchar(9) collate latin1_swedish_ci, "
    "bi binary(3), vb varbinary(300) default x'410042', bl mediumblob, "
    "de decimal(10,2) default 1.50, de2 decimal(65,30), fl float, db double default 10000000000, "
    "po point, "
    "primary key (id), "
    "unique key uq (i, b), "
    "key ix (a(3), i), "
    "key u_ix (u, i), "
    "fulltext key ft (t2), "
    "constraint positive check (i > 0 and a <> 'q''q'), "
    "constraint fk foreign key (u) references parent(id) on delete cascade on update set null, "
    "constraint fk_alone foreign key (i) references parent(k)) comment 'it''s \\\\ a table'",
    "create view some as select id, a from t where a <> 'it''s'",
    "create trigger tr before insert on t for each row set new.i = 1",
    "create function plus(x int) returns int deterministic return x + 1",
    "create procedure both_ways(in a int, out b int) begin set b = a; end",
};

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  if (!schema.ok()) FAIL(schema.error().text());
  const auto valid = validate(*schema);
  if (!valid.ok()) FAIL(valid.error().text());
  return std::move(schema).value();
}

const Column& column(const Table& table, std::string_view name) {
  const Column* found = table.find_column(name);
  REQUIRE_MESSAGE(found != nullptr, "no column " << name);
  return *found;
}

// What a comparison of two copies must not look at: names of databases and numbers that move by themselves.
Table comparable(Table table) {
  table.estimated_rows.reset();
  table.estimated_bytes.reset();
  for (auto& one : table.columns) one.identity_next.reset();
  return table;
}

struct ColumnCase {
  const char *name, *type, *native_type, *default_sql;  // no default: ""
  bool nullable;
};
constexpr ColumnCase column_cases[] = {
    {"id", "uint8", "bigint unsigned", "", false},
    {"a", "varchar(20)", "varchar(20)", "?", true},
    {"e", "enum", "enum('a','b''c','d\\\\e')", "'a'", true},
    {"s", "set", "set('x','y')", "'x,y'", false},
    {"w", "timestamp", "datetime", "", true},
    {"ti", "timestamptz", "timestamp", "", true},
    {"tm", "time(6)", "time(6)", "", true},
    {"ye", "year", "year", "", true},
    {"da", "date", "date", "'2024-02-29'", true},
    {"i", "int4", "int", "5", false},
    {"b", "bool", "tinyint(1)", "0", false},
    {"tb", "int1", "tinyint", "", true},
    {"mb", "uint3", "mediumint unsigned", "", true},
    {"z", "uint4", "int(5) unsigned zerofill", "", true},
    {"bt", "bit(3)", "bit(3)", "b'101'", true},
    {"ex", "int4", "int", "(1 + 2)", true},
    {"t2", "text", "text", "", true},
    {"bi", "binary(3)", "binary(3)", "", true},
    {"de", "decimal(10,2)", "decimal(10,2)", "1.50", true},
    {"de2", "decimal(65,30)", "decimal(65,30)", "", true},
    {"fl", "float4", "float", "", true},
    {"db", "float8", "double", "10000000000", true},
    {"js", "?", "json", "", true},
    {"po", "point", "point", "", true},
};

}  // namespace

ENGINE_TEST_CASE("mysql: inspect reads every kind of object", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  for (const auto& sql : every_kind) run(*connection, sql);
  run(*connection, "insert into parent values (1, 1)");
  const Schema schema = inspect(*connection);
  CHECK(schema.flavor == engine.name);
  REQUIRE(schema.namespaces.size() == 1);
  const Namespace& space = schema.namespaces[0];
  CHECK(space.name == schema.default_namespace);
  REQUIRE(space.tables.size() == 2);
  const Table& table = space.tables[1];
  CHECK(table.name == "t");
  CHECK(table.comment == "it's \\ a table");

  for (const auto& row : column_cases) {
    CAPTURE(row.name);
    const Column& found = column(table, row.name);
    if (std::string_view(row.type) != "?") CHECK(type_name(found.type) == row.type);
    CHECK(found.native_type == row.native_type);
    if (std::string_view(row.default_sql) != "?") CHECK(found.default_sql.value_or("") == row.default_sql);
    CHECK(found.nullable == row.nullable);
  }
  CHECK(column(table, "id").identity == Identity::by_default);
  CHECK(column(table, "id").comment == "it's \\ here");
  CHECK(column(table, "js").type.is<type::Json>());
  CHECK(column(table, "e").type.get<type::Enum>()->labels == std::vector<std::string>{"a", "b'c", "d\\e"});
  CHECK(to_lower(column(table, "d").on_update.value_or("")) == "current_timestamp(3)");
  CHECK(column(table, "g").generated == Generated{"`i` + 1", true});
  CHECK(column(table, "v").generated.has_value());
  CHECK_FALSE(column(table, "v").generated->stored);
  CHECK(column(table, "t2").collation == "utf8mb4_bin");
  CHECK(column(table, "la").collation == "latin1_swedish_ci");
  CHECK(column(table, "a").collation.empty());
  CHECK(scalar(*connection, "select hex(" + *column(table, "vb").default_sql + ")") == "410042");
  // A default's text means the same value whatever its spelling.
  CHECK(scalar(*connection, "select " + *column(table, "a").default_sql) == "it's \\ x");

  REQUIRE(table.primary_key.has_value());
  CHECK(table.primary_key->columns == std::vector<std::string>{"id"});
  std::vector<std::string> indexes;
  for (const auto& index : table.indexes) indexes.push_back(index.name);
  CHECK(indexes == std::vector<std::string>{"ft", "ix", "u_ix", "uq"});
  CHECK(table.indexes[0].method == "fulltext");
  CHECK(table.indexes[1].parts[0].prefix_length == 3);
  CHECK(table.indexes[3].unique);
  REQUIRE(table.foreign_keys.size() == 2);
  CHECK(table.foreign_keys[0].referenced_table == "parent");
  CHECK(table.foreign_keys[0].on_delete == ForeignKeyAction::cascade);
  CHECK(table.foreign_keys[0].on_update == ForeignKeyAction::set_null);
  CHECK(table.foreign_keys[1].on_delete == ForeignKeyAction::no_action);
  REQUIRE(table.checks.size() == 1);  // not MariaDB's json_valid()
  CHECK(table.checks[0].name == "positive");
  REQUIRE(space.views.size() == 1);
  CHECK(space.views[0].columns.size() == 2);
  CHECK(space.views[0].definition.find(scratch.url().substr(scratch.url().rfind('/') + 1)) ==
        std::string::npos);
  REQUIRE(space.triggers.size() == 1);
  CHECK(space.triggers[0].table == "t");
  CHECK(space.functions.size() == 2);
  CHECK(space.functions[1].definition.find("return x + 1") != std::string::npos);

  InspectOptions names;
  names.names_only = true;
  const auto listed = connection->inspect(names);
  REQUIRE(listed.ok());
  CHECK(listed->namespaces[0].tables.size() == 2);
  CHECK(listed->namespaces[0].views.size() == 1);
  InspectOptions glob;
  glob.table_glob = "par*";
  CHECK(connection->inspect(glob)->namespaces[0].tables.size() == 1);
  InspectOptions missing;
  missing.schemas = {"no_such_database"};
  CHECK_FALSE(connection->inspect(missing).ok());
  const auto databases = connection->databases();
  REQUIRE(databases.ok());
  CHECK(std::count(databases->begin(), databases->end(), space.name) == 1);
  const auto status = connection->status();
  REQUIRE(status.ok());
  CHECK(status->uptime_seconds.value_or(-1) >= 0);
  CHECK(status->server_time.ends_with("Z"));
}

ENGINE_TEST_CASE("mysql: a planned table is the one that was read, and the way back leads back",
                 on_mysql_family) {
  Scratch scratch(engine), copy(engine);
  auto connection = scratch.connect(), target = copy.connect();
  for (const auto& sql : every_kind) run(*connection, sql);
  const Schema wanted = inspect(*connection);
  const Schema empty = inspect(*target);
  std::vector<Change> changes;
  const std::string& name = empty.default_namespace;
  for (const auto& table : wanted.namespaces[0].tables)
    changes.push_back(change::AddTable{{name, table.name}, table});
  for (const auto& table : wanted.namespaces[0].tables)
    for (const auto& key : table.foreign_keys)
      changes.push_back(change::AddForeignKey{{name, table.name}, key});
  const auto steps = driver(engine.flavor).plan(changes, empty, target->features());
  REQUIRE(steps.ok());
  for (const auto& step : steps->steps) run(*target, step.sql);
  const Schema made = inspect(*target);
  REQUIRE(made.namespaces[0].tables.size() == wanted.namespaces[0].tables.size());
  for (std::size_t i = 0; i < made.namespaces[0].tables.size(); ++i) {
    const Table a = comparable(made.namespaces[0].tables[i]), b = comparable(wanted.namespaces[0].tables[i]);
    CAPTURE(a.name);
    REQUIRE(a.columns.size() == b.columns.size());
    for (std::size_t c = 0; c < a.columns.size(); ++c) {
      CAPTURE(a.columns[c].name);
      CAPTURE(a.columns[c].default_sql.value_or("none"));
      CAPTURE(b.columns[c].default_sql.value_or("none"));
      CHECK(a.columns[c] == b.columns[c]);
    }
    CHECK(a == b);
  }
  for (auto step = steps->steps.rbegin(); step != steps->steps.rend(); ++step) run(*target, step->undo_sql);
  CHECK(inspect(*target).namespaces[0].tables.empty());
}

ENGINE_TEST_CASE("mysql: every change is made and taken back", on_mysql_family) {
  struct Case {
    const char* name;
    std::function<Change(const TableName&, const Table&)> change;
  };
  const Column extra{
      .name = "extra", .type = {}, .native_type = "varchar(9)", .nullable = false, .default_sql = "'x'"};
  const std::vector<Case> cases = {
      {"add_column",
       [&](auto& name, auto&) {
         return change::AddColumn{name, extra};
       }},
      {"drop_column",
       [](auto& name, auto& table) {
         return change::DropColumn{name, table.columns.back()};
       }},
      {"alter_column",
       [](auto& name, auto& table) {
         Column to = *table.find_column("a");
         to.native_type = "varchar(40)";
         to.nullable = false;
         to.default_sql = "'other'";
         to.comment = "new";
         return change::AlterColumn{name, *table.find_column("a"), to};
       }},
      {"add_index",
       [](auto& name, auto&) {
         return change::AddIndex{name,
                                 {"new_ix", {{.column = "i", .descending = true}, {.column = "b"}}, true}};
       }},
      {"drop_index",
       [](auto& name, auto& table) {
         return change::DropIndex{name, table.indexes[1]};
       }},
      {"add_foreign_key",
       [](auto& name, auto&) {
         return change::AddForeignKey{name, {"new_fk", {"mb2"}, "", "parent", {"id"}}};
       }},
      {"drop_foreign_key",
       [](auto& name, auto& table) {
         return change::DropForeignKey{name, table.foreign_keys[0]};
       }},
      {"drop_foreign_key with its index",
       [](auto& name, auto& table) {
         return change::DropForeignKey{name, table.foreign_keys[1]};
       }},
      {"alter_primary_key",
       [](auto& name, auto& table) {
         return change::AlterPrimaryKey{name, table.primary_key, PrimaryKey{"", {"id", "i"}}};
       }},
  };
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table parent(id int primary key)");
  run(*connection,
      "create table t(id int not null auto_increment primary key, a varchar(20), i int not null, "
      "b int, u int, u2 int, mb2 int, key ix_a (a), key ix_b (b, i), key u_ix (u), "
      "constraint fk1 foreign key (u) references parent(id), "
      "constraint fk2 foreign key (u2) references parent(id), last int comment 'x')");
  const Schema before = inspect(*connection);
  const Table table = *before.namespaces[0].find_table("t");
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const TableName name{before.default_namespace, "t"};
    const Change change = row.change(name, table);
    const auto steps =
        driver(engine.flavor).plan(std::vector<Change>{change}, before, connection->features());
    REQUIRE(steps.ok());
    REQUIRE(steps->steps.size() == 1);
    run(*connection, steps->steps[0].sql);
    const Schema after = inspect(*connection);
    CHECK(comparable(*after.namespaces[0].find_table("t")) != comparable(table));
    run(*connection, steps->steps[0].undo_sql);
    const Schema again = inspect(*connection);
    CHECK(comparable(*again.namespaces[0].find_table("t")) == comparable(table));
  }
}

TEST_CASE("mysql: what no server can do is refused by name") {
  const Column counting{
      .name = "n", .type = type::Int{4}, .native_type = "int", .identity = Identity::by_default};
  Table table{.name = "t", .columns = {counting}};
  const Index partial{.name = "p", .parts = {{.column = "n"}}, .where = "n > 0"};
  const Index gin{.name = "g", .parts = {{.column = "n"}}, .method = "gin"};
  const TableName name{"db", "t"};
  ForeignKey key{"k", {"n"}, "", "t", {"n"}};
  key.on_delete = ForeignKeyAction::set_default;
  struct Case {
    const char* name;
    Change change;
    const char* object;
  };
  const Case cases[] = {{"a counter without a key", change::AddTable{name, table}, "t.n"},
                        {"a partial index", change::AddIndex{name, partial}, "t.p"},
                        {"a gin index", change::AddIndex{name, gin}, "t.g"},
                        {"set default", change::AddForeignKey{name, key}, "t.k"}};
  for (const auto& row : cases) {
    CAPTURE(row.name);
    const auto features = compute_features(Flavor::mysql, "9.7.4");
    const auto steps = driver(Flavor::mysql).plan(std::vector<Change>{row.change}, {}, features);
    REQUIRE(!steps.ok());
    CHECK(steps.error().code == ErrorCode::unsupported);
    CHECK(steps.error().what.find(row.object) != std::string::npos);
    CHECK_FALSE(steps.error().hint.empty());
  }
}
