#include <doctest/doctest.h>

#include "engine/drivers/sqlite/definitions.h"
#include "tests/unit/sqlite_support.h"

using namespace bascule;
using namespace bascule::test::sqlite;

namespace {

Schema inspect(Connection& connection, const InspectOptions& options = {}) {
  auto schema = connection.inspect(options);
  if (!schema.ok()) FAIL(schema.error().text());
  const auto valid = validate(*schema);
  if (!valid.ok()) FAIL(valid.error().text());
  return std::move(schema).value();
}

const Table& table(const Schema& schema, std::string_view name) {
  const Table* found = schema.namespaces.at(0).find_table(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

const Column& column(const Schema& schema, std::string_view table_name, std::string_view name) {
  const Column* found = table(schema, table_name).find_column(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

const std::vector<std::string> nasty_schema = {
    "CREATE TABLE account (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(100) COLLATE NOCASE NOT NULL "
    "UNIQUE,"
    " active BOOLEAN NOT NULL DEFAULT 1, made_at INTEGER DEFAULT (strftime('%s', 'now')),"
    " note TEXT DEFAULT 'it''s, (so)', low INT DEFAULT -1,"
    " full_name TEXT GENERATED ALWAYS AS (upper(email) || ')') VIRTUAL,"
    " size INT AS (length(note)) STORED, CONSTRAINT \"good, (name)\" CHECK (length(email) > 3 AND note <> "
    "'),('),"
    " CHECK (active IN (0, 1)))",
    "CREATE TABLE \"odd \"\"name\"\"\" (\"a b\" TEXT, [c d] INT, `e` , PRIMARY KEY (\"c d\", \"a b\")) "
    "WITHOUT ROWID",
    "CREATE TABLE plain_rowid (id INTEGER PRIMARY KEY, parent REFERENCES PLAIN_rowid ON DELETE CASCADE,"
    " account_id INT CONSTRAINT owner REFERENCES account (ID) ON UPDATE SET NULL DEFERRABLE INITIALLY "
    "DEFERRED,"
    " a INT, b INT, FOREIGN KEY (a, b) REFERENCES pair NOT DEFERRABLE)",
    "CREATE TABLE pair (x INT, y INT, z ANY, PRIMARY KEY (x, y)) STRICT",
    "CREATE TABLE not_rowid (id INTEGER PRIMARY KEY DESC, d DECIMAL(10, 2))",
    "CREATE UNIQUE INDEX by_note ON account (note DESC, lower(email), id) WHERE note IS NOT NULL AND low > 5",
    "CREATE INDEX by_email ON account (email COLLATE BINARY, active)",
    "CREATE VIEW active_accounts AS SELECT id, email FROM account WHERE active",
    "CREATE TRIGGER touch AFTER UPDATE ON account BEGIN UPDATE account SET low = 2 WHERE id = new.id; END",
    "CREATE VIRTUAL TABLE words USING fts5(body)",
    "INSERT INTO account (email, note) VALUES ('a@b.c', 'x'), ('b@b.c', 'y')",
};

}  // namespace

TEST_CASE("sqlite catalog: columns") {
  const auto connection = memory();
  run(*connection, nasty_schema);
  const Schema schema = inspect(*connection);
  CHECK(schema.flavor == "sqlite");
  CHECK(schema.default_namespace == "main");

  struct Row {
    const char *table, *column;
    const char* native_type;
    Type type;
    bool nullable;
    std::optional<std::string> default_sql;
    Identity identity = Identity::none;
    const char* collation = "";
  };
  const Row rows[] = {
      {"account", "id", "INTEGER", type::Int{8}, false, {}, Identity::by_default},
      {"account", "email", "VARCHAR(100)", type::Text{100}, false, {}, Identity::none, "NOCASE"},
      {"account", "active", "BOOLEAN", type::Bool{}, false, "1"},
      {"account", "made_at", "INTEGER", type::Int{8}, true, "strftime('%s', 'now')"},
      {"account", "note", "TEXT", type::Text{}, true, "'it''s, (so)'"},
      {"account", "low", "INT", type::Int{8}, true, "-1"},
      {"account", "full_name", "TEXT", type::Text{}, true, {}},
      {"odd \"name\"", "a b", "TEXT", type::Text{}, false, {}},
      {"odd \"name\"", "e", "", type::Any{}, true, {}},
      {"plain_rowid", "id", "INTEGER", type::Int{8}, false, {}, Identity::rowid},
      {"not_rowid", "id", "INTEGER", type::Int{8}, true, {}},
      {"not_rowid", "d", "DECIMAL(10, 2)", type::Decimal{10, 2}, true, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.table));
    CAPTURE(std::string(row.column));
    const Column& found = column(schema, row.table, row.column);
    CHECK(found.native_type == row.native_type);
    CHECK(found.type == row.type);
    CHECK(found.nullable == row.nullable);
    CHECK(found.default_sql == row.default_sql);
    CHECK(found.identity == row.identity);
    CHECK(found.collation == row.collation);
  }
  CHECK(column(schema, "account", "id").identity_next == 3);
  CHECK(column(schema, "account", "full_name").generated == Generated{"upper(email) || ')'", false});
  CHECK(column(schema, "account", "size").generated == Generated{"length(note)", true});
  CHECK(column(schema, "account", "size").native_type == "INT");
}

TEST_CASE("sqlite catalog: keys, indexes, checks and what is not modelled") {
  const auto connection = memory();
  run(*connection, nasty_schema);
  const Schema schema = inspect(*connection);

  const Table& account = table(schema, "account");
  CHECK(account.primary_key == PrimaryKey{"", {"id"}});
  CHECK(account.checks == std::vector<Check>{{"", "active IN (0, 1)"},
                                             {"good, (name)", "length(email) > 3 AND note <> '),('"}});
  REQUIRE(account.indexes.size() == 3);
  CHECK(account.indexes[0] == Index{"", {{"email"}}, true, true});
  CHECK(account.indexes[1] == Index{"by_email", {{.column = "email", .collation = "BINARY"}, {"active"}}});
  CHECK(account.indexes[2] == Index{"by_note",
                                    {{"note", "", true}, {"", "lower(email)"}, {"id"}},
                                    true,
                                    false,
                                    "note IS NOT NULL AND low > 5"});

  CHECK(table(schema, "odd \"name\"").primary_key == PrimaryKey{"", {"c d", "a b"}});
  CHECK(table(schema, "odd \"name\"").options.without_rowid);
  CHECK(table(schema, "pair").options.strict);

  const auto& keys = table(schema, "plain_rowid").foreign_keys;
  REQUIRE(keys.size() == 3);
  CHECK(keys[0] == ForeignKey{"", {"a", "b"}, "", "pair", {"x", "y"}});
  CHECK(keys[1] == ForeignKey{"", {"parent"}, "", "plain_rowid", {"id"}, ForeignKeyAction::cascade});
  CHECK(keys[2] == ForeignKey{"owner",
                              {"account_id"},
                              "",
                              "account",
                              {"id"},
                              ForeignKeyAction::no_action,
                              ForeignKeyAction::set_null,
                              true,
                              true});

  const Namespace& space = schema.namespaces.at(0);
  REQUIRE(space.views.size() == 1);
  CHECK(space.views[0].columns.size() == 2);
  REQUIRE(space.triggers.size() == 1);
  CHECK(space.triggers[0].table == "account");
  CHECK(space.find_table("words") == nullptr);
  REQUIRE(schema.not_modelled.size() == 1);
  CHECK(schema.not_modelled[0].what ==
        "virtual table main.words, with its tables words_config, words_content, words_data, words_docsize, "
        "words_idx");
  CHECK(schema.not_modelled[0].definition == "CREATE VIRTUAL TABLE words USING fts5(body)");
}

TEST_CASE("sqlite catalog: attached databases, globs, names only and broken views") {
  const auto connection = memory();
  run(*connection,
      {"CREATE TABLE a (x)", "CREATE TABLE ab (x)", "CREATE TABLE gone (x)",
       "CREATE VIEW broken AS SELECT * FROM gone", "CREATE VIEW whole AS SELECT x FROM a", "DROP TABLE gone",
       "ATTACH ':memory:' AS \"other one\"", "CREATE TABLE \"other one\".far (x)"});
  const Schema all = inspect(*connection);
  REQUIRE(all.namespaces.size() == 2);
  CHECK(all.namespaces[1].name == "other one");
  CHECK(all.namespaces[1].find_table("far") != nullptr);
  REQUIRE(all.namespaces[0].views.size() == 2);
  CHECK(all.namespaces[0].views[0].columns.empty());
  CHECK(all.namespaces[0].views[1].columns.size() == 1);
  REQUIRE(all.not_modelled.size() == 1);
  CHECK(all.not_modelled[0].what == "the columns of the broken view main.broken");

  const Schema some = inspect(*connection, {{"MAIN"}, "a*", false});
  REQUIRE(some.namespaces.size() == 1);
  CHECK(some.namespaces[0].tables.size() == 2);
  CHECK(some.namespaces[0].views.empty());

  const Schema names = inspect(*connection, {{}, "", true});
  CHECK(names.namespaces[0].find_table("ab")->columns.empty());
  CHECK(connection->transaction() == TransactionState::none);
}

TEST_CASE("sqlite catalog: names of constraints and what else only the text tells") {
  const auto connection = memory();
  run(*connection,
      {"CREATE TABLE p (a INT CONSTRAINT key PRIMARY KEY, b INT, UNIQUE (b))",
       "CREATE TABLE t (a INT CONSTRAINT a_there NOT NULL CHECK (a > 0) CONSTRAINT one UNIQUE,"
       " b INT CONSTRAINT b_default DEFAULT 1 UNIQUE, c TEXT COLLATE NOCASE,"
       " CONSTRAINT \"the key\" PRIMARY KEY (b, c), CONSTRAINT two UNIQUE (c COLLATE BINARY, \"a\")"
       " CONSTRAINT to_p FOREIGN KEY (a) REFERENCES p (b) MATCH FULL ON DELETE SET DEFAULT"
       " NOT DEFERRABLE INITIALLY DEFERRED)",
       "CREATE VIEW v AS SELECT a FROM t", "CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END"});
  const Schema schema = inspect(*connection);
  CHECK(table(schema, "p").primary_key == PrimaryKey{"key", {"a"}});
  CHECK(table(schema, "p").indexes == std::vector<Index>{{"", {{"b"}}, true, true}});
  const Table& t = table(schema, "t");
  CHECK(t.primary_key == PrimaryKey{"the key", {"b", "c"}});
  CHECK(t.checks == std::vector<Check>{{"", "a > 0"}});
  CHECK(t.indexes ==
        std::vector<Index>{{"", {{"b"}}, true, true},
                           {"one", {{"a"}}, true, true},
                           {"two", {{.column = "c", .collation = "BINARY"}, {"a"}}, true, true}});
  REQUIRE(t.foreign_keys.size() == 1);
  CHECK(t.foreign_keys[0].name == "to_p");
  CHECK(t.foreign_keys[0].match_full);
  CHECK(t.foreign_keys[0].on_delete == ForeignKeyAction::set_default);
  CHECK(!t.foreign_keys[0].deferrable);
  const Namespace& space = schema.namespaces.at(0);
  CHECK(space.views.at(0).kind == ObjectKind::view);
  CHECK(space.triggers.at(0).kind == ObjectKind::trigger);
  CHECK(space.triggers.at(0).table == "v");
  CHECK(schema.not_modelled.empty());
}

TEST_CASE("sqlite catalog: what the model does not hold is listed") {
  struct Row {
    const char* sql;
    const char* what;
  };
  const Row rows[] = {
      {"CREATE TABLE t (a INT UNIQUE ON CONFLICT REPLACE)", "ON CONFLICT of constraints of table main.t"},
      {"CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE)", "ON CONFLICT of constraints of table main.t"},
      {"CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b DESC))",
       "order or collation of the primary key of table main.t"},
      {"CREATE TABLE t (a TEXT, PRIMARY KEY (a COLLATE NOCASE)) WITHOUT ROWID",
       "order or collation of the primary key of table main.t"},
      {"CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY)", nullptr},
      {"CREATE TABLE t (a INTEGER PRIMARY KEY DESC)", nullptr},
      {"CREATE VIRTUAL TABLE t USING rtree(id, a, b)",
       "virtual table main.t, with its tables t_node, t_parent, t_rowid"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.sql));
    const auto connection = memory();
    run(*connection, {row.sql});
    const Schema schema = inspect(*connection);
    REQUIRE(schema.not_modelled.size() == (row.what == nullptr ? 0 : 1));
    if (row.what == nullptr) continue;
    CHECK(schema.not_modelled[0].what == row.what);
    CHECK(schema.not_modelled[0].definition == row.sql);
  }
}

TEST_CASE("sqlite catalog: statistics, where ANALYZE has run") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (a INT)", "CREATE INDEX i ON t (a) WHERE a > 2", "CREATE TABLE u (a INT)",
                    "INSERT INTO t VALUES (1), (2), (3)"});
  CHECK(!table(inspect(*connection), "t").estimated_rows);
  run(*connection, {"ANALYZE"});
  CHECK(table(inspect(*connection), "t").estimated_rows == 3);
  CHECK(!table(inspect(*connection), "u").estimated_rows);
}

