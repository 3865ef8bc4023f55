// What only MySQL and MariaDB have: their types, protocols, implicit commits and ways to end a statement.
#include <chrono>
#include <thread>

#include "engine/base/text.h"
#include "engine/drivers/registry.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

constexpr std::string_view digit_table =
    "(select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all "
    "select 5 "
    "union all select 6 union all select 7 union all select 8 union all select 9)";

// MariaDB has VECTOR from 11.7 on, and scripts/test starts it without a certificate.
constexpr Flavor on_mysql[] = {Flavor::mysql};

std::unique_ptr<Connection> open(const ConnectOptions& options) {
  auto connection = open_connection(options);
  if (!connection.ok()) FAIL(connection.error().text());
  return std::move(connection).value();
}

// A table n(i) with 1 to 100,000.
void make_numbers(Connection& connection) {
  run(connection, "create table n(i int primary key)");
  const std::string d(digit_table);
  run(connection, "insert into n select 1 + a.n + 10*b.n + 100*c.n + 1000*e.n + 10000*f.n from " + d +
                      " a, " + d + " b, " + d + " c, " + d + " e, " + d + " f");
}

// The cell as it arrived, before it is made a value.
std::string raw_cell(Connection& connection, std::string_view sql) {
  auto cursor = connection.query(sql);
  if (!cursor.ok()) return "error: " + cursor.error().text();
  Batch batch;
  const auto more = (*cursor)->next(batch, 10);
  if (!more.ok()) return "error: " + more.error().text();
  if (!*more) return "no row";
  const Cell cell = batch.cell(0, 0);
  switch (cell.kind) {
    case CellKind::null:
      return "null";
    case CellKind::boolean:
      return cell.integer != 0 ? "true" : "false";
    case CellKind::integer:
      return "integer " + std::to_string(cell.integer);
    case CellKind::unsigned_integer:
      return "unsigned " + std::to_string(cell.unsigned_integer);
    case CellKind::real:
      return "real " + format_double(cell.real);
    case CellKind::text:
      return "text " + std::string(cell.text);
    case CellKind::bytes:
      return "bytes " + to_hex(cell.text);
    case CellKind::spelled:
      return "spelled " + std::string(cell.text);
  }
  return "";
}

struct TypeCase {
  const char* type;
  const char* literal;
  const char* cell;
  const char* native_type;
};
constexpr TypeCase type_cases[] = {
    {"tinyint", "-128", "integer -128", "tinyint"},
    {"tinyint(1)", "1", "integer 1", "tinyint(1)"},
    {"smallint unsigned", "65535", "unsigned 65535", "smallint unsigned"},
    {"mediumint", "-8388608", "integer -8388608", "mediumint"},
    {"int(5) unsigned zerofill", "42", "spelled 00042", "int unsigned"},
    {"bigint", "-9223372036854775808", "integer -9223372036854775808", "bigint"},
    {"bigint unsigned", "18446744073709551615", "unsigned 18446744073709551615", "bigint unsigned"},
    {"float", "16777216", "spelled 16777216", "float"},
    {"float", "0.1", "spelled 0.1", "float"},
    {"float", "3.4028234e38", "spelled 3.4028235e+38", "float"},
    {"double", "0.1e0+0.2e0", "spelled 0.30000000000000004", "double"},
    {"double", "4.9e-324", "spelled 5e-324", "double"},
    {"double", "1.7976931348623157e308", "spelled 1.7976931348623157e+308", "double"},
    {"decimal(65,30)", "12345678901234567890123456789012345.123456789012345678901234567890",
     "spelled 12345678901234567890123456789012345.123456789012345678901234567890", "decimal(65,30)"},
    {"decimal(5,2)", "-1.5", "spelled -1.50", "decimal(5,2)"},
    {"date", "'2024-02-29'", "spelled 2024-02-29", "date"},
    {"date", "'0000-00-00'", "spelled 0000-00-00", "date"},
    {"datetime", "'2024-00-00 00:00:00'", "spelled 2024-00-00 00:00:00", "datetime"},
    {"datetime(6)", "'9999-12-31 23:59:59.000001'", "spelled 9999-12-31 23:59:59.000001", "datetime(6)"},
    {"datetime(3)", "'2024-02-29 12:00:00.120'", "spelled 2024-02-29 12:00:00.120", "datetime(3)"},
    {"timestamp(6)", "'2024-02-29 12:00:00.5'", "spelled 2024-02-29 12:00:00.500000", "timestamp(6)"},
    {"time", "'-838:59:59'", "spelled -838:59:59", "time"},
    {"time(6)", "'-00:00:00.000001'", "spelled -00:00:00.000001", "time(6)"},
    {"year", "0", "spelled 0000", "year"},
    {"year", "2155", "spelled 2155", "year"},
    {"bit(1)", "b'1'", "spelled 1", "bit(1)"},
    {"bit(10)", "b'101'", "spelled 0000000101", "bit(10)"},
    {"char(5)", "'ab'", "text ab", "char(5)"},
    {"varchar(20)", "'h\xc3\xa9 \xf0\x9f\x98\x80'", "text h\xc3\xa9 \xf0\x9f\x98\x80", "varchar(20)"},
    {"varchar(5) character set latin1", "'\xc3\xa9'", "text \xc3\xa9", "varchar(5)"},
    {"tinytext", "'x'", "text x", "tinytext"},
    {"text", "''", "text ", "text"},
    {"longtext", "'x'", "text x", "longtext"},
    {"binary(3)", "x'00ff'", "bytes 00ff00", "binary(3)"},
    {"varbinary(9)", "x'00ff'", "bytes 00ff", "varbinary(9)"},
    {"blob", "x'00'", "bytes 00", "blob"},
    {"enum('a','b')", "'b'", "text b", "enum"},
    {"set('a','b','c')", "'a,c'", "text a,c", "set"},
    {"json", "'{\"a\": 1}'", "text {\"a\": 1}", "json"},
    {"point", "st_geomfromtext('POINT(1 2)')", "bytes 000000000101000000000000000000f03f0000000000000040",
     nullptr},
};

}  // namespace

