// One row per flavour: what differs between the engines by a word. What differs by version is in features.h.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bascule {

enum class Flavor : std::uint8_t { sqlite, postgres, mysql, mariadb };

struct LexerFlags {
  bool backslash_escapes = false;         // in '...' (MySQL; PostgreSQL only in E'...')
  bool double_quote_is_string = false;    // MySQL without ANSI_QUOTES; elsewhere "..." is an identifier
  bool backtick_identifiers = false;      // MySQL, SQLite
  bool bracket_identifiers = false;       // [x]: SQLite
  bool dollar_quotes = false;             // $tag$...$tag$: PostgreSQL
  bool prefixed_strings = false;          // E'..' and U&'..', U&"..": PostgreSQL
  bool hash_comments = false;             // # to the end of the line: MySQL
  bool dash_comment_needs_blank = false;  // MySQL: "--" starts a comment only before a blank or the end
  bool nested_comments = false;           // PostgreSQL
  bool version_comments = false;          // /*! code */ and /*M! code */: MySQL, MariaDB
  bool delimiter_command = false;         // DELIMITER x at the start of a line: mysql client
  bool compound_bodies = false;           // BEGIN ... END; CASE ... END CASE in routines and triggers: MySQL
  bool trigger_bodies = false;            // CREATE TRIGGER ... BEGIN ... END: SQLite
  bool atomic_bodies = false;             // CREATE FUNCTION ... BEGIN ATOMIC ... END: PostgreSQL 14
};

struct Dialect {
  Flavor flavor;
  std::string_view engine_name;   // sqlite postgres mysql: one per driver
  std::string_view flavor_name;   // sqlite postgres mysql mariadb
  std::string_view display_name;  // SQLite PostgreSQL MySQL MariaDB
  char identifier_quote;
  std::string_view true_literal, false_literal;
  std::string_view now_utc;         // the current UTC wall time, microseconds where the engine has them
  std::string_view default_schema;  // "" where it is the connection's database
  bool transactional_ddl;
  std::size_t max_identifier;  // bytes on PostgreSQL, characters on MySQL, 0: no limit
  LexerFlags lexer;
  // Begins a transaction in which all reads see one state of the database.
  std::string_view begin_snapshot;
  bool has_schemas;             // several schemas in one database, each with tables of its own
  bool table_names_fold_case;   // "Users" and "users" are one table
  bool column_names_fold_case;  // the same for columns
  bool restrict_is_no_action;   // of foreign keys: both refuse at once
  // A database that is gone with its connection; "" where one must be created and dropped.
  std::string_view scratch_url;
};

const Dialect& dialect(Flavor flavor);
std::span<const Dialect> all_dialects();
// By flavour name (sqlite postgres mysql mariadb, and postgresql); null if there is none.
const Dialect* find_dialect(std::string_view flavor_name);

}  // namespace bascule
