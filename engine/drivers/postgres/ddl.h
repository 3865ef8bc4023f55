// The words of PostgreSQL's DDL for each part of the model. Pure.
// https://www.postgresql.org/docs/15/sql-commands.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/features.h"
#include "engine/model/change.h"

namespace bascule::postgres {

const Dialect& postgres();
std::string quoted(std::string_view name);
std::string quoted(const TableName& name);
std::string quoted_text(std::string_view text);  // a literal
std::string column_list(const std::vector<std::string>& columns);
std::string display(const TableName& name);  // schema.name, for messages

// The name that PostgreSQL itself would give: table_column_suffix, cut to its limit.
std::string made_name(const TableName& name, const std::vector<std::string>& columns,
                      std::string_view suffix);
// The name that the object has or gets.
std::string name_of(const TableName& table, const Index& index);
std::string name_of(const TableName& table, const ForeignKey& key);
std::string name_of(const TableName& table, const PrimaryKey& key);
std::string name_of(const TableName& table, const Check& check);

std::string type_and_collation(const Column& column);
std::string column_definition(const Column& column, const Features& features);
std::string identity_clause(const Column& column);  // GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2)

std::string add_index(const TableName& table, const Index& index, std::string_view concurrently = "");
std::string drop_index(const TableName& table, const Index& index);
std::string primary_key_clause(const PrimaryKey& key);
std::string unique_clause(const Index& index);
std::string add_foreign_key(const TableName& table, const ForeignKey& key);
std::string add_check(const TableName& table, const Check& check);
std::string drop_constraint(const TableName& table, std::string_view name);

// The words after COMMENT ON: COLUMN "s"."t"."c". An index that is a constraint has its comment there.
std::string comment_target(const TableName& name, ObjectKind on, std::string_view part, bool is_constraint);
std::string comment_on(std::string_view target, std::string_view text);  // "" takes the comment away

// "add(integer, integer)" with its name quoted: "s"."add"(integer, integer). An aggregate without arguments
// has an asterisk.
std::string quoted_routine(const TableName& name, ObjectKind kind);

// All statements that make the table, without its foreign keys, each with the one that takes it back.
std::vector<Step> table_steps(const TableName& name, const Table& table, const Features& features);

// What gives the column's own sequence its options and its next number, after the column was made.
std::vector<Step> sequence_steps(const TableName& table, const Column& column);
// All options of a sequence like `identity_options`, spelled for ALTER SEQUENCE; each after `prefix` ("SET "
// in ALTER COLUMN).
std::string sequence_options(const std::string& identity_options, std::string_view prefix);
// Whether a sequence with these options can stand at `next`; the server refuses to alter it otherwise.
bool is_within(const std::string& identity_options, std::int64_t next);
// What a new sequence with these options gives first.
std::int64_t first_number(const std::string& identity_options);
// Runs `statement` with the name of the column's own sequence in the place of %s.
std::string with_own_sequence(const TableName& table, const std::string& column, std::string_view statement);
std::string set_next_number(const TableName& table, const std::string& column, std::int64_t next);
// So that the rows that are there keep their numbers.
std::string continue_numbers(const TableName& table, const Column& column);

// Several statements as one: a step's undo is sent as it is, and a connection takes one statement at a time.
std::string as_one_statement(const std::vector<std::string>& statements);

}  // namespace bascule::postgres
