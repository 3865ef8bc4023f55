#include "engine/drivers/mysql/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "engine/base/overloaded.h"
#include "engine/base/text.h"
#include "engine/drivers/mysql/alter_table.h"

namespace bascule::mysql {
namespace {

constexpr std::int64_t large_rows = 10'000;

// How the server makes a change. https://dev.mysql.com/doc/refman/9.4/en/innodb-online-ddl-operations.html,
// https://mariadb.com/kb/en/innodb-online-ddl-overview/
enum class Way {
  instant,         // the catalog only
  in_place,        // writers go on; an index is built or the table is read
  rebuild,         // writers go on; the table is written anew beside it
  blocks_writers,  // in place, but writers wait
  copy,            // row by row into a new table; writers wait
};

// Longer text keeps its place as long as the length takes one byte, or two before and after.
bool is_widened_in_place(const Column& from, const Column& to) {
  const auto *a = from.type.get<type::Text>(), *b = to.type.get<type::Text>();
  if (a == nullptr || b == nullptr || a->fixed || b->fixed || !a->max_chars || !b->max_chars) return false;
  constexpr std::int64_t bytes_per_char = 4, one_length_byte = 255;
  const bool same_length_bytes = (*a->max_chars * bytes_per_char <= one_length_byte) ==
                                 (*b->max_chars * bytes_per_char <= one_length_byte);
  return *a->max_chars <= *b->max_chars && same_length_bytes && from.collation == to.collation;
}

// Labels that are added at the end.
bool adds_labels(const Column& from, const Column& to) {
  const auto *a = from.type.get<type::Enum>(), *b = to.type.get<type::Enum>();
  return a != nullptr && b != nullptr && a->labels.size() <= b->labels.size() &&
         std::equal(a->labels.begin(), a->labels.end(), b->labels.begin());
}

Way way_of(const change::AlterColumn& change, const TableSql& sql) {
  const Column &from = change.from, &to = change.to;
  if (from.generated.has_value() != to.generated.has_value()) return Way::copy;
  if (from.generated && to.generated && *from.generated != *to.generated)
    return is_virtual(from) && is_virtual(to) && !sql.is_mysql() ? Way::instant : Way::copy;
  if (from.identity != to.identity) return Way::copy;
  const bool same_type = from.native_type == to.native_type && from.collation == to.collation;
  if (!same_type && !is_widened_in_place(from, to) && !adds_labels(from, to)) return Way::copy;
  // Both build the table anew; MariaDB needs no more than the catalog for NOT NULL to NULL.
  if (from.nullable != to.nullable) return to.nullable && !sql.is_mysql() ? Way::instant : Way::rebuild;
  return Way::instant;
}

Way way_of(const change::AddColumn& change) {
  if (change.column.identity != Identity::none) return Way::blocks_writers;
  if (change.column.generated) return change.column.generated->stored ? Way::copy : Way::instant;
  return Way::instant;
}

Way way_of(const Index& index) {
  const bool is_special = index.method == "fulltext" || index.method == "spatial";
  return is_special ? Way::blocks_writers : Way::in_place;
}

Way way_of(const change::AlterTable& change) {
  const TableOptions &from = change.from, &to = change.to;
  if (from.storage_engine != to.storage_engine || from.collation != to.collation ||
      from.partition_by != to.partition_by || from.system_versioned != to.system_versioned)
    return Way::copy;
  return from.storage != to.storage ? Way::rebuild : Way::instant;
}

Way way_of(const Change& change, const TableSql& sql) {
  return std::visit(
      overloaded{[&](const change::AlterColumn& c) { return way_of(c, sql); },
                 [](const change::AddColumn& c) { return way_of(c); },
                 [](const change::AddIndex& c) { return way_of(c.index); },
                 [](const change::AlterPrimaryKey& c) { return c.to ? Way::rebuild : Way::copy; },
                 [](const change::AddForeignKey&) { return Way::copy; },
                 [](const change::AddCheck& c) { return c.check.is_enforced ? Way::copy : Way::instant; },
                 [](const change::AlterTable& c) { return way_of(c); },
                 [](const auto&) { return Way::instant; }},
      change);
}

std::string size_of(const Table& table) {
  std::string size = fmt::format("about {} rows", *table.estimated_rows);
  if (table.estimated_bytes) {
    const double megabytes = static_cast<double>(*table.estimated_bytes) / 1e6;
    size += fmt::format(", {:.0f} MB", std::max(megabytes, 1.0));
  }
  return size;
}

struct Advice {
  std::string code, text;
};

std::optional<Advice> advice_of(Way way, const std::string& online) {
  switch (way) {
    case Way::instant:
      return std::nullopt;
    case Way::in_place:
      return Advice{"scan_table",
                    "is read as a whole while writers go on; to be sure that they do: " + online};
    case Way::rebuild:
      return Advice{"rewrite_table",
                    "is written anew beside itself while writers go on; to be sure that they do: " + online};
    case Way::blocks_writers:
      return Advice{"lock_table", "is locked against writers until the end; there is no online form"};
    case Way::copy:
      return Advice{"rewrite_table",
                    "is copied row by row and writers wait until the end; a tool that copies in the "
                    "background (gh-ost, pt-online-schema-change) keeps them going"};
  }
  return std::nullopt;
}

}  // namespace

void lint_change(const Change& change, const Table& table, const TableSql& sql, std::vector<Notice>& out) {
  if (!table.estimated_rows || *table.estimated_rows <= large_rows) return;
  const TableName& name = change_name(change);
  const std::string online = sql.alter(name) + "..., ALGORITHM=INPLACE, LOCK=NONE";
  const auto advice = advice_of(way_of(change, sql), online);
  if (!advice) return;
  out.push_back(
      {advice->code, name.table,
       fmt::format("{}: table {} ({}) {}", change_kind(change), name.table, size_of(table), advice->text)});
}

void add_lock_advice(std::vector<Notice>& notices) {
  if (notices.empty()) return;
  notices.push_back({"lock_wait", notices.front().object,
                     "ALTER TABLE waits for running transactions, and every later statement waits behind it: "
                     "set a limit first with SET SESSION lock_wait_timeout = 5"});
}

}  // namespace bascule::mysql