ENGINE_TEST_CASE("mysql: every type arrives exact, and NULL as NULL", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "set sql_mode = ''");  // to write zero dates
  int number = 0;
  for (const auto& row : type_cases) {
    CAPTURE(row.type);
    CAPTURE(row.literal);
    const std::string table = "t" + std::to_string(++number);
    run(*connection, "create table " + table + "(v " + row.type + " null)");
    run(*connection, "insert into " + table + " values (" + row.literal + ")");
    CHECK(raw_cell(*connection, "select v from " + table) == row.cell);
    // SHOW, EXPLAIN and what cannot be prepared go through the text protocol: the same cells but for FLOAT.
    const bool text_loses_digits = std::string_view(row.type) == "float";
    const auto set_statement = connection->server().dialect->flavor == Flavor::mariadb
                                   ? "set statement max_statement_time=60 for select v from " + table
                                   : std::string();
    if (!set_statement.empty() && !text_loses_digits && std::string_view(row.type) != "double")
      CHECK(raw_cell(*connection, set_statement) == row.cell);
    const auto rows = fetch(*connection, "select v from " + table);
    REQUIRE(rows.ok());
    if (row.native_type != nullptr) CHECK(rows->columns[0].native_type == row.native_type);
    run(*connection, "update " + table + " set v = null");
    if (!std::string_view(row.type).starts_with("timestamp"))
      CHECK(raw_cell(*connection, "select v from " + table) == "null");
  }
}

