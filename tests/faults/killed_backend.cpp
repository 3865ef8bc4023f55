// The server's side of a session is killed at random points of a script of 200 statements. Whatever happens,
// no statement may run outside the transaction that it was written in, and none may run twice.
#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "engine/drivers/live.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

constexpr int transactions = 40, rows_of_a_transaction = 3;
constexpr std::size_t points_of_an_engine = 10;

// begin, three inserts, commit; forty times.
std::vector<std::string> script() {
  std::vector<std::string> out;
  for (int transaction = 1; transaction <= transactions; ++transaction) {
    out.emplace_back("begin");
    for (int row = 1; row <= rows_of_a_transaction; ++row)
      out.push_back("insert into journal values (" + std::to_string(transaction) + ", " +
                    std::to_string(row) + ")");
    out.emplace_back("commit");
  }
  return out;
}

std::vector<std::size_t> random_points(std::size_t statements, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> any(0, statements - 1);
  std::vector<std::size_t> out{0, statements - 1};  // the very first and the very last too
  while (out.size() < points_of_an_engine) out.push_back(any(random));
  return out;
}

std::unique_ptr<LiveConnection> open_live(const Scratch& scratch) {
  auto live = LiveConnection::open("victim", scratch.options());
  if (!live.ok()) FAIL(live.error().text());
  return std::move(live).value();
}

// Unique rows, so that a statement that is sent twice cannot hide.
void make_journal(const Scratch& scratch) {
  auto connection = scratch.connect();
  run(*connection, "create table journal (tx int not null, step int not null)");
}

std::string live_backend_id(LiveConnection& live) {
  const auto connection = live.ready();
  REQUIRE(connection.ok());
  return backend_id(**connection);
}

// What is wrong with what the transactions left: each is in whole, once, or not at all.
std::vector<std::string> half_done(const Scratch& scratch) {
  auto connection = scratch.connect();
  return texts(*connection,
               "select tx, count(*), count(distinct step) from journal group by tx having count(*) <> " +
                   std::to_string(rows_of_a_transaction) + " or count(distinct step) <> " +
                   std::to_string(rows_of_a_transaction));
}

int complete_transactions(const Scratch& scratch) {
  auto connection = scratch.connect();
  return std::stoi(scalar(*connection, "select count(distinct tx) from journal"));
}

}  // namespace

ENGINE_TEST_CASE("a backend killed between two statements", on_servers) {
  const auto statements = script();
  for (const std::size_t point : random_points(statements.size(), 20240229)) {
    CAPTURE(point);
    Scratch scratch(engine);
    make_journal(scratch);
    auto live = open_live(scratch);
    bool tainted = false;
    for (std::size_t index = 0; index < statements.size(); ++index) {
      if (index == point) kill_backend_id(scratch, live_backend_id(*live));
      const auto result = live->run(statements[index]);
      if (tainted) CHECK(!result.ok());
      tainted = live->transaction() == TransactionState::tainted;
    }
    CHECK(half_done(scratch).empty());
    // Between two transactions the session was idle: it came back and all went on. Inside one, nothing
    // after it ran until somebody looked.
    const bool idle = statements[point] == "begin";
    CHECK(tainted == !idle);
    CHECK(complete_transactions(scratch) ==
          (idle ? transactions : static_cast<int>(point) / (rows_of_a_transaction + 2)));
  }
}

ENGINE_TEST_CASE("a backend killed while a statement of a transaction runs", on_servers) {
  const auto sleep = PerFlavor{"", "select pg_sleep(20)", "select sleep(20)"}[engine.flavor];
  const auto statements = script();
  for (const std::size_t point : {std::size_t{1}, std::size_t{52}, std::size_t{104}}) {
    CAPTURE(point);
    Scratch scratch(engine);
    make_journal(scratch);
    auto live = open_live(scratch);
    for (std::size_t index = 0; index < statements.size(); ++index) {
      if (index == point) {
        const std::string id = live_backend_id(*live);
        std::thread killer([&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(200));
          kill_backend_id(scratch, id);
        });
        const auto killed = live->run(sleep);
        killer.join();
        REQUIRE(!killed.ok());
        CHECK(killed.error().ends_connection());
        CHECK(live->transaction() == TransactionState::tainted);
      }
      const auto result = live->run(statements[index]);
      if (index >= point) CHECK(!result.ok());
    }
    CHECK(half_done(scratch).empty());
    CHECK(complete_transactions(scratch) == static_cast<int>(point) / (rows_of_a_transaction + 2));
  }
}

ENGINE_TEST_CASE("after a rollback the tainted connection works again, in a new session", on_servers) {
  Scratch scratch(engine);
  make_journal(scratch);
  auto live = open_live(scratch);
  REQUIRE(live->run("begin").ok());
  REQUIRE(live->run("insert into journal values (1, 1)").ok());
  kill_backend_id(scratch, live_backend_id(*live));
  const auto refused = live->run("insert into journal values (1, 2)");
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::connection);
  CHECK(live->transaction() == TransactionState::tainted);
  for (const std::string_view sql : {"select 1", "commit", "begin"}) {
    CAPTURE(sql);
    CHECK(!live->run(sql).ok());
    CHECK(live->transaction() == TransactionState::tainted);
  }
  CHECK(live->rollback().ok());
  CHECK(live->transaction() == TransactionState::none);
  CHECK(live->run("insert into journal values (2, 1)").ok());
  auto connection = scratch.connect();
  CHECK(texts(*connection, "select tx, step from journal") == std::vector<std::string>{"2|1"});
}

ENGINE_TEST_CASE("a session lost while idle comes back with its settings, and says what did not",
                 on_servers) {
  Scratch scratch(engine);
  auto live = open_live(scratch);
  std::vector<std::string> messages;
  live->on_message([&](const std::string& message) { messages.push_back(message); });
  const PerFlavor set{"", "set statement_timeout = '77s'", "set session lock_wait_timeout = 77"};
  const PerFlavor show{"", "select current_setting('statement_timeout')", "select @@lock_wait_timeout"};
  REQUIRE(live->run(set[engine.flavor]).ok());
  REQUIRE(live->run("create temporary table t (a int)").ok());
  kill_backend_id(scratch, live_backend_id(*live));
  const auto ready = live->ready();
  REQUIRE(ready.ok());
  const PerFlavor shown{"", "77s", "77"};
  CHECK(scalar(**ready, show[engine.flavor]) == shown[engine.flavor]);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].find("reconnected") != std::string::npos);
  CHECK(messages[0].find("temporary tables") != std::string::npos);
  CHECK(live->transaction() == TransactionState::none);
}

ENGINE_TEST_CASE("a statement of its own that is lost is not sent again", on_servers) {
  Scratch scratch(engine);
  make_journal(scratch);
  auto live = open_live(scratch);
  const std::string id = live_backend_id(*live);
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    kill_backend_id(scratch, id);
  });
  const auto killed = live->run(PerFlavor{"", "insert into journal select 1, 1 from pg_sleep(20)",
                                          "insert into journal select 1, sleep(20)"}[engine.flavor]);
  killer.join();
  REQUIRE(!killed.ok());
  CHECK(killed.error().ends_connection());
  CHECK(live->run("insert into journal values (2, 1)").ok());
  auto connection = scratch.connect();
  CHECK(scalar(*connection, "select count(*) from journal where tx = 2") == "1");
  // MySQL's sleep() ends when it is killed, and the statement may then be done: once.
  CHECK(std::stoi(scalar(*connection, "select count(*) from journal where tx = 1")) <= 1);
}
