#include "engine/jobs/rename.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/sql_names.h"
#include "engine/jobs/diff.h"
#include "engine/jobs/table_scope.h"

namespace bascule {
namespace {

// --- what the user says ---

class Renamer {
 public:
  Renamer(const Schema& have, const Features& target) : dialect_(dialect(target.flavor)), out_{have, {}} {}

  Result<void> add(const Rename& rename) {
    const std::vector<std::string> path = split(rename.from, '.');
    const std::vector<std::string> to_path = split(rename.to, '.');
    const std::string& to = to_path.back();
    if (path.size() > 3 || to.empty())
      return usage_error("--rename " + rename.from + ":" + rename.to + " is not understood",
                         "write table.column:new_name or table:new_name");
    // a.b is column b of table a, or else table b of schema a.
    const std::string& default_schema = out_.schema.default_namespace;
    if (path.size() == 1) return table(TableName{default_schema, path[0]}, to, rename);
    if (path.size() == 3) return column(TableName{path[0], path[1]}, path[2], to, rename);
    if (find_table(out_.schema, TableName{default_schema, path[0]}) != nullptr)
      return column(TableName{default_schema, path[0]}, path[1], to, rename);
    return table(TableName{path[0], path[1]}, to, rename);
  }

  RenamedSchema take() { return std::move(out_); }

 private:
  static Error unknown(const Rename& rename, const std::string& what) {
    return usage_error("--rename " + rename.from + ":" + rename.to + ": " + what,
                       "OLD:NEW; OLD is a name that the database to be changed has now");
  }

  Table* find(const TableName& name) {
    for (auto& space : out_.schema.namespaces)
      if (space.name == name.schema)
        for (auto& found : space.tables)
          if (found.name == name.table) return &found;
    return nullptr;
  }

  Result<void> table(const TableName& name, const std::string& to, const Rename& rename) {
    Table* found = find(name);
    if (found == nullptr) return unknown(rename, "there is no table \"" + rename.from + "\"");
    if (find({name.schema, to}) != nullptr) return unknown(rename, "there is a table \"" + to + "\" already");
    out_.changes.push_back(change::RenameTable{name, to});
    found->name = to;
    for (auto& space : out_.schema.namespaces) {
      for (auto& other : space.tables)
        for (auto& key : other.foreign_keys)
          if (key.referenced_table == name.table &&
              (key.referenced_schema.empty() ? space.name : key.referenced_schema) == name.schema)
            key.referenced_table = to;
      if (space.name == name.schema) rename_in_objects(space, name.table, name.table, to);
      std::sort(space.tables.begin(), space.tables.end(),
                [](const Table& a, const Table& b) { return a.name < b.name; });
    }
    return {};
  }

  Result<void> column(const TableName& name, const std::string& from, const std::string& to,
                      const Rename& rename) {
    Table* found = find(name);
    if (found == nullptr) return unknown(rename, "there is no table \"" + name.table + "\"");
    const Column* old = found->find_column(from);
    if (old == nullptr) return unknown(rename, "table \"" + name.table + "\" has no column \"" + from + "\"");
    if (found->find_column(to) != nullptr)
      return unknown(rename, "table \"" + name.table + "\" has a column \"" + to + "\" already");
    out_.changes.push_back(change::RenameColumn{name, *old, to});
    rename_in_table(*found, from, to);
    for (auto& space : out_.schema.namespaces) {
      for (auto& other : space.tables)
        for (auto& key : other.foreign_keys)
          if (key.referenced_table == name.table &&
              (key.referenced_schema.empty() ? space.name : key.referenced_schema) == name.schema)
            std::replace(key.referenced_columns.begin(), key.referenced_columns.end(), from, to);
      if (space.name == name.schema) rename_in_objects(space, name.table, from, to);
    }
    return {};
  }

  void rename_in_table(Table& table, const std::string& from, const std::string& to) const {
    const auto in_text = [&](std::string& sql) { sql = with_new_name(sql, from, to, dialect_); };
    const auto in_list = [&](std::vector<std::string>& names) {
      std::replace(names.begin(), names.end(), from, to);
    };
    for (auto& column : table.columns) {
      if (column.name == from) column.name = to;
      if (column.generated) in_text(column.generated->expression);
    }
    if (table.primary_key) in_list(table.primary_key->columns);
    for (auto& index : table.indexes) {
      for (auto& part : index.parts) {
        if (part.column == from) part.column = to;
        in_text(part.expression);
      }
      in_list(index.include);
      in_text(index.where);
    }
    for (auto& key : table.foreign_keys) in_list(key.columns);
    for (auto& check : table.checks) in_text(check.expression);
  }

  // Engines that rename carry the new name into views and triggers; where one does not, the plan's last
  // comparison tells.
  void rename_in_objects(Namespace& space, const std::string& table, const std::string& from,
                         const std::string& to) const {
    const auto mentions = [&](const NamedObject& object) {
      return object.table == table || mentions_name(object.definition, table, dialect_);
    };
    for (const auto list : {&Namespace::views, &Namespace::triggers, &Namespace::policies})
      for (auto& object : space.*list) {
        if (!mentions(object)) continue;
        object.definition = with_new_name(object.definition, from, to, dialect_);
        if (object.table == from && from == table) object.table = to;
      }
  }

