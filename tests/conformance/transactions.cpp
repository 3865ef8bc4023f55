// The transaction state is the server's, whoever began or ended the transaction.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

struct Step {
  std::string_view sql;
  TransactionState state;
  bool fails = false;
  bool ends_transaction = false;  // the error says so
};

struct Case {
  std::string_view name;
  std::vector<Flavor> flavors;
  std::vector<Step> steps;
};

constexpr auto none = TransactionState::none, open = TransactionState::open,
               failed = TransactionState::failed;
const std::vector<Flavor> all{Flavor::sqlite, Flavor::postgres, Flavor::mysql, Flavor::mariadb};
const std::vector<Flavor> sqlite{Flavor::sqlite}, postgres{Flavor::postgres};
const std::vector<Flavor> mysql_family{Flavor::mysql, Flavor::mariadb};
const std::vector<Flavor> with_failed_statement{Flavor::sqlite, Flavor::mysql, Flavor::mariadb};

// Each on a table t (a int primary key) that holds the row 1.
const std::vector<Case> cases{
    {"statements alone", all, {{"select 1", none}, {"insert into t values (2)", none}}},
    {"begin and commit", all, {{"begin", open}, {"insert into t values (2)", open}, {"commit", none}}},
    {"begin and rollback", all, {{"begin", open}, {"select a from t", open}, {"rollback", none}}},
    {"in capitals and comments", all, {{"/* now */ BEGIN", open}, {"-- done\nCOMMIT", none}}},
    {"the standard's words",
     {Flavor::postgres, Flavor::mysql, Flavor::mariadb},
     {{"start transaction", open},
      {"rollback", none},
      {"start transaction read only", open},
      {"commit", none}}},
    {"savepoints",
     all,
     {{"begin", open},
      {"savepoint s", open},
      {"rollback to savepoint s", open},
      {"release savepoint s", open},
      {"rollback", none}}},
    {"a failed statement",
     with_failed_statement,
     {{"begin", open},
      {"insert into t values (1)", open, true},
      {"insert into t values (2)", open},
      {"commit", none}}},
    {"a failed statement",
     postgres,
     {{"begin", open},
      {"insert into t values (1)", failed, true},
      {"select 1", failed, true},
      {"rollback", none}}},
    {"commit of a failed transaction",
     postgres,
     {{"begin", open}, {"select 1/0", failed, true}, {"commit", none}}},
    {"back to a savepoint",
     postgres,
     {{"begin", open},
      {"savepoint s", open},
      {"select 1/0", failed, true},
      {"rollback to s", open},
      {"commit", none}}},
    {"begin twice", postgres, {{"begin", open}, {"begin", open}, {"rollback", none}}},
    {"begin twice", sqlite, {{"begin", open}, {"begin", open, true}, {"rollback", none}}},
    {"begin twice", mysql_family, {{"begin", open}, {"begin", open}, {"rollback", none}}},
    {"commit and chain",
     {Flavor::postgres, Flavor::mysql, Flavor::mariadb},
     {{"begin", open}, {"insert into t values (2)", open}, {"commit and chain", open}, {"rollback", none}}},
    {"DDL is part of it",
     {Flavor::sqlite, Flavor::postgres},
     {{"begin", open},
      {"create table u (a int)", open},
      {"rollback", none},
      {"select * from u", none, true}}},
    {"DDL commits it",
     mysql_family,
     {{"begin", open},
      {"insert into t values (2)", open},
      {"create table u (a int)", none},
      {"rollback", none}}},
    {"DDL that fails commits it too",
     mysql_family,
     {{"begin", open}, {"insert into t values (2)", open}, {"create table t (a int)", none, true, true}}},
    {"DDL that does not parse commits nothing",
     mysql_family,
     {{"begin", open}, {"create table t (a int,,)", open, true}, {"rollback", none}}},
    {"a temporary table commits nothing",
     mysql_family,
     {{"begin", open}, {"create temporary table u (a int)", open}, {"rollback", none}}},
    {"without autocommit",
     mysql_family,
     {{"set autocommit = 0", none},
      {"insert into t values (2)", open},
      {"commit", none},
      {"select 1", none},
      {"select a from t", open},
      {"set autocommit = 1", none}}},
    {"a conflict that rolls all back",
     sqlite,
     {{"begin", open},
      {"insert into t values (2)", open},
      {"insert or rollback into t values (1)", none, true, true}}},
    {"begin immediate", sqlite, {{"begin immediate", open}, {"end", none}}},
    {"a savepoint alone", sqlite, {{"savepoint s", open}, {"release s", none}}},
    {"a constraint that fails at commit",
     postgres,
     {{"create table d (a int references t deferrable initially deferred)", none},
      {"begin", open},
      {"insert into d values (9)", open},
      {"commit", none, true, true}}},
    {"a constraint that fails at commit",
     sqlite,
     {{"pragma foreign_keys = on", none},
      {"create table d (a int references t (a) deferrable initially deferred)", none},
      {"begin", open},
      {"insert into d values (9)", open},
      {"commit", open, true},
      {"rollback", none}}},
};

bool contains(const std::vector<Flavor>& flavors, Flavor flavor) {
  return std::find(flavors.begin(), flavors.end(), flavor) != flavors.end();
}

}  // namespace

ENGINE_TEST_CASE("the transaction state is the server's", on_all) {
  for (const auto& row : cases) {
    if (!contains(row.flavors, engine.flavor)) continue;
    CAPTURE(row.name);
    Scratch scratch(engine);
    auto connection = scratch.connect();
    run_all(*connection, {"create table t (a int primary key)", "insert into t values (1)"});
    for (const auto& step : row.steps) {
      CAPTURE(step.sql);
      const auto result = execute(*connection, step.sql);
      if (!result.ok()) CAPTURE(result.error().what);
      CHECK(result.ok() != step.fails);
      CHECK(transaction_state_name(connection->transaction()) == transaction_state_name(step.state));
      if (!result.ok()) CHECK(result.error().ends_transaction() == step.ends_transaction);
    }
  }
}

ENGINE_TEST_CASE("a deadlock's victim knows that its transaction is gone", on_mysql_family) {
  Scratch scratch(engine);
  auto first = scratch.connect(), second = scratch.connect();
  run_all(*first,
          {"create table t (a int primary key, b int)", "insert into t values (1, 0), (2, 0), (3, 0)"});
  // The one that has written more is spared: the victim is the second.
  run_all(*first, {"begin", "update t set b = 1 where a in (1, 3)"});
  run_all(*second, {"begin", "update t set b = 2 where a = 2"});
  std::thread waiting([&] { (void)execute(*first, "update t set b = 1 where a = 2"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto victim = execute(*second, "update t set b = 2 where a = 1");
  waiting.join();
  REQUIRE(!victim.ok());
  CHECK(victim.error().native_code == 1213);
  CHECK(victim.error().ends_transaction());
  CHECK(second->transaction() == TransactionState::none);
  CHECK(first->transaction() == TransactionState::open);
  run(*first, "rollback");
}