TEST_CASE("sqlite catalog: stored texts") {
  using namespace bascule::sqlite;
  const IndexDefinition index = read_create_index(
      "create index i on t(a asc, substr(b, 1, 2) DESC, \"c,)\" COLLATE nocase) /* x */ where (a>1)");
  CHECK(index.parts == std::vector<std::string>{"a", "substr(b, 1, 2)", "\"c,)\" COLLATE nocase"});
  CHECK(index.where == "(a>1)");

  const TableDefinition odd = read_create_table(
      "CREATE TABLE t (a INTEGER, 'b' UNSIGNED BIG INT(3) DEFAULT (1, ')') CHECK (b>0), -- c\n"
      "PRIMARY KEY (a AUTOINCREMENT) ON CONFLICT REPLACE CONSTRAINT k CHECK(a<>b) UNIQUE (a))");
  REQUIRE(odd.columns.size() == 2);
  CHECK(odd.columns[0].autoincrement);
  CHECK(odd.columns[1].name == "b");
  CHECK(odd.checks == std::vector<Check>{{"", "b>0"}, {"k", "a<>b"}});
  CHECK(odd.has_conflict_clause);
}

TEST_CASE("sqlite plan: applying gives the schema, undoing takes it back") {
  const auto source = memory();
  run(*source, nasty_schema);
  run(*source, {"DROP TABLE words"});
  const Schema want = inspect(*source);

  const auto target = memory();
  const Schema empty = inspect(*target);
  std::vector<Change> changes;
  for (const Table& one : want.namespaces[0].tables) {
    Table without_keys = one;
    without_keys.foreign_keys.clear();
    changes.push_back(change::AddTable{{"main", one.name}, without_keys});
  }
  for (const Table& one : want.namespaces[0].tables)
    for (const ForeignKey& key : one.foreign_keys)
      changes.push_back(change::AddForeignKey{{"main", one.name}, key});
  const auto steps = sqlite_driver().plan(changes, empty, target->features());
  if (!steps.ok()) FAIL(steps.error().text());
  for (const Step& step : steps->steps) run(*target, {step.sql});
  const Schema have = inspect(*target);
  REQUIRE(have.namespaces[0].tables.size() == want.namespaces[0].tables.size());
  for (std::size_t i = 0; i < have.namespaces[0].tables.size(); ++i) {
    CAPTURE(have.namespaces[0].tables[i].name);
    CHECK(have.namespaces[0].tables[i] == want.namespaces[0].tables[i]);
  }
  for (auto step = steps->steps.rbegin(); step != steps->steps.rend(); ++step) run(*target, {step->undo_sql});
  CHECK(inspect(*target) == empty);
}

