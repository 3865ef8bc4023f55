// Changes on SQLite, most of which are rebuilds of tables: rows, rowids, children, triggers, views and
// indexes stay, the way back leads back, and what cannot be done is refused with nothing changed.
#include <string>
#include <vector>

#include "engine/base/text.h"
#include "engine/drivers/registry.h"
#include "engine/jobs/apply.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

using Statements = std::vector<std::string>;

struct Case {
  std::string name;
  Statements from;                 // the first schema
  Statements rows;                 // what is put into it
  Statements to;                   // the wanted schema
  std::string kinds;               // the changes: kind and object, in order
  std::string query = "select 1";  // on what is made of it
  Statements expected = {"1"};
  bool rebuilds = true;
  std::vector<Rename> renames = {};
};

const Statements parent_and_child = {"create table parent (id integer primary key, name text, code int)",
                                     "create table child (id integer primary key, parent_id int references "
                                     "parent (id) on delete cascade, note text)"};
const Statements family = {"insert into parent values (1, 'a', 10), (2, 'b', 20)",
                           "insert into child values (1, 1, 'x'), (2, 1, 'y'), (3, 2, 'z')"};

Statements with(Statements statements, const Statements& more) {
  statements.insert(statements.end(), more.begin(), more.end());
  return statements;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      // --- columns ---
      {"a type changes and values convert by affinity",
       {"create table t (id integer primary key, a text)"},
       {"insert into t values (1, '7'), (2, 'x')"},
       {"create table t (id integer primary key, a int)"},
       "alter_column t.a",
       "select id, a, typeof(a) from t",
       {"1|7|integer", "2|x|text"}},
      {"a column becomes NOT NULL",
       {"create table t (id integer primary key, a text)"},
       {"insert into t values (1, 'x')"},
       {"create table t (id integer primary key, a text not null)"},
       "alter_column t.a",
       "select a from t",
       {"x"}},
      {"a column becomes nullable",
       {"create table t (a text not null, b int)"},
       {"insert into t values ('x', 1)"},
       {"create table t (a text, b int)"},
       "alter_column t.a",
       "select a, b from t",
       {"x|1"}},
      {"a default changes",
       {"create table t (a int, b text default 'x')"},
       {"insert into t (a) values (1)"},
       {"create table t (a int, b text default 'y')"},
       "alter_column t.b",
       "select a, b from t",
       {"1|x"}},
      {"a collation changes",
       {"create table t (a text)", "create index t_a on t (a)"},
       {"insert into t values ('B'), ('a')"},
       {"create table t (a text collate nocase)", "create index t_a on t (a)"},
       "alter_column t.a",
       "select a from t order by a",
       {"a", "B"}},
      {"a column is added natively",
       {"create table t (a int)"},
       {"insert into t values (1)"},
       {"create table t (a int, b text not null default 'it''s')"},
       "add_column t.b",
       "select a, b from t",
       {"1|it's"},
       false},
      {"a column without a value for rows is added to an empty table",
       {"create table t (a int)"},
       {},
       {"create table t (a int, b text not null)"},
       "add_column t.b",
       "select count(*) from t",
       {"0"},
       false},
      {"a column with a default that is computed",
       {"create table t (a int)"},
       {"insert into t values (1), (2)"},
       {"create table t (a int, b text default (upper('x') || 'y'))"},
       "add_column t.b",
       "select a, b from t",
       {"1|Xy", "2|Xy"}},
      {"a column with the current time as its default",
       {"create table t (a int)"},
       {"insert into t values (1)"},
       {"create table t (a int, b text not null default current_timestamp)"},
       "add_column t.b",
       "select a, length(b) from t",
       {"1|19"}},
      {"a stored generated column is added",
       {"create table t (a int)"},
       {"insert into t values (3)"},
       {"create table t (a int, b int generated always as (a * 2) stored)"},
       "add_column t.b",
       "select a, b from t",
       {"3|6"}},
      {"a virtual generated column is added natively",
       {"create table t (a int)"},
       {"insert into t values (3)"},
       {"create table t (a int, b int generated always as (a * 2) virtual)"},
       "add_column t.b",
       "select a, b from t",
       {"3|6"},
       false},
      {"generated columns change places and kinds",
       {"create table t (a int, b int generated always as (a * 2) virtual, c int)"},
       {"insert into t (a, c) values (3, 4)"},
       {"create table t (a int, b int, c int generated always as (a + 1) stored)"},
       "alter_column t.b, alter_column t.c",
       "select a, b, c from t",
       {"3|6|4"}},
      {"a column is dropped natively",
       {"create table t (a int, b text)"},
       {"insert into t values (1, 'x')"},
       {"create table t (a int)"},
       "drop_column t.b",
       "select * from t",
       {"1"},
       false},
      {"an indexed column is dropped",
       {"create table t (a int, b text)", "create index t_b on t (b)"},
       {"insert into t values (1, 'x')"},
       {"create table t (a int)"},
       "drop_index t.t_b, drop_column t.b",
       "select * from t",
       {"1"},
       false},
      {"a column of a UNIQUE constraint is dropped",
       {"create table t (a int, b text unique)"},
       {"insert into t values (1, 'x')"},
       {"create table t (a int)"},
       "drop_unique t.b, drop_column t.b",
       "select * from t",
       {"1"}},
      {"a column with a default that is computed is dropped, and comes back",
       {"create table t (a int, b text default (upper('x')))"},
       {"insert into t (a) values (1)"},
       {"create table t (a int)"},
       "drop_column t.b",
       "select * from t",
       {"1"}},
      {"a column of a foreign key is dropped",
       parent_and_child,
       family,
       {parent_and_child[0], "create table child (id integer primary key, note text)"},
       "drop_foreign_key child.parent_id, drop_column child.parent_id",
       "select id, note from child",
       {"1|x", "2|y", "3|z"}},
      {"a column of a CHECK is dropped",
       {"create table t (a int, b int check (b > 0))"},
       {"insert into t values (1, 2)"},
       {"create table t (a int)"},
       "drop_check t, drop_column t.b",
       "select * from t",
       {"1"}},
      {"many changes of one table are one rebuild",
       {"create table t (id integer primary key, a text, b int, c int unique)", "create index t_a on t (a)"},
       {"insert into t values (1, '5', 6, 7)"},
       {"create table t (id integer primary key, a int not null, d text default 'new', c int)",
        "create index t_a on t (a desc)"},
       "drop_unique t.c, drop_index t.t_a, add_column t.d, alter_column t.a, drop_column t.b, add_index "
       "t.t_a",
       "select id, a, c, d from t",
       {"1|5|7|new"}},
      // --- keys and constraints ---
      {"a CHECK is added",
       {"create table t (a int)"},
       {"insert into t values (1)"},
       {"create table t (a int, constraint positive check (a > 0))"},
       "add_check t.positive",
       "select a from t",
       {"1"}},
      {"a CHECK is dropped",
       {"create table t (a int, constraint positive check (a > 0))"},
       {"insert into t values (1)"},
       {"create table t (a int)"},
       "drop_check t.positive",
       "select a from t",
       {"1"}},
      {"a CHECK changes",
       {"create table t (a int, constraint c check (a > 0))"},
       {"insert into t values (5)"},
       {"create table t (a int, constraint c check (a > 1 and a < 10))"},
       "drop_check t.c, add_check t.c",
       "select a from t",
       {"5"}},
      {"a UNIQUE constraint is added",
       {"create table t (a int, b int)"},
       {"insert into t values (1, 1), (1, 2)"},
       {"create table t (a int, b int, constraint pair unique (a, b))"},
       "add_unique t.pair",
       "select a, b from t",
       {"1|1", "1|2"}},
      {"a UNIQUE constraint becomes a unique index",
       {"create table t (a int unique)"},
       {"insert into t values (1)"},
       {"create table t (a int)", "create unique index t_a on t (a)"},
       "drop_unique t.a, add_index t.t_a",
       "select a from t",
       {"1"}},
      {"a primary key gets a second column",
       {"create table t (a int, b int, primary key (a))"},
       {"insert into t values (1, 2), (2, 3)"},
       {"create table t (a int, b int, primary key (a, b))"},
       "alter_primary_key t",
       "select rowid, a, b from t",
       {"1|1|2", "2|2|3"}},
      {"a table gets a primary key",
       {"create table t (a int, b int)"},
       {"insert into t values (10, 2), (20, 3)"},
       {"create table t (a int, b int, primary key (a))"},
       "add_primary_key t",
       "select rowid, a, b from t",
       {"1|10|2", "2|20|3"}},
      {"a table loses its primary key",
       {"create table t (a int, b int, primary key (a))"},
       {"insert into t values (10, 2)"},
       {"create table t (a int, b int)"},
       "drop_primary_key t",
       "select rowid, a, b from t",
       {"1|10|2"}},
      {"a table gets a key that numbers its rows, and takes the rowids for it",
       {"create table t (a text)"},
       {"insert into t values ('x'), ('y'), ('z')", "delete from t where a = 'x'"},
       {"create table t (a text, id integer primary key)"},
       "add_column t.id, add_primary_key t",
       "select id, a from t",
       {"2|y", "3|z"}},
      {"a foreign key is added",
       {parent_and_child[0], "create table child (id integer primary key, parent_id int, note text)"},
       family,
       parent_and_child,
       "add_foreign_key child.parent_id",
       "select count(*) from child",
       {"3"}},
      {"a foreign key is dropped",
       parent_and_child,
       family,
       {parent_and_child[0], "create table child (id integer primary key, parent_id int, note text)"},
       "drop_foreign_key child.parent_id",
       "select count(*) from child",
       {"3"}},
      {"the action of a foreign key changes",
       parent_and_child,
       family,
       {parent_and_child[0],
        "create table child (id integer primary key, parent_id int references parent (id) on delete set null "
        "deferrable initially deferred, note text)"},
       "drop_foreign_key child.parent_id, add_foreign_key child.parent_id",
       "select count(*) from child where parent_id is not null",
       {"3"}},
      // --- what a careless rebuild loses ---
      {"children stay when their parent is rebuilt under ON DELETE CASCADE",
       parent_and_child,
       family,
       {"create table parent (id integer primary key, name text not null, code int)", parent_and_child[1]},
       "alter_column parent.name",
       "select c.id, p.name from child c join parent p on p.id = c.parent_id order by 1",
       {"1|a", "2|a", "3|b"}},
      {"two tables that refer to each other are rebuilt in one plan",
       {"create table a (id integer primary key, b_id int references b (id) on delete cascade, x text)",
        "create table b (id integer primary key, a_id int references a (id) on delete cascade, y text)"},
       {"insert into a values (1, null, 'x')", "insert into b values (7, 1, 'y')", "update a set b_id = 7"},
       {"create table a (id integer primary key, b_id int references b (id) on delete cascade, x text not "
        "null)",
        "create table b (id integer primary key, a_id int references a (id) on delete cascade, y text not "
        "null)"},
       "alter_column a.x, alter_column b.y",
       "select a.id, b.id, x, y from a join b on b.a_id = a.id and a.b_id = b.id",
       {"1|7|x|y"}},
      {"a table that refers to itself",
       {"create table t (id integer primary key, up int references t (id) on delete cascade, a text)"},
       {"insert into t values (1, null, 'r'), (2, 1, 's'), (3, 2, 't')"},
       {"create table t (id integer primary key, up int references t (id) on delete cascade, a text not "
        "null)"},
       "alter_column t.a",
       "select id, up, a from t",
       {"1|NULL|r", "2|1|s", "3|2|t"}},
      {"rowids stay where nothing names them",
       {"create table t (a text)"},
       {"insert into t values ('x'), ('y'), ('z')", "delete from t where a = 'y'"},
       {"create table t (a text not null)"},
       "alter_column t.a",
       "select rowid, a from t",
       {"1|x", "3|z"}},
      {"rowids stay where a column is called rowid",
       {"create table t (rowid text, a int)"},
       {"insert into t values ('x', 1), ('y', 2)", "delete from t where a = 1"},
       {"create table t (rowid text, a int not null)"},
       "alter_column t.a",
       "select _rowid_, rowid, a from t",
       {"2|y|2"}},
      {"columns with all three names of the rowid",
       {"create table t (rowid text, _rowid_ text, oid int)"},
       {"insert into t values ('x', 'y', 1)"},
       {"create table t (rowid text, _rowid_ text, oid int not null)"},
       "alter_column t.oid",
       "select rowid, _rowid_, oid from t",
       {"x|y|1"}},
      {"AUTOINCREMENT goes on from where it was",
       {"create table t (id integer primary key autoincrement, a text)"},
       {"insert into t values (41, 'x'), (90, 'y')", "delete from t where id = 90"},
       {"create table t (id integer primary key autoincrement, a text not null)"},
       "alter_column t.a",
       "select id, (select seq from sqlite_sequence where name = 't'), (select count(*) from "
       "sqlite_sequence) from t",
       {"41|90|1"}},
      {"AUTOINCREMENT of a table that is empty by now",
       {"create table t (id integer primary key autoincrement, a text)"},
       {"insert into t values (90, 'y')", "delete from t"},
       {"create table t (id integer primary key autoincrement, a text not null)"},
       "alter_column t.a",
       "select name, seq from sqlite_sequence",
       {"t|90"}},
      {"indexes of a rebuilt table stay",
       {"create table t (a text, b int)", "create unique index t_b on t (b) where b > 0",
        "create index t_expression on t (lower(a), b desc)"},
       {"insert into t values ('x', 1)"},
       {"create table t (a text not null, b int)", "create unique index t_b on t (b) where b > 0",
        "create index t_expression on t (lower(a), b desc)"},
       "alter_column t.a",
       "select name from sqlite_schema where type = 'index' order by 1",
       {"t_b", "t_expression"}},
      {"triggers of a rebuilt table stay, and those of others that write to it",
       {"create table t (a text, n int default 0)", "create table log (a text)",
        "create trigger t_insert after insert on t begin insert into log values (new.a); end",
        "create trigger log_insert after insert on log begin update t set n = n + 1 where a = new.a; end"},
       {"insert into t (a) values ('x')"},
       {"create table t (a text not null, n int default 0)", "create table log (a text)",
        "create trigger t_insert after insert on t begin insert into log values (new.a); end",
        "create trigger log_insert after insert on log begin update t set n = n + 1 where a = new.a; end"},
       "alter_column t.a",
       "select a, n, (select count(*) from log) from t",
       {"x|1|1"}},
      {"views of a rebuilt table stay, with their triggers",
       {"create table t (a text)", "create view v as select a, count(*) as n from t group by a",
        "create trigger v_insert instead of insert on v begin insert into t values (new.a); end"},
       {"insert into v (a) values ('x'), ('x')"},
       {"create table t (a text not null)", "create view v as select a, count(*) as n from t group by a",
        "create trigger v_insert instead of insert on v begin insert into t values (new.a); end"},
       "alter_column t.a",
       "select a, n from v",
       {"x|2"}},
      {"a broken view does not hinder a rebuild",
       {"create table t (a text)", "create view broken as select * from gone"},
       {"insert into t values ('x')"},
       {"create table t (a text not null)", "create view broken as select * from gone"},
       "alter_column t.a",
       "select a from t",
       {"x"}},
      {"rows that refer to nothing already do not hinder",
       parent_and_child,
       with(family, {"pragma foreign_keys = off", "insert into child values (9, 99, 'orphan')",
                     "pragma foreign_keys = on"}),
       {"create table parent (id integer primary key, name text not null, code int)",
        "create table child (id integer primary key, parent_id int references parent (id) on delete cascade, "
        "note "
        "text not null)"},
       "alter_column child.note, alter_column parent.name",
       "select id, parent_id from child where note = 'orphan'",
       {"9|99"}},
      {"a foreign key to columns that are not unique does not hinder",
       {"create table p (a int, b text)", "create table c (p int references p (a))"},
       {"insert into p values (1, 'x')", "pragma foreign_keys = off", "insert into c values (1)",
        "pragma foreign_keys = on"},
       {"create table p (a int, b text not null)", "create table c (p int references p (a))"},
       "alter_column p.b",
       "select a, b from p",
       {"1|x"}},
      {"a column becomes the key that is the rowid",
       {"create table t (a int primary key, b text)"},
       {"insert into t values (30, 'x'), (10, 'y')"},
       {"create table t (a integer primary key, b text)"},
       "alter_column t.a",
       "select rowid, a, b from t",
       {"10|10|y", "30|30|x"}},
      {"AUTOINCREMENT is added, and goes on from the greatest key",
       {"create table t (id integer primary key, a text)"},
       {"insert into t values (30, 'x'), (10, 'y')"},
       {"create table t (id integer primary key autoincrement, a text)"},
       "alter_column t.id",
       "select id, seq from t, sqlite_sequence",
       {"10|30", "30|30"}},
      {"values of every storage class stay as they are",
       {"create table t (a, b int)"},
       {"insert into t values (null, 1), (x'00ff', 2), ('1', 3), (1.0, 4), (9223372036854775807, 5), ('', "
        "6)"},
       {"create table t (a, b int not null)"},
       "alter_column t.b",
       "select typeof(a), quote(a) from t order by b",
       {"null|NULL", "blob|X'00FF'", "text|'1'", "real|1.0", "integer|9223372036854775807", "text|''"}},
      {"a partial index and one of another collation stay",
       {"create table t (a text collate nocase, b int)",
        "create index i on t (a collate rtrim desc) where b > 1"},
       {"insert into t values ('x', 1)"},
       {"create table t (a text collate nocase, b int not null)",
        "create index i on t (a collate rtrim desc) where b > 1"},
       "alter_column t.b",
       "select a from t",
       {"x"}},
      {"a foreign key to columns that are not unique is made, as CREATE TABLE makes it",
       {"create table p (a int)", "create table c (p int)"},
       {},
       {"create table p (a int)", "create table c (p int references p (a))"},
       "add_foreign_key c.p"},
      {"names that need quotes",
       {"create table \"odd \"\"name\"\"\" (\"a b\" text, \"select\" int, \"it's\" int)",
        "create index \"odd index\" on \"odd \"\"name\"\"\" (\"a b\", \"it's\")",
        "create trigger \"odd trigger\" after insert on \"odd \"\"name\"\"\" begin select new.\"a b\"; end"},
       {"insert into \"odd \"\"name\"\"\" values ('x', 1, 2)"},
       {"create table \"odd \"\"name\"\"\" (\"a b\" text not null, \"select\" int, \"it's\" int)",
        "create index \"odd index\" on \"odd \"\"name\"\"\" (\"a b\", \"it's\")",
        "create trigger \"odd trigger\" after insert on \"odd \"\"name\"\"\" begin select new.\"a b\"; end"},
       "alter_column odd \"name\".a b",
       "select * from \"odd \"\"name\"\"\"",
       {"x|1|2"}},
      {"a new table takes what a rebuilt one refers to",
       {"create table child (id integer primary key, parent_id int)"},
       {"insert into child values (1, null)"},
       {parent_and_child[0],
        "create table child (id integer primary key, parent_id int references parent (id) on delete "
        "cascade)"},
       "add_table parent, add_foreign_key child.parent_id",
       "select id from child",
       {"1"}},
      {"the parent goes and the children stay",
       parent_and_child,
       family,
       {"create table child (id integer primary key, parent_id int, note text)"},
       "drop_foreign_key child.parent_id, drop_table parent",
       "select id, parent_id from child",
       {"1|1", "2|1", "3|2"}},
      // --- options ---
      {"a table becomes WITHOUT ROWID",
       {"create table t (a text primary key not null, b int)"},
       {"insert into t values ('y', 2), ('x', 1)"},
       {"create table t (a text primary key not null, b int) without rowid"},
       "alter_table t",
       "select a, b from t",
       {"x|1", "y|2"}},
      {"a table becomes one with rowids",
       {"create table t (a text primary key not null, b int) without rowid"},
       {"insert into t values ('y', 2), ('x', 1)"},
       {"create table t (a text primary key not null, b int)"},
       "alter_table t",
       "select rowid, a, b from t order by a",
       {"1|x|1", "2|y|2"}},
      {"a table without rowids refers to nothing in places already, and is rebuilt",
       {parent_and_child[0],
        "create table child (code text primary key not null, parent_id int references parent (id)) without "
        "rowid"},
       {"insert into parent values (1, 'a', 1)", "pragma foreign_keys = off",
        "insert into child values ('x', 98), ('y', 99), ('z', 1)", "pragma foreign_keys = on"},
       {parent_and_child[0],
        "create table child (code text primary key not null, parent_id int references parent (id), "
        "constraint c "
        "check (parent_id > 0)) without rowid"},
       "add_check child.c",
       "select code, parent_id from child",
       {"x|98", "y|99", "z|1"}},
      {"a table becomes STRICT",
       {"create table t (a text, b int)"},
       {"insert into t values ('x', 1)"},
       {"create table t (a text, b int) strict"},
       "alter_table t",
       "select a, b from t",
       {"x|1"}},
      // --- views, triggers, tables ---
      {"a view is added and another one dropped",
       {"create table t (a int)", "create view old as select a from t"},
       {"insert into t values (1)"},
       {"create table t (a int)", "create view new as select a + 1 as b from t"},
       "drop_view old, add_view new",
       "select b from new",
       {"2"},
       false},
      {"a view changes and keeps its trigger",
       {"create table t (a int)", "create view v as select a from t",
        "create trigger v_insert instead of insert on v begin insert into t values (new.a); end"},
       {"insert into t values (1)"},
       {"create table t (a int)", "create view v as select a, a * 2 as b from t",
        "create trigger v_insert instead of insert on v begin insert into t values (new.a); end"},
       "alter_view v",
       "select a, b, (select count(*) from sqlite_schema where type = 'trigger') from v",
       {"1|2|1"},
       false},
      {"a view changes with the column that it reads",
       {"create table t (a int, b int)", "create view v as select a, b from t"},
       {"insert into t values (1, 2)"},
       {"create table t (a int)", "create view v as select a from t"},
       "drop_column t.b, alter_view v",
       "select * from v",
       {"1"},
       false},
      {"a trigger changes on a table that is rebuilt",
       {"create table t (a int, b int)",
        "create trigger g after insert on t begin update t set b = 1 where a = new.a; end"},
       {"insert into t (a) values (5)"},
       {"create table t (a int not null, b int)",
        "create trigger g after insert on t begin update t set b = 2 where a = new.a; end"},
       "alter_column t.a, alter_trigger t.g",
       "select a, b from t",
       {"5|1"}},
      {"a table with its trigger is dropped, and comes back empty",
       {"create table t (a int)", "create index t_a on t (a)", "create table u (b int)",
        "create trigger g after insert on t begin insert into u values (new.a); end"},
       {"insert into t values (1)"},
       {"create table u (b int)"},
       "drop_trigger t.g, drop_table t",
       "select b from u",
       {"1"},
       false},
      // --- renames ---
      {"a column is renamed everywhere",
       with(parent_and_child, {"create index parent_code on parent (code)",
                               "create view codes as select id, code from parent"}),
       family,
       with({"create table parent (id integer primary key, name text, number int)", parent_and_child[1]},
            {"create index parent_code on parent (number)",
             "create view codes as select id, number from parent"}),
       "rename_column parent.code",
       "select number from parent",
       {"10", "20"},
       false,
       {{"parent.code", "number"}}},
      {"a table is renamed and children follow",
       parent_and_child,
       family,
       {"create table mother (id integer primary key, name text, code int)",
        "create table child (id integer primary key, parent_id int references mother (id) on delete cascade, "
        "note "
        "text)"},
       "rename_table parent",
       "select count(*) from child join mother on mother.id = parent_id",
       {"3"},
       false,
       {{"parent", "mother"}}},
      {"a table and its column are renamed and rebuilt",
       with(
           parent_and_child,
           {"create index parent_code on parent (code)",
            "create trigger g after insert on parent begin update parent set code = 9 where id = new.id; end",
            "create view codes as select code from parent"}),
       family,
       {"create table mother (id integer primary key, name text not null, number int check (number > 0))",
        "create table child (id integer primary key, parent_id int references mother (id) on delete cascade, "
        "note "
        "text)",
        "create index parent_code on mother (number)",
        "create trigger g after insert on mother begin update mother set number = 9 where id = new.id; end",
        "create view codes as select number from mother"},
       "rename_table parent, rename_column mother.code, alter_column mother.name, add_check mother",
       "select m.number, c.note from child c join mother m on m.id = c.parent_id order by c.id",
       {"9|x", "9|y", "9|z"},
       true,
       {{"parent", "mother"}, {"parent.code", "number"}}},
  };
  return all;
}

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  REQUIRE_MESSAGE(schema.ok(), (schema.ok() ? "" : schema.error().text()));
  return std::move(schema).value();
}

