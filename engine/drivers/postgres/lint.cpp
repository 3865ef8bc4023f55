// What of a plan would lock, rewrite or scan a large table, with the form that does not.
// https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/dependents.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

constexpr std::int64_t large_rows = 10'000;

std::string with_separators(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

std::string size_text(const Table& table) {
  const std::int64_t bytes = table.estimated_bytes.value_or(0);
  const std::string rows = with_separators(*table.estimated_rows) + " rows";
  if (bytes >= 1 << 20) return fmt::format("{}, {} MB", rows, with_separators(bytes >> 20));
  return bytes > 0 ? fmt::format("{}, {} kB", rows, bytes >> 10) : rows;
}

// Wider without a look at the rows; everything else writes the table anew.
bool keeps_rows(const Column& from, const Column& to) {
  if (from.native_type == to.native_type) return true;  // a collation rebuilds indexes only
  const auto* text = from.type.get<type::Text>();
  const auto* wider = to.type.get<type::Text>();
  if (text != nullptr && wider != nullptr)
    return !text->fixed && !wider->fixed &&
           (!wider->max_chars || (text->max_chars && *text->max_chars <= *wider->max_chars));
  const auto* number = from.type.get<type::Decimal>();
  const auto* larger = to.type.get<type::Decimal>();
  if (number != nullptr && larger != nullptr)
    return !larger->precision || (number->precision && *number->precision <= *larger->precision &&
                                  number->scale.value_or(0) == larger->scale.value_or(0));
  const auto* time = from.type.get<type::Timestamp>();
  const auto* finer = to.type.get<type::Timestamp>();
  if (time != nullptr && finer != nullptr)
    return time->zoned == finer->zoned && (!finer->digits || time->digits.value_or(6) <= *finer->digits);
  return false;
}

// Functions that give another value for each row; now() does not.
bool is_volatile(const std::string& default_sql) {
  static constexpr std::array<std::string_view, 8> functions{
      "gen_random_uuid", "uuid_generate_v4", "uuid_generate_v1", "uuidv7",
      "random",          "clock_timestamp",  "timeofday",        "nextval"};
  const NameSet names = names_in(default_sql);
  return std::ranges::any_of(functions, [&](std::string_view name) { return names.contains(name); });
}

class Linter {
 public:
  explicit Linter(Planning& planning) : planning_(planning) {}

  void run() {
    for (const Change& change : planning_.changes) std::visit([&](const auto& one) { look_at(one); }, change);
    if (!planning_.out.notices.empty())
      planning_.out.notices.push_back(
          {"lock_timeout", "",
           "a statement that waits for its lock holds up all that come after it; to give up instead, before "
           "applying: SET lock_timeout = '5s'"});
  }

 private:
  const Table* large_table(const TableName& name) const {
    const Table* table = planning_.find_table(name);
    return table != nullptr && table->estimated_rows.value_or(0) > large_rows ? table : nullptr;
  }

  void note(std::string code, const TableName& name, const std::string& part, std::string_view what,
            std::string_view safer) {
    const Table* table = large_table(name);
    if (table == nullptr) return;
    const std::string object = name.schema == planning_.have.default_namespace ? name.table : display(name);
    std::string text = fmt::format("{} {} ({})", what, object, size_text(*table));
    if (!safer.empty()) text += fmt::format("; safer: {}", safer);
    planning_.out.notices.push_back(
        {std::move(code), part.empty() ? object : fmt::format("{}.{}", object, part), std::move(text)});
  }

  std::string validated(const TableName& table, const std::string& not_valid, const std::string& name) const {
    return fmt::format("{} NOT VALID; ALTER TABLE {} VALIDATE CONSTRAINT {}", not_valid, quoted(table),
                       quoted(name));
  }

  // A unique index can be built beside the work and then become the constraint.
  std::string using_index(const TableName& table, const std::string& name, const Index& index,
                          std::string_view constraint) const {
    Index plain = index;
    plain.name = name;
    plain.unique = true;
    plain.is_constraint = false;
    return fmt::format("{}; ALTER TABLE {} ADD CONSTRAINT {} {} USING INDEX {}",
                       add_index(table, plain, "CONCURRENTLY "), quoted(table), quoted(name), constraint,
                       quoted(name));
  }

  template <typename Other>
  void look_at(const Other&) {}

  void look_at(const change::AddIndex& change) {
    const std::string name = name_of(change.name, change.index);
    const Table* table = planning_.find_table(change.name);
    const bool is_partitioned = table != nullptr && !table->options.partition_by.empty();
    if (change.index.is_constraint)
      note("lock_table", change.name, name,
           "adding a unique constraint builds an index and locks out readers of",
           is_partitioned ? "" : using_index(change.name, name, change.index, "UNIQUE"));
    else
      note("lock_writes", change.name, name, "building an index blocks all writes to",
           is_partitioned
               ? ""
               : add_index(change.name, change.index, "CONCURRENTLY ") + " (outside a transaction)");
  }

  void look_at(const change::AlterPrimaryKey& change) {
    if (!change.to) return;
    Index index;
    for (const std::string& column : change.to->columns) index.parts.push_back({column});
    index.include = change.to->include;
    const std::string name = name_of(change.name, *change.to);
    note("lock_table", change.name, name, "adding a primary key builds an index and locks out readers of",
         using_index(change.name, name, index, "PRIMARY KEY"));
  }

  void look_at(const change::AddForeignKey& change) {
    if (!change.key.is_validated) return;
    const std::string name = name_of(change.name, change.key);
    note("scan_table", change.name, name, "adding a foreign key checks all rows while writes are blocked to",
         validated(change.name, add_foreign_key(change.name, change.key), name));
  }

  void look_at(const change::AddCheck& change) {
    if (!change.check.is_validated || !change.check.is_enforced) return;
    const std::string name = name_of(change.name, change.check);
    note("scan_table", change.name, name, "adding a check looks at all rows and locks out readers of",
         validated(change.name, add_check(change.name, change.check), name));
  }

  void look_at(const change::AddColumn& change) {
    const Column& column = change.column;
    std::string_view what;
    std::string safer;
    if (column.identity != Identity::none)
      what = "adding a column that numbers the rows writes anew";
    else if (column.generated && column.generated->stored)
      what = "adding a stored generated column writes anew";
    else if (column.default_sql && is_volatile(*column.default_sql)) {
      what = "adding a column whose default differs from row to row writes anew";
      safer = fmt::format(
          "add it without a default, then ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}, and "
          "UPDATE the rows in batches",
          quoted(change.name), quoted(column.name), *column.default_sql);
    }
    if (!what.empty()) note("rewrite_table", change.name, column.name, what, safer);
  }

  void look_at(const change::AlterColumn& change) {
    if (!keeps_rows(change.from, change.to))
      note("rewrite_table", change.name, change.from.name,
           fmt::format("making {} of {} writes anew, and locks out readers of,", change.to.native_type,
                       change.from.native_type),
           "add a new column, keep it filled by a trigger, UPDATE the rows in batches, then swap the names");
    if (change.from.nullable && !change.to.nullable) {
      const std::string table = quoted(change.name), column = quoted(change.from.name);
      const std::string check = quoted(made_name(change.name, {change.from.name}, "not_null"));
      note("scan_table", change.name, change.from.name,
           "setting NOT NULL looks at all rows and locks out readers of",
           fmt::format(
               "ALTER TABLE {0} ADD CONSTRAINT {2} CHECK ({1} IS NOT NULL) NOT VALID; ALTER TABLE {0} "
               "VALIDATE CONSTRAINT {2}; ALTER TABLE {0} ALTER COLUMN {1} SET NOT NULL; ALTER TABLE {0} "
               "DROP CONSTRAINT {2}",
               table, column, check));
    }
  }

  void look_at(const change::AlterTable& change) {
    if (change.from.unlogged != change.to.unlogged)
      note("rewrite_table", change.name, "",
           fmt::format("SET {} writes anew, and locks out readers of,",
                       change.to.unlogged ? "UNLOGGED" : "LOGGED"),
           "");
  }

  void look_at(const change::AlterEnum& change) {
    if (!needs_new_type(change.from, change.to)) return;
    for (const Namespace& space : planning_.have.namespaces)
      for (const Table& table : space.tables)
        for (const Column& column : table.columns)
          if (is_of_type(planning_.have, column.native_type, change.name))
            note("rewrite_table", {space.name, table.name}, column.name,
                 "a type without some of its labels writes anew, and locks out readers of,", "");
  }

  Planning& planning_;
};

}  // namespace

void lint(Planning& planning) {
  Linter(planning).run();
}

}  // namespace bascule::postgres
