// Opening a connection: what its options promise, and what a failure says.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "engine/base/text.h"
#include "engine/drivers/registry.h"
#include "tests/support/engines.h"

using namespace bascule;
using namespace bascule::test;

namespace {

Result<std::unique_ptr<Connection>> open_url(const std::string& url) {
  ConnectOptions options;
  TRY(options.url, parse_url(url));
  options.connect_timeout = std::chrono::milliseconds(2000);
  return open_connection(options);
}

// host:port of a server's URL replaced.
std::string with_authority(const std::string& url, const std::string& user, const std::string& authority) {
  const auto begin = url.find("://") + 3;
  const auto end = url.find('/', begin);
  return url.substr(0, begin) + user + "@" + authority + url.substr(end);
}

constexpr Flavor on_mariadb[] = {Flavor::mariadb};
// The private servers as scripts/test starts them: MySQL makes its own certificate, the others have none.
constexpr Flavor on_tls_servers[] = {Flavor::mysql};
constexpr Flavor on_clear_text_servers[] = {Flavor::postgres, Flavor::mariadb};

std::string authority_of(const std::string& url) {
  const auto begin = url.find('@') + 1;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace

ENGINE_TEST_CASE("the server is described", on_all) {
  Scratch scratch(engine);
  auto connection = scratch.connect();
  const ServerInfo& server = connection->server();
  REQUIRE(server.dialect != nullptr);
  CHECK(server.dialect->flavor_name == engine.name);
  CHECK(connection->features().flavor == engine.flavor);
  CHECK(connection->features().version == server.version);
  CHECK(connection->features().major > 0);
  CHECK(server.tls.empty());
  CHECK(!server.read_only);
  if (engine.flavor != Flavor::sqlite) CHECK(server.database.starts_with("scratch_"));
  const auto status = connection->status();
  REQUIRE(status.ok());
  CHECK(status->server_time.size() >= 19);
  CHECK(status->uptime_seconds.has_value() == (engine.flavor != Flavor::sqlite));
}

ENGINE_TEST_CASE("a mysql:// URL may lead to a MariaDB server, which says so", on_mariadb) {
  Scratch scratch(engine);
  auto connection = open_url("mysql" + scratch.url().substr(scratch.url().find(':')));
  REQUIRE(connection.ok());
  CHECK((*connection)->server().dialect->flavor == Flavor::mariadb);
}

ENGINE_TEST_CASE("read only is kept by the server", on_all) {
  Scratch scratch(engine);
  run(*scratch.connect(), "create table t (a int)");
  ConnectOptions options = scratch.options();
  options.read_only = true;
  options.create = false;
  auto opened = open_connection(options);
  if (!opened.ok()) FAIL(opened.error().text());
  auto& connection = *opened;
  CHECK(connection->server().read_only);
  CHECK(scalar(*connection, "select count(*) from t") == "0");
  for (const std::string_view sql : {"insert into t values (1)", "create table u (a int)", "drop table t"}) {
    CAPTURE(sql);
    CHECK(!execute(*connection, sql).ok());
  }
  CHECK(scalar(*connection, "select count(*) from t") == "0");
}

ENGINE_TEST_CASE("init statements run in order, and a failing one fails the connection", on_all) {
  Scratch scratch(engine);
  ConnectOptions options = scratch.options();
  options.init = {"create table t (a int)", "insert into t values (42)"};
  {
    auto connection = open_connection(options);
    REQUIRE(connection.ok());
    CHECK(scalar(**connection, "select a from t") == "42");
  }
  const auto again = open_connection(options);
  REQUIRE(!again.ok());
  CHECK(again.error().sql == options.init[0]);
}

ENGINE_TEST_CASE("a statement timeout ends a statement", on_all) {
  Scratch scratch(engine);
  ConnectOptions options = scratch.options();
  options.statement_timeout = std::chrono::milliseconds(300);
  auto connection = open_connection(options);
  REQUIRE(connection.ok());
  run_all(**connection,
          {"create table t (a int)", "insert into t values (1), (2), (3), (4), (5), (6), (7), (8)"});
  // 8 to the power of 16 rows.
  const auto result =
      execute(**connection,
              "select count(*) from t a, t b, t c, t d, t e, t f, t g, t h, t i, t j, t k, t l, "
              "t m, t n, t o, t p where a.a + b.a + c.a + d.a + e.a + f.a + g.a + h.a + i.a + j.a + k.a + "
              "l.a + m.a + n.a + o.a + p.a = -1");
  REQUIRE(!result.ok());
  CHECK(!result.error().ends_connection());
  CHECK(scalar(**connection, "select count(*) from t") == "8");
}

ENGINE_TEST_CASE("a database that is not there is an error that names it", on_all) {
  const std::string url = engine.flavor == Flavor::sqlite
                              ? "sqlite:" + std::filesystem::temp_directory_path().string() + "/nowhere.db"
                              : engine.url.substr(0, engine.url.rfind('/')) + "/nowhere";
  const auto connection = open_url(url);
  REQUIRE(!connection.ok());
  CAPTURE(connection.error().text());
  CHECK(connection.error().code == ErrorCode::connection);
  CHECK(connection.error().text().find("nowhere") != std::string::npos);
}

ENGINE_TEST_CASE("a mistake creates nothing", on_sqlite) {
  const auto path = std::filesystem::temp_directory_path() / "bascule-nothing.db";
  std::filesystem::remove(path);
  CHECK(!open_url("sqlite:" + path.string()).ok());
  CHECK(!std::filesystem::exists(path));
}

ENGINE_TEST_CASE("a file that is no database is an error", on_sqlite) {
  Scratch scratch(engine);
  const std::string path = scratch.directory() + "/text.db";
  std::ofstream(path) << std::string(5000, 'x');
  const auto connection = open_url("sqlite:" + path);
  REQUIRE(!connection.ok());
  CHECK(connection.error().text().find("text.db") != std::string::npos);
}

ENGINE_TEST_CASE("a refused port is an error of the connection without the password", on_servers) {
  const auto connection = open_url(with_authority(engine.url, "someone:s3cr3t", "127.0.0.1:1"));
  REQUIRE(!connection.ok());
  CHECK(connection.error().code == ErrorCode::connection);
  CHECK(connection.error().text().find("s3cr3t") == std::string::npos);
  CHECK(connection.error().hint.find("s3cr3t") == std::string::npos);
  CHECK(connection.error().text().find("127.0.0.1") != std::string::npos);
}

ENGINE_TEST_CASE("a wrong password is an error that names the user and not the password", on_mysql_family) {
  Scratch scratch(engine);
  auto admin = scratch.connect();
  run_all(*admin, {"drop user if exists guest", "create user guest identified by 'right'"});
  const auto connection = open_url(with_authority(scratch.url(), "guest:wr0ng", authority_of(scratch.url())));
  REQUIRE(!connection.ok());
  CHECK(connection.error().code == ErrorCode::connection);
  CHECK(connection.error().text().find("guest") != std::string::npos);
  CHECK(connection.error().text().find("wr0ng") == std::string::npos);
  run(*admin, "drop user guest");
}

ENGINE_TEST_CASE("TLS that is demanded and absent is an error, not a connection in clear text",
                 on_clear_text_servers) {
  Scratch scratch(engine);
  const auto option = PerFlavor{"", "?sslmode=require", "?ssl-mode=required"}[engine.flavor];
  const auto connection = open_url(scratch.url() + std::string(option));
  REQUIRE(!connection.ok());
  CHECK(connection.error().code == ErrorCode::connection);
  const std::string text = to_lower(connection.error().text());
  CAPTURE(text);
  CHECK((text.find("ssl") != std::string::npos || text.find("tls") != std::string::npos));
}

ENGINE_TEST_CASE("TLS that is there is used and described", on_tls_servers) {
  Scratch scratch(engine);
  auto connection = open_url(scratch.url() + "?ssl-mode=required");
  if (!connection.ok()) FAIL(connection.error().text());
  CHECK((*connection)->server().tls.find("TLS") != std::string::npos);
}