std::string differences(const Schema& want, const Schema& now, const Features& features) {
  std::vector<std::string> names;
  const Difference difference = diff_schemas(want, now, features);
  for (const auto& change : difference.changes)
    names.push_back(change_kind(change) + " " + change_object(change, "main"));
  for (const auto& notice : difference.unplannable) names.push_back(notice.object + ": " + notice.text);
  return join(names, ", ");
}

std::string kinds(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& change : plan.changes)
    names.push_back(change_kind(change) + " " + change_object(change, "main"));
  return join(names, ", ");
}

std::string script(const Plan& plan) {
  std::string text;
  for (const auto& step : plan.steps) text += step.sql + "\n-- " + step.undo_sql + "\n";
  return text;
}

PlanOptions everything(const Case& one) {
  PlanOptions options;
  options.allow = {"*:*"};
  options.diff.renames = one.renames;
  return options;
}

// The text of everything in the catalog, exactly, and all settings of the session.
Statements catalog(Connection& connection) {
  Statements all = texts(connection, "select type, name, tbl_name, sql from sqlite_schema order by 1, 2, 3");
  for (const auto* setting : {"foreign_keys", "legacy_alter_table"})
    all.push_back(std::string(setting) + " " + scalar(connection, std::string("pragma ") + setting));
  all.push_back(scalar(connection, "select count(*) from temp.sqlite_schema"));
  return all;
}

