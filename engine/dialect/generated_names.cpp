#include "engine/dialect/generated_names.h"

#include <algorithm>

#include "engine/base/text.h"

namespace bascule {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `name` is `stem`, or `stem`, `separator` and a number.
bool is_numbered(std::string_view name, std::string_view stem, std::string_view separator) {
  if (!starts_with_ignoring_case(name, stem)) return false;
  const std::string_view rest = name.substr(stem.size());
  return rest.empty() || (rest.starts_with(separator) && is_number(rest.substr(separator.size())));
}

// https://www.postgresql.org/docs/15/sql-createtable.html; names are cut to 63 bytes from the middle, which
// is not looked at here.
bool is_of_postgres(std::string_view name, std::string_view table, const std::vector<std::string>& columns) {
  const std::string stem = std::string(table) + (columns.empty() ? "" : "_" + join(columns, "_"));
  for (const std::string_view suffix : {"_key", "_idx", "_fkey", "_check", "_excl"})
    for (const std::string& whole : {stem + std::string(suffix), std::string(table) + std::string(suffix)})
      if (is_numbered(name, whole, "")) return true;
  return is_numbered(name, std::string(table) + "_pkey", "");
}

// https://dev.mysql.com/doc/refman/9.4/en/create-table-foreign-keys.html,
// https://dev.mysql.com/doc/refman/9.4/en/create-table-check-constraints.html
bool is_of_mysql(std::string_view name, std::string_view table, const std::vector<std::string>& columns) {
  for (const std::string_view suffix : {"_ibfk", "_chk"})
    if (is_numbered(name, std::string(table) + std::string(suffix), "_")) return true;
  if (is_numbered(name, "CONSTRAINT", "_")) return true;
  return !columns.empty() && !columns[0].empty() && is_numbered(name, columns[0], "_");
}

}  // namespace

bool is_generated_name(std::string_view name, std::string_view table, const std::vector<std::string>& columns,
                       Flavor flavor) {
  if (name.empty()) return true;
  switch (flavor) {
    case Flavor::sqlite:
      return false;
    case Flavor::postgres:
      return is_of_postgres(name, table, columns);
    case Flavor::mysql:
    case Flavor::mariadb:
      return is_of_mysql(name, table, columns);
  }
  return false;
}

}  // namespace bascule
