// The parts of a schema as JSON, for the documents that are made of them. Only for the sources of this
// folder: other headers give documents as text.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

using Json = nlohmann::ordered_json;

Json column_json(const Column& column);
Json primary_key_json(const PrimaryKey& key);
Json index_json(const Index& index);
Json foreign_key_json(const ForeignKey& key);
Json check_json(const Check& check);
Json enum_json(const EnumType& type);
Json object_json(const NamedObject& object);
Json table_options_json(const TableOptions& options);  // what is not the default
Json table_json(const Table& table);

Json plan_json(const Plan& plan, std::string_view default_schema);  // see plan_json.h
Json schema_json(const Schema& schema);
Result<Schema> read_schema(const Json& json);  // error usage

// On one line. Bytes that are no UTF-8 become U+FFFD.
std::string dump_json(const Json& json);

}  // namespace bascule