void check_session(Connection& connection) {
  CHECK(connection.transaction() == TransactionState::none);
  CHECK(scalar(connection, "pragma foreign_keys") == "1");
  CHECK(scalar(connection, "pragma legacy_alter_table") == "0");
  CHECK(scalar(connection, "select count(*) from temp.sqlite_schema") == "0");
  CHECK(scalar(connection, "pragma integrity_check") == "ok");
}

void check_case(const Engine& engine, const Case& one) {
  Scratch wanted_scratch(engine), scratch(engine);
  auto wanted = wanted_scratch.connect(), target = scratch.connect();
  run(*target, "pragma foreign_keys = on");
  run_all(*wanted, one.to);
  run_all(*target, one.from);
  run_all(*target, one.rows);
  const Schema want = inspect(*wanted), first = inspect(*target);
  const PlanOptions options = everything(one);

  const auto plan = make_plan(want, first, target->features(), options);
  REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
  CHECK(kinds(*plan) == one.kinds);
  CHECK((script(*plan).find("_bascule_new_") != std::string::npos) == one.rebuilds);
  CHECK(script(make_plan(want, first, target->features(), options).value()) == script(*plan));
  for (const auto& step : plan->steps)
    if (!step.change) CHECK(step.sql.find("_bascule_new_") == std::string::npos);

  ApplyOptions apply;
  apply.diff = options.diff;
  const auto applied = apply_plan(*target, *plan, want, first, apply);
  REQUIRE_MESSAGE(applied.ok(), (applied.ok() ? "" : applied.error().text() + " " + applied.error().detail));
  const Schema now = inspect(*target);
  CHECK(differences(want, now, target->features()) == "");
  CHECK(texts(*target, one.query) == one.expected);
  check_session(*target);

  const auto undone = undo_plan(*target, *plan, first, apply);
  REQUIRE_MESSAGE(undone.ok(), (undone.ok() ? "" : undone.error().text() + " " + undone.error().detail));
  CHECK(differences(first, inspect(*target), target->features()) == "");
  check_session(*target);
}

}  // namespace

