// Where a connection goes. Parsed once; printed only by redacted().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"

namespace bascule {

struct ConnectionUrl {
  Flavor flavor =
      Flavor::sqlite;  // by scheme; a mysql:// URL may lead to a MariaDB server and the other way round
  std::string text;    // as the user gave it, password included: never print it
  std::string path;    // SQLite: the file, or ":memory:"
  // MySQL and MariaDB (PostgreSQL's URLs go to libpq whole, these are read from it for display).
  std::string user, password, host, database;
  std::optional<int> port;
  std::vector<std::pair<std::string, std::string>> options;  // in order, names and values percent-decoded

  // The value of the last option of that name.
  std::optional<std::string> option(std::string_view name) const;
  // The URL with the password (also one in an option) replaced by ***.
  std::string redacted() const;
};

// sqlite:PATH, sqlite::memory:, postgres:// postgresql://, mysql:// mariadb://, or a file's path. Errors
// (code usage) name the nearest scheme and never hold a password.
Result<ConnectionUrl> parse_url(std::string_view text);
// True if the text starts with a scheme that looks like a URL's ("xyz://" or "sqlite:").
bool looks_like_url(std::string_view text);
// Hides the passwords of all URLs inside a text of any kind: for messages, logs and history.
std::string redact_urls(std::string_view text);

}  // namespace bascule
