#include "engine/jobs/layout.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "engine/base/digest.h"
#include "engine/base/files.h"
#include "engine/base/text.h"

namespace bascule {
namespace {

constexpr std::string_view history_table = "bascule_migrations";
// Types that every engine has and that SQLite gives TEXT affinity, so that the id 0001 stays what it is.
constexpr std::string_view create_history_sql =
    "CREATE TABLE IF NOT EXISTS bascule_migrations ("
    "id VARCHAR(100) NOT NULL PRIMARY KEY, name VARCHAR(255) NOT NULL, checksum VARCHAR(64) NOT NULL, "
    "state VARCHAR(20) NOT NULL, statements_done INTEGER NOT NULL, done_checksum VARCHAR(64) NOT NULL, "
    "error TEXT, applied_at VARCHAR(40) NOT NULL)";

struct FileName {
  std::string id, name, variant;
};

// NUMBER_NAME[.ENGINE].sql
Result<FileName> parse_file_name(const std::string& file) {
  const Error malformed = usage_error("\"" + file + "\" is not named like a migration",
                                      "name it NUMBER_NAME.sql or NUMBER_NAME.ENGINE.sql: 0001_users.sql");
  std::string stem = file.substr(0, file.size() - 4);
  FileName parsed;
  if (const auto dot = stem.find('.'); dot != std::string::npos) {
    parsed.variant = to_lower(stem.substr(dot + 1));
    stem.resize(dot);
    if (find_dialect(parsed.variant) == nullptr) {
      Error error = malformed;
      error.what = "\"" + file + "\": \"" + parsed.variant + "\" is no engine";
      return error;
    }
    parsed.variant = find_dialect(parsed.variant)->flavor_name;
  }
  const auto digits = stem.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string::npos || stem[digits] != '_' || digits + 1 == stem.size())
    return malformed;
  parsed.id = stem.substr(0, digits);
  parsed.name = stem.substr(digits + 1);
  return parsed;
}

// How well a variant fits the engine: 0 not at all.
int fitness(std::string_view variant, const Dialect& dialect) {
  if (variant == dialect.flavor_name) return 3;
  if (variant == dialect.engine_name) return 2;
  return variant.empty() ? 1 : 0;
}

std::string without_mark_and_returns(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return replace_all(replace_all(text, "\r\n", "\n"), "\r", "\n");
}

// The word after `-- migrate:`, with what follows on the line; nothing for other lines.
std::optional<std::string_view> marker(std::string_view line) {
  std::string_view rest = trim(line);
  if (!rest.starts_with("--")) return std::nullopt;
  rest = trim(rest.substr(2));
  if (!starts_with_ignoring_case(rest, "migrate:")) return std::nullopt;
  return trim(rest.substr(8));
}

bool is_blank_or_comment(std::string_view line) {
  const std::string_view text = trim(line);
  return text.empty() || text.starts_with("--");
}

// Cuts the text at its markers; without any, all of it is `up`.
Result<void> read_sections(std::string_view text, Migration& migration) {
  enum class Section { before, up, down } section = Section::before;
  std::string up, down;
  bool has_down = false;
  std::size_t number = 0;
  const auto fail = [&](std::string what) {
    return usage_error(migration.path + ", line " + std::to_string(number) + ": " + std::move(what),
                       "the sections of a migration are -- migrate:up and -- migrate:down, in this order");
  };
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const auto mark = marker(line);
    if (!mark) {
      if (section == Section::up) up += line + "\n";
      if (section == Section::down) down += line + "\n";
      if (section == Section::before && !is_blank_or_comment(line)) {
        // No marker can come any more that would not leave this out.
        section = Section::up;
        up = std::string(text);
        for (const std::string& other : split(text, '\n'))
          if (marker(other)) return fail("there is SQL before the first section");
        break;
      }
      continue;
    }
    if (equals_ignoring_case(mark->substr(0, 2), "up") && section == Section::before) {
      section = Section::up;
      migration.up_line = number + 1;
      const std::string_view option = trim(mark->substr(2));
      if (option == "transaction:false")
        migration.in_transaction = false;
      else if (!option.empty())
        return fail("unknown option \"" + std::string(option) + "\"; there is transaction:false");
    } else if (equals_ignoring_case(*mark, "down") && section == Section::up) {
      section = Section::down;
      has_down = true;
    } else {
      return fail("\"" + std::string(trim(line)) + "\" does not belong here");
    }
  }
  migration.up = std::move(up);
  if (has_down) migration.down = std::move(down);
  return {};
}

class PlainLayout final : public Layout {
 public:
  std::string_view name() const override { return "plain"; }