ENGINE_TEST_CASE("sqlite: changes and the way back", on_sqlite) {
  for (const Case& one : cases()) {
    CAPTURE(one.name);
    check_case(engine, one);
  }
}

namespace {

struct Refused {
  std::string name;
  Statements from, rows, to;
  std::string part;  // of the error
};

const std::vector<Refused>& refused_cases() {
  static const std::vector<Refused> all = {
      {"NOT NULL on rows that have none",
       {"create table t (id integer primary key, a text)"},
       {"insert into t values (1, 'x'), (2, null), (3, null)"},
       {"create table t (id integer primary key, a text not null)"},
       "2 rows have NULL in t.a, which may not be NULL any more"},
      {"a column that rows have no value for",
       {"create table t (a text)"},
       {"insert into t values ('x')"},
       {"create table t (a text, b int not null)"},
       "1 rows have no value for the new column t.b"},
      {"the same in a rebuild",
       {"create table t (a text)"},
       {"insert into t values ('x')"},
       {"create table t (a text not null, b int not null)"},
       "1 rows have no value for the new column t.b"},
      {"a foreign key with rows that refer to nothing",
       {parent_and_child[0], "create table child (id integer primary key, parent_id int, note text)"},
       with(family, {"insert into child values (7, 98, ''), (8, 99, '')"}),
       parent_and_child,
       "row 7 of table child refers to a row of parent that is not there (2 such in all)"},
      {"a foreign key of a table without rowids",
       {parent_and_child[0],
        "create table child (code text primary key not null, parent_id int) without rowid"},
       {"insert into child values ('x', 99)"},
       {parent_and_child[0],
        "create table child (code text primary key not null, parent_id int references parent (id)) without "
        "rowid"},
       "a row of table child refers to a row of parent that is not there"},
      {"a key that finds its parent no more once it is converted",
       {"create table p (code text primary key)", "create table c (p text references p (code))"},
       {"insert into p values ('007')", "insert into c values ('007')"},
       {"create table p (code text primary key)", "create table c (p int references p (code))"},
       "row 1 of table c refers to a row of p that is not there"},
      {"a UNIQUE constraint on equal rows",
       {"create table t (a int)"},
       {"insert into t values (1), (1)"},
       {"create table t (a int unique)"},
       "2 rows of table t have the same a: 1"},
      {"a primary key on equal rows",
       {"create table t (a int, b text)"},
       {"insert into t values (1, 'x'), (null, 'y'), (1, 'x'), (1, 'y')"},
       {"create table t (a int, b text, primary key (a, b))"},
       "2 rows of table t have the same a, b: 1, 'x'"},
      {"a CHECK that rows break",
       {"create table t (a int)"},
       {"insert into t values (1), (-1)"},
       {"create table t (a int, constraint positive check (a > 0))"},
       "positive"},
      {"STRICT with values of another type",
       {"create table t (a int)"},
       {"insert into t values ('x')"},
       {"create table t (a int) strict"},
       "TEXT value in INT column"},
      {"a column that a view reads is dropped",
       {"create table t (a int, b int)", "create view v as select b from t"},
       {"insert into t values (1, 2)"},
       {"create table t (a int)", "create view v as select b from t"},
       "view v"},
  };
  return all;
}

}  // namespace

