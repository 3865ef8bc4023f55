#include "engine/model/change.h"

#include <algorithm>

#include "engine/base/overloaded.h"

namespace bascule {
namespace {

// None means no limit.
template <typename Number>
bool is_within(const std::optional<Number>& size, const std::optional<Number>& limit) {
  return !limit || (size && *size <= *limit);
}

// Whether every value of type `from` is one of `to` too; false where that is not certain.
bool holds_all_values(const Type& from, const Type& to) {
  using namespace type;
  if (from == to) return true;
  if (const auto* a = from.get<Int>(), *b = to.get<Int>(); a != nullptr && b != nullptr)
    return a->is_unsigned == b->is_unsigned ? a->bytes <= b->bytes : a->is_unsigned && a->bytes < b->bytes;
  if (const auto* a = from.get<Float>(), *b = to.get<Float>(); a != nullptr && b != nullptr)
    return a->bytes <= b->bytes;
  if (const auto* a = from.get<Text>(), *b = to.get<Text>(); a != nullptr && b != nullptr)
    return !a->fixed && !b->fixed && is_within(a->max_chars, b->max_chars);
  if (const auto* a = from.get<Bytes>(), *b = to.get<Bytes>(); a != nullptr && b != nullptr)
    return !a->fixed && !b->fixed && is_within(a->max_bytes, b->max_bytes);
  const auto has_all_of = [](const std::vector<std::string>& labels, const std::vector<std::string>& of) {
    return std::all_of(of.begin(), of.end(), [&](const std::string& label) {
      return std::find(labels.begin(), labels.end(), label) != labels.end();
    });
  };
  if (const auto* a = from.get<Enum>(), *b = to.get<Enum>(); a != nullptr && b != nullptr)
    return has_all_of(b->labels, a->labels);
  if (const auto* a = from.get<Set>(), *b = to.get<Set>(); a != nullptr && b != nullptr)
    return has_all_of(b->labels, a->labels);
  if (const auto* a = from.get<Timestamp>(), *b = to.get<Timestamp>(); a != nullptr && b != nullptr)
    return a->zoned == b->zoned && a->digits && b->digits && *a->digits <= *b->digits;
  if (const auto* a = from.get<Decimal>(), *b = to.get<Decimal>(); a != nullptr && b != nullptr) {
    if (!a->precision || !b->precision) return false;
    const int scale_a = a->scale.value_or(0), scale_b = b->scale.value_or(0);
    return scale_a <= scale_b && *a->precision - scale_a <= *b->precision - scale_b;
  }
  return false;
}

bool keeps_labels(const EnumType& from, const EnumType& to) {
  return std::all_of(from.labels.begin(), from.labels.end(), [&](const std::string& label) {
    return std::find(to.labels.begin(), to.labels.end(), label) != to.labels.end();
  });
}

std::string object_kind(std::string_view verb, ObjectKind kind) {
  return std::string(verb) + std::string(object_kind_name(kind));
}

std::string_view comment_verb(const change::SetComment& comment) {
  return comment.from.empty() ? "add_comment" : comment.to.empty() ? "drop_comment" : "alter_comment";
}

std::string named_key(const ForeignKey& key) {
  return key.name.empty() ? key.columns.at(0) : key.name;
}

std::string named_index(const Index& index) {
  if (!index.name.empty() || index.parts.empty()) return index.name;
  return index.parts[0].column.empty() ? index.parts[0].expression : index.parts[0].column;
}

}  // namespace

const TableName& change_name(const Change& change) {
  return std::visit([](const auto& c) -> const TableName& { return c.name; }, change);
}

std::string change_kind(const Change& change) {
  using namespace change;
  return std::visit(
      overloaded{
          [](const AddSchema&) -> std::string { return "add_schema"; },
          [](const DropSchema&) -> std::string { return "drop_schema"; },
          [](const AddTable&) -> std::string { return "add_table"; },
          [](const DropTable&) -> std::string { return "drop_table"; },
          [](const RenameTable&) -> std::string { return "rename_table"; },
          [](const AlterTable&) -> std::string { return "alter_table"; },
          [](const AddColumn&) -> std::string { return "add_column"; },
          [](const DropColumn&) -> std::string { return "drop_column"; },
          [](const RenameColumn&) -> std::string { return "rename_column"; },
          [](const AlterColumn&) -> std::string { return "alter_column"; },
          [](const AddIndex& c) -> std::string { return c.index.is_constraint ? "add_unique" : "add_index"; },
          [](const DropIndex& c) -> std::string {
            return c.index.is_constraint ? "drop_unique" : "drop_index";
          },
          [](const AddForeignKey&) -> std::string { return "add_foreign_key"; },
          [](const DropForeignKey&) -> std::string { return "drop_foreign_key"; },
          [](const AlterPrimaryKey& c) -> std::string {
            return !c.from ? "add_primary_key" : !c.to ? "drop_primary_key" : "alter_primary_key";
          },
          [](const AddCheck&) -> std::string { return "add_check"; },
          [](const DropCheck&) -> std::string { return "drop_check"; },
          [](const AddEnum&) -> std::string { return "add_enum"; },
          [](const DropEnum&) -> std::string { return "drop_enum"; },
          [](const AlterEnum&) -> std::string { return "alter_enum"; },
          [](const AddObject& c) -> std::string { return object_kind("add_", c.object.kind); },
          [](const DropObject& c) -> std::string { return object_kind("drop_", c.object.kind); },
          [](const AlterObject& c) -> std::string { return object_kind("alter_", c.to.kind); },
          [](const SetComment& c) -> std::string { return std::string(comment_verb(c)); }},
      change);
}

std::string change_object(const Change& change, std::string_view default_schema) {
  using namespace change;
  const TableName& name = change_name(change);
  // Of a trigger or policy the table comes first; for all else `owner` is the object itself.
  std::string owner = name.table, part;
  const auto object = [&](const NamedObject& named) {
    if (named.table.empty()) return;
    owner = named.table;
    part = named.name;
  };
  std::visit(overloaded{[](const AddSchema&) {},
                        [](const DropSchema&) {},
                        [](const AddTable&) {},
                        [](const DropTable&) {},
                        [](const RenameTable&) {},
                        [](const AlterTable&) {},
                        [&](const AddColumn& c) { part = c.column.name; },
                        [&](const DropColumn& c) { part = c.column.name; },
                        [&](const RenameColumn& c) { part = c.column.name; },
                        [&](const AlterColumn& c) { part = c.to.name; },
                        [&](const AddIndex& c) { part = named_index(c.index); },
                        [&](const DropIndex& c) { part = named_index(c.index); },
                        [&](const AddForeignKey& c) { part = named_key(c.key); },
                        [&](const DropForeignKey& c) { part = named_key(c.key); },
                        [](const AlterPrimaryKey&) {},
                        [&](const AddCheck& c) { part = c.check.name; },
                        [&](const DropCheck& c) { part = c.check.name; },
                        [](const AddEnum&) {},
                        [](const DropEnum&) {},
                        [](const AlterEnum&) {},
                        [&](const AddObject& c) { object(c.object); },
                        [&](const DropObject& c) { object(c.object); },
                        [&](const AlterObject& c) { object(c.to); },
                        [&](const SetComment& c) { part = c.part; }},
             change);
  if (owner.empty()) return name.schema.empty() ? part : name.schema;
  const std::string qualified =
      name.schema.empty() || name.schema == default_schema ? owner : name.schema + "." + owner;
  return part.empty() ? qualified : qualified + "." + part;
}

bool loses_data(const Change& change) {
  using namespace change;
  if (const auto* altered = std::get_if<AlterColumn>(&change))
    return !altered->from.generated && (!holds_all_values(altered->from.type, altered->to.type) ||
                                        (altered->from.nullable && !altered->to.nullable));
  if (const auto* altered = std::get_if<AlterEnum>(&change)) return !keeps_labels(altered->from, altered->to);
  if (const auto* dropped = std::get_if<DropObject>(&change))
    return dropped->object.kind == ObjectKind::sequence;
  if (const auto* dropped = std::get_if<DropColumn>(&change)) return !dropped->column.generated;
  return std::holds_alternative<DropTable>(change);
}

}  // namespace bascule
