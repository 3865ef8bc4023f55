// What is known by its definition: sequences, domains, extensions in their own place; views, triggers,
// policies and routines as dependents.h says.
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "engine/drivers/postgres/ddl.h"
#include "engine/drivers/postgres/planning.h"

namespace bascule::postgres {
namespace {

bool is_routine(ObjectKind kind) {
  return kind == ObjectKind::function || kind == ObjectKind::procedure;
}

std::string or_replace(const std::string& definition) {
  return "CREATE OR REPLACE" + definition.substr(std::string_view("CREATE").size());
}

// The words of the definition before the clause that `word` begins outside parentheses.
std::string_view before_word(std::string_view sql, std::string_view word) {
  int depth = 0;
  for (const Token& token : tokenize(sql, postgres().lexer)) {
    const std::string_view text = sql.substr(token.offset, token.size);
    if (text == "(") ++depth;
    if (text == ")") --depth;
    if (depth == 0 && token.kind == TokenKind::word && equals_ignoring_case(text, word))
      return sql.substr(0, token.offset);
  }
  return sql;
}

bool starts_with_columns(const std::vector<Column>& longer, const std::vector<Column>& columns) {
  return !columns.empty() && longer.size() >= columns.size() &&
         std::equal(columns.begin(), columns.end(), longer.begin(), [](const Column& a, const Column& b) {
           return a.name == b.name && a.native_type == b.native_type && a.collation == b.collation;
         });
}

// --- domains: clauses outside parentheses, as inspection spells them ---
struct Domain {
  std::string type, collation, default_sql;
  bool not_null = false;
  std::map<std::string, std::string> checks;  // by quoted name
};

Domain read_domain(const std::string& definition) {
  Domain domain;
  std::string* into = nullptr;
  std::string scratch, constraint;
  int depth = 0;
  bool is_name = false;
  for (const Token& token : tokenize(definition, postgres().lexer)) {
    const std::string text = definition.substr(token.offset, token.size);
    if (text == ")") --depth;
    const bool is_word = depth == 0 && token.kind == TokenKind::word;
    if (text == "(") ++depth;
    if (is_word && text == "AS" && domain.type.empty()) {
      into = &domain.type;
    } else if (is_word && text == "COLLATE") {
      into = &domain.collation;
    } else if (is_word && text == "DEFAULT") {
      into = &domain.default_sql;
    } else if (is_word && text == "NOT") {
      domain.not_null = true;
      into = nullptr;
    } else if (is_word && text == "CONSTRAINT") {
      into = nullptr;
      is_name = true;
    } else if (is_name && token.kind != TokenKind::space) {
      into = &domain.checks[text];
      is_name = false;
    } else if (into != nullptr) {
      *into += text;
    }
  }
  domain.type = trim(domain.type);
  domain.collation = trim(domain.collation);
  domain.default_sql = trim(domain.default_sql);
  for (auto& [name, check] : domain.checks) check = trim(check);
  return domain;
}

std::vector<std::string> alter_domain(const TableName& name, const Domain& from, const Domain& to) {
  const std::string alter = "ALTER DOMAIN " + quoted(name) + " ";
  std::vector<std::string> statements;
  for (const auto& [constraint, check] : from.checks)
    if (const auto kept = to.checks.find(constraint); kept == to.checks.end() || kept->second != check)
      statements.push_back(alter + "DROP CONSTRAINT " + constraint);
  if (from.default_sql != to.default_sql)
    statements.push_back(alter + (to.default_sql.empty() ? "DROP DEFAULT" : "SET DEFAULT " + to.default_sql));
  if (from.not_null != to.not_null)
    statements.push_back(alter + (to.not_null ? "SET NOT NULL" : "DROP NOT NULL"));
  for (const auto& [constraint, check] : to.checks)
    if (const auto kept = from.checks.find(constraint); kept == from.checks.end() || kept->second != check)
      statements.push_back(alter + "ADD CONSTRAINT " + constraint + " " + check);
  return statements;
}

Result<std::vector<std::string>> domain_statements(const Planning& planning, const TableName& name,
                                                   const NamedObject& from, const NamedObject& to) {
  const Domain before = read_domain(from.definition), after = read_domain(to.definition);
  if (before.type == after.type && before.collation == after.collation)
    return alter_domain(name, before, after);
  return replace_type(planning, {name, ObjectKind::domain, to.definition, from.comment});
}

// --- sequences, extensions, materialized views ---
// The token after a word: of WITH SCHEMA x VERSION 'y'.
std::string word_after(const std::string& definition, std::string_view word) {
  bool is_next = false;
  std::string sign;
  for (const Token& token : tokenize(definition, postgres().lexer)) {
    if (token.kind == TokenKind::space) continue;
    const std::string text = definition.substr(token.offset, token.size);
    if (is_next && text == "-") {
      sign = text;
      continue;
    }
    if (is_next) return sign + text;
    is_next = token.kind == TokenKind::word && text == word;
  }
  return {};
}

// The server refuses limits that the sequence has passed. Where it stands is not known here: it starts anew
// if its old start is out of the new limits.
bool must_restart(const std::string& from, const std::string& to) {
  const auto start = parse_integer(word_after(from, "WITH"));
  const auto lowest = parse_integer(word_after(to, "MINVALUE")),
             highest = parse_integer(word_after(to, "MAXVALUE"));
  return start && lowest && highest && (*start < *lowest || *start > *highest);
}

std::vector<std::string> alter_sequence(const TableName& name, const NamedObject& from,
                                        const NamedObject& to) {
  std::vector<std::string> statements;
  const auto is_unlogged = [](const NamedObject& sequence) {
    return sequence.definition.starts_with("CREATE UNLOGGED ");
  };
  const auto options = [](const NamedObject& sequence) {
    const std::size_t at = sequence.definition.find(" AS ");
    return at == std::string::npos ? std::string() : sequence.definition.substr(at);
  };
  if (options(from) != options(to))
    statements.push_back(fmt::format("ALTER SEQUENCE {}{}{}", quoted(name), options(to),
                                     must_restart(from.definition, to.definition) ? " RESTART" : ""));
  if (is_unlogged(from) != is_unlogged(to))
    statements.push_back(
        fmt::format("ALTER SEQUENCE {} SET {}", quoted(name), is_unlogged(to) ? "UNLOGGED" : "LOGGED"));
  return statements;
}

std::vector<std::string> alter_extension(const NamedObject& from, const NamedObject& to) {
  const std::string alter = "ALTER EXTENSION " + quoted(to.name) + " ";
  std::vector<std::string> statements;
  const std::string schema = word_after(to.definition, "SCHEMA"),
                    version = word_after(to.definition, "VERSION");
  if (!schema.empty() && schema != word_after(from.definition, "SCHEMA"))
    statements.push_back(alter + "SET SCHEMA " + schema);
  if (!version.empty() && version != word_after(from.definition, "VERSION"))
    statements.push_back(alter + "UPDATE TO " + version);
  return statements;
}

std::vector<std::string> alter_view_indexes(const TableName& name, const NamedObject& from,
                                            const NamedObject& to) {
  std::vector<std::string> statements;
  for (const std::string& index : from.indexes)
    if (std::ranges::find(to.indexes, index) == to.indexes.end()) {
      const std::string index_name = word_after(index, "INDEX");
      statements.push_back("DROP INDEX " + quoted(name.schema) + "." + index_name);
    }
  for (const std::string& index : to.indexes)
    if (std::ranges::find(from.indexes, index) == from.indexes.end()) statements.push_back(index);
  return statements;
}

std::vector<std::string> replace_view(const TableName& name, const NamedObject& from, const NamedObject& to) {
  if (starts_with_columns(to.columns, from.columns)) return {or_replace(to.definition)};
  std::vector<std::string> statements{drop_object(name, from)};
  for (std::string& statement : create_object(name, to)) statements.push_back(std::move(statement));
  return statements;
}

// The words that make `to` of `from` in its place.
Result<std::vector<std::string>> alter_statements(const Planning& planning, const TableName& name,
                                                  const NamedObject& from, const NamedObject& to) {
  switch (to.kind) {
    case ObjectKind::view:
      return replace_view(name, from, to);
    case ObjectKind::materialized_view:
      return alter_view_indexes(name, from, to);
    case ObjectKind::function:
    case ObjectKind::procedure:
      return std::vector<std::string>{or_replace(to.definition)};
    case ObjectKind::sequence:
      return alter_sequence(name, from, to);
    case ObjectKind::domain:
      return domain_statements(planning, name, from, to);
    case ObjectKind::extension:
      return alter_extension(from, to);
    case ObjectKind::schema:
    case ObjectKind::table:
    case ObjectKind::column:
    case ObjectKind::index:
    case ObjectKind::trigger:
    case ObjectKind::aggregate:
    case ObjectKind::enum_:
    case ObjectKind::policy:
      break;
  }
  std::vector<std::string> statements{drop_object(name, from)};
  for (std::string& statement : create_object(name, to)) statements.push_back(std::move(statement));
  return statements;
}

}  // namespace

bool is_replaceable(const NamedObject& from, const NamedObject& to) {
  if (from.kind != to.kind) return false;
  if (to.kind == ObjectKind::view) return starts_with_columns(to.columns, from.columns);
  if (to.kind == ObjectKind::materialized_view) return from.definition == to.definition;
  // The names of arguments, their defaults and what is returned cannot be replaced.
  if (is_routine(to.kind))
    return before_word(from.definition, "LANGUAGE") == before_word(to.definition, "LANGUAGE");
  return false;
}

std::string drop_object(const TableName& name, const NamedObject& object) {
  const std::string drop = fmt::format("DROP {} ", object_kind_sql(object.kind));
  if (!object.table.empty()) return drop + quoted(object.name) + " ON " + quoted({name.schema, object.table});
  if (object.kind == ObjectKind::extension) return drop + quoted(object.name);
  if (object.kind == ObjectKind::aggregate || is_routine(object.kind))
    return drop + quoted_routine({name.schema, object.name}, object.kind);
  return drop + quoted({name.schema, object.name});
}

std::vector<std::string> create_object(const TableName& name, const NamedObject& object) {
  std::vector<std::string> statements{object.definition};
  statements.insert(statements.end(), object.indexes.begin(), object.indexes.end());
  const bool has_table = !object.table.empty();
  const TableName target{name.schema, has_table ? object.table : object.name};
  if (!object.comment.empty())
    statements.push_back(
        comment_on(comment_target(target, object.kind, has_table ? object.name : "", false), object.comment));
  for (const Column& column : object.columns)
    if (!column.comment.empty())
      statements.push_back(
          comment_on(comment_target(target, ObjectKind::column, column.name, false), column.comment));
  return statements;
}

Result<void> plan_change(Planning& planning, const change::AddObject& change) {
  if (change.object.definition.empty())
    return unsupported_error(
        fmt::format("{} {} has no definition", object_kind_name(change.object.kind), change.object.name),
        "make it by hand, or leave it out with --ignore");
  std::string undo = drop_object(change.name, change.object);
  for (std::string& statement : create_object(change.name, change.object))
    planning.step(std::move(statement), std::exchange(undo, ""));
  return {};
}

Result<void> plan_change(Planning& planning, const change::DropObject& change) {
  std::string undo = as_one_statement(create_object(change.name, change.object));
  if (change.object.kind == ObjectKind::sequence) {
    planning.losing_step(
        drop_object(change.name, change.object), std::move(undo),
        fmt::format("the next number of {} is lost; undo starts it anew", change.object.name));
    return {};
  }
  planning.step(drop_object(change.name, change.object), std::move(undo));
  return {};
}

Result<void> plan_change(Planning& planning, const change::AlterObject& change) {
  TRY(const auto statements, alter_statements(planning, change.name, change.from, change.to));
  TRY(const auto back, alter_statements(planning, change.name, change.to, change.from));
  const bool is_update = change.to.kind == ObjectKind::extension;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (is_update && statements[i].find(" UPDATE TO ") != std::string::npos)
      planning.one_way_step(statements[i], "an extension has no way back to an older version");
    else
      planning.step(statements[i], is_update                 ? back[i]
                                   : i == 0 && !back.empty() ? as_one_statement(back)
                                                             : "");
  }
  return {};
}

Result<void> plan_change(Planning& planning, const change::SetComment& change) {
  bool is_constraint = false;
  if (change.on == ObjectKind::index) {
    const Table* table = planning.find_table(change.name);
    if (table != nullptr)
      is_constraint = std::ranges::any_of(table->indexes, [&](const Index& index) {
        return index.name == change.part && index.is_constraint;
      });
  }
  planning.comment_step(change.name, change.on, change.part, is_constraint, change.from, change.to);
  return {};
}

}  // namespace bascule::postgres
