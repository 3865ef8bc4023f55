// How one migration tool lays out its files and keeps its history. This is the one place that knows it: the
// runner (migrate.h) works on any layout.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

struct Migration {
  std::string id;           // the file's number as it is written: "0001", "20240229120000"
  std::string name;         // "create_users"
  std::string path;         // of the file, the one for the engine where there are several
  std::string checksum;     // sha256 of the file with LF line ends and without a byte order mark, in hex
  std::string up;           // SQL
  std::size_t up_line = 1;  // of the file, at which `up` begins
  std::optional<std::string> down = {};  // SQL, where the file has such a section
  bool in_transaction = true;            // false: `-- migrate:up transaction:false`
};

// One row of the history.
struct AppliedMigration {
  std::string id, name, checksum;
  bool is_complete = true;          // false: it failed, or is being applied
  std::size_t statements_done = 0;  // how far it came
  std::string done_checksum = {};   // sha256 of the text of these statements: see migrate_up
  std::string error = {};           // of the statement that failed
  std::string applied_at = {};      // ISO 8601, UTC
};

class Layout {
 public:
  virtual ~Layout() = default;
  virtual std::string_view name() const = 0;  // the `tool` of the JSON
  // The migrations of a folder for one engine, in order. Changes nothing.
  virtual Result<std::vector<Migration>> files(const std::string& dir, const Dialect& dialect) const = 0;
  // What the database remembers, by id; nothing if it has no history yet. Changes nothing.
  virtual Result<std::vector<AppliedMigration>> history(Connection& connection) const = 0;
  // Makes the history's table if it is not there.
  virtual Result<void> prepare(Connection& connection) const = 0;
  // Writes the row of a migration, over the one that is there.
  virtual Result<void> record(Connection& connection, const AppliedMigration& row) const = 0;
  // Whether `a` comes before `b`.
  virtual bool is_before(std::string_view a, std::string_view b) const = 0;
};

// Plain SQL files NUMBER_NAME.sql, with variants NUMBER_NAME.ENGINE.sql (mariadb takes one for mysql where it
// has none of its own) and optional sections `-- migrate:up` and `-- migrate:down`; the history is the table
// bascule_migrations.
const Layout& plain_layout();

// By name; error unsupported for the tools of a later version.
Result<const Layout*> find_layout(std::string_view tool);

}  // namespace bascule
