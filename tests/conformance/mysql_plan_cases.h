// Changes of a MySQL or MariaDB database: from, to, and what the difference is made of.
#pragma once

#include <span>
#include <string_view>

#include "tests/support/engines.h"

namespace bascule::test {

struct PlanCase {
  const char* name;
  PerFlavor from, to;  // statements that make the two databases; "" in `to`: not on this server
  const char* kinds;   // of the changes, in order
  // A query and what it gives after the change, one line a row, cells joined by |; "" for none.
  const char *query = "", *answer = "";
  const char* renames = "";  // as \diff --rename takes them, by blanks
};

constexpr PerFlavor on_both(std::string_view text) {
  return {"", "", text, text};
}
constexpr PerFlavor on_mysql(std::string_view text) {
  return {"", "", text, ""};
}
constexpr PerFlavor on_mariadb(std::string_view text) {
  return {"", "", "", text};
}

std::span<const PlanCase> mysql_table_cases();
std::span<const PlanCase> mysql_key_cases();
std::span<const PlanCase> mysql_object_cases();

}  // namespace bascule::test
