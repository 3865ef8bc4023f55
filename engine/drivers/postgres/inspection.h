// What the parts of an inspection share: the schema that grows, and where the catalog's OIDs are in it.
// The parts are a handful of queries for all tables together, none per table.
// https://www.postgresql.org/docs/15/catalogs.html
#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "engine/drivers/postgres/session.h"
#include "engine/model/schema.h"

namespace bascule::postgres {

struct Inspection {
  struct Place {  // of a table or view
    std::size_t space, at;
    bool is_view;
  };

  Session& session;
  const InspectOptions& options;
  Schema schema = {};
  std::string schema_on_path =
      {};                      // the one whose objects need no schema before their name, "" if not wanted
  std::string spaces = {};     // the OIDs of the wanted schemas: 2200,16400
  std::string relations = {};  // a condition on pg_class r: what is wanted of it
  std::unordered_map<std::int64_t, std::size_t> space_of = {};
  std::unordered_map<std::int64_t, Place> places = {};
  std::unordered_map<std::int64_t, std::vector<std::string>> attributes =
      {};                                                // names by relation and attnum - 1
  std::unordered_set<std::string> catalog_columns = {};  // of those that not every version has

  // The catalog's own name of the column if this server has it, else what stands for it.
  std::string column_or(const std::string& column, const char* otherwise) const {
    return catalog_columns.contains(column) ? column : otherwise;
  }

  // "" for an expression (attnum 0) and for what is not known.
  std::string attribute(std::int64_t relation, std::int64_t attnum) const {
    const auto found = attributes.find(relation);
    if (found == attributes.end() || attnum < 1) return "";
    const auto at = static_cast<std::size_t>(attnum - 1);
    return at < found->second.size() ? found->second[at] : "";
  }
  void name_attribute(std::int64_t relation, std::int64_t attnum, std::string name) {
    std::vector<std::string>& names = attributes[relation];
    names.resize(std::max(names.size(), static_cast<std::size_t>(attnum)));
    names[static_cast<std::size_t>(attnum - 1)] = std::move(name);
  }

  Namespace* space(std::int64_t oid) {
    const auto found = space_of.find(oid);
    return found == space_of.end() ? nullptr : &schema.namespaces[found->second];
  }
  // Null for views and for what was not wanted.
  Table* table(std::int64_t oid) {
    const auto found = places.find(oid);
    if (found == places.end() || found->second.is_view) return nullptr;
    return &schema.namespaces[found->second.space].tables[found->second.at];
  }
  std::vector<Column>* columns(std::int64_t oid) {
    const auto found = places.find(oid);
    if (found == places.end()) return nullptr;
    Namespace& in = schema.namespaces[found->second.space];
    return found->second.is_view ? &in.views[found->second.at].columns : &in.tables[found->second.at].columns;
  }
};

// inspect_relations.cpp: tables with their partitions, views; enums; columns with their sequences.
Result<void> read_relations(Inspection& inspection);
Result<void> read_enums(Inspection& inspection);
Result<void> read_columns(Inspection& inspection);
// inspect_keys.cpp
Result<void> read_constraints(Inspection& inspection);
Result<void> read_indexes(Inspection& inspection);
// inspect_objects.cpp: sequences, domains, triggers, functions, policies, extensions.
Result<void> read_objects(Inspection& inspection);
// inspect_unmodelled.cpp
Result<void> read_not_modelled(Inspection& inspection);

}  // namespace bascule::postgres
