// SQLite databases for unit tests: the engine is embedded, so that these need no server.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/drivers/sqlite/driver.h"

namespace bascule::test::sqlite {

// A folder of the case, removed at its end.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("bascule-sqlite-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline ConnectOptions options_for(std::string path) {
  ConnectOptions options;
  options.url.path = std::move(path);
  options.create = true;
  return options;
}

inline std::unique_ptr<Connection> open_or_fail(const ConnectOptions& options) {
  auto connection = sqlite_driver().open(options);
  if (!connection.ok()) FAIL(connection.error().text());
  return std::move(connection).value();
}

inline std::unique_ptr<Connection> memory() {
  return open_or_fail(options_for(":memory:"));
}

struct Outcome {
  std::vector<std::vector<Value>> rows;
  std::vector<ResultColumn> columns;
  std::optional<std::int64_t> affected;
  std::string tag;
  std::optional<Error> error;
};

inline Outcome execute(Connection& connection, std::string_view sql, std::span<const Value> parameters = {}) {
  Outcome outcome;
  auto cursor = connection.query(sql, parameters);
  if (!cursor.ok()) {
    outcome.error = cursor.error();
    return outcome;
  }
  outcome.columns = (*cursor)->columns();
  Batch batch;
  for (;;) {
    const auto more = (*cursor)->next(batch, 100);
    if (!more.ok()) outcome.error = more.error();
    if (!more.ok() || !*more) break;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      auto& values = outcome.rows.emplace_back();
      for (std::size_t column = 0; column < batch.columns(); ++column)
        values.push_back(to_value(batch.cell(row, column), outcome.columns[column].type));
    }
  }
  outcome.affected = (*cursor)->affected_rows();
  outcome.tag = (*cursor)->command_tag();
  return outcome;
}

inline void run(Connection& connection, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    const Outcome outcome = execute(connection, sql);
    if (outcome.error) FAIL(sql << ": " << outcome.error->text());
  }
}

inline std::int64_t count(Connection& connection, std::string_view table) {
  const Outcome outcome = execute(connection, "SELECT count(*) FROM " + std::string(table));
  REQUIRE(outcome.rows.size() == 1);
  return *outcome.rows[0][0].get<std::int64_t>();
}

inline std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

}  // namespace bascule::test::sqlite
