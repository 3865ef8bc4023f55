// The catalog being read: the parts of inspect.cpp share it.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/drivers/mysql/session.h"
#include "engine/model/schema.h"

namespace bascule::mysql {

struct Catalog {
  Session& session;
  std::string schema_list;  // ('a', 'b'): the wanted databases
  std::string table_glob;
  Schema schema;

  Namespace* find_namespace(std::string_view name);
  Table* find_table(std::string_view schema_name, std::string_view table);
  NamedObject* find_view(std::string_view schema_name, std::string_view view);
  // `what` of "table.column": a line of not_modelled.
  void leave_out(std::string_view what, std::string_view schema_name, std::string_view object);
  bool is_mariadb() const { return session.is_mariadb(); }
};

// A cell of the catalog, "" for NULL.
const std::string& text_of(const TextRow& row, std::size_t column);

Result<void> read_columns(Catalog& catalog);
Result<void> read_indexes(Catalog& catalog);
Result<void> read_foreign_keys(Catalog& catalog);
Result<void> read_checks(Catalog& catalog);
Result<void> read_views(Catalog& catalog);
Result<void> read_triggers(Catalog& catalog);
Result<void> read_routines(Catalog& catalog);

}  // namespace bascule::mysql
