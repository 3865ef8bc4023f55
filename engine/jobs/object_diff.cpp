#include "engine/jobs/object_diff.h"

#include <algorithm>

#include "engine/dialect/sql_names.h"
#include "engine/dialect/type_map.h"

namespace bascule {
namespace {

std::string comparable(const NamedObject& object, std::string_view space, const Dialect& dialect) {
  std::string text = normalize_expression(without_schema(object.definition, space, dialect), dialect.flavor);
  for (const auto& index : object.indexes)
    text += "; " + normalize_expression(without_schema(index, space, dialect), dialect.flavor);
  return text;
}

class ObjectDiffer {
 public:
  ObjectDiffer(const Namespace& want, const Namespace& have, const Dialect& dialect, const ObjectScope& scope,
               Difference& out)
      : want_(want), have_(have), dialect_(dialect), scope_(scope), out_(out) {}

  void run() {
    for (const auto list : {&Namespace::views, &Namespace::domains, &Namespace::sequences,
                            &Namespace::triggers, &Namespace::functions, &Namespace::policies})
      compare(want_.*list, have_.*list);
    enums();
    comment(ObjectKind::schema, {have_.name, ""}, "", have_.comment, want_.comment);
  }

 private:
  static bool is_same_object(const NamedObject& a, const NamedObject& b) {
    return a.name == b.name && a.table == b.table && a.kind == b.kind;
  }

  void comment(ObjectKind on, TableName name, std::string part, const std::string& from,
               const std::string& to) {
    if (from != to)
      out_.changes.push_back(change::SetComment{std::move(name), on, std::move(part), from, to, {}});
  }
  void comment(const NamedObject& have, const NamedObject& want) {
    const bool is_of_table = !have.table.empty();
    comment(have.kind, {have_.name, is_of_table ? have.table : have.name}, is_of_table ? have.name : "",
            have.comment, want.comment);
  }

  void compare(const std::vector<NamedObject>& want, const std::vector<NamedObject>& have) {
    const auto find = [](const std::vector<NamedObject>& objects, const NamedObject& object) {
      const auto found = std::find_if(objects.begin(), objects.end(), [&](const NamedObject& other) {
        return is_same_object(object, other);
      });
      return found == objects.end() ? nullptr : &*found;
    };
    for (const auto& object : want) {
      const TableName name{have_.name, object.name};
      const NamedObject* there = find(have, object);
      if (there == nullptr) {
        out_.changes.push_back(change::AddObject{name, object});
        continue;
      }
      if (!are_equal_definitions(object, want_.name, *there, have_.name, dialect_)) {
        NamedObject to = object;
        to.comment = there->comment;
        out_.changes.push_back(change::AlterObject{name, *there, std::move(to)});
      }
      comment(*there, object);
    }
    if (!scope_.is_same_engine) return;
    for (const auto& object : have) {
      const bool skip = scope_.is_ignored(have_.name, object.name) ||
                        (!object.table.empty() && scope_.is_ignored(have_.name, object.table));
      if (!skip && find(want, object) == nullptr)
        out_.changes.push_back(change::DropObject{{have_.name, object.name}, object});
    }
  }

  void enums() {
    const auto find = [](const std::vector<EnumType>& types, std::string_view name) {
      const auto found =
          std::find_if(types.begin(), types.end(), [&](const EnumType& type) { return type.name == name; });
      return found == types.end() ? nullptr : &*found;
    };
    for (const auto& type : want_.enums) {
      const TableName name{have_.name, type.name};
      const EnumType* there = find(have_.enums, type.name);
      if (there == nullptr) {
        out_.changes.push_back(change::AddEnum{name, type});
        continue;
      }
      if (there->labels != type.labels) {
        EnumType to = type;
        to.comment = there->comment;
        out_.changes.push_back(change::AlterEnum{name, *there, std::move(to)});
      }
      comment(ObjectKind::enum_, name, "", there->comment, type.comment);
    }
    if (!scope_.is_same_engine) return;
    for (const auto& type : have_.enums)
      if (!scope_.is_ignored(have_.name, type.name) && find(want_.enums, type.name) == nullptr)
        out_.changes.push_back(change::DropEnum{{have_.name, type.name}, type});
  }

  const Namespace& want_;
  const Namespace& have_;
  const Dialect& dialect_;
  const ObjectScope& scope_;
  Difference& out_;
};

}  // namespace

bool are_equal_definitions(const NamedObject& a, std::string_view space_a, const NamedObject& b,
                           std::string_view space_b, const Dialect& dialect) {
  return (a.definition == b.definition && a.indexes == b.indexes && space_a == space_b) ||
         comparable(a, space_a, dialect) == comparable(b, space_b, dialect);
}

void diff_objects(const Namespace& want, const Namespace& have, const Dialect& dialect,
                  const ObjectScope& scope, Difference& out) {
  ObjectDiffer(want, have, dialect, scope, out).run();
}

// By name only: versions differ between servers without meaning anything for the tables.
void diff_extensions(const Schema& want, const Schema& have, const ObjectScope& scope, Difference& out) {
  const auto has = [](const Schema& schema, const NamedObject& extension) {
    return std::any_of(schema.extensions.begin(), schema.extensions.end(),
                       [&](const NamedObject& other) { return other.name == extension.name; });
  };
  for (const auto& extension : want.extensions)
    if (!has(have, extension) && !scope.is_ignored("", extension.name))
      out.changes.push_back(change::AddObject{{"", extension.name}, extension});
  for (const auto& extension : have.extensions)
    if (!has(want, extension) && !scope.is_ignored("", extension.name))
      out.changes.push_back(change::DropObject{{"", extension.name}, extension});
}

}  // namespace bascule
