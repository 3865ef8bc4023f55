// map_schema: the tables for another engine (see table_map), and the list of what is left behind.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/settle_names.h"
#include "engine/dialect/table_map.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

constexpr std::vector<NamedObject> Namespace::*object_lists[] = {&Namespace::views,     &Namespace::domains,
                                                                 &Namespace::sequences, &Namespace::triggers,
                                                                 &Namespace::functions, &Namespace::policies};

class SchemaMapper {
 public:
  SchemaMapper(const Schema& schema, Flavor from, const Features& target, std::string_view default_namespace,
               const TypeRules& rules)
      : source_(schema), from_(from), target_(target), default_namespace_(default_namespace), rules_(rules) {}

  MappedSchema map() {
    keeps_namespaces_ = from_ == Flavor::postgres && target_.flavor == Flavor::postgres;
    is_same_family_ = from_ == target_.flavor || (is_mysql_family(from_) && is_mysql_family(target_.flavor));
    out_.schema.flavor = dialect(target_.flavor).flavor_name;
    out_.schema.default_namespace = default_namespace_;
    for (const auto& space : source_.namespaces) map_namespace(space);
    if (!keeps_namespaces_ && out_.schema.namespaces.empty())
      out_.schema.namespaces.push_back(Namespace{.name = default_namespace_});
    if (!is_same_family_) settle_names(out_.schema, target_.flavor);
    for (auto& space : out_.schema.namespaces) {
      const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
      std::sort(space.tables.begin(), space.tables.end(), by_name);
      for (const auto& table : space.tables) check_name_lengths(table);
    }
    if (from_ == target_.flavor)
      out_.schema.extensions = source_.extensions;
    else
      leave_behind("extension", source_.extensions);
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
      into.tables.push_back(map_one(space, table));
    }
    if (from_ == target_.flavor) {
      into.enums.insert(into.enums.end(), space.enums.begin(), space.enums.end());
      for (const auto list : object_lists)
        (into.*list).insert((into.*list).end(), (space.*list).begin(), (space.*list).end());
      if (into.comment.empty()) into.comment = space.comment;
      return;
    }
    leave_behind("view", space.views);
    leave_behind("domain", space.domains);
    leave_behind("sequence", space.sequences);
    leave_behind("trigger", space.triggers);
    leave_behind("function", space.functions);
    leave_behind("policy", space.policies);
    for (const auto& type : space.enums)
      if (!type.comment.empty())
        note("comment_not_carried", type.name, "the enum type becomes a part of its columns");
  }

  void leave_behind(std::string_view kind, const std::vector<NamedObject>& objects) {
    for (const auto& object : objects)
      note("not_carried", object.name,
           fmt::format("the {} is not carried",
                       object.kind == ObjectKind::view ? kind : to_lower(object_kind_sql(object.kind))));
  }

  Table map_one(const Namespace& space, const Table& source) {
    Table table = source;
    for (auto& key : table.foreign_keys) map_referenced_schema(space, key);
    if (from_ == target_.flavor && rules_.empty()) return table;
    return map_table(space, table, from_, target_, rules_, out_.notices);
  }

  void map_referenced_schema(const Namespace& space, ForeignKey& key) {
    if (key.referenced_schema == space.name || (!keeps_namespaces_ && from_ != target_.flavor))
      key.referenced_schema.clear();
    const bool is_default =
        !key.referenced_schema.empty() && key.referenced_schema == source_.default_namespace;
    if (is_default) key.referenced_schema = default_namespace_;
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
    for (const auto& rule : table.checks) check(rule.name);
  }

  const Schema& source_;
  Flavor from_;
  const Features& target_;
  std::string default_namespace_;
  const TypeRules& rules_;
  bool keeps_namespaces_ = false, is_same_family_ = false;
  MappedSchema out_;
};

}  // namespace

MappedSchema map_schema(const Schema& schema, const Features& target, std::string_view default_namespace,
                        const TypeRules& rules) {
  const Dialect* from = find_dialect(schema.flavor);
  return SchemaMapper(schema, from != nullptr ? from->flavor : target.flavor, target, default_namespace,
                      rules)
      .map();
}

}  // namespace bascule
