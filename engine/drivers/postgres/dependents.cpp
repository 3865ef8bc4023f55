#include "engine/drivers/postgres/dependents.h"

#include <algorithm>
#include <functional>
#include <map>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/postgres/ddl.h"

namespace bascule::postgres {
namespace {

// The order in which objects come: routines, views, what hangs on tables and views.
enum class Rank { routine, view, attached, other };

Rank rank_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::function:
    case ObjectKind::procedure:
    case ObjectKind::aggregate:
      return Rank::routine;
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      return Rank::view;
    case ObjectKind::trigger:
    case ObjectKind::policy:
      return Rank::attached;
    case ObjectKind::schema:
    case ObjectKind::table:
    case ObjectKind::column:
    case ObjectKind::index:
    case ObjectKind::sequence:
    case ObjectKind::domain:
    case ObjectKind::enum_:
    case ObjectKind::extension:
      break;
  }
  return Rank::other;
}

// How others name it: a routine without its arguments.
std::string plain_name(const NamedObject& object) {
  return object.name.substr(0, object.name.find('('));
}

// The definition up to the body: names of types stand there.
std::string routine_head(const NamedObject& object) {
  const std::size_t language = object.definition.find("\n LANGUAGE ");
  return object.definition.substr(0, language);
}

using Key = std::tuple<std::string, Rank, std::string, std::string>;
Key key_of(const TableName& name, const NamedObject& object) {
  return {name.schema, rank_of(object.kind), object.table, object.name};
}

// Items 0..count in an order in which every item comes after those that it needs, as far as there is one.
std::vector<std::size_t> sorted_by_need(std::size_t count,
                                        const std::function<std::vector<std::size_t>(std::size_t)>& needs) {
  std::vector<std::size_t> order;
  std::vector<bool> seen(count);
  const std::function<void(std::size_t)> visit = [&](std::size_t item) {
    if (seen[item]) return;
    seen[item] = true;
    for (const std::size_t needed : needs(item)) visit(needed);
    order.push_back(item);
  };
  for (std::size_t item = 0; item < count; ++item) visit(item);
  return order;
}

// `names[i]` is what item i is called ("" for what no other item names), `mentions[i]` what it names.
std::vector<std::size_t> sorted_by_mention(const std::vector<std::string>& names,
                                           const std::vector<NameSet>& mentions) {
  std::map<std::string, std::vector<std::size_t>, std::less<>> providers;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!names[i].empty()) providers[names[i]].push_back(i);
  return sorted_by_need(names.size(), [&](std::size_t item) {
    std::vector<std::size_t> needed;
    for (const std::string& name : mentions[item])
      if (const auto found = providers.find(name); found != providers.end())
        std::ranges::copy_if(found->second, std::back_inserter(needed),
                             [&](std::size_t other) { return other != item; });
    std::ranges::sort(needed);
    return needed;
  });
}

class Search {
 public:
  explicit Search(const Planning& planning) : planning_(planning) {}

  Dependents run() {
    collect();
    note_new_names();
    note_changes();
    while (spread()) {
    }
    return result();
  }

 private:
  struct Item {  // an object of the database, or one that comes
    TableName name;
    const NamedObject* object = nullptr;  // as it is, null if it comes
    const NamedObject* wanted = nullptr;  // as it shall be, null if it goes or has no change
    std::optional<std::size_t> change = {};
    bool goes = false;        // for good
    bool is_removed = false;  // at first; made again unless it goes
    std::size_t cause = 0;    // the change that it is removed for
    NameSet mentions = {};    // of the object as it is
  };
  struct Disturbance {  // an object that names all of these must be removed first
    std::vector<std::string> names;
    std::size_t change;
    bool only_altered = false;  // only if it is to be altered anyway
    bool only_heads = false;    // routines: in their heads; else they are not held
  };