ENGINE_TEST_CASE("mysql: values longer than any buffer arrive whole", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t(id int primary key, a longtext, b longblob, c varchar(10))");
  run(*connection,
      "insert into t values (1, repeat('abc', 1000000), repeat(x'00ff', 5000), 'end'), (2, '', null, '')");
  CHECK(texts(*connection,
              "select length(a), md5_is_not_needed from (select a, 1 md5_is_not_needed from t) x") ==
        std::vector<std::string>{"3000000|1", "0|1"});
  auto cursor = connection->query("select a, b, c from t order by id");
  REQUIRE(cursor.ok());
  Batch batch;
  std::vector<std::size_t> sizes;
  for (;;) {
    const auto more = (*cursor)->next(batch, 10);
    REQUIRE(more.ok());
    if (!*more) break;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      for (std::size_t i = 0; i < 3; ++i) sizes.push_back(batch.cell(row, i).text.size());
  }
  CHECK(sizes == std::vector<std::size_t>{3'000'000, 10'000, 3, 0, 0, 0});
}

ENGINE_TEST_CASE("mysql: a stream that fails is an error, never a short result", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  const std::string failing =
      "select i, case when i = 50000 then (select 1 union select 2) else i end from n";
  SUBCASE("at row 50,000 of 100,000") {
    const auto result = stream(*connection, failing);
    CHECK(result.rows == 49'999);
    REQUIRE(result.error.has_value());
    CHECK(result.error->native_code == 1242);
  }
  SUBCASE("before the first row") {
    const auto cursor = connection->query("select case when i = 1 then (select 1 union select 2) end from n");
    REQUIRE(!cursor.ok());
    CHECK(cursor.error().native_code == 1242);
  }
  SUBCASE("stopped by another session") {
    auto cursor = connection->query("select a.i, repeat('x', 200) from n a, n b");
    REQUIRE(cursor.ok());
    Batch batch;
    REQUIRE((*cursor)->next(batch, 100).ok());
    const std::string id = scalar(*scratch.connect(),
                                  "select id from information_schema.processlist where info "
                                  "like 'select a.i, repeat%' and id <> connection_id()");
    run(*scratch.connect(), "kill query " + id);
    const auto rest = stream(**cursor);
    REQUIRE(rest.error.has_value());
    CHECK(rest.error->code == ErrorCode::cancelled);
    CHECK(rest.error->native_code == 1317);
    CHECK_FALSE(rest.error->ends_connection());
  }
  SUBCASE("statement timeout") {
    auto options = scratch.options();
    options.statement_timeout = std::chrono::milliseconds(300);
    const auto limited = open(options);
    const bool mariadb = engine.flavor == Flavor::mariadb;
    const auto result = stream(*limited, "select count(*) from n a, n b where a.i + b.i < 0");
    REQUIRE(result.error.has_value());
    CHECK(result.error->code == ErrorCode::cancelled);
    CHECK(result.error->native_code == (mariadb ? 1969 : 3024));
  }
  SUBCASE("killed server side") {
    auto cursor = connection->query("select a.i, repeat('x', 200) from n a, n b");
    REQUIRE(cursor.ok());
    Batch batch;
    REQUIRE((*cursor)->next(batch, 100).ok());
    const std::string id = scalar(*scratch.connect(),
                                  "select id from information_schema.processlist where info "
                                  "like 'select a.i, repeat%' and id <> connection_id()");
    kill_backend_id(scratch, id);
    const auto rest = stream(**cursor);
    REQUIRE(rest.error.has_value());
    CHECK(rest.error->code == ErrorCode::connection);
    CHECK(rest.error->ends_connection());
    CHECK_FALSE(connection->is_alive());
  }
  if (connection->is_alive()) CHECK(scalar(*connection, "select 1") == "1");
}

ENGINE_TEST_CASE("mysql: cancel", on_mysql_family) {
  struct Case {
    const char* name;
    const char* sql;
  };
  constexpr Case cases[] = {
      {"sleep", "select sleep(30)"},
      {"benchmark", "select benchmark(2000000000, 1 + 1)"},
      {"scan", "select count(*) from n a, n b where a.i * b.i < 0"},
      {"streaming", "select a.i, b.i from n a, n b"},
      {"insert from a scan", "insert into sink select a.i from n a, n b where a.i * b.i < 0"},
      {"not preparable", "do sleep(30)"},
  };
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  run_all(*connection, {"create table sink(i int)", "begin", "insert into sink values (1)"});
  for (const auto& row : cases) {
    CAPTURE(row.name);
    std::chrono::steady_clock::time_point asked;
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      asked = std::chrono::steady_clock::now();
      connection->cancel();
    });
    const auto result = stream(*connection, row.sql);
    const auto returned = std::chrono::steady_clock::now();
    killer.join();
    REQUIRE(result.error.has_value());
    CHECK(result.error->code == ErrorCode::cancelled);
    // Each of them would run for half a minute or more.
    CHECK(returned - asked < std::chrono::seconds(10));
    CHECK(connection->transaction() == TransactionState::open);
    CHECK(scalar(*connection, "select count(*) from sink") == "1");
  }
  connection->cancel();  // nothing runs: the next statement is not hit
  CHECK(scalar(*connection, "select 'next'") == "next");
}

ENGINE_TEST_CASE("mysql: an abandoned result is stopped and the connection stays usable", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  make_numbers(*connection);
  for (const char* sql : {"select a.i, b.i from n a, n b", "select i from n", "show variables"}) {
    CAPTURE(sql);
    {
      auto cursor = connection->query(sql);
      REQUIRE(cursor.ok());
      Batch batch;
      REQUIRE((*cursor)->next(batch, 10).ok());
      CHECK(batch.rows() == 10);
      CHECK_FALSE(connection->query("select 1").ok());  // one at a time
    }
    CHECK(scalar(*connection, "select 7") == "7");
  }
}

ENGINE_TEST_CASE("mysql: the transaction's state is the server's", on_mysql_family) {
  using enum TransactionState;
  struct Case {
    const char* name;
    std::vector<std::string> statements;  // the last one may fail
    TransactionState after;
  };
  const std::vector<Case> cases = {
      {"nothing", {"select 1"}, none},
      {"BEGIN", {"begin"}, open},
      {"START TRANSACTION and COMMIT", {"start transaction", "insert into t values (1)", "commit"}, none},
      {"ROLLBACK", {"begin", "insert into t values (1)", "rollback"}, none},
      {"DDL commits", {"begin", "insert into t values (1)", "create table u(i int)"}, none},
      {"DDL that fails commits too", {"begin", "insert into t values (1)", "create table t(i int)"}, none},
      {"a syntax error does not", {"begin", "insert into t values (1)", "creat table"}, open},
      {"a temporary table does not",
       {"begin", "insert into t values (1)", "create temporary table tt(i int)"},
       open},
      {"a duplicate key does not", {"begin", "insert into t values (1)", "insert into t values (1)"}, open},
      {"autocommit off, nothing touched", {"set autocommit = 0", "select 1"}, none},
      {"autocommit off, a table read", {"set autocommit = 0", "select * from t"}, open},
      {"autocommit off, a failed insert", {"set autocommit = 0", "insert into t values (5)"}, open},
      {"autocommit on again", {"set autocommit = 0", "insert into t values (1)", "set autocommit = 1"}, none},
      {"a procedure that begins", {"call p_begin()"}, open},
      {"a procedure that begins and fails", {"call p_fail()"}, open},
      {"BEGIN; SELECT ends in the middle", {"begin", "select * from t, t u"}, open},
  };
  Scratch scratch(engine);
  auto setup = scratch.connect();
  run_all(*setup, {"create table t(i int primary key)", "insert into t values (5)",
                   "create procedure p_begin() begin start transaction; insert into t values (77); end",
                   "create procedure p_fail() begin start transaction; insert into t values (78); "
                   "insert into t values (5); end"});
  for (const auto& row : cases) {
    CAPTURE(row.name);
    auto connection = scratch.connect();
    for (const auto& sql : row.statements) {
      const auto result = execute(*connection, sql);
      if (&sql != &row.statements.back()) CHECK(result.ok());
      if (!result.ok()) CHECK(result.error().ends_transaction() == (row.after == none));
    }
    CHECK(connection->transaction() == row.after);
    const bool in_the_server =
        scalar(*setup, "select count(*) from information_schema.innodb_trx where trx_mysql_thread_id = " +
                           backend_id(*connection)) != "0";
    if (in_the_server) CHECK(row.after == open);
    if (row.after == open) run(*connection, "rollback");
    run_all(*setup, {"drop table if exists u", "delete from t where i <> 5"});
  }
}

ENGINE_TEST_CASE("mysql: a deadlock's victim has no transaction any more", on_mysql_family) {
  Scratch scratch(engine);
  auto a = scratch.connect(), b = scratch.connect();
  run_all(*a, {"create table t(i int primary key, v int)", "insert into t values (1,0),(2,0)", "begin",
               "update t set v = 1 where i = 1"});
  run_all(*b, {"begin", "update t set v = 1 where i = 2"});
  std::optional<Error> error_a;
  std::thread waiting([&] {
    if (auto result = execute(*a, "update t set v = 1 where i = 2"); !result.ok()) error_a = result.error();
  });
  std::optional<Error> error_b;
  if (auto result = execute(*b, "update t set v = 1 where i = 1"); !result.ok()) error_b = result.error();
  waiting.join();
  REQUIRE(error_a.has_value() != error_b.has_value());
  const Error& error = error_a ? *error_a : *error_b;
  Connection& victim = error_a ? *a : *b;
  Connection& winner = error_a ? *b : *a;
  CHECK(error.native_code == 1213);
  CHECK(error.ends_transaction());
  CHECK(victim.transaction() == TransactionState::none);
  CHECK(winner.transaction() == TransactionState::open);
}

ENGINE_TEST_CASE("mysql: what an error leaves for the user to read", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  CHECK_FALSE(execute(*connection, "select * from missing").ok());
  const auto warnings = texts(*connection, "show warnings");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with("Error|1146|"));
}

