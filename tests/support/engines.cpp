#include "tests/support/engines.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include "engine/base/text.h"
#include "engine/dialect/sql_writer.h"
#include "engine/drivers/registry.h"

namespace bascule::test {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<Engine> find_engines() {
  std::vector<Engine> found{{Flavor::sqlite, "sqlite", ""},
                            {Flavor::postgres, "postgres", environment("TEST_POSTGRES_URL")},
                            {Flavor::mariadb, "mariadb", environment("TEST_MARIADB_URL")}};
  const std::string mysql = environment("TEST_MYSQL_URL");
  if (!mysql.empty() || !environment("TEST_MYSQL_SKIP").empty())
    found.push_back({Flavor::mysql, "mysql", mysql, !mysql.empty()});
  return found;
}

// The URL with its path replaced by another database.
std::string with_database(const std::string& url, const std::string& database) {
  const auto authority = url.find("://") + 3;
  const auto path = std::min(url.find('/', authority), url.find('?', authority));
  const auto query = url.find('?', authority);
  return url.substr(0, path) + "/" + database + (query == std::string::npos ? "" : url.substr(query));
}

std::unique_ptr<Connection> open_or_fail(const ConnectOptions& options) {
  auto connection = open_connection(options);
  if (!connection.ok()) FAIL("cannot connect: " << connection.error().text());
  return std::move(connection).value();
}

ConnectOptions options_of(const std::string& url) {
  auto parsed = parse_url(url);
  if (!parsed.ok()) FAIL("bad URL: " << parsed.error().text());
  ConnectOptions options;
  options.url = std::move(parsed).value();
  options.create = true;
  return options;
}

std::string scratch_name() {
  static std::atomic<int> count = 0;
  return "scratch_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace

const std::vector<Engine>& engines() {
  static const std::vector<Engine> all = find_engines();
  return all;
}

const Engine& engine(Flavor flavor) {
  for (const auto& engine : engines())
    if (engine.flavor == flavor) return engine;
  FAIL("this engine is not under test");
  std::abort();
}

bool is_ready(const Engine& engine) {
  if (!engine.can_run) {
    skip_case();
    return false;
  }
  if (engine.flavor == Flavor::sqlite) return true;
  REQUIRE_MESSAGE(!engine.url.empty(), "no server for " << engine.name << ": run this through scripts/test");
  return true;
}

int detail::add_case(void (*function)(), const char* file, unsigned line, const char* name, Flavor flavor) {
  const auto& all = engines();
  if (std::none_of(all.begin(), all.end(), [&](const Engine& each) { return each.flavor == flavor; }))
    return 0;
  // doctest keeps the pointer for as long as the program runs.
  static std::deque<std::string> names;
  names.push_back(std::string(name) + " [" + engine(flavor).name + "]");
  return doctest::detail::regTest(
      doctest::detail::TestCase(function, file, line, doctest::detail::TestSuite()) * names.back().c_str());
}

Scratch::Scratch(const Engine& engine) : engine_(engine), name_(scratch_name()) {
  directory_ = (std::filesystem::temp_directory_path() / ("bascule-" + name_)).string();
  std::filesystem::create_directories(directory_);
  if (engine_.flavor == Flavor::sqlite) {
    url_ = "sqlite:" + directory_ + "/scratch.db";
    return;
  }
  url_ = with_database(engine_.url, name_);
  auto admin = open_or_fail(options_of(engine_.url));
  run(*admin, "create database " + name_);
}

Scratch::~Scratch() {
  if (engine_.flavor != Flavor::sqlite) {
    auto admin = open_connection(options_of(engine_.url));
    const std::string force = engine_.flavor == Flavor::postgres ? " with (force)" : "";
    const auto dropped = admin.ok() ? execute(**admin, "drop database " + name_ + force) : Result<void>();
    if (!admin.ok() || !dropped.ok())
      MESSAGE("left behind: " << name_ << ": "
                              << (admin.ok() ? dropped.error().text() : admin.error().text()));
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

ConnectOptions Scratch::options() const {
  return options_of(url_);
}

std::unique_ptr<Connection> Scratch::connect() const {
  return open_or_fail(options());
}

Result<void> execute(Connection& connection, std::string_view sql) {
  TRY(auto cursor, connection.query(sql));
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (more) continue;
    TRY(const bool another, cursor->next_result());
    if (!another) return {};
  }
}

void run(Connection& connection, std::string_view sql) {
  const auto result = execute(connection, sql);
  if (!result.ok()) FAIL(sql << "\n  " << result.error().text());
}

void run_all(Connection& connection, const std::vector<std::string>& statements) {
  for (const auto& statement : statements) run(connection, statement);
}

Result<Rows> fetch(Connection& connection, std::string_view sql, std::span<const Value> parameters) {
  TRY(auto cursor, connection.query(sql, parameters));
  Rows out;
  out.columns = cursor->columns();
  Batch batch;
  for (;;) {
    TRY(const bool more, cursor->next(batch, default_batch_rows));
    if (!more) break;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      auto& values = out.values.emplace_back();
      for (std::size_t column = 0; column < batch.columns(); ++column)
        values.push_back(to_value(batch.cell(row, column), out.columns[column].type));
    }
  }
  out.affected = cursor->affected_rows();
  out.tag = cursor->command_tag();
  return out;
}

std::vector<std::string> texts(Connection& connection, std::string_view sql) {
  const auto rows = fetch(connection, sql);
  if (!rows.ok()) FAIL(sql << "\n  " << rows.error().text());
  std::vector<std::string> lines;
  for (const auto& row : rows->values) {
    std::vector<std::string> cells;
    for (const auto& value : row) cells.push_back(value.is_null() ? "NULL" : format_value(value));
    lines.push_back(join(cells, "|"));
  }
  return lines;
}

std::string scalar(Connection& connection, std::string_view sql) {
  const auto lines = texts(connection, sql);
  REQUIRE_MESSAGE(lines.size() == 1, "not one row: " << sql);
  return lines.front();
}

Streamed stream(RowSource& source) {
  Streamed out;
  Batch batch;
  for (;;) {
    const auto more = source.next(batch, default_batch_rows);
    if (!more.ok()) {
      out.error = more.error();
      return out;
    }
    if (!*more) return out;
    out.rows += batch.rows();
  }
}

Streamed stream(Connection& connection, std::string_view sql) {
  auto cursor = connection.query(sql);
  if (!cursor.ok()) return {0, cursor.error()};
  return stream(**cursor);
}

std::string backend_id(Connection& connection) {
  const bool postgres = connection.server().dialect->flavor == Flavor::postgres;
  return scalar(connection, postgres ? "select pg_backend_pid()" : "select connection_id()");
}

void kill_backend_id(const Scratch& scratch, const std::string& id) {
  auto admin = scratch.connect();
  if (scratch.engine().flavor != Flavor::postgres) return run(*admin, "kill connection " + id);
  // The second argument waits until the session is gone.
  run(*admin, "select pg_terminate_backend(" + id + ", 5000)");
}

void kill_backend(const Scratch& scratch, Connection& victim) {
  kill_backend_id(scratch, backend_id(victim));
}

std::size_t peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  FAIL("no VmHWM in /proc/self/status");
  return 0;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

std::string_view PerFlavor::operator[](Flavor flavor) const {
  switch (flavor) {
    case Flavor::sqlite:
      return sqlite;
    case Flavor::postgres:
      return postgres;
    case Flavor::mysql:
      return mysql;
    case Flavor::mariadb:
      return mariadb;
  }
  return {};
}

}  // namespace bascule::test
