// The engines under test, a fresh scratch database for each case, and the few things a test does with one.
//
//   ENGINE_TEST_CASE("...", on_all) {   // one case for each engine: "... [sqlite]", "... [postgres]", ...
//     Scratch scratch(engine);
//     auto connection = scratch.connect();
//     ...
//   }
//
// Servers are named by the environment (TEST_POSTGRES_URL, TEST_MARIADB_URL, TEST_MYSQL_URL); scripts/test
// starts them. A missing PostgreSQL or MariaDB is a failure. MySQL is there only when asked for;
// TEST_MYSQL_SKIP gives the reason why it was asked for and could not be had, and then its cases count as
// skipped.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/drivers/connection.h"
#include "tests/support/skip.h"

namespace bascule::test {

struct Engine {
  Flavor flavor = Flavor::sqlite;
  std::string
      name;  // sqlite postgres mariadb mysql: also the subcase's name (--subcase=mysql runs only that one)
  std::string url;  // of the server; SQLite: ""
  bool can_run = true;

  bool is_mysql_family() const { return flavor == Flavor::mysql || flavor == Flavor::mariadb; }
};

const std::vector<Engine>& engines();
const Engine& engine(Flavor flavor);
// Fails the case if a server that must be there is not; counts the case as skipped if that is permitted.
bool is_ready(const Engine& engine);

// For which engines a case makes sense at all. (What an engine could do and cannot is tested to fail
// instead.)
inline constexpr Flavor on_all[] = {Flavor::sqlite, Flavor::postgres, Flavor::mariadb, Flavor::mysql};
inline constexpr Flavor on_servers[] = {Flavor::postgres, Flavor::mariadb, Flavor::mysql};
inline constexpr Flavor on_mysql_family[] = {Flavor::mariadb, Flavor::mysql};
inline constexpr Flavor on_sqlite[] = {Flavor::sqlite};
inline constexpr Flavor on_postgres[] = {Flavor::postgres};

namespace detail {
using EngineTest = void (*)(const Engine&);
template <EngineTest test, Flavor flavor>
void run_on() {
  if (is_ready(engine(flavor))) test(engine(flavor));
}
int add_case(void (*function)(), const char* file, unsigned line, const char* name, Flavor flavor);
template <EngineTest test>
int add_cases(const char* file, unsigned line, const char* name, std::span<const Flavor> flavors) {
  constexpr void (*functions[])() = {run_on<test, Flavor::sqlite>, run_on<test, Flavor::postgres>,
                                     run_on<test, Flavor::mysql>, run_on<test, Flavor::mariadb>};
  int added = 0;
  for (const Flavor flavor : flavors)
    added += add_case(functions[static_cast<std::size_t>(flavor)], file, line, name, flavor);
  return added;
}
}  // namespace detail

// One doctest case for each engine under test, so that a failure on one hides nothing of the others.
#define ENGINE_TEST_CASE(name, flavors) ENGINE_TEST_CASE_(DOCTEST_ANONYMOUS(engine_test_), name, flavors)
#define ENGINE_TEST_CASE_(function, name, flavors)                                     \
  static void function(const ::bascule::test::Engine& engine);                         \
  [[maybe_unused]] static const int DOCTEST_CAT(function, _added) =                    \
      ::bascule::test::detail::add_cases<function>(__FILE__, __LINE__, name, flavors); \
  static void function([[maybe_unused]] const ::bascule::test::Engine& engine)

// A database (SQLite: a folder with a file) of its own, dropped at the end.
class Scratch {
 public:
  explicit Scratch(const Engine& engine);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const Engine& engine() const { return engine_; }
  const std::string& url() const { return url_; }              // of the scratch database
  const std::string& directory() const { return directory_; }  // for files of the case
  ConnectOptions options() const;
  // A new connection; fails the case if there is none.
  std::unique_ptr<Connection> connect() const;

 private:
  Engine engine_;
  std::string name_, url_, directory_;
};

// --- statements ---
// Runs a statement to its end; the error of it if it fails at any place.
Result<void> execute(Connection& connection, std::string_view sql);
// The same for a statement that must succeed: fails the case with the error's text.
void run(Connection& connection, std::string_view sql);
void run_all(Connection& connection, const std::vector<std::string>& statements);

struct Rows {
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Value>> values;
  std::optional<std::int64_t> affected;
  std::string tag;
};
// The whole first result, as values. What came before a failure is lost: see stream() for that.
Result<Rows> fetch(Connection& connection, std::string_view sql, std::span<const Value> parameters = {});
// The same, as format_value() text, one line a row, cells joined by '|'; fails the case on an error.
std::vector<std::string> texts(Connection& connection, std::string_view sql);
// The only value of the only row, as text.
std::string scalar(Connection& connection, std::string_view sql);

// Pulls a result to its end or its error, counting what arrived.
struct Streamed {
  std::size_t rows = 0;
  std::optional<Error> error;
};
Streamed stream(RowSource& source);
Streamed stream(Connection& connection, std::string_view sql);

// --- faults ---
// Ends the server's side of `victim` as an administrator would, from another connection.
void kill_backend(const Scratch& scratch, Connection& victim);
// The id by which kill_backend_id() finds the session later, when the victim itself is busy.
std::string backend_id(Connection& connection);
void kill_backend_id(const Scratch& scratch, const std::string& id);

// Peak resident memory of this process in KiB since the last reset.
std::size_t peak_memory_kib();
void reset_peak_memory();

// One text per flavour, for the few statements that have no common form.
struct PerFlavor {
  std::string_view sqlite, postgres, mysql, mariadb = mysql;
  std::string_view operator[](Flavor flavor) const;
};
constexpr PerFlavor everywhere(std::string_view text) {
  return {text, text, text};
}

}  // namespace bascule::test
