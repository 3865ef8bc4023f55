// Which tables of two connections a job is about, and which one stands for which.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

// `@a.T`, `@a.S.T` or `@a` alone, after the name of the connection.
struct TableAddress {
  std::string schema = {};  // "": the default one (with a table), or all (without)
  std::string table = {};   // "": all tables
};
// "orders", "public.orders", "" -> the parts. A name with more parts is an error of code usage.
Result<TableAddress> parse_table_address(std::string_view text);

struct TableScope {
  TableAddress source, target;           // a table in the target only together with one in the source
  std::vector<std::string> tables = {};  // names or globs, "schema.name" too; empty: all
};

// The part of `schema` that the address and the patterns choose, lists of other objects left out unless
// everything is chosen. Patterns that fitted a table are put into `used`.
Schema filter_tables(const Schema& schema, const TableAddress& address, std::span<const std::string> patterns,
                     std::set<std::string>& used);
// The same; an address or pattern that fits no table is an error that names the nearest one.
Result<Schema> select_tables(const Schema& schema, const TableAddress& address,
                             std::span<const std::string> patterns);
// Error conflict: nothing in `schema` is named so.
Error unknown_table(const Schema& schema, const std::string& wanted);

// The name under which a source's table is looked for on the target: the default schemas stand for each
// other, others for the one of their name, or for the default one where the target has none of it.
TableName counterpart(const TableName& table, const Schema& source, const Schema& target,
                      const TableAddress& address);
const Table* find_table(const Schema& schema, const TableName& name);

struct ScopedTable {
  TableName name;
  const Table* table;  // lives in the schema
};
// Referenced tables before those that refer to them; tables of a cycle by name.
std::vector<ScopedTable> in_reference_order(const Schema& schema);

// "orders", or "sales.orders" outside the default schema.
std::string display_name(const TableName& name, std::string_view default_schema);

}  // namespace bascule
