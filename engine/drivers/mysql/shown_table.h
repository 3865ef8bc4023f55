// What of a table stands in no view of information_schema, only in SHOW CREATE TABLE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/schema.h"

namespace bascule::mysql {

struct ShownPartitions {
  // After the words PARTITION BY, with the list of partitions: RANGE (`y`) (PARTITION `a` VALUES ...)
  std::string partition_by;
  std::vector<Partition> partitions;  // of the list, "" where there is none (HASH ... PARTITIONS 4)
};
// Empty for a table that is not partitioned.
ShownPartitions read_partitions(std::string_view create_table);

// The parser's clause of a FULLTEXT index: "WITH PARSER `ngram`", "" for the built-in one.
std::string parser_of(std::string_view create_table, std::string_view index_name);

// A CREATE statement without its DEFINER = user@host.
std::string without_definer(std::string_view create);

}  // namespace bascule::mysql
