#include "engine/model/batch.h"

#include "engine/base/overloaded.h"

namespace bascule {

void Batch::add(const Cell& cell) {
  switch (cell.kind) {
    case CellKind::text:
    case CellKind::bytes:
    case CellKind::spelled:
      return add_bytes_of(cell.kind, cell.text);
    case CellKind::null:
    case CellKind::boolean:
    case CellKind::integer:
    case CellKind::unsigned_integer:
    case CellKind::real:
      add(cell.kind).payload.integer = cell.integer;
  }
}

void Batch::add(const Value& value) {
  std::visit(overloaded{[&](const value::Null&) { add_null(); }, [&](bool v) { add_boolean(v); },
                        [&](std::int64_t v) { add_integer(v); }, [&](std::uint64_t v) { add_unsigned(v); },
                        [&](double v) { add_real(v); }, [&](const std::string& v) { add_text(v); },
                        [&](const value::Bytes& v) { add_bytes(v.data); },
                        [&](const auto& v) { add_spelled(format_value(Value(v))); }},
             value.kind);
}

Value to_value(const Cell& cell, const Type& type) {
  switch (cell.kind) {
    case CellKind::null:
      return value::Null{};
    case CellKind::boolean:
      return cell.integer != 0;
    case CellKind::integer:
      return cell.integer;
    case CellKind::unsigned_integer:
      return cell.unsigned_integer;
    case CellKind::real:
      return cell.real;
    case CellKind::text:
      return std::string(cell.text);
    case CellKind::bytes:
      return value::Bytes{std::string(cell.text)};
    case CellKind::spelled:
      return parse_value(cell.text, type);
  }
  return value::Null{};
}

}  // namespace bascule
