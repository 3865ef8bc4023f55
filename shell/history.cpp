#include "shell/history.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "engine/base/text.h"
#include "engine/drivers/registry.h"
#include "journal_migrations.h"  // made by CMake from migrations/journal/
#include "shell/config.h"

namespace bascule {
namespace {

Result<void> run(Connection& connection, std::string_view sql, std::span<const Value> parameters = {}) {
  TRY(auto cursor, connection.query(sql, parameters));
  return {};
}

Result<std::int64_t> schema_version(Connection& connection) {
  TRY(auto cursor, connection.query("PRAGMA user_version"));
  Batch batch;
  TRY(const bool any, cursor->next(batch, 1));
  return any ? batch.cell(0, 0).integer : 0;
}

}  // namespace

bool may_hold_password(std::string_view text) {
  const std::string lower = to_lower(text);
  static constexpr std::string_view marks[] = {"password", "identified by", "identified with", "passwd",
                                               "secret"};
  return std::any_of(std::begin(marks), std::end(marks),
                     [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

History::History(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
History::~History() = default;

Result<std::unique_ptr<History>> History::open() {
  const std::string folder = state_folder();
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return io_error("create", folder, failure.value());
  ::chmod(folder.c_str(), 0700);
  const std::string path = folder + "/state.db";
  const mode_t before = ::umask(077);
  ConnectOptions options;
  options.url.flavor = Flavor::sqlite;
  options.url.path = path;
  options.create = true;
  auto opened = open_connection(options);
  ::umask(before);
  TRY(auto connection, std::move(opened));
  TRY(std::int64_t version, schema_version(*connection));
  for (; version < static_cast<std::int64_t>(std::size(journal_migrations)); ++version) {
    TRY(run(*connection, "BEGIN IMMEDIATE"));
    // Another shell may have done it while we waited for the lock.
    TRY(const std::int64_t now, schema_version(*connection));
    if (now == version) {
      TRY(run(*connection, journal_migrations[version]));
      TRY(run(*connection, "PRAGMA user_version = " + std::to_string(version + 1)));
    }
    TRY(run(*connection, "COMMIT"));
  }
  return std::unique_ptr<History>(new History(std::move(connection)));
}

Result<void> History::add(std::string_view connection, std::string_view text) {
  if (may_hold_password(text)) return {};
  const Value parameters[] = {std::string(connection), redact_urls(text)};
  return run(*connection_, "INSERT INTO history (connection, text) VALUES (?, ?)", parameters);
}

Result<std::vector<HistoryEntry>> History::recent(std::string_view pattern, std::size_t limit) {
  const Value parameters[] = {"*" + std::string(pattern) + "*", static_cast<std::int64_t>(limit)};
  TRY(auto cursor,
      connection_->query("SELECT id, at, connection, text FROM history WHERE lower(text) GLOB lower(?) "
                         "ORDER BY id DESC LIMIT ?",
                         parameters));
  std::vector<HistoryEntry> entries;
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) break;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      entries.push_back({batch.cell(row, 0).integer, std::string(batch.cell(row, 1).text),
                         std::string(batch.cell(row, 2).text), std::string(batch.cell(row, 3).text)});
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

Result<std::vector<HistoryEntry>> read_history(std::string_view pattern) {
  TRY(auto history, History::open());
  return history->recent(pattern, 500);
}

}  // namespace bascule