ENGINE_TEST_CASE("sqlite: what rows do not allow is refused by name, and nothing is changed", on_sqlite) {
  for (const Refused& one : refused_cases()) {
    CAPTURE(one.name);
    Scratch wanted_scratch(engine), scratch(engine);
    auto wanted = wanted_scratch.connect(), target = scratch.connect();
    run(*target, "pragma foreign_keys = on");
    run_all(*wanted, one.to);
    run_all(*target, one.from);
    run_all(*target, one.rows);
    const Schema want = inspect(*wanted), first = inspect(*target);
    const Statements before = catalog(*target);
    PlanOptions options;
    options.allow = {"*:*"};
    const auto plan = make_plan(want, first, target->features(), options);
    REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
    const auto applied = apply_plan(*target, *plan, want, first);
    REQUIRE(!applied.ok());
    const std::string text = applied.error().text() + " " + applied.error().detail;
    CHECK_MESSAGE(text.find(one.part) != std::string::npos, text);
    CHECK(catalog(*target) == before);
    CHECK(target->transaction() == TransactionState::none);
  }
}

ENGINE_TEST_CASE("sqlite: what cannot be rebuilt is left alone, and says why", on_sqlite) {
  struct Row {
    std::string from, to, part;
  };
  const Row rows[] = {
      {"create table t (a int unique on conflict replace, b int)",
       "create table t (a int unique on conflict replace, b text)", "table t has ON CONFLICT clauses"},
      {"create table t (a int, b int, primary key (a desc, b))",
       "create table t (a int, b text, primary key (a desc, b))",
       "table t has a primary key with an order or a collation of its own"},
      {"create table t (a int, b int check (t.b > 0))", "create table t (a text, b int check (t.b > 0))",
       "its expression (t.b > 0) names it"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from);
    Scratch wanted_scratch(engine), scratch(engine);
    auto wanted = wanted_scratch.connect(), target = scratch.connect();
    run(*wanted, row.to);
    run(*target, row.from);
    PlanOptions options;
    options.allow = {"*:*"};
    const auto plan = make_plan(inspect(*wanted), inspect(*target), target->features(), options);
    REQUIRE(!plan.ok());
    CHECK(plan.error().code == ErrorCode::unsupported);
    CHECK_MESSAGE(plan.error().what.find(row.part) != std::string::npos, plan.error().what);
  }
}

