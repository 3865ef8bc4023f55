#include "engine/drivers/url.h"

#include <doctest/doctest.h>

#include <vector>

namespace bascule {
namespace {

TEST_CASE("every form of a URL is read") {
  struct Row {
    std::string text;
    Flavor flavor;
    std::string path, user, password, host, database;
    std::optional<int> port;
  };
  const std::vector<Row> rows{
      {"sqlite:app.db", Flavor::sqlite, "app.db", "", "", "", "", {}},
      {"sqlite::memory:", Flavor::sqlite, ":memory:", "", "", "", "", {}},
      {"sqlite:/var/lib/app.db", Flavor::sqlite, "/var/lib/app.db", "", "", "", "", {}},
      {"sqlite:///var/lib/app.db", Flavor::sqlite, "/var/lib/app.db", "", "", "", "", {}},
      {"SQLITE:a b.db", Flavor::sqlite, "a b.db", "", "", "", "", {}},
      {"app.db", Flavor::sqlite, "app.db", "", "", "", "", {}},
      {"./a:b.db", Flavor::sqlite, "./a:b.db", "", "", "", "", {}},
      {"/tmp/x@y.db", Flavor::sqlite, "/tmp/x@y.db", "", "", "", "", {}},
      {"postgres://ada:secret@db.example:5433/app", Flavor::postgres, "", "ada", "secret", "db.example",
       "app", 5433},
      {"postgresql://", Flavor::postgres, "", "", "", "", "", {}},
      {"postgresql:///app", Flavor::postgres, "", "", "", "", "app", {}},
      {"postgres://h1,h2:5433/app", Flavor::postgres, "", "", "", "h1", "app", {}},
      {"mysql://root@localhost/shop", Flavor::mysql, "", "root", "", "localhost", "shop", {}},
      {"mariadb://a%40b:p%3A%2F%40%25@[::1]:3307/sh%20op", Flavor::mariadb, "", "a@b", "p:/@%", "::1",
       "sh op", 3307},
      {"mysql://[fe80::1]", Flavor::mysql, "", "", "", "fe80::1", "", {}},
      {"mysql://u:@h/d", Flavor::mysql, "", "u", "", "h", "d", {}},
      {"mysql://u:p@w@h/d", Flavor::mysql, "", "u", "p@w", "h", "d", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto url = parse_url(row.text);
    REQUIRE(url.ok());
    CHECK(url->flavor == row.flavor);
    CHECK(url->path == row.path);
    CHECK(url->user == row.user);
    CHECK(url->password == row.password);
    CHECK(url->host == row.host);
    CHECK(url->database == row.database);
    CHECK(url->port == row.port);
    CHECK(url->text == row.text);
  }
}

TEST_CASE("options come decoded and in order, and the last one counts") {
  const auto url =
      parse_url("mysql://h/d?socket=%2Frun%2Fmy%20sql.sock&ssl-mode=REQUIRED&ssl-mode=DISABLED&empty=");
  REQUIRE(url.ok());
  CHECK(url->options.size() == 4);
  CHECK(url->option("socket") == "/run/my sql.sock");
  CHECK(url->option("ssl-mode") == "DISABLED");
  CHECK(url->option("empty") == "");
  CHECK_FALSE(url->option("absent").has_value());
}

TEST_CASE("a wrong URL is a usage error that says what to write and shows no password") {
  struct Row {
    std::string text, what, hint;  // parts of the error
  };
  const std::vector<Row> rows{
      {"", "empty", "give a URL"},
      {"postgers://u:hunter2@h/d", "unknown scheme \"postgers\"", "postgres:"},
      {"mysq://u:hunter2@h/d", "unknown scheme \"mysq\"", "mysql:"},
      {"oracle://u:hunter2@h/d", "unknown scheme \"oracle\"", "schemes:"},
      {"mysql://u:hunter2@h:port/d", "port", "%3A"},
      {"mysql://u:hunter2@h:0/d", "port", ""},
      {"mysql://u:hunter2@h:65536/d", "port", ""},
      {"mysql://u:hunter2%zz@h/d", "%", "%25"},
      {"mysql://u:hunter2@[::1/d", "[", "[::1]"},
      {"mysql://u:hunter2@h/d?ssl-mode", "name=value", ""},
      {"mysql://h/d?password=hunter2&x", "name=value", ""},
      {"mysql:u:hunter2@h/d", "//", "mysql://"},
      {"postgres:h", "//", "postgres://"},
      {"sqlite:", "file is missing", "sqlite:PATH"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto url = parse_url(row.text);
    REQUIRE_FALSE(url.ok());
    const Error& error = url.error();
    CHECK(error.code == ErrorCode::usage);
    CHECK(error.what.find(row.what) != std::string::npos);
    CHECK(error.hint.find(row.hint) != std::string::npos);
    CHECK((error.what + error.hint + error.detail).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("passwords are hidden wherever they stand") {
  struct Row {
    std::string text, redacted;
  };
  const std::vector<Row> rows{
      {"postgres://ada:secret@h/d", "postgres://ada:***@h/d"},
      {"postgres://ada@h/d", "postgres://ada@h/d"},
      {"postgres://h:5432/d", "postgres://h:5432/d"},
      {"mysql://u:p/w@h/d", "mysql://u:***@h/d"},
      {"mysql://u:p@a/b@h/d", "mysql://u:***@h/d"},
      {"mysql://u:pa'ss\"w@h/d", "mysql://u:***@h/d"},
      {"mysql://h/d?password=secret&x=1", "mysql://h/d?password=***&x=1"},
      {"mysql://h/d?p%61ssword=secret", "mysql://h/d?p%61ssword=***"},
      {"postgres://h/d?sslpassword=secret", "postgres://h/d?sslpassword=***"},
      {"sqlite:/tmp/a.db", "sqlite:/tmp/a.db"},
      {"open mysql://u:p@h/d and postgres://v:q@i/e now",
       "open mysql://u:***@h/d and postgres://v:***@i/e now"},
      {"'mysql://u:p@h/d'", "'mysql://u:***@h/d'"},
      {"host=h password=secret user=u", "host=h password=*** user=u"},
      {"host=h password = 'my \\' secret' user=u", "host=h password = *** user=u"},
      {"PGPASSWORD=secret psql", "PGPASSWORD=*** psql"},
      {"passwords are long", "passwords are long"},
      {"no secret: a=b", "no secret: a=b"},
      {"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CHECK(redact_urls(row.text) == row.redacted);
    CHECK(redact_urls(row.redacted) == row.redacted);
  }
  // A URL that is known to be one may hold blanks.
  const auto url = parse_url("mysql://u:my pass@h/d");
  REQUIRE(url.ok());
  CHECK(url->redacted() == "mysql://u:***@h/d");
}

TEST_CASE("what looks like a URL") {
  for (const std::string text : {"mysql://h", "xyz://h", "sqlite:a", "SQLITE:a", "postgres:h"}) {
    CAPTURE(text);
    CHECK(looks_like_url(text));
  }
  for (const std::string text : {"", "a.db", "./sqlite.db", "c:/x", "/a://b", "name", ":memory:"}) {
    CAPTURE(text);
    CHECK_FALSE(looks_like_url(text));
  }
}

}  // namespace
}  // namespace bascule
