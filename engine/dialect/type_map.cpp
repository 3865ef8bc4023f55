#include "engine/dialect/type_map.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/default_map.h"
#include "engine/dialect/native_types.h"
#include "engine/dialect/table_expressions.h"
#include "engine/dialect/type_carry.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

bool is_in(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_in_primary_key(const Table& table, std::string_view column) {
  return table.primary_key && is_in(table.primary_key->columns, column);
}

// The columns of every key that must hold whole values.
std::vector<std::vector<std::string>> keys_of(const Table& table) {
  std::vector<std::vector<std::string>> keys;
  if (table.primary_key) keys.push_back(table.primary_key->columns);
  for (const auto& key : table.foreign_keys) keys.push_back(key.columns);
  for (const auto& index : table.indexes) {
    if (!index.unique) continue;
    auto& columns = keys.emplace_back();
    for (const auto& part : index.parts) columns.push_back(part.column);
  }
  return keys;
}

bool takes_room_of_text(const Column& column) {
  return column.type.is<type::Text>() || column.type.is<type::Bytes>() || column.type.is<type::Any>() ||
         column.type.is<type::Native>();
}

// How much of a MySQL index (3072 bytes, 4 for each character) is left for each of the texts in a key.
KeyRole key_role(const Table& table, const Column& column) {
  constexpr std::int64_t index_bytes = 3072, other_bytes = 16;
  KeyRole role;
  for (const auto& key : keys_of(table)) {
    if (!is_in(key, column.name)) continue;
    role.in_key = true;
    const auto texts = std::count_if(key.begin(), key.end(), [&](const std::string& name) {
      const Column* part = table.find_column(name);
      return part != nullptr && takes_room_of_text(*part);
    });
    const auto others = static_cast<std::int64_t>(key.size()) - texts;
    const std::int64_t room = (index_bytes - others * other_bytes) / std::max<std::int64_t>(texts, 1);
    role.max_bytes = std::min(role.max_bytes, room);
    role.max_chars = std::min(role.max_chars, room / 4);
  }
  return role;
}

// PostgreSQL and SQLite compare text byte by byte, and a trailing blank counts.
std::string_view exact_collation(Flavor target) {
  return target == Flavor::mysql ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin";
}

bool is_exact_collation(std::string_view collation) {
  return collation.empty() || collation.ends_with("_bin") || collation == "C" || collation == "POSIX" ||
         equals_ignoring_case(collation, "BINARY");
}

// Collations that only one of MySQL and MariaDB knows, and the other's nearest.
struct CollationRow {
  std::string_view mysql, mariadb;
};
constexpr CollationRow collation_rows[] = {
    {"utf8mb4_0900_bin", "utf8mb4_nopad_bin"},
    {"utf8mb4_0900_ai_ci", "utf8mb4_unicode_520_nopad_ci"},
    {"utf8mb4_0900_ai_ci", "utf8mb4_uca1400_ai_ci"},
    {"utf8mb4_0900_as_cs", "utf8mb4_uca1400_as_cs"},
};

class ColumnMapper {
 public:
  ColumnMapper(const Table& table, const Column& column, Flavor from, const Features& target,
               const TypeRule* rule)
      : table_(table), source_(column), from_(from), target_(target), rule_(rule) {}

  MappedColumn map() {
    out_.column = source_;
    if (from_ == target_.flavor) {
      if (rule_ != nullptr) map_by_rule();
      return std::move(out_);
    }
    if (is_mysql_family(from_) && is_mysql_family(target_.flavor))
      map_within_mysql();
    else
      map_across();
    return std::move(out_);
  }

 private:
  void note(std::string code, std::string text) {
    out_.notices.push_back({std::move(code), table_.name + "." + source_.name, std::move(text)});
  }

  void map_within_mysql() {
    Column& column = out_.column;
    const bool must_change = rule_ != nullptr || source_.type.is<type::Json>() ||
                             source_.type.is<type::Uuid>() || source_.type.is<type::Network>();
    if (must_change) {
      map_type();
      if (source_.default_sql) map_default();
    }
    map_generated();
    if (column.collation.empty()) return;
    for (const auto& row : collation_rows) {
      const bool to_mysql = target_.flavor == Flavor::mysql;
      if (column.collation != (to_mysql ? row.mariadb : row.mysql)) continue;
      column.collation = std::string(to_mysql ? row.mysql : row.mariadb);
      return;
    }
    const bool is_foreign = target_.flavor == Flavor::mysql
                                ? column.collation.find("_nopad_") != std::string::npos ||
                                      column.collation.find("uca1400") != std::string::npos
                                : column.collation.find("_0900_") != std::string::npos;
    if (!is_foreign) return;
    note("collation_not_carried", "the collation " + column.collation + " is left out");
    column.collation.clear();
  }

  void map_across() {
    map_type();
    map_collation();
    map_identity();
    map_default();
    Column& column = out_.column;
    if (is_in_primary_key(table_, source_.name)) column.nullable = false;
    map_generated();
    if (!column.identity_options.empty()) {
      note("identity_option_not_carried", column.identity_options + " is left out");
      column.identity_options.clear();
    }
    if (column.invisible) {
      note("invisible_not_carried", "the column is visible, as the target has no invisible ones");
      column.invisible = false;
    }
    if (column.on_update) {
      note("on_update_not_carried", "ON UPDATE " + *column.on_update + " is left out");
      column.on_update.reset();
    }
    if (target_.flavor == Flavor::sqlite && !column.comment.empty()) {
      note("comment_not_carried", "SQLite has no comments");
      column.comment.clear();
    }
  }

  void map_generated() {
    Column& column = out_.column;
    if (!column.generated) return;
    auto made = carry_generated(table_, source_, from_, target_);
    if (!made.sql) {
      note("generated_not_carried", fmt::format("becomes a plain column that holds the values of {}: {}",
                                                column.generated->expression, made.reason));
      column.generated.reset();
      return;
    }
    column.generated->expression = std::move(*made.sql);
    column.default_sql.reset();
    if (!target_.virtual_generated_columns) column.generated->stored = true;
    // https://mariadb.com/kb/en/generated-columns/: they cannot be NOT NULL.
    if (target_.flavor == Flavor::mariadb) column.nullable = true;
  }

  // The user's own word; one that is no type of the target is the server's to refuse.
  void map_by_rule() {
    auto type = parse_native_type(rule_->to, target_.flavor);
    out_.column.type = type.ok() ? std::move(*type) : Type(type::Native{rule_->to});
    out_.column.native_type = rule_->to;
  }

  // Text of which a check says that it is JSON is JSON.
  Type meant_type() const {
    const bool holds_text = source_.type.is<type::Text>() || source_.type.is<type::Any>();
    return holds_text && has_json_check(table_, source_, from_) ? Type(type::Json{}) : source_.type;
  }

  void map_type() {
    if (rule_ != nullptr) return map_by_rule();
    CarriedType carried = carry_type(meant_type(), from_, target_, key_role(table_, source_));
    for (auto& [code, text] : carried.notes) note(std::move(code), std::move(text));
    out_.probe = std::move(carried.probe);
    out_.column.type = std::move(carried.type);
    out_.column.native_type = spell_type(out_.column.type, target_);
  }

  void map_collation() {
    Column& column = out_.column;
    if (!is_exact_collation(column.collation))
      note("collation_not_carried", "the collation " + column.collation + " is left out");
    column.collation.clear();
    if (!is_mysql_family(target_.flavor)) return;
    const auto* text = column.type.get<type::Text>();
    if (text != nullptr && text->fixed)
      column.collation = "ascii_bin";  // a UUID
    else if (text != nullptr || column.type.is<type::Enum>())
      column.collation = std::string(exact_collation(target_.flavor));
  }

  void map_identity() {
    Column& column = out_.column;
    if (column.identity == Identity::none) return;
    if (!column.type.is<type::Int>() || !may_be_identity()) {
      note("identity_not_carried", "the target cannot number this column by itself");
      column.identity = Identity::none;
      column.identity_next.reset();
      return;
    }
    column.identity = Identity::by_default;
  }

  // SQLite numbers only a primary key of one column; MySQL one column, which leads a key.
  bool may_be_identity() const {
    if (target_.flavor == Flavor::postgres) return true;
    const bool leads_primary_key = table_.primary_key && table_.primary_key->columns.front() == source_.name;
    if (target_.flavor == Flavor::sqlite) return leads_primary_key && table_.primary_key->columns.size() == 1;
    const bool leads_index =
        std::any_of(table_.indexes.begin(), table_.indexes.end(), [&](const Index& index) {
          return !index.parts.empty() && index.parts.front().column == source_.name;
        });
    const auto identities =
        std::count_if(table_.columns.begin(), table_.columns.end(),
                      [](const Column& other) { return other.identity != Identity::none; });
    return identities == 1 && (leads_primary_key || leads_index);
  }

  void map_default() {
    Column& column = out_.column;
    if (!source_.default_sql) return;
    column.default_sql.reset();
    if (column.identity != Identity::none) return;
    CarriedDefault carried = carry_default(*source_.default_sql, from_, source_.type, target_, column.type);
    column.default_sql = std::move(carried.sql);
    if (carried.note) note(std::move(carried.note->code), std::move(carried.note->text));
  }

  const Table& table_;
  const Column& source_;
  Flavor from_;
  const Features& target_;
  const TypeRule* rule_;  // the user's, may be null
  MappedColumn out_;
};

int effective_digits(const std::optional<int>& declared, Flavor flavor) {
  return declared.value_or(flavor == Flavor::postgres ? 6 : 0);
}

// Types of one engine, by class: what has another spelling or holds more of the same is no difference.
bool are_equivalent_types(const Type& want, const Type& have, Flavor flavor) {
  if (want == have) return true;
  if (const auto* a = want.get<type::Timestamp>(), *b = have.get<type::Timestamp>();
      a != nullptr && b != nullptr)
    return a->zoned == b->zoned && effective_digits(a->digits, flavor) <= effective_digits(b->digits, flavor);
  if (const auto* a = want.get<type::Time>(), *b = have.get<type::Time>(); a != nullptr && b != nullptr)
    return a->zoned == b->zoned && effective_digits(a->digits, flavor) <= effective_digits(b->digits, flavor);
  if (want.is<type::Json>() && have.is<type::Json>()) return true;
  if (want.is<type::Int>() && have.is<type::Int>()) return flavor == Flavor::sqlite;
  if (const auto* a = want.get<type::Text>(), *b = have.get<type::Text>(); a != nullptr && b != nullptr)
    return flavor == Flavor::sqlite || a->max_chars == b->max_chars;
  if (want.is<type::Bytes>() && have.is<type::Bytes>() && !is_mysql_family(flavor)) return true;
  if (const auto* a = want.get<type::Enum>(), *b = have.get<type::Enum>(); a != nullptr && b != nullptr)
    return a->labels == b->labels;
  const auto is_tinyint = [](const Type& type) {
    return type == Type(type::Int{1}) || type.is<type::Bool>();
  };
  return is_mysql_family(flavor) && is_tinyint(want) && is_tinyint(have);
}

// On one engine. Enum types of PostgreSQL have a name, and their labels are a change of their own.
bool are_same_types(const Type& want, const Type& have) {
  const auto bare = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
  if (const auto* a = want.get<type::Enum>(), *b = have.get<type::Enum>(); a != nullptr && b != nullptr)
    return a->name.empty() ? want == have : bare(a->name) == bare(b->name);
  if (const auto* a = want.get<type::Array>(), *b = have.get<type::Array>(); a != nullptr && b != nullptr)
    return are_same_types(a->element.at(0), b->element.at(0));
  return want == have;
}

bool are_equivalent_identities(Identity want, Identity have, Flavor flavor, bool is_same_engine) {
  // An INTEGER PRIMARY KEY of SQLite numbers its rows whether it is wanted or not; only AUTOINCREMENT never
  // gives a number twice.
  if (flavor == Flavor::sqlite && is_same_engine && want != Identity::none && have != Identity::none)
    return (want == Identity::rowid) == (have == Identity::rowid);
  if (flavor == Flavor::sqlite && have == Identity::rowid) return true;
  // A serial column takes values of the user's as one BY DEFAULT does; ALWAYS refuses them.
  if (flavor == Flavor::postgres && is_same_engine)
    return (want == Identity::none) == (have == Identity::none) &&
           (want == Identity::always) == (have == Identity::always);
  return (want == Identity::none) == (have == Identity::none);
}

bool are_equal_expressions(const std::optional<std::string>& a, const std::optional<std::string>& b,
                           Flavor flavor) {
  if (!a || !b) return a.has_value() == b.has_value();
  return normalize_expression(*a, flavor) == normalize_expression(*b, flavor);
}

// On one engine the types of the table's columns tell PostgreSQL's casts from the user's.
bool are_equal_generated(const Table& table, const Column& a, const Column& b, bool is_same_engine,
                         Flavor flavor) {
  if (!a.generated || !b.generated) return a.generated.has_value() == b.generated.has_value();
  const auto* columns = is_same_engine ? &table.columns : nullptr;
  return normalize_expression(a.generated->expression, flavor, columns) ==
         normalize_expression(b.generated->expression, flavor, columns);
}

// Identities of PostgreSQL's serial kind have a default that says nothing new.
std::optional<std::string> own_default(const Column& column) {
  if (column.identity != Identity::none) return std::nullopt;
  return column.default_sql;
}

}  // namespace

