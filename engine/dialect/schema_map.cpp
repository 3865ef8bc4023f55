// map_schema: tables, keys and indexes for another engine, and the list of what is left behind.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

// Text and bytes that MySQL indexes only by a prefix.
bool needs_prefix(const Column& column) {
  const auto* text = column.type.get<type::Text>();
  const auto* bytes = column.type.get<type::Bytes>();
  return (text != nullptr && text->max_chars.value_or(INT64_MAX) > 768) ||
         (bytes != nullptr && bytes->max_bytes.value_or(INT64_MAX) > 3072);
}

class SchemaMapper {
 public:
  SchemaMapper(const Schema& schema, Flavor from, const Features& target, std::string_view default_namespace)
      : source_(schema), from_(from), target_(target), default_namespace_(default_namespace) {}

  MappedSchema map() {
    keeps_namespaces_ = from_ == Flavor::postgres && target_.flavor == Flavor::postgres;
    is_same_family_ = from_ == target_.flavor || (is_mysql_family(from_) && is_mysql_family(target_.flavor));
    out_.schema.flavor = dialect(target_.flavor).flavor_name;
    out_.schema.default_namespace = default_namespace_;
    for (const auto& space : source_.namespaces) map_namespace(space);
    if (!keeps_namespaces_ && out_.schema.namespaces.empty())
      out_.schema.namespaces.push_back(Namespace{.name = default_namespace_});
    if (!is_same_family_) settle_index_names();
    for (auto& space : out_.schema.namespaces) {
      const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
      std::sort(space.tables.begin(), space.tables.end(), by_name);
      for (const auto& table : space.tables) check_name_lengths(table);
    }
    for (const auto& object : source_.not_modelled) note("not_carried", object.what, "is not carried");
    return std::move(out_);
  }

 private:
  void note(std::string code, std::string object, std::string text) {
    out_.notices.push_back({std::move(code), std::move(object), std::move(text)});
  }

  Namespace& namespace_for(const std::string& source_name) {
    // The default schemas of two PostgreSQL databases stand for each other.
    const bool is_default = source_name == source_.default_namespace;
    const std::string name = keeps_namespaces_ && !is_default ? source_name : default_namespace_;
    auto& spaces = out_.schema.namespaces;
    const auto found =
        std::find_if(spaces.begin(), spaces.end(), [&](const auto& space) { return space.name == name; });
    if (found != spaces.end()) return *found;
    return spaces.emplace_back(Namespace{.name = name});
  }

  void map_namespace(const Namespace& space) {
    Namespace& into = namespace_for(space.name);
    for (const auto& table : space.tables) {
      if (into.find_table(table.name) != nullptr) {
        note("not_carried", space.name + "." + table.name, "another schema has a table of this name too");
        continue;
      }
      into.tables.push_back(map_table(space, table));
    }
    if (from_ == target_.flavor) {
      into.enums.insert(into.enums.end(), space.enums.begin(), space.enums.end());
      for (const auto list :
           {&Namespace::views, &Namespace::sequences, &Namespace::triggers, &Namespace::functions})
        (into.*list).insert((into.*list).end(), (space.*list).begin(), (space.*list).end());
      return;
    }
    leave_behind("view", space.views);
    leave_behind("sequence", space.sequences);
    leave_behind("trigger", space.triggers);
    leave_behind("function", space.functions);
  }

  void leave_behind(std::string_view kind, const std::vector<NamedObject>& objects) {
    for (const auto& object : objects)
      note("not_carried", object.name, fmt::format("the {} is not carried", kind));
  }

  Table map_table(const Namespace& space, const Table& source) {
    Table table = source;
    if (from_ != target_.flavor)
      for (auto& column : table.columns) {
        // A column of MySQL that says none has its table's collation, which means nothing elsewhere.
        const bool holds_text = column.type.is<type::Text>() || column.type.is<type::Enum>();
        if (holds_text && column.collation.empty()) column.collation = table.options.collation;
        MappedColumn mapped = map_column(source, column, from_, target_);
        column = std::move(mapped.column);
        for (auto& notice : mapped.notices) out_.notices.push_back(std::move(notice));
      }
    if (from_ != target_.flavor) table.options.collation.clear();
    for (auto& key : table.foreign_keys) map_referenced_schema(space, key);
    if (is_same_family_) return table;

    if (table.primary_key) table.primary_key->name.clear();
    table.options = {};
    for (auto& key : table.foreign_keys) {
      name_referenced_columns(space, key);
      map_foreign_key(source, key);
    }
    for (const auto& check : table.checks)
      note("check_not_carried", source.name + "." + check.name,
           "the check " + check.expression + " is left out");
    table.checks.clear();
    if (target_.flavor == Flavor::sqlite && !table.comment.empty()) {
      note("comment_not_carried", source.name, "SQLite has no comments");
      table.comment.clear();
    }
    table.indexes.clear();
    for (const auto& index : source.indexes)
      if (auto mapped = map_index(source, table, index)) table.indexes.push_back(std::move(*mapped));
    return table;
  }