  void collect() {
    for (const Namespace& space : planning_.have.namespaces)
      for (const auto list :
           {&Namespace::functions, &Namespace::views, &Namespace::triggers, &Namespace::policies})
        for (const NamedObject& object : space.*list) {
          at_[key_of({space.name, object.name}, object)] = items_.size();
          items_.push_back({{space.name, object.name}, &object});
        }
    for (Item& item : items_)
      item.mentions = names_in(is_routine(item) ? routine_head(*item.object) : item.object->definition);
  }

  static bool is_routine(const Item& item) {
    const NamedObject* object = item.object != nullptr ? item.object : item.wanted;
    return rank_of(object->kind) == Rank::routine;
  }

  Item& item_of(const TableName& name, const NamedObject& object) {
    const auto [found, is_new] = at_.try_emplace(key_of(name, object), items_.size());
    if (is_new) items_.push_back({name});
    return items_[found->second];
  }

  void note_new_names() {
    for (const Change& change : planning_.changes) {
      if (const auto* table = std::get_if<change::AddTable>(&change)) {
        new_names_.insert(table->name.table);
        for (const Column& column : table->table.columns)
          for (const std::string& sql : {column.default_sql.value_or(""),
                                         column.generated ? column.generated->expression : std::string()})
            needed_early_.merge(names_in(sql));
        for (const Check& check : table->table.checks) needed_early_.merge(names_in(check.expression));
      }
      if (const auto* column = std::get_if<change::AddColumn>(&change))
        new_columns_.push_back({column->name.table, column->column.name});
      if (const auto* view = std::get_if<change::AddObject>(&change);
          view && rank_of(view->object.kind) == Rank::view)
        new_names_.insert(view->object.name);
      if (const auto* view = std::get_if<change::AlterObject>(&change);
          view && rank_of(view->to.kind) == Rank::view)
        new_names_.insert(view->to.name);
    }
  }

  // The server checks the body of an SQL function against what is there. One that a table needs comes before
  // it.
  bool comes_late(const NamedObject& routine) const {
    if (needed_early_.contains(plain_name(routine))) return false;
    const NameSet mentions = names_in(routine.definition);
    return std::ranges::any_of(mentions,
                               [&](const std::string& name) { return new_names_.contains(name); }) ||
           std::ranges::any_of(new_columns_, [&](const auto& column) {
             return mentions.contains(column.first) && mentions.contains(column.second);
           });
  }

  void note_changes() {
    for (std::size_t i = 0; i < planning_.changes.size(); ++i)
      std::visit([&](const auto& change) { note(change, i); }, planning_.changes[i]);
  }

  template <typename Other>
  void note(const Other&, std::size_t) {}

  void note(const change::DropObject& change, std::size_t i) {
    const Rank rank = rank_of(change.object.kind);
    if (rank == Rank::view || rank == Rank::attached) {
      Item& item = item_of(change.name, change.object);
      item.object = &change.object;
      item.mentions = names_in(change.object.definition);
      item.change = i;
      item.goes = true;
      remove(item, i);
    } else {
      disturb({{plain_name(change.object)}, i, true});
    }
  }

  void note(const change::AlterObject& change, std::size_t i) {
    if (rank_of(change.to.kind) == Rank::other) return;
    if (follows_renames(change)) {
      followers_.insert(i);
      return;
    }
    Item& item = item_of(change.name, change.from);
    item.object = &change.from;
    item.wanted = &change.to;
    item.mentions = names_in(is_routine(item) ? routine_head(change.from) : change.from.definition);
    item.change = i;
    if (!is_replaceable(change.from, change.to)) remove(item, i);
  }

  // A view holds on to columns, not to their names: when one gets a new name, the server itself keeps the
  // name of the view's column by an alias. `from`, whose text has the new names too, lacks only that.
  static bool follows_renames(const change::AlterObject& change) {
    const auto is_same_name = [](const Column& a, const Column& b) { return a.name == b.name; };
    return rank_of(change.to.kind) == Rank::view && !change.to.columns.empty() &&
           std::ranges::equal(change.from.columns, change.to.columns, is_same_name) &&
           change.from.indexes == change.to.indexes &&
           without_aliases(change.from.definition) == without_aliases(change.to.definition);
  }

