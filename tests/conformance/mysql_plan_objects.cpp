#include "tests/conformance/mysql_plan_cases.h"

namespace bascule::test {
namespace {

#define MYSQL_TABLE "create table t(a int, b varchar(20)); "

// Views, triggers, routines, sequences.
constexpr PlanCase cases[] = {
    {"views of views", on_both(MYSQL_TABLE),
     on_both(MYSQL_TABLE "create view z as select a from t; create view a as select a from z"),
     "add_view add_view"},
    {"views go", on_both(MYSQL_TABLE "create view z as select a from t; create view a as select a from z"),
     on_both(MYSQL_TABLE), "drop_view drop_view"},
    {"a view changes", on_both(MYSQL_TABLE "create view v as select a from t"),
     on_both(MYSQL_TABLE "create view v as select a, b from t where b <> 'it''s' with check option"),
     "alter_view"},
    {"a view of a new column", on_both(MYSQL_TABLE "create view v as select a from t"),
     on_both("create table t(a int, b varchar(20), c int); create view v as select a, c from t"),
     "add_column alter_view"},
    {"a view of a column that goes", on_both(MYSQL_TABLE "create view v as select a, b from t"),
     on_both("create table t(a int); create view v as select a from t"), "drop_column alter_view"},
    {"a trigger comes and one goes",
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.a = 1"),
     on_both(MYSQL_TABLE "create trigger y after update on t for each row begin declare n int; "
                         "set n = new.a; if n > 1 then set n = 0; end if; end"),
     "drop_trigger add_trigger"},
    {"a trigger changes",
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.a = 1"),
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.b = 'a\\nb'"),
     "alter_trigger"},
    {"a trigger that others follow changes",
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.a = 1; "
                         "create trigger a before insert on t for each row set new.a = new.a + 2; "
                         "create trigger m before insert on t for each row set new.a = new.a * 3"),
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.a = 5; "
                         "create trigger a before insert on t for each row set new.a = new.a + 2; "
                         "create trigger m before insert on t for each row set new.a = new.a * 3"),
     "alter_trigger"},
    {"triggers that follow each other come", on_both(MYSQL_TABLE),
     on_both(MYSQL_TABLE "create trigger x before insert on t for each row set new.a = 1; "
                         "create trigger a before insert on t for each row set new.a = new.a + 2"),
     "add_trigger add_trigger"},
    {"a function with a comment comes", on_both(MYSQL_TABLE),
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'it''s' return x + 1"),
     "add_function"},
    {"a function goes",
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'it''s' return x + 1"),
     on_both(MYSQL_TABLE), "drop_function"},
    {"a function changes and its comment too",
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'old' return x + 1"),
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'new' return x + 2"),
     "alter_function alter_comment", "select f(1)", "3"},
    {"a function changes and keeps its comment",
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'old' return x + 1"),
     on_both(MYSQL_TABLE "create function f(x int) returns int deterministic comment 'old' return x + 2"),
     "alter_function"},
    {"a procedure changes", on_both(MYSQL_TABLE "create procedure p(in x int) select x"),
     on_both(MYSQL_TABLE "create procedure p(in x int, out y int) sql security invoker begin set y = x; end"),
     "alter_function"},
    {"only the comment of a procedure changes",
     on_both(MYSQL_TABLE "create procedure p() comment 'old' select 1"),
     on_both(MYSQL_TABLE "create procedure p() comment 'new' select 1"), "alter_comment"},
    {"a sequence comes and one goes", on_mariadb("create sequence s start with 5"),
     on_mariadb("create sequence r increment by 3 cycle maxvalue 99"), "add_sequence drop_sequence"},
    {"a sequence changes", on_mariadb("create sequence s start with 5"),
     on_mariadb("create sequence s start with 5 increment by 10 minvalue 2 maxvalue 1000 nocache cycle"),
     "alter_sequence"},
};

}  // namespace

std::span<const PlanCase> mysql_object_cases() {
  return cases;
}

}  // namespace bascule::test