MappedColumn map_column(const Table& table, const Column& column, Flavor from, const Features& target,
                        const TypeRules& rules) {
  return ColumnMapper(table, column, from, target, find_type_rule(rules, table, column)).map();
}

bool is_equivalent(const Table& table, const Column& want, Flavor from, const Column& have,
                   const Features& target, const TypeRules& rules) {
  const Flavor flavor = target.flavor;
  const bool is_same_engine = from == flavor;
  const Column mapped = map_column(table, want, from, target, rules).column;
  const bool are_types_equal =
      is_same_engine
          ? are_same_types(mapped.type, have.type) ||
                (flavor == Flavor::sqlite && equals_ignoring_case(mapped.native_type, have.native_type))
          : are_equivalent_types(mapped.type, have.type, flavor);
  // A primary key of SQLite need not say NOT NULL.
  const bool are_nulls_equal = mapped.nullable == have.nullable || is_in_primary_key(table, want.name);
  const bool are_collations_equal = !is_same_engine || mapped.collation == have.collation;
  return are_types_equal && are_nulls_equal && are_collations_equal &&
         are_equivalent_identities(mapped.identity, have.identity, flavor, is_same_engine) &&
         are_equal_defaults(own_default(mapped), own_default(have), have.type, flavor) &&
         are_equal_generated(table, mapped, have, is_same_engine, flavor) &&
         are_equal_expressions(mapped.on_update, have.on_update, flavor) && mapped.comment == have.comment;
}

}  // namespace bascule
