// Runs the Lua tests of this folder and the border cases that only C++ can see.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "plugins/runtime/runtime.h"
#include "tests/plugins/fake_host.h"

using namespace bascule;

namespace {

const std::filesystem::path folder = PLUGIN_TESTS;

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Fixture {
  FakeHost host;
  std::unique_ptr<LuaRuntime> lua;

  explicit Fixture(const RuntimeOptions& options = {}) {
    for (const char* name : {"main", "other"}) {
      const auto added = host.add(name);
      REQUIRE_MESSAGE(added.ok(), added.error().text());
    }
    auto created = LuaRuntime::create(host, options);
    REQUIRE(created.ok());
    lua = std::move(created).value();
  }
  Error failure(std::string_view code) {
    const auto done = lua->run_chunk(code, "test");
    REQUIRE_FALSE(done.ok());
    return done.error();
  }
  std::string value(std::string_view expression) {
    auto shown = lua->evaluate(expression);
    return shown.ok() ? *shown : "error: " + shown.error().text();
  }
};

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() /
              ("bascule-lua-" + std::to_string(::getpid()) + ".lua")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("the Lua tests of the API") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".lua" && entry.path().stem() != "prelude") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 6);
  for (const auto& file : files) {
    const std::string name = file.stem().string();
    SUBCASE(name.c_str()) {
      Fixture fixture;
      const auto prepared = fixture.lua->run_chunk(read(folder / "prelude.lua"), "prelude");
      REQUIRE_MESSAGE(prepared.ok(), prepared.error().text());
      const auto done = fixture.lua->run_file(file.string(), {});
      CHECK_MESSAGE(done.ok(), done.error().text());
      CHECK(fixture.value("table.concat(failures, '\\n')") == "");
      CHECK(fixture.value("count > 0") == "true");
    }
  }
}

TEST_CASE("what a script says goes to the host") {
  Fixture fixture;
  REQUIRE(
      fixture.lua
          ->run_chunk("print(1, nil, 'x') shell.say('said') log.info('a') log.warn('b') shell.run('line')")
          .ok());
  CHECK(fixture.host.output == "1\tnil\tx\n");
  CHECK(fixture.host.said == "said\n");
  CHECK(fixture.host.logged == "info: a\nwarning: b\n");
  CHECK(fixture.host.lines == std::vector<std::string>{"line"});
}

TEST_CASE("= EXPR shows values readably") {
  static const struct {
    const char* name;
    const char* expression;
    const char* shown;
  } rows[] = {
      {"nothing", "", ""},
      {"nil", "nil", "nil"},
      {"several", "1, 'two', 3.0", "1\ttwo\t3.0"},
      {"list", "{1, 2, {3}}", "{1, 2, {3}}"},
      {"sorted keys", "{b = 1, a = 'x\\n', [10] = true, 5}", "{5, [10] = true, a = \"x\\n\", b = 1}"},
      {"odd keys", "{['a b'] = 1}", "{[\"a b\"] = 1}"},
      {"row", "db.current():one('select 1 as z, null as a')", "{z = 1, a = NULL}"},
      {"decimal", "db.decimal('1.50') + 1", "2.50"},
      {"tostring", "setmetatable({}, {__tostring = function() return 'me' end})", "me"},
      {"failing tostring", "{setmetatable({}, {__tostring = error})}", "{<its tostring fails>}"},
      {"deep", "{{{{{{}}}}}}", "{{{{{{...}}}}}}\n(cut: at most 5 levels and 1000 entries are shown)"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      Fixture fixture;
      CHECK(fixture.value(row.expression) == row.shown);
    }
  }
}

TEST_CASE("a cycle and a long list end") {
  Fixture fixture;
  REQUIRE(fixture.lua->run_chunk("t = {} t.t = t  list = {} for i = 1, 5000 do list[i] = i end").ok());
  CHECK(fixture.value("t").find("(cut:") != std::string::npos);
  CHECK(fixture.value("list").find("(cut:") != std::string::npos);
}

TEST_CASE("Lua mode: expressions show their value, statements do not, beginnings wait") {
  Fixture fixture;
  auto shown = fixture.lua->run_interactive("1 + 1");
  REQUIRE(shown.ok());
  CHECK(*shown == "2");
  shown = fixture.lua->run_interactive("x = 5");
  REQUIRE(shown.ok());
  CHECK(*shown == "");
  CHECK(fixture.value("x") == "5");
  static const struct {
    const char* code;
    bool complete;
  } rows[] = {{"x = 1", true},
              {"1 +", false},
              {"for i = 1, 2 do", false},
              {"for i = 1, 2 do end", true},
              {"x = [[ open", false},
              {"x = = 1", true},
              {"", true}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.code));
    CHECK(fixture.lua->is_complete(row.code) == row.complete);
  }
}