  const Dialect& dialect_;
  RenamedSchema out_;
};

// --- what looks like one ---

// The words of a name: user_name, userName -> user, name.
std::set<std::string> words_of(std::string_view name) {
  std::set<std::string> words;
  std::string word;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    const char c = i < name.size() ? name[i] : '_';
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool ends = c == '_' || c == '-' || c == ' ' || (is_upper && !word.empty() && word.back() >= 'a');
    if (ends && !word.empty()) words.insert(to_lower(std::exchange(word, {})));
    if (c != '_' && c != '-' && c != ' ') word += c;
  }
  return words;
}

// 0 to 1: the better of shared words (Jaccard) and edit distance.
double name_likeness(std::string_view a, std::string_view b) {
  const auto words_a = words_of(a), words_b = words_of(b);
  std::size_t shared = 0;
  for (const auto& word : words_a) shared += words_b.contains(word) ? 1 : 0;
  const double jaccard =
      static_cast<double>(shared) / static_cast<double>(words_a.size() + words_b.size() - shared);
  const std::size_t longer = std::max({a.size(), b.size(), std::size_t{1}});
  return std::max(jaccard, 1.0 - static_cast<double>(edit_distance(a, b)) / static_cast<double>(longer));
}

struct Likeness {
  double score = 0;
  std::string reason;
};

// The name weighs most; a column of the same type, nullability and default is likely the same one even under
// a new name. Two columns of different types are not.
Likeness likeness(const change::DropColumn& dropped, const change::AddColumn& added) {
  const Column &from = dropped.column, &to = added.column;
  if (!(from.type == to.type)) return {};
  const double name = name_likeness(from.name, to.name);
  const bool same_rest = from.nullable == to.nullable && from.default_sql == to.default_sql &&
                         from.generated.has_value() == to.generated.has_value();
  const double score = name * 0.7 + (same_rest ? 0.3 : 0.0);
  return {score, fmt::format("both are {}{}", type_name(from.type),
                             name >= 0.5 ? " and the names are alike" : ", with the same default")};
}

Likeness likeness(const change::DropTable& dropped, const change::AddTable& added) {
  const auto columns = [](const Table& table) {
    std::set<std::string> names;
    for (const auto& column : table.columns) names.insert(to_lower(column.name));
    return names;
  };
  const auto from = columns(dropped.table), to = columns(added.table);
  std::size_t shared = 0;
  for (const auto& name : from) shared += to.contains(name) ? 1 : 0;
  const double overlap = static_cast<double>(shared) / static_cast<double>(from.size() + to.size() - shared);
  const double name = name_likeness(dropped.name.table, added.name.table);
  return {std::max(overlap * 0.8 + name * 0.2, overlap >= 0.5 ? name : 0.0),
          fmt::format("{} of {} columns have the same names", shared, std::max(from.size(), to.size()))};
}

// Pairs that are each other's best, and clearly: a second candidate as good makes it a guess.
template <typename Dropped, typename Added, typename Pairable, typename Option>
void suggest(const std::vector<Change>& changes, std::string_view default_schema, Pairable&& may_pair,
             Option&& option, std::vector<Notice>& out) {
  constexpr double enough = 0.6;
  for (const auto& one : changes) {
    const auto* dropped = std::get_if<Dropped>(&one);
    if (dropped == nullptr) continue;
    const Change* best = nullptr;
    Likeness best_likeness;
    bool is_unique = true;
    for (const auto& other : changes) {
      const auto* added = std::get_if<Added>(&other);
      if (added == nullptr || !may_pair(*dropped, *added)) continue;
      Likeness found = likeness(*dropped, *added);
      if (found.score < enough || found.score < best_likeness.score) continue;
      is_unique = found.score > best_likeness.score;
      best = &other;
      best_likeness = std::move(found);
    }
    if (best == nullptr || !is_unique) continue;
    out.push_back({"maybe_renamed", change_object(one, default_schema),
                   fmt::format("is it {} now? ({}) If so: --rename {}", change_object(*best, default_schema),
                               best_likeness.reason, option(one, *best))});
  }
}

}  // namespace

Result<Rename> parse_rename(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return usage_error("--rename " + std::string(text) + " is not OLD:NEW",
                       "write table.column:new_name or table:new_name");
  return Rename{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

Result<RenamedSchema> rename_objects(const Schema& have, const std::vector<Rename>& renames,
                                     const Features& target) {
  // Tables first, so that a column may be named with its table's old or new name: old ones are renamed
  // before.
  Renamer renamer(have, target);
  std::vector<const Rename*> columns;
  for (const auto& rename : renames) {
    if (rename.from.find('.') == std::string::npos)
      TRY(renamer.add(rename));
    else
      columns.push_back(&rename);
  }
  for (const Rename* rename : columns) {
    Rename now = *rename;
    for (const auto& table : renames)
      if (now.from.starts_with(table.from + ".")) now.from = table.to + now.from.substr(table.from.size());
    TRY(renamer.add(now));
  }
  return renamer.take();
}

std::vector<Notice> suggest_renames(const std::vector<Change>& changes, std::string_view default_schema) {
  std::vector<Notice> out;
  suggest<change::DropTable, change::AddTable>(
      changes, default_schema,
      [](const auto& dropped, const auto& added) { return dropped.name.schema == added.name.schema; },
      [&](const Change& dropped, const Change& added) {
        return change_object(dropped, default_schema) + ":" + change_name(added).table;
      },
      out);
  suggest<change::DropColumn, change::AddColumn>(
      changes, default_schema,
      [](const auto& dropped, const auto& added) { return dropped.name == added.name; },
      [&](const Change& dropped, const Change& added) {
        return change_object(dropped, default_schema) + ":" + std::get<change::AddColumn>(added).column.name;
      },
      out);
  return out;
}

}  // namespace bascule
