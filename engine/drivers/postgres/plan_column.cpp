// A column that becomes another one in its place.
#include <algorithm>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/type_map.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

// SQLite's rowid behaves as "by default" for a column that exists already.
bool is_generated_identity(Identity identity) {
  return identity == Identity::always || identity == Identity::by_default || identity == Identity::rowid;
}

bool is_same_expression(const Generated& a, const Generated& b) {
  return normalize_expression(a.expression, Flavor::postgres) ==
         normalize_expression(b.expression, Flavor::postgres);
}

// https://www.postgresql.org/docs/15/catalog-pg-cast.html
bool has_cast(const Type& from, const Type& to) {
  const auto is_number = [](const Type& type) {
    return type.is<type::Int>() || type.is<type::Decimal>() || type.is<type::Float>();
  };
  const auto is_day = [](const Type& type) { return type.is<type::Date>() || type.is<type::Timestamp>(); };
  return (from.kind.index() == to.kind.index() && !from.is<type::Enum>()) ||
         (is_number(from) && is_number(to)) || (is_day(from) && is_day(to)) || from.is<type::Text>() ||
         to.is<type::Text>();
}

// How the old value becomes one of the new type where the plain cast does not exist or means something else.
std::string conversion(const Column& from, const Column& to) {
  const std::string name = quoted(from.name);
  if (from.type.is<type::Int>() && to.type.is<type::Bool>()) return name + " <> 0";
  if (from.type.is<type::Bool>() && to.type.is<type::Int>()) return name + "::integer::" + to.native_type;
  if (from.type.is<type::Text>() && to.type.is<type::Bytes>()) return "convert_to(" + name + ", 'UTF8')";
  if (from.type.is<type::Bytes>() && to.type.is<type::Text>()) return "convert_from(" + name + ", 'UTF8')";
  if (has_cast(from.type, to.type)) return name + "::" + to.native_type;
  if (from.type.is<type::Bytes>()) return "convert_from(" + name + ", 'UTF8')::" + to.native_type;
  // Where there is no cast, or none that is certain: the way that a person would type the value.
  return name + "::text::" + to.native_type;
}

// What no ALTER COLUMN can do.
Result<void> check_alterable(const TableName& table, const Column& from, const Column& to,
                             const Features& features) {
  const std::string object = display(table) + "." + from.name;
  if (!to.generated) return {};
  if (!from.generated)
    return unsupported_error(fmt::format("column {} cannot be made a generated one", object),
                             "drop the column and add it anew");
  const bool is_same_kind =
      from.generated->stored == to.generated->stored || !features.virtual_generated_columns;
  if (!is_same_kind)
    return unsupported_error(fmt::format("generated column {} cannot be made {}", object,
                                         to.generated->stored ? "stored" : "virtual"),
                             "drop the column and add it anew");
  if (!is_same_expression(*from.generated, *to.generated) && !features.set_generated_expression)
    return unsupported_error(fmt::format("the expression of generated column {} cannot be changed", object),
                             "drop the column and add it anew (PostgreSQL 17 can change it)");
  return {};
}

bool changes_type(const Column& from, const Column& to) {
  return from.native_type != to.native_type || from.collation != to.collation;
}