TEST_CASE("errors leave Lua with code, place and traceback") {
  static const struct {
    const char* name;
    const char* code;
    ErrorCode kind;
    const char* part;
  } rows[] = {
      {"syntax", "x = = 1", ErrorCode::usage, "test:1: unexpected symbol near '='"},
      {"nil field", "local t = nil\nlocal x = t.a", ErrorCode::usage, "test:2: attempt to index a nil value"},
      {"text", "error('lost')", ErrorCode::usage, "test:1: lost"},
      {"number", "error(5)", ErrorCode::usage, "the script raised the number 5"},
      {"nil", "error(nil)", ErrorCode::usage, "the script raised a nil value"},
      {"own code", "error{code = 'mismatch', what = 'rows differ'}", ErrorCode::mismatch, "rows differ"},
      {"odd code", "error{code = 'mine', what = 'odd'}", ErrorCode::usage, "odd"},
      {"of the API", "\n\ndb.connection('nowhere')", ErrorCode::usage,
       "test:3: there is no connection \"nowhere\""},
      {"of the server", "db.current():all('select * from nosuch')", ErrorCode::sql, "nosuch"},
      {"precompiled", "\x1bLua", ErrorCode::usage, "precompiled Lua code is not run"},
      {"stack", "local function f() return f() + 1 end f()", ErrorCode::usage, "stack overflow"},
      {"in a coroutine", "coroutine.wrap(function() db.connection('nowhere') end)()", ErrorCode::usage,
       "nowhere"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      Fixture fixture;
      const Error error = fixture.failure(row.code);
      CHECK(error.code == row.kind);
      CHECK_MESSAGE(error.text().find(row.part) != std::string::npos, error.text());
    }
  }
}

TEST_CASE("the traceback reaches through conn:transaction") {
  Fixture fixture;
  const Error error = fixture.failure(
      "local function inner() error('deep') end\n"
      "db.current():transaction(function() inner() end)");
  CHECK(error.text() == "test:1: deep");
  CHECK(error.detail.find("in upvalue 'inner'") != std::string::npos);
}

TEST_CASE("facts of an engine's error survive the way through Lua") {
  Fixture fixture;
  const Error direct = fixture.host.connections[0]->query("select * from nosuch").error();
  const Error through =
      fixture.failure("db.current():transaction(function(c) c:all('select * from nosuch') end)");
  CHECK(through.what == direct.what);
  CHECK(through.sqlstate == direct.sqlstate);
  CHECK(through.native_code == direct.native_code);
  CHECK(through.sql == direct.sql);
  CHECK(through.sql_offset == direct.sql_offset);
}

TEST_CASE("the memory limit is an error, in Lua code and in our calls, and the interpreter lives on") {
  static const struct {
    const char* name;
    const char* code;
  } rows[] = {
      {"table", "local t = {} for i = 1, 1e9 do t[i] = {} end"},
      {"string", "local s = ('x'):rep(1e9)"},
      {"rows",
       "db.current():all([[with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000) "
       "select i, 'some text that takes room ' || i from n]])"},
      {"cell", "local x = db.current():value('select zeroblob(100000000)')"},
      {"in a transaction", "db.current():transaction(function() local s = ('x'):rep(1e9) end)"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      Fixture fixture({.max_memory_bytes = 16 << 20});
      const Error error = fixture.failure(row.code);
      CHECK(error.code == ErrorCode::refused);
      CHECK_MESSAGE(error.text().find("16 MiB") != std::string::npos, error.text());
      CHECK(fixture.value("db.current():value('select 1 + 1')") == "2");
    }
  }
}

