#include "engine/jobs/table_diff.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/text.h"
#include "engine/dialect/generated_names.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

class TableDiffer {
 public:
  TableDiffer(const WantedTable& want, const Table& have, const Namespace& have_space, Flavor from,
              const Features& target, const DiffOptions& options, Difference& out)
      : want_(want),
        have_(have),
        have_space_(have_space),
        from_(from),
        target_(target),
        options_(options),
        out_(out),
        name_{have_space.name, have.name} {}

  void run() {
    columns();
    primary_key();
    indexes();
    foreign_keys();
    checks();
    if (is_same_engine()) options();
    comment(ObjectKind::table, "", have_.comment, want_.mapped.comment);
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
  void report(std::string code, std::string text) {
    const std::string prefix = name_.schema == want_.default_schema ? "" : name_.schema + ".";
    out_.unplannable.push_back({std::move(code), prefix + name_.table, std::move(text)});
  }
  void comment(ObjectKind on, std::string part, const std::string& from, const std::string& to,
               std::optional<Column> column = {}) {
    if (from != to)
      out_.changes.push_back(change::SetComment{name_, on, std::move(part), from, to, std::move(column)});
  }

  // A name counts if somebody chose it: on one engine, and if the engine did not make it up on either side.
  bool are_names_equal(const std::string& want, const std::string& have,
                       const std::vector<std::string>& columns) const {
    if (options_.strict) return want == have;
    if (!is_same_engine() || is_same_name(want, have)) return true;
    const Flavor flavor = target_.flavor;
    return is_generated_name(want, want_.mapped.name, columns, flavor) ||
           is_generated_name(have, have_.name, columns, flavor);
  }

  void columns() {
    std::map<std::string, const Column*> there;
    for (const auto& column : have_.columns) there.emplace(folded(column.name), &column);
    std::set<std::string> wanted;
    for (const auto& column : want_.mapped.columns) {
      wanted.insert(folded(column.name));
      const auto found = there.find(folded(column.name));
      if (found == there.end())
        out_.changes.push_back(change::AddColumn{name_, column});
      else
        compare(column, *found->second);
    }
    for (const auto& column : have_.columns)
      if (!wanted.contains(folded(column.name))) out_.changes.push_back(change::DropColumn{name_, column});
  }

  static bool are_kept_alike(const Column& want, const Column& have) {
    return !want.generated || !have.generated || want.generated->stored == have.generated->stored;
  }

  // Comments are changes of their own.
  void compare(const Column& want, const Column& have) {
    const Column* source = want_.source.find_column(want.name);
    Column to = want, compared = have;
    to.comment = have.comment;
    compared.comment = want.comment;
    const bool is_equal =
        is_equivalent(want_.source, source != nullptr ? *source : want, from_, compared, target_,
                      options_.type_rules) &&
        (!is_same_engine() || (want.invisible == have.invisible && are_kept_alike(want, have) &&
                               equals_ignoring_case(want.identity_options, have.identity_options))) &&
        (!options_.strict || equals_ignoring_case(want.native_type, have.native_type));
    if (!is_equal) out_.changes.push_back(change::AlterColumn{name_, have, to});
    comment(ObjectKind::column, have.name, have.comment, want.comment, want);
  }

  std::string folded(std::string_view name) const {
    return dialect(target_.flavor).column_names_fold_case ? to_lower(name) : std::string(name);
  }

  void primary_key() {
    const auto& want = want_.mapped.primary_key;
    const auto& have = have_.primary_key;
    const auto is_same = [&] {
      return are_same_names(want->columns, have->columns) && (!options_.strict || want->name == have->name) &&
             (!is_same_engine() ||
              (are_same_names(want->include, have->include) && want->deferrable == have->deferrable &&
               want->initially_deferred == have->initially_deferred));
    };
    if (want.has_value() != have.has_value() || (want && !is_same()))
      out_.changes.push_back(change::AlterPrimaryKey{name_, have, want});
  }

  bool is_same_text(const std::string& a, const std::string& b) const {
    return a == b || normalize_expression(a, target_.flavor, &want_.mapped.columns) ==
                         normalize_expression(b, target_.flavor, &have_.columns);
  }

  bool is_same_part(const IndexPart& want, const IndexPart& have, bool is_unique) const {
    const bool same_prefix = want.prefix_length == have.prefix_length || (!is_same_engine() && !is_unique);
    const bool same_details = !is_same_engine() || (equals_ignoring_case(want.collation, have.collation) &&
                                                    want.operator_class == have.operator_class &&
                                                    want.nulls_first == have.nulls_first);
    return is_same_name(want.column, have.column) && want.descending == have.descending && same_prefix &&
           same_details && is_same_text(want.expression, have.expression);
  }

  bool is_same_index(const Index& want, const Index& have) const {
    const auto method = [](const Index& index) {
      return index.method == "btree" ? std::string() : index.method;
    };
    std::vector<std::string> columns;
    for (const auto& part : want.parts) columns.push_back(part.column);
    const bool is_same_kind =
        are_names_equal(want.name, have.name, columns) &&
        (!is_same_engine() ||
         (want.is_constraint == have.is_constraint && are_same_names(want.include, have.include) &&
          want.nulls_not_distinct == have.nulls_not_distinct && want.deferrable == have.deferrable &&
          want.initially_deferred == have.initially_deferred && want.invisible == have.invisible &&
          want.options == have.options && want.is_valid == have.is_valid));
    return is_same_kind && want.unique == have.unique && method(want) == method(have) &&
           is_same_text(want.where, have.where) &&
           std::equal(
               want.parts.begin(), want.parts.end(), have.parts.begin(), have.parts.end(),
               [&](const IndexPart& a, const IndexPart& b) { return is_same_part(a, b, want.unique); });
  }

  // Pairs up what is the same on both sides, first those of one name, and hands the rest on.
  template <typename Item, typename IsSame, typename Missing, typename Left, typename Pair>
  static void match(const std::vector<Item>& want, const std::vector<Item>& have, IsSame&& is_same,
                    Missing&& missing, Left&& not_wanted, Pair&& pair) {
    std::vector<const Item*> left, unmatched;
    for (const auto& item : have) left.push_back(&item);
    const auto take = [&](const Item& item, bool by_name) {
      const auto found = std::find_if(left.begin(), left.end(), [&](const Item* other) {
        return (!by_name || item.name == other->name) && is_same(item, *other);
      });
      if (found == left.end()) return false;
      pair(item, **found);
      left.erase(found);
      return true;
    };
    for (const auto& item : want)
      if (!take(item, true)) unmatched.push_back(&item);
    for (const Item* item : unmatched)
      if (!take(*item, false)) missing(*item);
    for (const Item* item : left) not_wanted(*item);
  }

  void indexes() {
    match(
        want_.mapped.indexes, have_.indexes,
        [&](const Index& want, const Index& have) { return is_same_index(want, have); },
        [&](const Index& index) {
          out_.changes.push_back(change::AddIndex{name_, index});
        },
        [&](const Index& index) {
          out_.changes.push_back(change::DropIndex{name_, index});
        },
        [&](const Index& want, const Index& have) {
          comment(ObjectKind::index, have.name, have.comment, want.comment);
        });
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
           want.deferrable == have.deferrable && want.initially_deferred == have.initially_deferred &&
           (!options_.strict || want.name == have.name) &&
           (!is_same_engine() ||
            (want.match_full == have.match_full && want.is_validated == have.is_validated));
  }

  void foreign_keys() {
    match(
        want_.mapped.foreign_keys, have_.foreign_keys,
        [&](const ForeignKey& want, const ForeignKey& have) { return is_same_key(want, have); },
        [&](const ForeignKey& key) {
          out_.changes.push_back(change::AddForeignKey{name_, key});
        },
        [&](const ForeignKey& key) {
          out_.changes.push_back(change::DropForeignKey{name_, key});
        },
        [](const ForeignKey&, const ForeignKey&) {});
  }

  bool is_same_check(const Check& want, const Check& have) const {
    const bool same_state =
        !is_same_engine() || (want.is_validated == have.is_validated &&
                              want.is_enforced == have.is_enforced && want.no_inherit == have.no_inherit);
    return same_state && (!options_.strict || want.name == have.name) &&
           is_same_text(want.expression, have.expression);
  }

  void checks() {
    // Where the mapping could not carry a check, the one that is there may well be its translation.
    const bool are_all_carried = want_.source.checks.size() <= want_.mapped.checks.size();
    const std::string prefix = name_.schema == want_.default_schema ? "" : name_.schema + ".";
    match(
        want_.mapped.checks, have_.checks,
        [&](const Check& want, const Check& have) { return is_same_check(want, have); },
        [&](const Check& check) {
          out_.changes.push_back(change::AddCheck{name_, check});
        },
        [&](const Check& check) {
          if (are_all_carried)
            out_.changes.push_back(change::DropCheck{name_, check});
          else
            out_.notices.push_back(
                {"check_not_compared", prefix + name_.table + "." + check.name,
                 "the check " + check.expression +
                     " is left alone: not all checks of the other side could be translated"});
        },
        [](const Check&, const Check&) {});
  }

  void options() {
    const Table& want = want_.mapped;
    if (want.options != have_.options)
      out_.changes.push_back(change::AlterTable{name_, have_.options, want.options});
    else if (want.partitions != have_.partitions)  // MySQL's options name them, too
      report("partitions_differ", "has other partitions");
  }

  const WantedTable& want_;
  const Table& have_;
  const Namespace& have_space_;
  Flavor from_;
  const Features& target_;
  const DiffOptions& options_;
  Difference& out_;
  TableName name_;
};

}  // namespace

void diff_table(const WantedTable& want, const Table& have, const Namespace& have_space, Flavor from,
                const Features& target, const DiffOptions& options, Difference& out) {
  TableDiffer(want, have, have_space, from, target, options, out).run();
}

}  // namespace bascule
