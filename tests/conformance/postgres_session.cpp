// Connecting, transactions, cancels and losses, where PostgreSQL has words of its own.
#include <doctest/doctest.h>

#include <thread>

#include "engine/drivers/registry.h"
#include "tests/support/engines.h"

namespace bascule::test {
namespace {

// The server's address with another user, password and database.
std::string url_with(const std::string& base, const std::string& credentials, const std::string& path) {
  const auto host = base.find('@') == std::string::npos ? base.find("://") + 3 : base.find('@') + 1;
  return "postgres://" + credentials + base.substr(host, base.find('/', host) - host) + path;
}

struct Refused {
  const char* name;
  std::string url;
  ErrorCode code;
  const char* what;  // part of it
  const char* hint;
};

TEST_CASE("postgres: a connection that fails says why, and never shows the password") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const std::string base = scratch.url();
  const Refused rows[] = {
      {"unknown database", url_with(base, "postgres:SECRET@", "/no_such_db"), ErrorCode::connection,
       "database \"no_such_db\" does not exist", "create the database"},
      {"unknown role", url_with(base, "no_such_role:SECRET@", "/postgres"), ErrorCode::connection,
       "no_such_role", "create the role"},
      {"refused", "postgres://u:SECRET@127.0.0.1:1/x", ErrorCode::connection, "Connection refused",
       "start the server"},
      {"unknown host", "postgres://u:SECRET@no-such-host.invalid/x", ErrorCode::connection,
       "no-such-host.invalid", "host name"},
      {"TLS demanded and absent", url_with(base, "postgres:SECRET@", "/postgres?sslmode=require"),
       ErrorCode::connection, "does not support SSL", "turn TLS on"},
      {"unknown parameter", "postgres://u:SECRET@127.0.0.1/x?sslmod=require", ErrorCode::usage, "sslmod",
       "parameters of libpq"},
      {"bad percent", "postgres://u:SECRET%zz@127.0.0.1/x", ErrorCode::usage, "cannot be read",
       "percent-encoded"},
      {"slash in password", "postgres://u:SEC/SECRET@127.0.0.1:1/x", ErrorCode::connection, "withheld",
       "%2F"},
      {"question mark in password", "postgres://u:SEC?SECRET@127.0.0.1:1/x", ErrorCode::connection,
       "withheld", "%3F"},
  };
  for (const Refused& row : rows) {
    CAPTURE(row.name);
    ConnectOptions options;
    options.url.flavor = Flavor::postgres;
    options.url.text = row.url;
    const auto opened = open_connection(options);
    if (opened.ok()) FAIL("connected");
    const Error& error = opened.error();
    CAPTURE(error.what);
    CHECK(error.code == row.code);
    CHECK(error.what.find(row.what) != std::string::npos);
    CHECK(error.hint.find(row.hint) != std::string::npos);
    CHECK((error.text() + error.hint + error.detail).find("SEC") == std::string::npos);
  }
}

TEST_CASE("postgres: read-only, timeout and init hold from the first statement on") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  ConnectOptions options = scratch.options();
  options.read_only = true;
  options.statement_timeout = std::chrono::milliseconds(200);
  options.init = {"SET search_path = pg_catalog", "SELECT 1"};
  auto opened = open_connection(options);
  REQUIRE(opened.ok());
  Connection& connection = **opened;
  CHECK(connection.server().read_only);
  CHECK(scalar(connection, "SHOW search_path") == "pg_catalog");
  CHECK(scalar(connection, "SELECT current_setting('application_name')") == "bascule");
  const auto written = execute(connection, "CREATE TABLE public.t (a int)");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().sqlstate == "25006");
  const auto late = execute(connection, "SELECT pg_sleep(20)");
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().code == ErrorCode::cancelled);
  CHECK(late.error().hint.find("statement_timeout") != std::string::npos);

  options.init = {"SELECT nonsense"};
  auto failed = open_connection(options);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().text().starts_with("init: "));
}

struct Step {
  const char* sql;
  bool succeeds;
  TransactionState after;
};

constexpr Step transaction_steps[] = {
    {"SELECT 1", true, TransactionState::none},
    {"BEGIN", true, TransactionState::open},
    {"CREATE TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)", true, TransactionState::open},
    {"SELECT nosuch", false, TransactionState::failed},
    {"SELECT 1", false, TransactionState::failed},
    {"COMMIT", true, TransactionState::none},  // the server answers ROLLBACK
    {"BEGIN", true, TransactionState::open},
    {"CREATE TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)", true, TransactionState::open},
    {"INSERT INTO t VALUES (1), (1)", true, TransactionState::open},
    {"COMMIT", false, TransactionState::none},
    {"", true, TransactionState::none},
    {"-- nothing", true, TransactionState::none},
};