  // Neither blanks nor quotes count.
  static std::string without_aliases(std::string_view sql) {
    std::vector<std::string> words;
    for (const Token& token : tokenize(sql, postgres().lexer)) {
      if (token.kind == TokenKind::space) continue;
      words.push_back(replace_all(sql.substr(token.offset, token.size), "\"", ""));
      if (words.size() >= 2 && words[words.size() - 2] == "AS") words.resize(words.size() - 2);
    }
    return replace_all(join(words, ""), " ", "");
  }

  void note(const change::AddObject& change, std::size_t i) {
    const Rank rank = rank_of(change.object.kind);
    if (rank == Rank::other || (rank == Rank::routine && !comes_late(change.object))) return;
    Item& item = item_of(change.name, change.object);
    item.wanted = &change.object;
    item.change = i;
  }

  void note(const change::AlterColumn& change, std::size_t i) {
    const bool changes_type =
        change.from.native_type != change.to.native_type || change.from.collation != change.to.collation;
    if (changes_type) disturb({{change.name.table, change.from.name}, i});
  }
  void note(const change::DropColumn& change, std::size_t i) {
    disturb({{change.name.table, change.column.name}, i, true});
  }
  void note(const change::DropTable& change, std::size_t i) { disturb({{change.name.table}, i, true}); }
  void note(const change::DropEnum& change, std::size_t i) { disturb({{change.name.table}, i, true}); }

  void note(const change::AlterEnum& change, std::size_t i) {
    if (needs_new_type(change.from, change.to)) disturb_users(change.name, i);
  }

  // A column's view may show the type without naming it.
  void disturb_users(const TableName& type, std::size_t i) {
    disturb({{type.table}, i, false, true});
    for (const Namespace& space : planning_.have.namespaces)
      for (const Table& table : space.tables)
        for (const Column& column : table.columns)
          if (is_of_type(planning_.have, column.native_type, type)) disturb({{table.name, column.name}, i});
  }

  void disturb(Disturbance disturbance) { disturbances_.push_back(std::move(disturbance)); }

  void remove(Item& item, std::size_t cause) {
    if (item.is_removed || item.object == nullptr) return;
    item.is_removed = true;
    item.cause = cause;
    // What names it goes with it; a trigger goes with its view by itself.
    disturb({{plain_name(*item.object)}, cause});
  }

  bool is_disturbed(const Item& item, const Disturbance& by) const {
    if (by.only_altered && item.wanted == nullptr) return false;
    if (is_routine(item) && !by.only_heads && by.names.size() > 1) return false;
    return std::ranges::all_of(by.names,
                               [&](const std::string& name) { return item.mentions.contains(name); });
  }

  // False when nothing new was found.
  bool spread() {
    const std::size_t end = disturbances_.size();
    if (spread_ == end) return false;
    for (; spread_ < end; ++spread_) {
      const Disturbance by = disturbances_[spread_];
      for (Item& item : items_) {
        const bool names_itself =
            item.object != nullptr && by.names.size() == 1 && by.names[0] == plain_name(*item.object);
        if (item.object != nullptr && !item.is_removed && !names_itself && is_disturbed(item, by))
          remove(item, by.change);
      }
    }
    return true;
  }

  // A comment that changes is a change of its own.
  static NamedObject recreated(const Item& item) {
    if (item.wanted == nullptr || item.object == nullptr) return item.wanted ? *item.wanted : *item.object;
    NamedObject object = *item.wanted;
    object.comment = item.object->comment;
    for (Column& column : object.columns) {
      column.comment.clear();
      for (const Column& before : item.object->columns)
        if (before.name == column.name) column.comment = before.comment;
    }
    return object;
  }