TEST_CASE("sqlite plan: single changes, forth and back") {
  const Column added{"extra", type::Text{}, "TEXT", false, "'it''s'"};
  const Index index{"t_i", {{"a", "", true}, {"", "lower(b)"}}, true, false, "a > 1"};
  struct Row {
    const char* name;
    Change change;
    bool loses_data;
  };
  const Row rows[] = {
      {"add column", change::AddColumn{{"main", "t"}, added}, false},
      {"drop column", change::DropColumn{{"main", "t"}, {"b", type::Text{}, "TEXT"}}, true},
      {"add index", change::AddIndex{{"main", "t"}, index}, false},
      {"drop table", change::DropTable{{"main", "t"}, {}}, true},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const auto connection = memory();
    run(*connection, {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INT NOT NULL DEFAULT 1, b TEXT)"});
    const Schema before = inspect(*connection);
    Change one = row.change;
    if (auto* drop = std::get_if<change::DropTable>(&one)) drop->table = table(before, "t");
    const auto steps = sqlite_driver().plan({&one, 1}, before, connection->features());
    if (!steps.ok()) FAIL(steps.error().text());
    REQUIRE(steps->steps.size() == 1);
    CHECK(steps->steps.front().loses_data == row.loses_data);
    run(*connection, {steps->steps.front().sql});
    CHECK(inspect(*connection) != before);
    run(*connection, {steps->steps.front().undo_sql});
    CHECK(inspect(*connection) == before);
  }
}

TEST_CASE("sqlite plan: a dropped table comes back with its indexes and its counter") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT)",
                    "CREATE INDEX t_a ON t (a)", "INSERT INTO t (id) VALUES (41)"});
  const Schema before = inspect(*connection);
  const Change drop = change::DropTable{{"main", "t"}, table(before, "t")};
  const auto steps = sqlite_driver().plan({&drop, 1}, before, connection->features());
  if (!steps.ok()) FAIL(steps.error().text());
  for (const Step& step : steps->steps) run(*connection, {step.sql});
  CHECK(inspect(*connection).namespaces[0].tables.empty());
  for (auto step = steps->steps.rbegin(); step != steps->steps.rend(); ++step)
    run(*connection, {step->undo_sql});
  CHECK(inspect(*connection) == before);
}

