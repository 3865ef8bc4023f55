#include "engine/dialect/dialect.h"

#include <array>

namespace bascule {
namespace {

constexpr LexerFlags sqlite_lexer{
    .backtick_identifiers = true, .bracket_identifiers = true, .trigger_bodies = true};

constexpr LexerFlags postgres_lexer{
    .dollar_quotes = true, .prefixed_strings = true, .nested_comments = true, .atomic_bodies = true};

constexpr LexerFlags mysql_lexer{.backslash_escapes = true,
                                 .double_quote_is_string = true,
                                 .backtick_identifiers = true,
                                 .hash_comments = true,
                                 .dash_comment_needs_blank = true,
                                 .version_comments = true,
                                 .delimiter_command = true,
                                 .compound_bodies = true};

constexpr std::array<Dialect, 4> dialects{{
    {Flavor::sqlite, "sqlite", "sqlite", "SQLite", '"', "1", "0", "strftime('%Y-%m-%d %H:%M:%f', 'now')",
     "main", true, 0, sqlite_lexer, "BEGIN", false, true, true, false, "sqlite::memory:"},
    {Flavor::postgres, "postgres", "postgres", "PostgreSQL", '"', "TRUE", "FALSE", "now() AT TIME ZONE 'UTC'",
     "public", true, 63, postgres_lexer, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", true, false,
     false, false, ""},
    {Flavor::mysql, "mysql", "mysql", "MySQL", '`', "TRUE", "FALSE", "UTC_TIMESTAMP(6)", "", false, 64,
     mysql_lexer, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", false, false, true, true, ""},
    {Flavor::mariadb, "mysql", "mariadb", "MariaDB", '`', "TRUE", "FALSE", "UTC_TIMESTAMP(6)", "", false, 64,
     mysql_lexer, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", false, false, true, true, ""},
}};

}  // namespace

const Dialect& dialect(Flavor flavor) {
  return dialects[static_cast<std::size_t>(flavor)];
}

std::span<const Dialect> all_dialects() {
  return dialects;
}

const Dialect* find_dialect(std::string_view flavor_name) {
  if (flavor_name == "postgresql") flavor_name = "postgres";
  for (const auto& row : dialects)
    if (row.flavor_name == flavor_name) return &row;
  return nullptr;
}

}  // namespace bascule
