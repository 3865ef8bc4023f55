// A table of consecutive numbers and queries over it that fail or end where a test wants them to.
#pragma once

#include <string>

#include "tests/support/engines.h"

namespace bascule::test {

constexpr std::size_t many_rows = 100'000, failing_row = 50'000;

// numbers(i) holds 1 to 100,000; `two` holds two rows, for a subquery that fails.
inline void make_numbers(Connection& connection) {
  run(connection, "create table digits (d int not null)");
  run(connection, "insert into digits values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)");
  run(connection, "create table two (x int not null)");
  run(connection, "insert into two values (1),(2)");
  run(connection, "create table numbers (i int not null primary key)");
  run(connection,
      "insert into numbers select 1 + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d "
      "from digits a, digits b, digits c, digits d, digits e");
}

// All numbers with a text of `width` characters; streamed by every server.
inline std::string wide_query(const Engine& engine, int width) {
  const std::string w = std::to_string(width);
  if (engine.flavor == Flavor::sqlite)
    return "select i, replace(hex(zeroblob(" + w + " / 2)), '0', 'x') from numbers";
  return "select i, repeat('x', " + w + ") from numbers";
}

// Fails in row 50,000, after the rows before it were sent.
inline std::string failing_query(const Engine& engine) {
  const std::string row = std::to_string(failing_row);
  switch (engine.flavor) {
    case Flavor::sqlite:
      return "select case when i = " + row +
             " then abs(-9223372036854775807 - 1) else i end from numbers order by i";
    case Flavor::postgres:
      return "select i, 1 / (" + row + " - i) from generate_series(1, 100000) i";
    case Flavor::mysql:
    case Flavor::mariadb:
      return "select i, if(i = " + row + ", (select x from two where x < i), 0) from numbers";
  }
  return {};
}

// Would run for far longer than any test waits.
inline std::string endless_query(const Engine& engine) {
  if (engine.flavor == Flavor::sqlite)
    return "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
  return "select count(*) from numbers a, numbers b, numbers c where a.i + b.i + c.i = -1";
}

}  // namespace bascule::test