TEST_CASE("sqlite plan: what SQLite has no place for is refused by name") {
  const auto connection = memory();
  run(*connection, {"CREATE TABLE t (id INTEGER PRIMARY KEY, c INT)",
                    "CREATE TABLE k (a INT UNIQUE ON CONFLICT IGNORE, b INT)"});
  const Schema have = inspect(*connection);
  const TableName t{"main", "t"}, k{"main", "k"};
  const NamedObject function{.name = "f()", .kind = ObjectKind::function};
  struct Row {
    Change change;
    const char* part;
  };
  const Row rows[] = {
      {change::AddIndex{t, {"p", {{"c", "", false, 10}}}}, "index p on t uses a prefix"},
      {change::AddCheck{k, {"", "b > 0"}}, "table k has ON CONFLICT clauses"},
      {change::AddSchema{{"other", ""}}, "schema other cannot be made in SQLite"},
      {change::DropSchema{{"other", ""}}, "schema other cannot be dropped in SQLite"},
      {change::AddEnum{{"main", "mood"}, {"mood", {"ok"}}}, "SQLite has no enums: mood"},
      {change::SetComment{t, ObjectKind::table, "", "", "x"}, "SQLite has no comments: t"},
      {change::AddObject{{"main", "f()"}, function}, "SQLite has no functions: f()"},
      {change::DropObject{{"main", "f()"}, function}, "SQLite has no functions: f()"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.part));
    const auto steps = sqlite_driver().plan({&row.change, 1}, have, connection->features());
    REQUIRE(!steps.ok());
    CHECK(steps.error().code == ErrorCode::unsupported);
    CHECK_MESSAGE(steps.error().what.find(row.part) != std::string::npos, steps.error().what);
    CHECK(!steps.error().hint.empty());
  }
}