TEST_CASE("Ctrl-C and the time limit stop any script") {
  static const struct {
    const char* name;
    const char* code;
  } rows[] = {
      {"loop", "while true do end"},
      {"pcall in a loop", "while true do pcall(function() while true do end end) end"},
      {"coroutines",
       "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"},
      {"in a transaction", "db.current():transaction(function() while true do end end)"},
      {"rows", "while true do db.current():all('select 1') end"},
  };
  for (const auto& row : rows) {
    SUBCASE(row.name) {
      SUBCASE("time limit") {
        Fixture fixture({.time_limit = std::chrono::milliseconds(20)});
        CHECK(fixture.failure(row.code).code == ErrorCode::cancelled);
        CHECK(fixture.value("1 + 1") == "2");
        CHECK(fixture.host.connections[0]->transaction() == TransactionState::none);
      }
      SUBCASE("Ctrl-C") {
        Fixture fixture;
        fixture.host.cancelled = true;
        CHECK(fixture.failure(row.code).code == ErrorCode::cancelled);
        fixture.host.cancelled = false;
        CHECK(fixture.value("1 + 1") == "2");
      }
    }
  }
}

TEST_CASE("a C++ exception below a call becomes an error of code internal") {
  Fixture fixture;
  fixture.host.on_line = [](std::string_view) { throw std::runtime_error("thrown below"); };
  const Error error = fixture.failure("shell.run('x')");
  CHECK(error.code == ErrorCode::internal);
  CHECK(error.what == "thrown below");
  CHECK(fixture.value("select(2, pcall(shell.run, 'x')).what") == "thrown below");
}

TEST_CASE("a shell line may run Lua again, also from a coroutine") {
  Fixture fixture;
  fixture.host.on_line = [&](std::string_view) {
    REQUIRE(fixture.lua->run_chunk("inner = (inner or 0) + 1").ok());
    REQUIRE_FALSE(fixture.lua->run_chunk("error('inside')").ok());
  };
  REQUIRE(fixture.lua->run_chunk("shell.run('a') coroutine.wrap(function() shell.run('b') end)()").ok());
  CHECK(fixture.value("inner") == "2");
}

TEST_CASE("a line that runs itself ends in an error") {
  Fixture fixture;
  fixture.host.on_line = [&](std::string_view) {
    CHECK_FALSE(fixture.lua->run_chunk("shell.run('x')  error('end')").ok());
  };
  CHECK(fixture.lua->run_chunk("shell.run('x')").ok());
  CHECK(fixture.host.lines.size() > 5);
  CHECK(fixture.value("1 + 1") == "2");
}

TEST_CASE("a cursor survives a reconnect of its connection") {
  Fixture fixture;
  REQUIRE(fixture.lua->run_chunk("cursor = db.current():query('select 1 union all select 2')").ok());
  REQUIRE(fixture.host.connections[0]->reconnect().ok());
  CHECK(fixture.value("cursor:rows()(cursor)[1]") == "1");
  CHECK(fixture.lua->run_chunk("cursor:close()").ok());
}

TEST_CASE("a connection that the shell closed is told, and a cursor on it is safe") {
  Fixture fixture;
  REQUIRE(
      fixture.lua->run_chunk("conn = db.current() cursor = conn:query('select 1 union all select 2')").ok());
  fixture.host.connections.erase(fixture.host.connections.begin());
  CHECK(fixture.value("cursor:rows()(cursor)[1]") == "1");
  REQUIRE(fixture.lua->run_chunk("cursor:close() cursor = nil collectgarbage()").ok());
  CHECK(fixture.value("conn.name") == "main");
  const Error error = fixture.failure("conn:all('select 1')");
  CHECK(error.code == ErrorCode::connection);
  CHECK(error.text().find("\"main\" was closed") != std::string::npos);
}

TEST_CASE("files: arguments, own globals, first line, errors") {
  Fixture fixture;
  SUBCASE("arguments and globals") {
    const TemporaryFile file("#!/usr/bin/env bascule\nmine = 1\nprint(#args, args[1], args[2])");
    const std::vector<std::string> arguments = {"a", "--b"};
    REQUIRE(fixture.lua->run_file(file.path(), arguments).ok());
    CHECK(fixture.host.output == "2\ta\t--b\n");
    CHECK(fixture.value("mine") == "nil");
  }
  SUBCASE("error with file and line") {
    const TemporaryFile file("#!x\n\nlocal x = nil + 1");
    const auto done = fixture.lua->run_file(file.path(), {});
    REQUIRE_FALSE(done.ok());
    CHECK_MESSAGE(done.error().what.find(".lua:3: attempt to perform arithmetic") != std::string::npos,
                  done.error().what);
    CHECK(done.error().detail.find("stack traceback") != std::string::npos);
  }
  SUBCASE("missing") {
    const auto done = fixture.lua->run_file("/nonexistent/x.lua", {});
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == ErrorCode::io);
  }
  SUBCASE("a folder") {
    const auto done = fixture.lua->run_file("/", {});
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == ErrorCode::io);
  }
}