ENGINE_TEST_CASE("mysql: CALL gives all its results", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection,
          {"create table t(i int primary key, f float)", "insert into t values (1, 16777216)",
           "create procedure two() begin select 1 as a; select i, f from t; update t set i = i + 1; end",
           "create procedure broken() begin select 1 as a; select * from missing; end"});
  auto cursor = connection->query("call two()");
  REQUIRE(cursor.ok());
  Batch batch;
  REQUIRE((*cursor)->next(batch, 10).ok());
  CHECK((*cursor)->columns().size() == 1);
  CHECK(batch.rows() == 1);
  REQUIRE((*cursor)->next(batch, 10).ok());
  const auto second = (*cursor)->next_result();
  REQUIRE(second.ok());
  CHECK(*second);
  CHECK((*cursor)->columns().size() == 2);
  REQUIRE((*cursor)->next(batch, 10).ok());
  CHECK(batch.cell(0, 1).text == "16777216");
  const auto third = (*cursor)->next_result();
  REQUIRE(third.ok());
  CHECK_FALSE(*third);
  cursor->reset();
  CHECK(scalar(*connection, "select i from t") == "2");

  const auto broken = execute(*connection, "call broken()");
  REQUIRE(!broken.ok());
  CHECK(broken.error().native_code == 1146);
  CHECK(scalar(*connection, "select 1") == "1");
}