ENGINE_TEST_CASE("sqlite: a column that may not be empty does not come back to rows", on_sqlite) {
  for (const std::string from : {"create table t (a int, b text not null)",
                                 "create table t (a int, b text not null check (b <> ''))"}) {
    CAPTURE(from);
    Scratch wanted_scratch(engine), scratch(engine);
    auto wanted = wanted_scratch.connect(), target = scratch.connect();
    run(*wanted, "create table t (a int)");
    run_all(*target, {from, "insert into t values (1, 'x')"});
    const Schema want = inspect(*wanted), first = inspect(*target);
    PlanOptions options;
    options.allow = {"*:*"};
    const auto plan = make_plan(want, first, target->features(), options);
    REQUIRE(plan.ok());
    REQUIRE(apply_plan(*target, *plan, want, first).ok());
    const auto undone = undo_plan(*target, *plan, first);
    REQUIRE(!undone.ok());
    CHECK(undone.error().code == ErrorCode::refused);
    CHECK(undone.error().detail.find("only on an empty table") != std::string::npos);
    CHECK(texts(*target, "select * from t") == Statements{"1"});
  }
}

ENGINE_TEST_CASE("sqlite: the settings of the session are put back as they were", on_sqlite) {
  for (const std::string foreign_keys : {"0", "1"})
    for (const std::string legacy : {"0", "1"}) {
      CAPTURE(foreign_keys);
      CAPTURE(legacy);
      Scratch wanted_scratch(engine), scratch(engine);
      auto wanted = wanted_scratch.connect(), target = scratch.connect();
      run(*wanted, "create table t (a text not null)");
      run_all(*target, {"create table t (a text)", "pragma foreign_keys = " + foreign_keys,
                        "pragma legacy_alter_table = " + legacy});
      const Schema want = inspect(*wanted), first = inspect(*target);
      PlanOptions options;
      options.allow = {"*:*"};
      const auto plan = make_plan(want, first, target->features(), options);
      REQUIRE(plan.ok());
      REQUIRE(apply_plan(*target, *plan, want, first).ok());
      CHECK(scalar(*target, "pragma foreign_keys") == foreign_keys);
      CHECK(scalar(*target, "pragma legacy_alter_table") == legacy);
    }
}

