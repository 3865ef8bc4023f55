// The sequences of identity and serial columns.
// https://www.postgresql.org/docs/15/sql-altersequence.html
#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/drivers/postgres/ddl.h"

namespace bascule::postgres {
namespace {

// What differs from the defaults, as inspection spells it: AS integer START WITH 7 INCREMENT BY 2 CYCLE.
struct SequenceOptions {
  std::optional<std::string> type;
  std::int64_t increment = 1, cache = 1;
  std::optional<std::int64_t> start, lowest, highest;
  bool cycles = false;

  std::int64_t first() const {
    if (start) return *start;
    return increment > 0 ? lowest.value_or(1) : highest.value_or(-1);
  }
};

SequenceOptions read_options(const std::string& text) {
  SequenceOptions options;
  const std::vector<std::string> words = split(text, ' ');
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word_after = [&](std::size_t distance) {
      return i + distance < words.size() ? words[i + distance] : std::string();
    };
    const auto number_after = [&](std::size_t distance) -> std::optional<std::int64_t> {
      return parse_integer(word_after(distance));
    };
    if (words[i] == "AS") options.type = word_after(1);
    if (words[i] == "START") options.start = number_after(2);
    if (words[i] == "INCREMENT") options.increment = number_after(2).value_or(1);
    if (words[i] == "MINVALUE") options.lowest = number_after(1);
    if (words[i] == "MAXVALUE") options.highest = number_after(1);
    if (words[i] == "CACHE") options.cache = number_after(1).value_or(1);
    if (words[i] == "CYCLE") options.cycles = true;
  }
  return options;
}

std::string own_sequence(const TableName& table, const std::string& column) {
  return fmt::format("pg_get_serial_sequence({}, {})", quoted_text(quoted(table)), quoted_text(column));
}

}  // namespace

bool is_within(const std::string& identity_options, std::int64_t next) {
  const SequenceOptions options = read_options(identity_options);
  const bool ascends = options.increment > 0;
  return (!(ascends || options.lowest) || next >= options.lowest.value_or(1)) &&
         (!(options.highest || !ascends) || next <= options.highest.value_or(-1));
}

std::int64_t first_number(const std::string& identity_options) {
  return read_options(identity_options).first();
}

std::string sequence_options(const std::string& identity_options, std::string_view prefix) {
  const SequenceOptions options = read_options(identity_options);
  const auto limit = [](std::string_view word, const std::optional<std::int64_t>& value) {
    return value ? fmt::format("{} {}", word, *value) : fmt::format("NO {}", word);
  };
  const std::vector<std::string> words{fmt::format("INCREMENT BY {}", options.increment),
                                       limit("MINVALUE", options.lowest),
                                       limit("MAXVALUE", options.highest),
                                       fmt::format("START WITH {}", options.first()),
                                       fmt::format("CACHE {}", options.cache),
                                       options.cycles ? "CYCLE" : "NO CYCLE"};
  std::string sql;
  for (const std::string& word : words) sql += (sql.empty() ? "" : " ") + std::string(prefix) + word;
  return sql;
}

std::string with_own_sequence(const TableName& table, const std::string& column, std::string_view statement) {
  return "DO LANGUAGE plpgsql " +
         quoted_text(fmt::format("BEGIN EXECUTE format({}, {}); END", quoted_text(statement),
                                 own_sequence(table, column)));
}

std::string set_next_number(const TableName& table, const std::string& column, std::int64_t next) {
  return fmt::format("SELECT setval({}, {}, false)", own_sequence(table, column), next);
}

std::string continue_numbers(const TableName& table, const Column& column) {
  const SequenceOptions options = read_options(column.identity_options);
  const std::string name = quoted(column.name);
  const std::string last =
      options.increment > 0
          ? fmt::format("GREATEST(max({}) + {}, {})", name, options.increment, options.first())
          : fmt::format("LEAST(min({}) - {}, {})", name, -options.increment, options.first());
  return fmt::format("SELECT setval({}, {}, false) FROM {}", own_sequence(table, column.name), last,
                     quoted(table));
}

std::vector<Step> sequence_steps(const TableName& table, const Column& column) {
  std::vector<Step> steps;
  const SequenceOptions options = read_options(column.identity_options);
  if (column.identity == Identity::serial && !column.identity_options.empty())
    steps.push_back({with_own_sequence(
        table, column.name,
        fmt::format("ALTER SEQUENCE %s {}{}", options.type ? "AS " + *options.type + " " : "",
                    sequence_options(column.identity_options, "")))});
  const std::int64_t next = column.identity_next.value_or(options.first());
  const bool starts_there = column.identity_options.empty() || column.identity != Identity::serial;
  if (next != options.first() || !starts_there) steps.push_back({set_next_number(table, column.name, next)});
  return steps;
}

}  // namespace bascule::postgres
