#include "engine/dialect/expression_class.h"

#include <algorithm>

#include "engine/dialect/expression_functions.h"

namespace bascule::expression {
namespace {

struct CastRow {
  std::string_view word;
  Class gives;
};
constexpr CastRow cast_rows[] = {
    {"smallint", Class::integer}, {"integer", Class::integer},
    {"bigint", Class::integer},   {"int", Class::integer},
    {"signed", Class::integer},   {"signed integer", Class::integer},
    {"numeric", Class::decimal},  {"decimal", Class::decimal},
    {"real", Class::real},        {"double precision", Class::real},
    {"double", Class::real},      {"float", Class::real},
    {"text", Class::text},        {"character varying", Class::text},
    {"char", Class::text},        {"character", Class::text},
    {"varchar", Class::text},     {"boolean", Class::boolean},
    {"date", Class::date},        {"blob", Class::bytes},
    {"bytea", Class::bytes},      {"json", Class::json},
    {"jsonb", Class::json},
};

Class of_call(const Node& node, Flavor flavor, const std::vector<Column>* columns) {
  const FunctionRow* row = find_function_row(node.text, node.children.size());
  if (row == nullptr) return Class::unknown;
  switch (row->gives) {
    case Gives::same:
      for (const auto& child : node.children)
        if (const Class found = class_of(child, flavor, columns); found != Class::unknown) return found;
      return Class::unknown;
    case Gives::boolean:
      return Class::boolean;
    case Gives::integer:
      return Class::integer;
    case Gives::real:
      return Class::real;
    case Gives::text:
      return Class::text;
    case Gives::json:
      return Class::json;
    case Gives::other:
      return node.text == "to_date" ? Class::date : Class::unknown;
  }
  return Class::unknown;
}

Class of_binary(const Node& node, Flavor flavor, const std::vector<Column>* columns) {
  if (!is_arithmetic(node.text)) {
    const bool is_test = is_comparison(node.text) || node.text.find("distinct") != std::string::npos;
    return is_test ? Class::boolean : Class::unknown;
  }
  const Class left = class_of(node.children[0], flavor, columns);
  const Class right = class_of(node.children[1], flavor, columns);
  for (const Class wide : {Class::real, Class::decimal})
    if (left == wide || right == wide) return wide;
  if (left != Class::integer || right != Class::integer) return Class::unknown;
  const bool is_exact_division = node.text == "/" && (flavor == Flavor::mysql || flavor == Flavor::mariadb);
  return is_exact_division ? Class::decimal : Class::integer;
}

}  // namespace

Class class_of(const Type& type) {
  if (type.is<type::Bool>()) return Class::boolean;
  if (type.is<type::Int>() || type.is<type::Year>()) return Class::integer;
  if (type.is<type::Decimal>()) return Class::decimal;
  if (type.is<type::Float>()) return Class::real;
  if (type.is<type::Text>() || type.is<type::Enum>()) return Class::text;
  if (type.is<type::Bytes>()) return Class::bytes;
  if (type.is<type::Date>()) return Class::date;
  if (type.is<type::Time>()) return Class::clock;
  if (const auto* timestamp = type.get<type::Timestamp>())
    return timestamp->zoned ? Class::instant : Class::clock;
  if (type.is<type::Json>()) return Class::json;
  if (type.is<type::Any>()) return Class::unknown;
  return Class::other;
}

Class class_of_cast(std::string_view type, Flavor flavor) {
  const std::string_view base = type.substr(0, type.find('('));
  if (flavor == Flavor::sqlite && (base == "date" || base == "boolean")) return Class::unknown;
  const auto found = std::find_if(std::begin(cast_rows), std::end(cast_rows),
                                  [&](const CastRow& row) { return row.word == base; });
  return found == std::end(cast_rows) ? Class::unknown : found->gives;
}

const Column* find_column(const std::vector<Column>* columns, std::string_view name, Flavor flavor) {
  if (columns == nullptr) return nullptr;
  const auto found = std::find_if(columns->begin(), columns->end(), [&](const Column& column) {
    return is_same_column(column.name, name, flavor);
  });
  return found == columns->end() ? nullptr : &*found;
}

Class class_of(const Node& node, Flavor flavor, const std::vector<Column>* columns) {
  switch (node.kind) {
    case Kind::boolean:
    case Kind::not_:
    case Kind::and_:
    case Kind::or_:
    case Kind::is_null:
    case Kind::is_truth:
    case Kind::in:
    case Kind::like:
      return Class::boolean;
    case Kind::number:
      if (node.text.find('e') != std::string::npos) return Class::real;
      return node.text.find('.') != std::string::npos ? Class::decimal : Class::integer;
    case Kind::text:
      return Class::text;
    case Kind::bytes:
      return Class::bytes;
    case Kind::column: {
      const Column* column = find_column(columns, node.text, flavor);
      return column != nullptr ? class_of(column->type) : Class::unknown;
    }
    case Kind::call:
      return of_call(node, flavor, columns);
    case Kind::binary:
      return of_binary(node, flavor, columns);
    case Kind::unary:
    case Kind::collate:
      return class_of(node.children[0], flavor, columns);
    case Kind::case_:
      for (std::size_t i = 2; i < node.children.size(); i += 2)
        if (const Class found = class_of(node.children[i], flavor, columns); found != Class::unknown)
          return found;
      return class_of(node.children.back(), flavor, columns);
    case Kind::cast:
      return class_of_cast(node.text, flavor);
    case Kind::nothing:
    case Kind::null:
    case Kind::foreign:
    case Kind::array:
      return Class::unknown;
  }
  return Class::unknown;
}

}  // namespace bascule::expression