ENGINE_TEST_CASE("sqlite: a table in an attached file is rebuilt there", on_sqlite) {
  Scratch scratch(engine);
  auto target = scratch.connect();
  run_all(*target,
          {"attach ':memory:' as far", "create table far.t (id integer primary key autoincrement, a text)",
           "create table t (id int)", "create index far.t_a on t (a)",
           "create trigger far.g after insert on t begin update t set a = 'g' where id = new.id; end",
           "create view far.v as select a from t", "insert into far.t (a) values ('x')"});
  const Schema first = inspect(*target);
  const TableName name{"far", "t"};
  const NamedObject view = first.find_namespace("far")->views.at(0);
  NamedObject other = view;
  other.definition = "CREATE VIEW v as select a, id from t";
  Column altered = *first.find_namespace("far")->find_table("t")->find_column("a");
  altered.nullable = false;
  const std::vector<Change> changes = {
      change::AlterColumn{name, *first.find_namespace("far")->find_table("t")->find_column("a"), altered},
      change::AlterObject{{"far", "v"}, view, other}};
  auto steps = driver(Flavor::sqlite).plan(changes, first, target->features());
  REQUIRE_MESSAGE(steps.ok(), (steps.ok() ? "" : steps.error().text()));
  for (const Step& step : steps->steps) run(*target, step.sql);
  const Schema now = inspect(*target);
  const Namespace& far = *now.find_namespace("far");
  CHECK(!far.find_table("t")->find_column("a")->nullable);
  CHECK(far.find_table("t")->indexes.size() == 1);
  CHECK(far.triggers == first.find_namespace("far")->triggers);
  CHECK(far.views.at(0).columns.size() == 2);
  CHECK(*now.find_namespace("main") == *first.find_namespace("main"));
  for (auto step = steps->steps.rbegin(); step != steps->steps.rend(); ++step)
    if (!step->undo_sql.empty()) run(*target, step->undo_sql);
  CHECK(inspect(*target) == first);
}