ENGINE_TEST_CASE("mysql: one statement at a time", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t(i int)");
  for (const char* sql : {"insert into t values (1); insert into t values (2)", "select 1; select 2"}) {
    const auto result = execute(*connection, sql);
    REQUIRE(!result.ok());
    CHECK(result.error().native_code == 1064);
  }
  CHECK(scalar(*connection, "select count(*) from t") == "0");
}

ENGINE_TEST_CASE("mysql: row counts, tags and what follows a statement", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "create table t(i int auto_increment primary key, v int)");
  const auto inserted = fetch(*connection, "insert into t(v) values (1),(2),(3)");
  REQUIRE(inserted.ok());
  CHECK(inserted->affected == 3);
  CHECK(inserted->tag == "Records: 3  Duplicates: 0  Warnings: 0");
  CHECK(scalar(*connection, "select row_count()") == "3");
  CHECK(scalar(*connection, "select last_insert_id()") == "1");
  CHECK(fetch(*connection, "update t set v = 1")->affected == 2);  // changed, not found
  CHECK_FALSE(fetch(*connection, "select 1")->affected.has_value());
  CHECK_FALSE(fetch(*connection, "create table u(i int)")->affected.has_value());
  if (engine.flavor == Flavor::mariadb) {
    const auto returned = fetch(*connection, "insert into t(v) values (8),(9) returning i, v");
    REQUIRE(returned.ok());
    CHECK(returned->affected == 2);
    CHECK(returned->values.size() == 2);
  }
}

ENGINE_TEST_CASE("mysql: parameters arrive as they are", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection,
      "create table t(a bigint, b bigint unsigned, c double, d decimal(30,10), e varchar(50), f blob, "
      "g tinyint(1), h json, i date)");
  const std::vector<Value> values = {std::int64_t{-5},
                                     std::uint64_t{18446744073709551615u},
                                     0.1 + 0.2,
                                     value::Decimal{"12345678901234567890.0123456789"},
                                     std::string("it's \\ \xf0\x9f\x98\x80"),
                                     value::Bytes{std::string("\0\xff'", 3)},
                                     true,
                                     std::string("{\"k\": 1}"),
                                     Value()};
  const auto inserted = fetch(*connection, "insert into t values (?,?,?,?,?,?,?,?,?)", values);
  REQUIRE(inserted.ok());
  CHECK(inserted->affected == 1);
  CHECK(scalar(*connection,
               "select count(*) from t where a = -5 and b = 18446744073709551615 and "
               "c = 0.30000000000000004e0 and d = 12345678901234567890.0123456789 and "
               "hex(e) = '69742773205C20F09F9880' and f = x'00ff27' and g = 1 and i is null") == "1");
  const std::vector<Value> not_a_number = {std::numeric_limits<double>::quiet_NaN()};
  CHECK_FALSE(fetch(*connection, "select ?", not_a_number).ok());
  CHECK_FALSE(fetch(*connection, "select ?, ?", std::vector<Value>{true}).ok());
  CHECK(scalar(*connection, "select 1") == "1");
}