// The actions of one ALTER TABLE; PostgreSQL orders them itself: what is dropped first, then types, then what
// is set.
std::vector<std::string> column_actions(const Column& from, const Column& to) {
  std::vector<std::string> actions;
  const auto act = [&](std::string_view action) {
    actions.push_back(fmt::format("ALTER COLUMN {} {}", quoted(from.name), action));
  };
  const bool type_changes = changes_type(from, to);
  const bool default_changes = from.default_sql != to.default_sql;
  const bool stays_generated = from.generated && to.generated;
  if (from.generated && !to.generated) act("DROP EXPRESSION");
  if (is_generated_identity(from.identity) && !is_generated_identity(to.identity)) act("DROP IDENTITY");
  if (from.default_sql && (default_changes || type_changes)) act("DROP DEFAULT");
  if (type_changes)
    act("TYPE " + type_and_collation(to) + (from.generated ? "" : " USING " + conversion(from, to)));
  if (to.default_sql && (default_changes || type_changes)) act("SET DEFAULT " + *to.default_sql);
  if (stays_generated && !is_same_expression(*from.generated, *to.generated))
    act("SET EXPRESSION AS (" + to.generated->expression + ")");
  if (from.nullable != to.nullable) act(to.nullable ? "DROP NOT NULL" : "SET NOT NULL");
  if (!is_generated_identity(to.identity)) return actions;
  if (!is_generated_identity(from.identity)) {
    act("ADD " + identity_clause(to));
    return actions;
  }
  if (from.identity != to.identity)
    act(to.identity == Identity::always ? "SET GENERATED ALWAYS" : "SET GENERATED BY DEFAULT");
  if (from.identity_options == to.identity_options) return actions;
  const std::int64_t next = from.identity_next.value_or(first_number(from.identity_options));
  act(sequence_options(to.identity_options, "SET ") +
      (is_within(to.identity_options, next) ? "" : " RESTART"));
  return actions;
}

std::string own_sequence_name(const TableName& table, const std::string& column) {
  return quoted({table.schema, made_name(table, {column}, "seq")});
}

// serial is a default and a sequence that the column owns; the sequence stays when the default goes.
std::vector<std::string> alter_column(const TableName& table, const Column& from, const Column& to) {
  std::vector<std::string> statements;
  const bool was_serial = from.identity == Identity::serial, is_serial = to.identity == Identity::serial;
  const std::string alter = "ALTER TABLE " + quoted(table) + " ";
  if (was_serial && !is_serial) {
    statements.push_back(fmt::format("{}ALTER COLUMN {} DROP DEFAULT", alter, quoted(from.name)));
    statements.push_back(with_own_sequence(table, from.name, "DROP SEQUENCE %s"));
  }
  const std::vector<std::string> actions = column_actions(from, to);
  if (!actions.empty()) statements.push_back(alter + join(actions, ", "));
  if (is_serial && !was_serial) {
    const std::string sequence = own_sequence_name(table, to.name);
    statements.push_back(fmt::format("CREATE SEQUENCE {} AS {} OWNED BY {}.{}", sequence, to.native_type,
                                     quoted(table), quoted(to.name)));
    statements.push_back(fmt::format("{}ALTER COLUMN {} SET DEFAULT nextval({})", alter, quoted(to.name),
                                     quoted_text(sequence)));
  }
  const bool is_new_sequence =
      to.identity != Identity::none &&
      (is_serial != was_serial || is_generated_identity(from.identity) != is_generated_identity(to.identity));
  const bool is_other_sequence =
      is_serial && was_serial && (from.identity_options != to.identity_options || changes_type(from, to));
  if (is_other_sequence || (is_serial && is_new_sequence && !to.identity_options.empty()))
    statements.push_back(with_own_sequence(
        table, to.name,
        fmt::format(
            "ALTER SEQUENCE %s AS {} {}",
            to.identity_options.starts_with("AS ") ? split(to.identity_options, ' ')[1] : to.native_type,
            sequence_options(to.identity_options, ""))));
  if (is_new_sequence) statements.push_back(continue_numbers(table, to));
  return statements;
}

}  // namespace

Result<void> plan_change(Planning& planning, const change::AlterColumn& change) {
  TRY(check_alterable(change.name, change.from, change.to, planning.features));
  need_type(planning, change.to);
  const std::vector<std::string> statements = alter_column(change.name, change.from, change.to);
  if (statements.empty()) return {};
  const bool undoable = check_alterable(change.name, change.to, change.from, planning.features).ok();
  const std::vector<std::string> back = alter_column(change.name, change.to, change.from);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    // The whole way back is that of the first statement.
    Step& made = planning.step(statements[i], i == 0 && undoable ? as_one_statement(back) : "");
    made.loses_data = loses_data(change);
    if (undoable || i > 0) continue;
    made.is_reversible = false;
    made.comment = fmt::format("there is no way back: {}.{} cannot be made a generated column again",
                               display(change.name), change.from.name);
  }
  return {};
}

}  // namespace bascule::postgres
