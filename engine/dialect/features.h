// What a server of this version and flavour can do, computed once at connect. The only place that compares
// versions.
#pragma once

#include <string>

#include "engine/dialect/dialect.h"

namespace bascule {

struct Features {
  Flavor flavor = Flavor::sqlite;
  std::string version;  // as the server says it: "15.20", "10.11.19", "9.7.4", "3.40.1"
  int major = 0, minor = 0, patch = 0;

  bool array_binding = false;              // bulk execution of a prepared statement (MariaDB 10.2)
  bool uuid_type = false;                  // PostgreSQL; MariaDB 10.7
  bool check_constraints = false;          // kept and enforced (MySQL 8.0.16, MariaDB 10.2, others)
  bool expression_defaults = false;        // DEFAULT (expr): MySQL 8.0.13, MariaDB 10.2, others
  bool drop_column = false;                // SQLite 3.35
  bool rename_column = false;              // SQLite 3.25, MySQL 8.0, MariaDB 10.5.2
  bool virtual_generated_columns = false;  // GENERATED ... VIRTUAL: everywhere but PostgreSQL before 18
  bool set_generated_expression = false;   // ALTER COLUMN ... SET EXPRESSION: PostgreSQL 17
  bool json_functions = false;             // json_valid and its kin without an option: SQLite 3.38
  bool expression_indexes = false;         // MySQL 8.0.13; not MariaDB
};

// Of the oldest server of this flavour that bascule supports, for statements that must load on any.
Features baseline_features(Flavor flavor);

// `version_text` as the server gives it, with flavour suffixes ("10.11.19-MariaDB-0+deb12u1").
Features compute_features(Flavor flavor, std::string_view version_text);

}  // namespace bascule