ENGINE_TEST_CASE("mysql: a connection that was killed while idle", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run(*connection, "begin");
  CHECK(connection->is_alive());
  kill_backend(scratch, *connection);
  for (int i = 0; i < 100 && connection->is_alive(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(connection->is_alive());
  const auto result = execute(*connection, "select 1");
  REQUIRE(!result.ok());
  CHECK(result.error().code == ErrorCode::connection);
  CHECK(result.error().ends_connection());
  CHECK_FALSE(result.error().outcome_unknown);
  CHECK(connection->transaction() == TransactionState::open);  // for the holder to taint
}

ENGINE_TEST_CASE("mysql: a connection lost at COMMIT leaves the outcome unknown", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection, {"create table t(i int) engine=innodb", "begin", "insert into t values (1)"});
  kill_backend(scratch, *connection);
  const auto result = execute(*connection, "commit");
  REQUIRE(!result.ok());
  CHECK(result.error().outcome_unknown);
}

ENGINE_TEST_CASE("mysql: warnings reach the notice handler", on_mysql_family) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  std::vector<ServerNotice> notices;
  connection->on_notice([&](const ServerNotice& notice) { notices.push_back(notice); });
  run(*connection, "drop table if exists missing");
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].severity == "Note");
  CHECK(notices[0].code == "1051");
  run(*connection, "select 1");
  CHECK(notices.size() == 1);
}

ENGINE_TEST_CASE("mysql: the session's settings", on_mysql_family) {
  Scratch scratch(engine);
  run(*scratch.connect(), "create table t(i int)");
  SUBCASE("read-only is the server's") {
    auto options = scratch.options();
    options.read_only = true;
    const auto connection = open(options);
    CHECK(connection->server().read_only);
    for (const char* sql : {"insert into t values (1)", "create table u(i int)", "drop table t"}) {
      const auto result = execute(*connection, sql);
      REQUIRE(!result.ok());
      CHECK(result.error().native_code == 1792);
    }
  }
  SUBCASE("USE moves the database") {
    auto connection = scratch.connect();
    run(*connection, "use information_schema");
    CHECK(connection->server().database == "information_schema");
  }
  SUBCASE("the flavor is the server's, not the URL's") {
    auto connection = scratch.connect();
    CHECK(connection->server().dialect->flavor == engine.flavor);
    CHECK(connection->features().flavor == engine.flavor);
    CHECK(connection->features().major > 8);
  }
  SUBCASE("LOCAL INFILE is off") {
    auto connection = scratch.connect();
    const auto result = execute(*connection, "load data local infile '/etc/hostname' into table t");
    REQUIRE(!result.ok());
    CHECK(scalar(*connection, "select 1") == "1");
  }
}

TEST_CASE("mysql: a mistake in the URL is named before anything is sent") {
  struct Case {
    const char *options, *what, *hint;
    ErrorCode code;
  };
  constexpr Case cases[] = {
      {"?ssl-moode=required", "unknown option \"ssl-moode\"", "ssl-mode", ErrorCode::usage},
      {"?nonsense=1", "unknown option \"nonsense\"", "connect-timeout", ErrorCode::usage},
      {"?ssl-mode=requird", "unknown ssl-mode \"requird\"", "required", ErrorCode::usage},
      {"?ssl-mode=verify-ca", "verify-ca needs", "ssl-ca=FILE", ErrorCode::usage},
      {"?ssl-ca=/no/such/ca.pem", "/no/such/ca.pem", "", ErrorCode::io},
      {"?ssl-fingerprint=12", "fingerprint", "40 hex digits", ErrorCode::usage},
      {"?connect-timeout=soon", "connect-timeout \"soon\"", "connect-timeout=10", ErrorCode::usage},
      {"?socket=/no/such/socket", "/no/such/socket", "server is running", ErrorCode::connection},
      {"?defaults-file=/no/such/file.cnf", "/no/such/file.cnf", "", ErrorCode::io},
  };
  for (const auto& row : cases) {
    CAPTURE(std::string(row.options));
    ConnectOptions options;
    auto url = parse_url(std::string("mysql://someone:s3cr3t@127.0.0.1:1/db") + row.options);
    REQUIRE(url.ok());
    options.url = std::move(url).value();
    const auto connection = open_connection(options);
    REQUIRE(!connection.ok());
    CHECK(connection.error().code == row.code);
    CHECK(connection.error().what.find(row.what) != std::string::npos);
    CAPTURE(connection.error().hint);
    CHECK(connection.error().hint.find(row.hint) != std::string::npos);
    CHECK(connection.error().text().find("s3cr3t") == std::string::npos);
  }
}

