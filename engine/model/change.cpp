#include "engine/model/change.h"

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
  if (const auto* a = from.get<Timestamp>(), *b = to.get<Timestamp>(); a != nullptr && b != nullptr)
    return a->zoned == b->zoned && a->digits && b->digits && *a->digits <= *b->digits;
  if (const auto* a = from.get<Decimal>(), *b = to.get<Decimal>(); a != nullptr && b != nullptr) {
    if (!a->precision || !b->precision) return false;
    const int scale_a = a->scale.value_or(0), scale_b = b->scale.value_or(0);
    return scale_a <= scale_b && *a->precision - scale_a <= *b->precision - scale_b;
  }
  return false;
}

}  // namespace

std::string change_kind(const Change& change) {
  using namespace change;
  return std::visit(
      overloaded{
          [](const AddTable&) -> std::string { return "add_table"; },
          [](const DropTable&) -> std::string { return "drop_table"; },
          [](const AddColumn&) -> std::string { return "add_column"; },
          [](const DropColumn&) -> std::string { return "drop_column"; },
          [](const AlterColumn&) -> std::string { return "alter_column"; },
          [](const AddIndex& c) -> std::string { return c.index.is_constraint ? "add_unique" : "add_index"; },
          [](const DropIndex& c) -> std::string {
            return c.index.is_constraint ? "drop_unique" : "drop_index";
          },
          [](const AddForeignKey&) -> std::string { return "add_foreign_key"; },
          [](const DropForeignKey&) -> std::string { return "drop_foreign_key"; },
          [](const AlterPrimaryKey& c) -> std::string {
            return !c.from ? "add_primary_key" : !c.to ? "drop_primary_key" : "alter_primary_key";
          }},
      change);
}

std::string change_object(const Change& change, std::string_view default_schema) {
  using namespace change;
  const auto& name = std::visit([](const auto& c) -> const TableName& { return c.name; }, change);
  const std::string part =
      std::visit(overloaded{[](const AddTable&) -> std::string { return ""; },
                            [](const DropTable&) -> std::string { return ""; },
                            [](const AddColumn& c) -> std::string { return c.column.name; },
                            [](const DropColumn& c) -> std::string { return c.column.name; },
                            [](const AlterColumn& c) -> std::string { return c.to.name; },
                            [](const AddIndex& c) -> std::string { return c.index.name; },
                            [](const DropIndex& c) -> std::string { return c.index.name; },
                            [](const AddForeignKey& c) -> std::string {
                              return c.key.name.empty() ? c.key.columns.at(0) : c.key.name;
                            },
                            [](const DropForeignKey& c) -> std::string {
                              return c.key.name.empty() ? c.key.columns.at(0) : c.key.name;
                            },
                            [](const AlterPrimaryKey&) -> std::string { return ""; }},
                 change);
  const std::string table = name.schema == default_schema ? name.table : name.schema + "." + name.table;
  return part.empty() ? table : table + "." + part;
}

bool loses_data(const Change& change) {
  using namespace change;
  return std::visit(
      overloaded{[](const AddTable&) { return false; }, [](const DropTable&) { return true; },
                 [](const AddColumn&) { return false; }, [](const DropColumn&) { return true; },
                 [](const AlterColumn& c) { return !holds_all_values(c.from.type, c.to.type); },
                 [](const AddIndex&) { return false; }, [](const DropIndex&) { return false; },
                 [](const AddForeignKey&) { return false; }, [](const DropForeignKey&) { return false; },
                 [](const AlterPrimaryKey&) { return false; }},
      change);
}

}  // namespace bascule