  // SQLite's REFERENCES t means the primary key of t.
  static void name_referenced_columns(const Namespace& space, ForeignKey& key) {
    const Table* table = space.find_table(key.referenced_table);
    if (key.referenced_columns.empty() && table != nullptr && table->primary_key)
      key.referenced_columns = table->primary_key->columns;
  }

  void map_referenced_schema(const Namespace& space, ForeignKey& key) {
    if (key.referenced_schema == space.name || (!keeps_namespaces_ && from_ != target_.flavor))
      key.referenced_schema.clear();
    const bool is_default =
        !key.referenced_schema.empty() && key.referenced_schema == source_.default_namespace;
    if (is_default) key.referenced_schema = default_namespace_;
  }

  void map_foreign_key(const Table& table, ForeignKey& key) {
    if (!is_mysql_family(target_.flavor)) {
      key.deferrable = key.deferrable && !is_mysql_family(from_);
      return;
    }
    const std::string object = table.name + "." + (key.name.empty() ? key.columns.at(0) : key.name);
    if (key.deferrable) note("deferrable_not_carried", object, "the foreign key is checked at once");
    key.deferrable = key.initially_deferred = false;
    for (ForeignKeyAction* action : {&key.on_delete, &key.on_update}) {
      if (*action != ForeignKeyAction::set_default) continue;
      note("action_not_carried", object, "InnoDB has no SET DEFAULT; the foreign key refuses instead");
      *action = ForeignKeyAction::no_action;
    }
  }

  std::optional<Index> map_index(const Table& source, const Table& table, const Index& from) {
    const std::string object = source.name + "." + from.name;
    const auto leave_out = [&](std::string why) {
      note("index_not_carried", object,
           (from.unique ? "the unique index is left out: " : "the index is left out: ") + why);
      return std::nullopt;
    };
    Index index = from;
    if (!from.where.empty()) return leave_out("it covers only the rows " + from.where);
    if (!from.method.empty() && !equals_ignoring_case(from.method, "btree")) {
      if (!equals_ignoring_case(from.method, "hash"))
        return leave_out("the target has no index of kind " + from.method);
      index.method.clear();
    }
    for (auto& part : index.parts) {
      if (part.column.empty()) return leave_out("it has the expression " + part.expression);
      if (part.prefix_length && from.unique) return leave_out("it is unique over a prefix of " + part.column);
      part.prefix_length.reset();
      const Column* column = table.find_column(part.column);
      if (!is_mysql_family(target_.flavor) || from.unique || column == nullptr || !needs_prefix(*column))
        continue;
      // All parts together have 3072 bytes, and a character takes up to 4.
      const int room = 3072 / static_cast<int>(index.parts.size());
      part.prefix_length = column->type.is<type::Text>() ? room / 4 : room;
      note("index_prefix", object,
           fmt::format("covers the first {} of {}", *part.prefix_length, part.column));
    }
    if (target_.flavor == Flavor::sqlite) index.is_constraint = false;
    return index;
  }

  // Index names are unique in a schema on SQLite and PostgreSQL, in a table on MySQL; SQLite's automatic ones
  // have none.
  void settle_index_names() {
    for (auto& space : out_.schema.namespaces) {
      std::map<std::string, int> uses;
      for (const auto& table : space.tables) {
        ++uses[to_lower(table.name)];
        for (const auto& index : table.indexes) ++uses[to_lower(index.name)];
      }
      for (auto& table : space.tables)
        for (auto& index : table.indexes) {
          if (index.name.empty()) {
            index.name = table.name;
            for (const auto& part : index.parts) index.name += "_" + part.column;
            index.name += "_key";
          } else if (!is_mysql_family(target_.flavor) && uses[to_lower(index.name)] > 1) {
            index.name = table.name + "__" + index.name;
          }
        }
    }
  }

  void check_name_lengths(const Table& table) {
    const std::size_t limit = dialect(target_.flavor).max_identifier;
    if (limit == 0) return;
    const auto check = [&](const std::string& name) {
      if (name.size() > limit)
        note("name_too_long", name, fmt::format("the target takes names of at most {} bytes", limit));
    };
    check(table.name);
    for (const auto& column : table.columns) check(column.name);
    for (const auto& index : table.indexes) check(index.name);
    for (const auto& key : table.foreign_keys) check(key.name);
  }

  const Schema& source_;
  Flavor from_;
  const Features& target_;
  std::string default_namespace_;
  bool keeps_namespaces_ = false, is_same_family_ = false;
  MappedSchema out_;
};

}  // namespace

MappedSchema map_schema(const Schema& schema, const Features& target, std::string_view default_namespace) {
  const Dialect* from = find_dialect(schema.flavor);
  return SchemaMapper(schema, from != nullptr ? from->flavor : target.flavor, target, default_namespace)
      .map();
}

}  // namespace bascule