ENGINE_TEST_CASE("mysql: TLS is what was demanded, or there is no connection", on_mysql_family) {
  Scratch scratch(engine);
  const auto open_with = [&](std::vector<std::pair<std::string, std::string>> wanted) {
    ConnectOptions options = scratch.options();
    options.url.options = std::move(wanted);
    return open_connection(options);
  };
  const bool has_tls = [&] {
    const auto connection = open_with({{"ssl-mode", "preferred"}});
    REQUIRE(connection.ok());
    return !(*connection)->server().tls.empty();
  }();
  CHECK(has_tls == (engine.flavor == Flavor::mysql));  // as scripts/test starts them
  auto required = open_with({{"ssl-mode", "REQUIRED"}});
  CHECK(required.ok() == has_tls);
  if (has_tls) {
    CHECK((*required)->server().tls.starts_with("TLSv1."));
    CHECK_FALSE((*required)->server().tls.empty());
  } else {
    CHECK(required.error().code == ErrorCode::connection);
    CHECK(required.error().what.find("TLS is demanded") != std::string::npos);
  }
  // Nobody knows the certificate that the server made for itself.
  for (const auto& wanted : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"ssl-mode", "verify-full"}},
           {{"ssl-mode", "VERIFY_IDENTITY"}},
           {{"ssl-fingerprint", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33"}}}) {
    const auto connection = open_with(wanted);
    REQUIRE(!connection.ok());
    CHECK(connection.error().code == ErrorCode::connection);
    CHECK_FALSE(connection.error().hint.empty());
  }
}

ENGINE_TEST_CASE("mysql: an encrypted statement is cancelled over an encrypted connection", on_mysql) {
  Scratch scratch(engine);
  ConnectOptions options = scratch.options();
  options.url.options = {{"ssl-mode", "required"}};
  auto connection = open(options);
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    connection->cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto result = execute(*connection, "do sleep(60)");
  killer.join();
  REQUIRE(!result.ok());
  CHECK(result.error().code == ErrorCode::cancelled);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

ENGINE_TEST_CASE("mysql: a VECTOR column is read by both protocols' ways", on_mysql) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  run_all(*connection,
          {"create table t(id int primary key, v vector(2))",
           "insert into t values (1, string_to_vector('[1,2]')), (2, null)", "create table u like t"});
  CHECK(raw_cell(*connection, "select v from t where id = 1") == "bytes 0000803f00000040");
  CHECK_FALSE(fetch(*connection, "select v from t where id = ?", std::vector<Value>{std::int64_t{1}}).ok());
  const auto schema = connection->inspect({});
  REQUIRE(schema.ok());
  const Table& table = *schema->namespaces[0].find_table("t");
  {
    auto reader = connection->bulk_read({{schema->default_namespace, "t"}, table.columns, {}, {}});
    REQUIRE(reader.ok());
    Batch batch;
    REQUIRE((*reader)->next(batch, 10).ok());
    reader->reset();
    auto writer = connection->bulk_write({{schema->default_namespace, "u"}, table.columns});
    REQUIRE(writer.ok());
    const auto written = (*writer)->write(batch);
    if (!written.ok()) FAIL(written.error().text());
    REQUIRE((*writer)->finish().ok());
  }
  CHECK(scalar(*connection, "select count(*) from t join u using (id) where hex(t.v) <=> hex(u.v)") == "2");
}
