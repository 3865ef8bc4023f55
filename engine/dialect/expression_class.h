// What kind of value an expression gives, as far as the columns' types tell.
#pragma once

#include <string_view>
#include <vector>

#include "engine/dialect/expression_tree.h"

namespace bascule::expression {

enum class Class { unknown, boolean, integer, decimal, real, text, bytes, date, clock, instant, json, other };

Class class_of(const Type& type);
// Of a type's name in a cast.
Class class_of_cast(std::string_view type, Flavor flavor);
Class class_of(const Node& node, Flavor flavor, const std::vector<Column>* columns);

const Column* find_column(const std::vector<Column>* columns, std::string_view name, Flavor flavor);

inline bool is_number(Class of) {
  return of == Class::integer || of == Class::decimal || of == Class::real;
}

}  // namespace bascule::expression