ENGINE_TEST_CASE("sqlite: a plan says why a table is rebuilt and what is lost", on_sqlite) {
  Scratch wanted_scratch(engine), scratch(engine);
  auto wanted = wanted_scratch.connect(), target = scratch.connect();
  run(*wanted, "create table t (a text not null default 'x', b text collate nocase, check (b <> ''))");
  run(*target, "create table t (a int, b text, c int unique)");
  PlanOptions options;
  options.allow = {"*:*"};
  const auto plan = make_plan(inspect(*wanted), inspect(*target), target->features(), options);
  REQUIRE(plan.ok());
  std::string comments, lossy;
  for (const Step& step : plan->steps) {
    if (step.sql.starts_with("CREATE TABLE")) comments += step.comment;
    if (step.loses_data) lossy += step.sql.substr(0, 11) + ": " + step.comment;
  }
  CHECK(
      comments ==
      "t is rebuilt, as ALTER TABLE cannot do it: t.c: a UNIQUE constraint is dropped, t.a: its type and NOT "
      "NULL and its default change, t.b: its collation changes, t.c: a UNIQUE constraint uses it, t: a CHECK "
      "is added");
  CHECK(lossy ==
        "INSERT INTO: undo brings back columns, not what is lost of the values of t.a, "
        "t.c");
}

ENGINE_TEST_CASE("sqlite: a plan says what copies a large table", on_sqlite) {
  struct Row {
    std::string name, sql, code, part;
  };
  const Row rows[] = {
      {"a rebuild", "create table t (a int not null, b int)", "rewrite_table",
       "copies about 20000 rows of t"},
      {"a dropped column", "create table t (a int)", "rewrite_table",
       "dropping column b rewrites about 20000"},
      {"an index", "create table t (a int, b int); create index t_b on t (b)", "lock_writers",
       "making index t_b reads about 20000 rows of t"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Scratch wanted_scratch(engine), scratch(engine);
    auto wanted = wanted_scratch.connect(), target = scratch.connect();
    for (const std::string& sql : split(row.sql, ';')) run(*wanted, trim(sql));
    run_all(*target,
            {"create table t (a int, b int)",
             "insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < "
             "20000) select i, i from n",
             "analyze"});
    const Schema want = inspect(*wanted), first = inspect(*target);
    PlanOptions options;
    options.allow = {"*:*"};
    const auto plan = make_plan(want, first, target->features(), options);
    REQUIRE(plan.ok());
    REQUIRE(plan->notices.size() == 1);
    CHECK(plan->notices[0].code == row.code);
    CHECK(plan->notices[0].object == "t");
    CHECK_MESSAGE(plan->notices[0].text.find(row.part) != std::string::npos, plan->notices[0].text);
    CHECK(plan->notices[0].text.find("locks the database for writers") != std::string::npos);
    REQUIRE(apply_plan(*target, *plan, want, first).ok());
    CHECK(scalar(*target, "select max(cast(stat as int)) from sqlite_stat1") == "20000");
  }
}
