#include "engine/jobs/table_diff.h"

#include <algorithm>

#include "engine/base/text.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

class TableDiffer {
 public:
  TableDiffer(const WantedTable& want, const Table& have, const Namespace& have_space, Flavor from,
              const Features& target, Difference& out)
      : want_(want),
        have_(have),
        have_space_(have_space),
        from_(from),
        target_(target),
        out_(out),
        name_{have_space.name, have.name} {}

  void run() {
    columns();
    primary_key();
    indexes();
    foreign_keys();
    if (from_ == target_.flavor) {
      checks();
      options();
    }
  }

 private:
  bool is_same_engine() const { return from_ == target_.flavor; }

  bool is_same_name(std::string_view a, std::string_view b) const {
    return dialect(target_.flavor).column_names_fold_case ? equals_ignoring_case(a, b) : a == b;
  }
  bool are_same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](const std::string& x, const std::string& y) { return is_same_name(x, y); });
  }
  const Column* find(const Table& table, std::string_view name) const {
    const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                    [&](const Column& column) { return is_same_name(column.name, name); });
    return found == table.columns.end() ? nullptr : &*found;
  }
  void report(std::string code, std::string text) {
    const std::string prefix = name_.schema == want_.default_schema ? "" : name_.schema + ".";
    out_.unplannable.push_back({std::move(code), prefix + name_.table, std::move(text)});
  }

  void columns() {
    for (const auto& column : want_.mapped.columns) {
      const Column* there = find(have_, column.name);
      const Column* source = want_.source.find_column(column.name);
      if (there == nullptr)
        out_.changes.push_back(change::AddColumn{name_, column});
      else if (!is_equivalent(want_.source, source != nullptr ? *source : column, from_, *there, target_))
        out_.changes.push_back(change::AlterColumn{name_, *there, column});
    }
    for (const auto& column : have_.columns)
      if (find(want_.mapped, column.name) == nullptr)
        out_.changes.push_back(change::DropColumn{name_, column});
  }

  void primary_key() {
    const auto& want = want_.mapped.primary_key;
    const auto& have = have_.primary_key;
    const bool is_equal =
        want.has_value() == have.has_value() && (!want || are_same_names(want->columns, have->columns));
    if (!is_equal) out_.changes.push_back(change::AlterPrimaryKey{name_, have, want});
  }

  // Names count on one engine only; SQLite's automatic indexes have none.
  bool is_same_index(const Index& want, const Index& have) const {
    const auto is_same_part = [&](const IndexPart& a, const IndexPart& b) {
      const bool same_prefix = a.prefix_length == b.prefix_length || (!is_same_engine() && !want.unique);
      return is_same_name(a.column, b.column) && a.descending == b.descending && same_prefix &&
             normalize_expression(a.expression, target_.flavor) ==
                 normalize_expression(b.expression, target_.flavor);
    };
    const auto method = [](const Index& index) {
      return index.method == "btree" ? std::string() : index.method;
    };
    const bool is_same_kind =
        !is_same_engine() || (want.name == have.name && want.is_constraint == have.is_constraint);
    return is_same_kind && want.unique == have.unique && method(want) == method(have) &&
           normalize_expression(want.where, target_.flavor) ==
               normalize_expression(have.where, target_.flavor) &&
           std::equal(want.parts.begin(), want.parts.end(), have.parts.begin(), have.parts.end(),
                      is_same_part);
  }

  void indexes() {
    std::vector<const Index*> left;
    for (const auto& index : have_.indexes) left.push_back(&index);
    for (const auto& index : want_.mapped.indexes) {
      const auto found =
          std::find_if(left.begin(), left.end(), [&](const Index* h) { return is_same_index(index, *h); });
      if (found == left.end())
        out_.changes.push_back(change::AddIndex{name_, index});
      else
        left.erase(found);
    }
    for (const Index* index : left) out_.changes.push_back(change::DropIndex{name_, *index});
  }

  // A key without columns refers to the primary key (SQLite).
  static std::vector<std::string> referenced_columns(const ForeignKey& key, const Namespace& space) {
    if (!key.referenced_columns.empty()) return key.referenced_columns;
    const Table* table = space.find_table(key.referenced_table);
    return table != nullptr && table->primary_key ? table->primary_key->columns : std::vector<std::string>();
  }

  bool is_same_action(ForeignKeyAction a, ForeignKeyAction b) const {
    const auto refuses = [](ForeignKeyAction action) {
      return action == ForeignKeyAction::no_action || action == ForeignKeyAction::restrict_;
    };
    return a == b || (dialect(target_.flavor).restrict_is_no_action && refuses(a) && refuses(b));
  }

  bool is_same_key(const ForeignKey& want, const ForeignKey& have) const {
    const auto schema = [](const ForeignKey& key, const Namespace& space) {
      return key.referenced_schema.empty() ? space.name : key.referenced_schema;
    };
    // MySQL's catalog may give the name of a referenced table in lower case.
    const bool is_same_table = is_same_name(want.referenced_table, have.referenced_table);
    return are_same_names(want.columns, have.columns) && is_same_table &&
           schema(want, want_.space) == schema(have, have_space_) &&
           are_same_names(referenced_columns(want, want_.space), referenced_columns(have, have_space_)) &&
           is_same_action(want.on_delete, have.on_delete) && is_same_action(want.on_update, have.on_update) &&
           want.deferrable == have.deferrable && want.initially_deferred == have.initially_deferred;
  }

  void foreign_keys() {
    std::vector<const ForeignKey*> left;
    for (const auto& key : have_.foreign_keys) left.push_back(&key);
    for (const auto& key : want_.mapped.foreign_keys) {
      const auto found =
          std::find_if(left.begin(), left.end(), [&](const ForeignKey* h) { return is_same_key(key, *h); });
      if (found == left.end())
        out_.changes.push_back(change::AddForeignKey{name_, key});
      else
        left.erase(found);
    }
    for (const ForeignKey* key : left) out_.changes.push_back(change::DropForeignKey{name_, *key});
  }

  void checks() {
    const auto has = [&](const Table& table, const Check& check) {
      return std::any_of(table.checks.begin(), table.checks.end(), [&](const Check& other) {
        return normalize_expression(other.expression, target_.flavor) ==
               normalize_expression(check.expression, target_.flavor);
      });
    };
    for (const auto& check : want_.mapped.checks)
      if (!has(have_, check)) report("check_differs", "check (" + check.expression + ") is missing");
    for (const auto& check : have_.checks)
      if (!has(want_.mapped, check))
        report("check_differs", "check (" + check.expression + ") is not wanted");
  }

  void options() {
    const Table& want = want_.mapped;
    if (want.options.strict != have_.options.strict)
      report("table_differs", want.options.strict ? "is not STRICT" : "is STRICT");
    if (want.options.without_rowid != have_.options.without_rowid)
      report("table_differs", want.options.without_rowid ? "is not WITHOUT ROWID" : "is WITHOUT ROWID");
    if (want.comment != have_.comment) report("table_differs", "has another comment");
  }

  const WantedTable& want_;
  const Table& have_;
  const Namespace& have_space_;
  Flavor from_;
  const Features& target_;
  Difference& out_;
  TableName name_;
};

}  // namespace

void diff_table(const WantedTable& want, const Table& have, const Namespace& have_space, Flavor from,
                const Features& target, Difference& out) {
  TableDiffer(want, have, have_space, from, target, out).run();
}

}  // namespace bascule
