// CREATE TABLE and its parts, indexes, views and triggers, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/change.h"

namespace bascule::sqlite {

// With its primary key, UNIQUE constraints, foreign keys and checks inline, which SQLite cannot add later.
Result<std::string> create_table_sql(const TableName& name, const Table& table);
Result<std::string> create_index_sql(const TableName& name, const Index& index);
std::string drop_index_sql(const TableName& name, const Index& index);
// All statements that make the table with its indexes and its counter, each with the one that takes it back.
Result<std::vector<Step>> create_table_steps(const TableName& name, const Table& table);
// Of a view or trigger in the schema of `name`.
std::string create_object_sql(const TableName& name, const NamedObject& object);
std::string drop_object_sql(const TableName& name, const NamedObject& object);
// The name that the index has or gets.
std::string index_name(const TableName& name, const Index& index);
// `"name" TYPE NOT NULL DEFAULT ...`, without a key.
std::string column_sql(const Column& column);
// `table`, or `schema.table` outside main.
std::string display(const TableName& name);
// How Schema::not_modelled names what the model does not hold of a table: ON CONFLICT clauses, and the order
// or collation of the columns of its primary key.
std::string conflict_clauses_of(const TableName& name);
std::string odd_primary_key_of(const TableName& name);
// True if the expression may stand after DEFAULT without parentheses: one literal or CURRENT_TIMESTAMP.
bool is_single_literal(std::string_view sql);

}  // namespace bascule::sqlite