  Result<std::vector<Migration>> files(const std::string& dir, const Dialect& dialect) const override {
    auto names = list_folder(dir);
    if (!names.ok()) {
      Error error = std::move(names).error();
      error.hint = "--dir names the folder with the migrations";
      return error;
    }
    struct Candidate {
      FileName parsed;
      std::string file;
    };
    std::map<std::string, Candidate> best;  // by id
    for (const std::string& file : *names) {
      if (!file.ends_with(".sql")) continue;
      TRY(FileName parsed, parse_file_name(file));
      if (fitness(parsed.variant, dialect) == 0) continue;
      const auto [place, is_new] = best.try_emplace(parsed.id, Candidate{parsed, file});
      if (is_new) continue;
      Candidate& other = place->second;
      const int ours = fitness(parsed.variant, dialect), theirs = fitness(other.parsed.variant, dialect);
      if (parsed.name != other.parsed.name || ours == theirs)
        return usage_error(
            "two migrations have the number " + parsed.id + ": \"" + other.file + "\" and \"" + file + "\"",
            "give one of them another number");
      if (ours > theirs) other = {std::move(parsed), file};
    }
    std::vector<Migration> migrations;
    for (const auto& [id, candidate] : best) {
      TRY(Migration migration, read(dir, candidate.parsed, candidate.file));
      migrations.push_back(std::move(migration));
    }
    std::sort(migrations.begin(), migrations.end(),
              [&](const Migration& a, const Migration& b) { return is_before(a.id, b.id); });
    for (std::size_t i = 1; i < migrations.size(); ++i)
      if (!is_before(migrations[i - 1].id, migrations[i].id))
        return usage_error(
            "the migrations " + migrations[i - 1].id + " and " + migrations[i].id + " have the same number",
            "give one of them another number");
    return migrations;
  }

  Result<std::vector<AppliedMigration>> history(Connection& connection) const override {
    std::vector<AppliedMigration> rows;
    TRY(const bool is_there, has_history(connection));
    if (!is_there) return rows;
    TRY(const auto cursor,
        connection.query("SELECT id, name, checksum, state, statements_done, done_checksum,"
                         " error, applied_at FROM bascule_migrations ORDER BY id"));
    Batch batch;
    for (;;) {
      TRY(const bool more, cursor->next(batch, default_batch_rows));
      if (!more) break;
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        const auto text = [&](std::size_t column) {
          return format_value(to_value(batch.cell(row, column), cursor->columns()[column].type));
        };
        rows.push_back({text(0), text(1), text(2), text(3) == "applied",
                        static_cast<std::size_t>(parse_unsigned(text(4)).value_or(0)), text(5), text(6),
                        text(7)});
      }
    }
    std::sort(rows.begin(), rows.end(),
              [&](const AppliedMigration& a, const AppliedMigration& b) { return is_before(a.id, b.id); });
    return rows;
  }

  Result<void> prepare(Connection& connection) const override {
    TRY(const bool is_there, has_history(connection));
    if (is_there) return {};
    return run(connection, create_history_sql, {});
  }

  Result<void> record(Connection& connection, const AppliedMigration& row) const override {
    TRY(const bool is_known, has_row(connection, row.id));
    const std::vector<Value> values{row.name,
                                    row.checksum,
                                    std::string(row.is_complete ? "applied" : "failed"),
                                    static_cast<std::int64_t>(row.statements_done),
                                    row.done_checksum,
                                    row.error.empty() ? Value(value::Null{}) : Value(row.error),
                                    row.applied_at,
                                    row.id};
    return run(connection,
               is_known
                   ? "UPDATE bascule_migrations SET name = ?, checksum = ?, state = ?, statements_done = ?,"
                     " done_checksum = ?, error = ?, applied_at = ? WHERE id = ?"
                   : "INSERT INTO bascule_migrations (name, checksum, state, statements_done, done_checksum,"
                     " error, applied_at, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               values);
  }

  // By number: 2 before 10, whatever zeros stand in front.
  bool is_before(std::string_view a, std::string_view b) const override {
    const auto significant = [](std::string_view digits) {
      return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
    };
    const std::string_view x = significant(a), y = significant(b);
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  }

 private:
  static Result<Migration> read(const std::string& dir, const FileName& parsed, const std::string& file) {
    Migration migration;
    migration.id = parsed.id;
    migration.name = parsed.name;
    migration.path = (std::filesystem::path(dir) / file).string();
    TRY(std::string text, read_file(migration.path));
    text = without_mark_and_returns(std::move(text));
    TRY(migration.checksum, digest_hex(DigestAlgorithm::sha256, text));
    TRY(read_sections(text, migration));
    return migration;
  }

  static Result<bool> has_history(Connection& connection) {
    TRY(const Schema schema, connection.inspect({{}, std::string(history_table), true}));
    const Namespace* space = schema.find_namespace(schema.default_namespace);
    return space != nullptr && space->find_table(history_table) != nullptr;
  }

  static Result<bool> has_row(Connection& connection, const std::string& id) {
    const Value key = id;
    TRY(const auto cursor, connection.query("SELECT 1 FROM bascule_migrations WHERE id = ?", {&key, 1}));
    Batch batch;
    return cursor->next(batch, 1);
  }

  static Result<void> run(Connection& connection, std::string_view sql, const std::vector<Value>& values) {
    TRY(const auto cursor, connection.query(sql, values));
    Batch batch;
    TRY(cursor->next(batch, 1));
    return {};
  }
};

}  // namespace

const Layout& plain_layout() {
  static const PlainLayout layout;
  return layout;
}

Result<const Layout*> find_layout(std::string_view tool) {
  if (tool.empty() || tool == plain_layout().name()) return &plain_layout();
  return unsupported_error("the migration tool \"" + std::string(tool) + "\" is not known yet",
                           "plain SQL files are: leave --tool out");
}

}  // namespace bascule
