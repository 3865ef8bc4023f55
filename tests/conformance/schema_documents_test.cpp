// Schemas in files: what is written is what is read, and a folder of migrations stands for what it makes.
#include <fstream>

#include "engine/jobs/ddl.h"
#include "engine/jobs/saved_plan.h"
#include "engine/jobs/schema_json.h"
#include "engine/jobs/scratch.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

std::vector<std::string> rich(Flavor flavor) {
  std::vector<std::string> statements;
  switch (flavor) {
    case Flavor::sqlite:
      statements = {
          "create table a (id integer primary key autoincrement, name text not null collate nocase default "
          "'x', "
          "total int generated always as (id * 2) virtual, constraint positive check (id > 0)) strict",
          "create table b (k text, n int, ref int references a (id) on delete set null deferrable initially "
          "deferred, primary key (k, n)) without rowid",
          "create index b_part on b (n desc, lower(k)) where n > 3", "create view v as select name from a",
          "create trigger touch after insert on a begin update a set name = 'y' where id = new.id; end"};
      break;
    case Flavor::postgres:
      statements = {
          "create type mood as enum ('sad', 'it''s ok')",
          "create domain positive as integer check (value > 0)",
          "create table a (id bigint generated always as identity (increment by 5) primary key, m mood "
          "default "
          "'sad', moods mood[], n numeric(10,2)[], price numeric(12,3), at timestamptz(3) default now(), "
          "u uuid default gen_random_uuid(), p positive, name varchar(20) collate \"C\", "
          "total int generated always as (1 + 1) stored, constraint named check (price > 0))",
          "create table b (id serial primary key, a_id bigint references a (id) match full on delete cascade "
          "deferrable, r int4range, bits bit(3), x inet) with (fillfactor = 70)",
          "create unique index b_part on b (a_id desc nulls last, lower(x::text)) include (bits) where id > "
          "3",
          "create view v as select name from a",
          "create materialized view mv as select name from a",
          "create sequence s increment by 3",
          "comment on table a is 'it''s a'",
          "comment on column a.u is 'u'",
          "create function f() returns trigger language plpgsql as 'begin return new; end'",
          "create trigger tr before update on a for each row execute function f()",
          "create schema other",
          "create table other.t (id int, mood mood)"};
      break;
    case Flavor::mysql:
    case Flavor::mariadb:
      statements = {
          "create table a (id bigint unsigned auto_increment primary key, m enum('x','it''s') default 'x', s "
          "set('p','q'), price decimal(12,3) not null default 1.500, at timestamp(3) null default "
          "current_timestamp(3) on update current_timestamp(3), y year, b bit(3), v varchar(20) collate "
          "utf8mb4_bin comment 'it''s', total int generated always as (1 + 1) stored, check (price > 0)) "
          "comment 'of a' auto_increment = 7",
          "create table b (id int primary key, a_id bigint unsigned, t text, key by_text (t(10)), constraint "
          "fk "
          "foreign key (a_id) references a (id) on delete cascade)",
          "create view v as select v from a",
          "create trigger tr before insert on b for each row set new.id = new.id + 1"};
      break;
  }
  return statements;
}

Schema inspect(Connection& connection) {
  auto schema = connection.inspect({});
  REQUIRE_MESSAGE(schema.ok(), (schema.ok() ? "" : schema.error().text()));
  return std::move(schema).value();
}

Schema without_statistics(Schema schema) {
  for (auto& space : schema.namespaces)
    for (auto& table : space.tables) table.estimated_rows = table.estimated_bytes = std::nullopt;
  return schema;
}

}  // namespace

ENGINE_TEST_CASE("a schema read from its document is the schema", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, rich(engine.flavor));
  const Schema live = inspect(*connection);
  const auto read = schema_from_json(schema_to_json(live));
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().text()));
  CHECK(schema_to_json(*read) == schema_to_json(live));
  CHECK((*read == without_statistics(live)));
  CHECK(diff_schemas(*read, live, connection->features()).is_equal());
}

ENGINE_TEST_CASE("the DDL of a schema makes it again", on_all) {
  Scratch scratch(engine), copy_scratch(engine);
  auto connection = scratch.connect(), copy = copy_scratch.connect();
  run_all(*connection, rich(engine.flavor));
  Schema live = inspect(*connection);
  const auto plan = plan_ddl(live, connection->features());
  REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
  if (engine.is_mysql_family()) run(*copy, "use `" + copy->server().database + "`");
  for (const auto& step : plan->steps) {
    CAPTURE(step.sql);
    std::string sql = step.sql;
    const auto done = execute(*copy, sql);
    CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().text()));
  }
  const auto difference = diff_schemas(live, inspect(*copy), copy->features());
  for (const auto& change : difference.changes)
    CHECK_MESSAGE(false, change_kind(change) << " " << change_object(change, ""));
  for (const auto& notice : difference.unplannable) CHECK_MESSAGE(false, notice.object << " " << notice.text);
}

ENGINE_TEST_CASE("a plan in a file is the plan", on_all) {
  Scratch wanted_scratch(engine), scratch(engine);
  auto wanted = wanted_scratch.connect(), target = scratch.connect();
  run_all(*wanted, rich(engine.flavor));
  run(*target, "create table kept (id bigint)");
  SavedPlan saved;
  saved.target = "b";
  saved.want = inspect(*wanted);
  saved.have = inspect(*target);
  saved.options.diff.ignore = {"none_*"};
  auto plan = make_plan(saved.want, saved.have, target->features(), saved.options);
  REQUIRE_MESSAGE(plan.ok(), (plan.ok() ? "" : plan.error().text()));
  saved.plan = *plan;
  const auto read = saved_plan_from_json(saved_plan_to_json(saved), target->features());
  REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().text()));
  CHECK(read->target == "b");
  CHECK(read->plan.changes.size() == saved.plan.changes.size());
  CHECK(read->plan.steps.size() == saved.plan.steps.size());
  CHECK(read->plan.notices.size() == saved.plan.notices.size());
  CHECK(read->options.diff.ignore == saved.options.diff.ignore);
  CHECK(saved_plan_to_json(*read) == saved_plan_to_json(saved));
}

ENGINE_TEST_CASE("a folder of migrations is replayed in a database of its own", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table untouched (id bigint)");
  const auto databases = connection->databases();
  REQUIRE(databases.ok());
  const std::string dir = scratch.directory() + "/migrations";
  REQUIRE(system(("mkdir -p '" + dir + "'").c_str()) == 0);
  std::ofstream(dir + "/0001_first.sql") << "create table t (id bigint primary key, a bigint);\n";
  std::ofstream(dir + "/0002_second.sql") << "create index by_a on t (a);\n";
  const auto replayed = replay_migrations(*connection, scratch.options(), dir, "");
  REQUIRE_MESSAGE(replayed.ok(), (replayed.ok() ? "" : replayed.error().text()));
  const Namespace* space = replayed->find_namespace(replayed->default_namespace);
  REQUIRE(space != nullptr);
  REQUIRE(space->find_table("t") != nullptr);
  CHECK(space->find_table("t")->indexes.size() == 1);
  CHECK(space->find_table("untouched") == nullptr);
  CHECK(connection->databases().value() == *databases);

  std::ofstream(dir + "/0003_broken.sql") << "create table t (id bigint);\n";
  const auto broken = replay_migrations(*connection, scratch.options(), dir, "");
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().text().find("0003_broken.sql") != std::string::npos);
  CHECK(connection->databases().value() == *databases);
}