  Dependents result() {
    Dependents out;
    out.changes = followers_;
    for (const Item& item : items_) {
      if (item.is_removed)
        out.removals.push_back({item.name, *item.object, item.change.value_or(item.cause)});
      const bool is_replaced = item.object != nullptr && item.wanted != nullptr && !item.is_removed &&
                               (!is_routine(item) || comes_late(*item.wanted));
      const bool comes = !item.goes && (item.is_removed || item.object == nullptr);
      if (comes) out.creations.push_back({item.name, recreated(item), item.change.value_or(item.cause)});
      if (is_replaced) out.creations.push_back({item.name, *item.wanted, *item.change, true});
      if (item.change && (item.is_removed || comes || is_replaced)) out.changes.insert(*item.change);
    }
    sort(out.creations);
    sort(out.removals);
    std::ranges::reverse(out.removals);
    return out;
  }

  static void sort(std::vector<DependentObject>& objects) {
    std::vector<std::string> names;
    std::vector<NameSet> mentions;
    std::ranges::stable_sort(objects, {},
                             [](const DependentObject& one) { return rank_of(one.object.kind); });
    for (const DependentObject& one : objects) {
      names.push_back(rank_of(one.object.kind) == Rank::attached ? "" : plain_name(one.object));
      mentions.push_back(names_in(one.object.definition));
    }
    std::vector<DependentObject> sorted;
    for (const std::size_t at : sorted_by_mention(names, mentions)) sorted.push_back(std::move(objects[at]));
    objects = std::move(sorted);
  }

  const Planning& planning_;
  std::vector<Item> items_;
  std::map<Key, std::size_t> at_;
  std::set<std::size_t> followers_;                               // changes that the server makes by itself
  NameSet new_names_;                                             // of tables and views that come
  std::vector<std::pair<std::string, std::string>> new_columns_;  // with their tables
  NameSet needed_early_;
  std::vector<Disturbance> disturbances_;
  std::size_t spread_ = 0;
};

void collect_names(std::string_view sql, NameSet& names) {
  for (const Token& token : tokenize(sql, postgres().lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (token.kind == TokenKind::word) names.insert(to_lower(text));
    if (token.kind == TokenKind::quoted_identifier && text.size() >= 2)
      names.insert(replace_all(text.substr(1, text.size() - 2), "\"\"", "\""));
    if (token.kind == TokenKind::string && text.starts_with('$')) {
      const std::size_t tag = text.find('$', 1) + 1;
      if (tag != 0 && text.size() >= 2 * tag) collect_names(text.substr(tag, text.size() - 2 * tag), names);
    }
  }
}

}  // namespace

NameSet names_in(std::string_view sql) {
  NameSet names;
  collect_names(sql, names);
  return names;
}

std::vector<std::size_t> in_order_of_names(std::span<const Change> changes,
                                           const std::vector<std::size_t>& positions) {
  std::vector<std::string> names;
  std::vector<NameSet> mentions;
  for (const std::size_t at : positions) {
    const NamedObject* object = nullptr;
    if (const auto* added = std::get_if<change::AddObject>(&changes[at])) object = &added->object;
    if (const auto* altered = std::get_if<change::AlterObject>(&changes[at])) object = &altered->to;
    names.push_back(object != nullptr ? plain_name(*object) : change_name(changes[at]).table);
    const Table* table = nullptr;
    if (const auto* added = std::get_if<change::AddTable>(&changes[at])) table = &added->table;
    if (const auto* dropped = std::get_if<change::DropTable>(&changes[at])) table = &dropped->table;
    mentions.push_back(object != nullptr  ? names_in(object->definition)
                       : table != nullptr ? names_in(join(table->options.inherits, " "))
                                          : NameSet());
  }
  std::vector<std::size_t> order;
  for (const std::size_t at : sorted_by_mention(names, mentions)) order.push_back(positions[at]);
  return order;
}

Dependents find_dependents(const Planning& planning) {
  return Search(planning).run();
}

}  // namespace bascule::postgres
