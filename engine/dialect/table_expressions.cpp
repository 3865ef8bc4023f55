#include "engine/dialect/table_expressions.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/expression_tree.h"
#include "engine/dialect/sql_writer.h"

namespace bascule {
namespace {

bool is_mysql_family(Flavor flavor) {
  return flavor == Flavor::mysql || flavor == Flavor::mariadb;
}

TranslatedExpression refuse(std::string why) {
  return {std::nullopt, std::move(why)};
}

// The first column that the expression names and for which `is_wanted` holds; "" if there is none.
std::string find_named(const Table& table, std::string_view sql, Flavor from, auto is_wanted) {
  const auto names = columns_of(sql, from);
  if (!names) return "";
  for (const auto& name : *names)
    for (const auto& column : table.columns)
      if (expression::is_same_column(column.name, name, from) && is_wanted(column)) return column.name;
  return "";
}

bool is_identity(const Column& column) {
  return column.identity != Identity::none;
}

// https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html: a column whose value a foreign
// key may set has no check.
std::string set_by_foreign_key(const Table& table, std::string_view sql, Flavor from) {
  const auto sets = [](const ForeignKey& key) {
    const auto is_setting = [](ForeignKeyAction action) {
      return action == ForeignKeyAction::set_null || action == ForeignKeyAction::set_default;
    };
    return is_setting(key.on_delete) || is_setting(key.on_update) ||
           key.on_update == ForeignKeyAction::cascade;
  };
  return find_named(table, sql, from, [&](const Column& column) {
    return std::any_of(table.foreign_keys.begin(), table.foreign_keys.end(), [&](const ForeignKey& key) {
      return sets(key) && std::find(key.columns.begin(), key.columns.end(), column.name) != key.columns.end();
    });
  });
}

}  // namespace

TranslatedExpression carry_generated(const Table& table, const Column& column, Flavor from,
                                     const Features& target) {
  const std::string& sql = column.generated->expression;
  // Decimals are text on SQLite, and its arithmetic is that of doubles.
  const bool crosses_sqlite = from == Flavor::sqlite || target.flavor == Flavor::sqlite;
  if (crosses_sqlite && column.type.is<type::Decimal>())
    return refuse("SQLite does not compute decimals exactly");
  if (target.flavor == Flavor::postgres) {
    const auto other = find_named(table, sql, from, [](const Column& c) { return c.generated.has_value(); });
    if (!other.empty()) return refuse("it names " + other + ", which is generated itself");
  }
  if (is_mysql_family(target.flavor)) {
    const auto number = find_named(table, sql, from, is_identity);
    if (!number.empty()) return refuse("it names " + number + ", which numbers itself");
  }
  return translate_expression(sql, from, target, ExpressionUse::value, &table.columns);
}

TranslatedExpression carry_check(const Table& table, const Check& check, Flavor from,
                                 const Features& target) {
  if (!check.is_enforced) return refuse("it is not enforced");
  if (!check.is_validated) return refuse("rows that were there before it may break it");
  if (!target.check_constraints) return refuse("the target's version does not enforce checks");
  if (is_mysql_family(target.flavor)) {
    const auto number = find_named(table, check.expression, from, is_identity);
    if (!number.empty()) return refuse("it names " + number + ", which numbers itself");
    const auto set = set_by_foreign_key(table, check.expression, from);
    if (!set.empty() && target.flavor == Flavor::mysql)
      return refuse("it names " + set + ", which a foreign key may set");
  }
  return translate_expression(check.expression, from, target, ExpressionUse::condition, &table.columns);
}

TranslatedExpression carry_index_expression(const Table& table, const Table& mapped, std::string_view sql,
                                            Flavor from, const Features& target, ExpressionUse use) {
  if (use == ExpressionUse::value && !target.expression_indexes)
    return refuse("the target has no indexes of expressions");
  if (use == ExpressionUse::condition && is_mysql_family(target.flavor))
    return refuse("the target has no partial indexes");
  if (target.flavor == Flavor::mysql) {
    // An index has 3072 bytes, and the value of an expression no prefix.
    const auto is_long = [&](const Column& column) {
      const Column* there = mapped.find_column(column.name);
      const auto* text = there != nullptr ? there->type.get<type::Text>() : nullptr;
      return text != nullptr && text->max_chars.value_or(INT64_MAX) > 768;
    };
    const auto text = find_named(table, sql, from, is_long);
    if (!text.empty()) return refuse(text + " is too long for the value of an index");
  }
  return translate_expression(sql, from, target, use, &table.columns, &mapped.columns);
}

bool is_json_check(const Check& check, const Column& column, Flavor flavor) {
  if (flavor == Flavor::postgres) return false;
  const std::string wanted = fmt::format("json_valid({})", quote_identifier(column.name, dialect(flavor)));
  return normalize_expression(check.expression, flavor) == normalize_expression(wanted, flavor);
}

bool has_json_check(const Table& table, const Column& column, Flavor flavor) {
  return std::any_of(table.checks.begin(), table.checks.end(),
                     [&](const Check& check) { return is_json_check(check, column, flavor); });
}

std::vector<Check> checks_for_type(const Type& from, const Column& mapped, const Features& target) {
  if (!mapped.type.is<type::Text>() || !target.check_constraints || mapped.generated) return {};
  const Dialect& row = dialect(target.flavor);
  const std::string name = quote_identifier(mapped.name, row);
  if (from.is<type::Json>() && target.flavor == Flavor::sqlite && target.json_functions)
    return {Check{"", fmt::format("json_valid({})", name)}};
  const auto* list = from.get<type::Enum>();
  if (list == nullptr || list->labels.empty()) return {};
  std::vector<std::string> labels;
  for (const auto& label : list->labels) labels.push_back(quote_literal(label, row));
  return {Check{"", fmt::format("{} IN ({})", name, join(labels, ", "))}};
}

}  // namespace bascule
