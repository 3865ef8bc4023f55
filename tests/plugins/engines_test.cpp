// Scripts on every engine: values cross exactly both ways, and conn:transaction tells the truth.
#include <doctest/doctest.h>

#include "plugins/runtime/runtime.h"
#include "tests/plugins/fake_host.h"
#include "tests/support/engines.h"

using namespace bascule;
using bascule::test::Scratch;

namespace {

// What the scripts are written with.
constexpr const char* prelude = R"lua(
conn = db.current()
function equal(found, wanted)
  if found ~= wanted then error("found " .. tostring(found) .. ", wanted " .. tostring(wanted), 2) end
end
function fails(code, body)
  local ok, problem = pcall(body)
  if ok then error("nothing was raised", 2) end
  if problem.code ~= code then error("raised " .. tostring(problem.code) .. ": " .. tostring(problem), 2) end
end
)lua";

struct ScriptCase {
  const char* name;
  const char* code;
};

constexpr ScriptCase scripts[] = {
    {"integers", R"lua(
      local type = conn.engine == "mysql" and "signed" or "bigint"
      for _, number in ipairs{0, -1, math.maxinteger, math.mininteger} do
        equal(conn:value("select cast(? as " .. type .. ")", number), number)
      end)lua"},
    {"unsigned integers", R"lua(
      if conn.engine ~= "mysql" then return end
      equal(tostring(conn:value("select cast(18446744073709551615 as unsigned)")), "18446744073709551615")
      conn:exec("create table u (x bigint unsigned)")
      conn:exec("insert into u values (?)", db.decimal("18446744073709551615"))
      equal(conn:value("select x from u") == db.decimal("18446744073709551615"), true)
      equal(conn:value("select cast(5 as unsigned)"), 5))lua"},
    {"floats", R"lua(
      conn:exec("create table f (x double precision)")
      for _, number in ipairs{0.1, 1e308, -2.5e-300, 1/3} do
        conn:exec("delete from f")
        conn:exec("insert into f values (?)", number)
        equal(conn:value("select x from f"), number)
      end)lua"},
    {"decimals", R"lua(
      if conn.engine == "sqlite" then return end
      local sum = conn:value("select cast(? as decimal(30,5))", db.decimal("12345678901234567890.12300"))
      equal(tostring(sum), "12345678901234567890.12300")
      equal(tostring(sum + db.decimal("0.00001")), "12345678901234567890.12301"))lua"},
    {"text and bytes", R"lua(
      local blob = ({sqlite = "blob", postgres = "bytea", mysql = "blob"})[conn.engine]
      conn:exec("create table b (t text, b " .. blob .. ")")
      conn:exec("insert into b values (?, ?)", "it's \\ \u{20ac}", db.bytes("\0\xff'\\"))
      local row = conn:one("select t, b from b")
      equal(row.t, "it's \\ \u{20ac}")
      equal(row.b == db.bytes("\0\xff'\\"), true))lua"},
    {"dates and times", R"lua(
      if conn.engine == "sqlite" then return end
      local stamp = conn.engine == "mysql" and "datetime(6)" or "timestamp(6)"
      conn:exec("create table d (d date, t time, s " .. stamp .. ")")
      conn:exec("insert into d values (?, ?, ?)", db.date(2024, 2, 29), db.time("23:59:58"),
                db.timestamp("2024-02-29 12:30:00.123456"))
      local row = conn:one("select * from d")
      equal(row.d == db.date("2024-02-29"), true)
      equal(row.t == db.time("23:59:58"), true)
      equal(row.s == db.timestamp("2024-02-29 12:30:00.123456"), true)
      equal(row.s.microsecond, 123456))lua"},
    {"arrays", R"lua(
      if conn.engine ~= "postgres" then return end
      local list = conn:value("select array[1, null, 3]")
      equal(#list, 3) equal(list[1], 1) equal(list[2], db.null)
      equal(conn:value("select (?::int[])[2]", {4, 5}), 5))lua"},
    {"NULL", R"lua(
      conn:exec("create table n (a integer)")
      conn:exec("insert into n values (?)", db.null)
      equal(conn:one("select a from n").a, db.null)
      equal(conn:value("select count(*) from n where a is null"), 1))lua"},
    {"rows affected", R"lua(
      conn:exec("create table r (a integer)")
      equal(conn:exec("insert into r values (1), (2), (3)"), 3)
      equal(conn:exec("update r set a = a + 10 where a > 1"), 2)
      equal(conn:exec("delete from r"), 3))lua"},
    {"a transaction commits and rolls back", R"lua(
      conn:exec("create table t (a integer)")
      conn:transaction(function(c) c:exec("insert into t values (1)") end)
      pcall(conn.transaction, conn, function(c) c:exec("insert into t values (2)") error("no") end)
      equal(conn:value("select count(*) from t"), 1))lua"},
    {"a transaction with a failed statement", R"lua(
      conn:exec("create table t (a integer)")
      local function swallow()
        conn:transaction(function(c)
          c:exec("insert into t values (1)")
          pcall(c.exec, c, "insert into nosuch values (1)")
        end)
      end
      if conn.engine == "postgres" then
        fails("conflict", swallow)
        equal(conn:value("select count(*) from t"), 0)
      else
        swallow()
        equal(conn:value("select count(*) from t"), 1)
      end)lua"},
    {"a transaction that DDL ends", R"lua(
      local function define() conn:transaction(function(c) c:exec("create table made (a integer)") end) end
      if conn.engine == "mysql" then fails("conflict", define) else define() end
      equal(conn:value("select count(*) from made"), 0))lua"},
    {"a cursor left early", R"lua(
      conn:exec("create table big (a integer)")
      for batch = 1, 5 do
        local marks = {}
        for i = 1, 500 do marks[i] = "(" .. i .. ")" end
        conn:exec("insert into big values " .. table.concat(marks, ","))
      end
      for row in conn:query("select a from big"):rows() do if row.a > 0 then break end end
      equal(conn:value("select count(*) from big"), 2500))lua"},
    {"names and literals", R"lua(
      local name = 'odd "name` x'
      conn:exec("create table " .. conn:quote(name) .. " (a text)")
      conn:exec("insert into " .. conn:quote(name) .. " values (" .. conn:literal("it's \\ here") .. ")")
      equal(conn:value("select a from " .. conn:quote(name)), "it's \\ here"))lua"},
    {"ping", "equal(type(conn:ping().latency_ms), 'number')"},
};

}  // namespace

ENGINE_TEST_CASE("Lua scripts", bascule::test::on_all) {
  for (const ScriptCase& script : scripts) {
    SUBCASE(script.name) {
      const Scratch scratch(engine);
      FakeHost host;
      auto opened = LiveConnection::open("main", scratch.options());
      REQUIRE_MESSAGE(opened.ok(), opened.error().text());
      host.connections.push_back(std::move(opened).value());
      auto lua = LuaRuntime::create(host);
      REQUIRE(lua.ok());
      REQUIRE((*lua)->run_chunk(prelude, "prelude").ok());
      const auto done = (*lua)->run_chunk(script.code, script.name);
      CHECK_MESSAGE(done.ok(), done.error().text());
    }
  }
}
