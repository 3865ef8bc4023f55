// Which index of a table serves which column or foreign key.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/dialect.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

// Whether the index can serve a foreign key over these columns: they are its first ones, whole.
bool serves(const Index& index, const std::vector<std::string>& columns);
bool serves(const PrimaryKey& key, const std::vector<std::string>& columns);
// Whether an index that inspect shows serves the key. If not, InnoDB has made one of the key's name, which
// belongs to the key and which inspect does not show.
// A descending column serves on MariaDB and not on MySQL.
bool is_served(const Table& table, const ForeignKey& key, Flavor flavor);
// The same for the other side: a key of `table` over exactly these columns in front.
bool is_referable(const Table& table, const std::vector<std::string>& columns);

// Whether the column is the first of the index, as AUTO_INCREMENT demands.
bool begins_with(const Index& index, std::string_view column);
bool begins_with(const std::optional<PrimaryKey>& key, std::string_view column);
bool begins_a_key(const Table& table, std::string_view column);

// The tables, views and functions that a view is made of, in lower case; in the server's own spelling of the
// query every column stands behind its table's name.
std::set<std::string> used_relations(std::string_view view_definition);
// Whether a name stands in the expression as an identifier.
bool mentions(std::string_view expression, std::string_view name);
// The expression with every identifier `from` called `to`.
std::string with_name_changed(std::string_view expression, std::string_view from, std::string_view to);

}  // namespace bascule::mysql