TEST_CASE("postgres: the transaction state is what the server says") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  for (const Step& step : transaction_steps) {
    CAPTURE(step.sql);
    const auto done = execute(*connection, step.sql);
    CHECK(done.ok() == step.succeeds);
    CHECK(connection->transaction() == step.after);
    if (!done.ok() && std::string_view(step.sql) == "COMMIT") CHECK(done.error().ends_transaction());
  }
}

TEST_CASE("postgres: an error after the end of a bound statement is an error") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  run(*connection, "CREATE TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)");
  run(*connection, "INSERT INTO t VALUES (1)");
  const std::vector<Value> parameters{Value(std::int64_t{1})};
  const auto done = fetch(*connection, "INSERT INTO t VALUES (?)", parameters);
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().sqlstate == "23505");
  CHECK(scalar(*connection, "SELECT count(*) FROM t") == "1");
}

TEST_CASE("postgres: an abandoned result leaves the connection and its transaction usable") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  const auto abandon = [&](const char* sql) {
    auto cursor = connection->query(sql);
    REQUIRE(cursor.ok());
    Batch batch;
    REQUIRE((*cursor)->next(batch, 10).ok());
    const auto second = connection->query("SELECT 2");
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == ErrorCode::conflict);
  };
  SUBCASE("outside a transaction, however long it would run") {
    abandon("SELECT generate_series(1, 2000000000)");
    CHECK(connection->transaction() == TransactionState::none);
  }
  SUBCASE("inside one, a short one is read to its end") {
    run(*connection, "BEGIN");
    abandon("SELECT generate_series(1, 1000)");
    CHECK(connection->transaction() == TransactionState::open);
  }
  CHECK(scalar(*connection, "SELECT 7") == "7");
}

TEST_CASE("postgres: a cancel never reaches a later statement") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  connection->cancel();  // nothing runs
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    std::thread canceller([&] { connection->cancel(); });
    const auto first = execute(*connection, "SELECT count(*) FROM generate_series(1, 20000)");
    canceller.join();
    if (!first.ok()) CHECK(first.error().code == ErrorCode::cancelled);
    const auto second = execute(*connection, "SELECT count(*) FROM generate_series(1, 20000)");
    CHECK(second.ok());
  }
}

TEST_CASE("postgres: a foreign cancel is the server's error, not ours") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  const auto other = scratch.connect();
  const std::string id = backend_id(*connection);
  std::thread killer([&] {
    while (scalar(*other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " +
                              id) != "1")
      std::this_thread::yield();
    run(*other, "SELECT pg_cancel_backend(" + id + ")");
  });
  const auto done = execute(*connection, "SELECT pg_sleep(60)");
  killer.join();
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().code == ErrorCode::sql);
  CHECK(done.error().sqlstate == "57014");
}

TEST_CASE("postgres: a connection lost during COMMIT leaves the outcome unknown") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  const auto other = scratch.connect();
  run_all(*connection,
          {"CREATE TABLE t (a int)",
           "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM "
           "pg_sleep(60); RETURN NULL; END$$",
           "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH "
           "ROW EXECUTE FUNCTION "
           "slow()",
           "BEGIN", "INSERT INTO t VALUES (1)"});
  const std::string id = backend_id(*connection);
  std::thread killer([&] {
    while (scalar(*other, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " +
                              id) != "1")
      std::this_thread::yield();
    kill_backend_id(scratch, id);
  });
  const auto done = execute(*connection, "/* end it */ COMMIT");
  killer.join();
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().code == ErrorCode::connection);
  CHECK(done.error().ends_connection());
  CHECK(done.error().outcome_unknown);
  CHECK_FALSE(connection->is_alive());
  const auto after = execute(*connection, "SELECT 1");
  REQUIRE_FALSE(after.ok());
  CHECK(after.error().code == ErrorCode::connection);
  CHECK_FALSE(after.error().outcome_unknown);
}

TEST_CASE("postgres: notices come with severity and code") {
  const Engine& postgres = engine(Flavor::postgres);
  if (!is_ready(postgres)) return;
  const Scratch scratch(postgres);
  const auto connection = scratch.connect();
  std::vector<ServerNotice> notices;
  connection->on_notice([&](const ServerNotice& notice) { notices.push_back(notice); });
  run(*connection, "DO $$BEGIN RAISE WARNING 'careful' USING HINT = 'look', ERRCODE = '01234'; END$$");
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].severity == "WARNING");
  CHECK(notices[0].code == "01234");
  CHECK(notices[0].text == "careful");
  CHECK(notices[0].hint == "look");
}

}  // namespace
}  // namespace bascule::test
