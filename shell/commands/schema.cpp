// \dt \dv \di \d \l \dn \schema
#include <algorithm>

#include "engine/base/files.h"
#include "engine/base/text.h"
#include "engine/dialect/type_map.h"
#include "engine/jobs/ddl.h"
#include "engine/jobs/schema_json.h"
#include "engine/jobs/schema_text.h"
#include "shell/address.h"
#include "shell/command.h"
#include "shell/commands/sides.h"
#include "shell/session.h"

namespace bascule {
namespace {

constexpr std::string_view group = "Schema";

// `[@C][.PATTERN]`, and a bare PATTERN for the current connection.
struct Selection {
  Member* member = nullptr;
  const Schema* schema = nullptr;
  std::string space = {};    // glob over schemas, "" for all
  std::string pattern = {};  // glob over names, "" for all
};

Result<Selection> select(CommandContext& context, const Arguments& arguments, std::string_view command) {
  if (arguments.words.size() > 1) return usage_of(command, "takes one [@C][.PATTERN]");
  Selection selection;
  std::vector<std::string> path;
  std::string connection;
  if (!arguments.words.empty()) {
    const std::string& word = arguments.words[0].text;
    if (looks_like_address(word)) {
      TRY(const Address address, parse_address(word));
      if (address.connections.size() != 1) return usage_of(command, "takes one connection");
      connection = address.connections[0];
      path = address.path;
    } else {
      path = split(word.starts_with('.') ? std::string_view(word).substr(1) : std::string_view(word), '.');
    }
  }
  if (path.size() > 2) return usage_of(command, "\"" + arguments.words[0].text + "\" has too many parts");
  TRY(selection.member, context.session.find(connection == "*" ? "" : connection));
  TRY(selection.schema, context.session.schema(*selection.member));
  if (!path.empty()) selection.pattern = path.back();
  if (path.size() == 2) selection.space = path.front();
  return selection;
}

bool selects(const std::string& pattern, const std::string& name) {
  return pattern.empty() || matches_glob(pattern, name, true);
}

template <typename Visit>
void each_namespace(const Selection& selection, Visit&& visit) {
  for (const auto& space : selection.schema->namespaces)
    if (selects(selection.space, space.name)) visit(space);
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value(value::Null{}) : Value(text);
}

std::string part_text(const IndexPart& part) {
  std::string text = part.column.empty() ? "(" + part.expression + ")" : part.column;
  if (part.prefix_length) text += "(" + std::to_string(*part.prefix_length) + ")";
  return part.descending ? text + " DESC" : text;
}

std::string parts_text(const Index& index) {
  std::string text;
  for (const auto& part : index.parts) text += (text.empty() ? "" : ", ") + part_text(part);
  return text;
}

constexpr std::string_view relation_columns[] = {"schema", "name", "kind", "rows:int", "comment"};

void add_tables(const Selection& selection, std::vector<std::vector<Value>>& rows) {
  each_namespace(selection, [&](const Namespace& space) {
    for (const auto& table : space.tables)
      if (selects(selection.pattern, table.name))
        rows.push_back({space.name, table.name, std::string("table"),
                        table.estimated_rows ? Value(*table.estimated_rows) : Value(value::Null{}),
                        text_or_null(table.comment)});
  });
}

void add_views(const Selection& selection, std::vector<std::vector<Value>>& rows) {
  each_namespace(selection, [&](const Namespace& space) {
    for (const auto& view : space.views)
      if (selects(selection.pattern, view.name))
        rows.push_back(
            {space.name, view.name, std::string("view"), value::Null{}, text_or_null(view.comment)});
  });
}

Result<Outcome> list_tables(CommandContext& context, const Arguments& arguments) {
  TRY(const Selection selection, select(context, arguments, "dt"));
  std::vector<std::vector<Value>> rows;
  add_tables(selection, rows);
  Outcome outcome;
  outcome.rows = make_table(relation_columns, std::move(rows));
  return outcome;
}

Result<Outcome> list_views(CommandContext& context, const Arguments& arguments) {
  TRY(const Selection selection, select(context, arguments, "dv"));
  std::vector<std::vector<Value>> rows;
  add_views(selection, rows);
  Outcome outcome;
  outcome.rows = make_table(relation_columns, std::move(rows));
  return outcome;
}

Result<Outcome> list_indexes(CommandContext& context, const Arguments& arguments) {
  TRY(const Selection selection, select(context, arguments, "di"));
  static constexpr std::string_view columns[] = {"schema",  "name",        "table",
                                                 "columns", "unique:bool", "where"};
  std::vector<std::vector<Value>> rows;
  each_namespace(selection, [&](const Namespace& space) {
    for (const auto& table : space.tables)
      for (const auto& index : table.indexes)
        if (selects(selection.pattern, index.name))
          rows.push_back({space.name, text_or_null(index.name), table.name, parts_text(index), index.unique,
                          text_or_null(index.where)});
  });
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

// What stands below the columns of a table, for people.
std::string details_text(const Table& table) {
  std::string text;
  const auto line = [&](std::string_view heading, const std::string& what) {
    text += std::string(heading) + ": " + what + "\n";
  };
  if (table.primary_key) line("primary key", "(" + join(table.primary_key->columns, ", ") + ")");
  for (const auto& index : table.indexes) {
    const std::string name = index.name.empty() ? "" : index.name + " ";
    line(index.is_constraint ? "unique"
         : index.unique      ? "unique index"
                             : "index",
         name + "(" + parts_text(index) + ")" + (index.method.empty() ? "" : " using " + index.method) +
             (index.where.empty() ? "" : " where " + index.where));
  }
  for (const auto& key : table.foreign_keys) {
    std::string what = (key.name.empty() ? "" : key.name + " ") + "(" + join(key.columns, ", ") +
                       ") references " + (key.referenced_schema.empty() ? "" : key.referenced_schema + ".") +
                       key.referenced_table + "(" + join(key.referenced_columns, ", ") + ")";
    if (key.on_delete != ForeignKeyAction::no_action)
      what += " on delete " + to_lower(foreign_key_action_sql(key.on_delete));
    if (key.on_update != ForeignKeyAction::no_action)
      what += " on update " + to_lower(foreign_key_action_sql(key.on_update));
    line("foreign key", what);
  }
  for (const auto& check : table.checks)
    line("check", (check.name.empty() ? "" : check.name + " ") + check.expression);
  return text;
}

std::unique_ptr<TableSource> columns_table(const std::vector<Column>& columns) {
  static constexpr std::string_view headings[] = {"column",    "type",     "nullable:bool", "default",
                                                  "generated", "identity", "comment"};
  std::vector<std::vector<Value>> rows;
  for (const auto& column : columns)
    rows.push_back({column.name, column.native_type, column.nullable,
                    column.default_sql ? Value(*column.default_sql) : Value(value::Null{}),
                    column.generated ? Value(column.generated->expression) : Value(value::Null{}),
                    text_or_null(std::string(identity_name(column.identity))), text_or_null(column.comment)});
  return make_table(headings, std::move(rows));
}

Error no_such_relation(const Selection& selection) {
  std::vector<std::string> names;
  for (const auto& space : selection.schema->namespaces) {
    for (const auto& table : space.tables) names.push_back(table.name);
    for (const auto& view : space.views) names.push_back(view.name);
  }
  const auto nearest = nearest_name(selection.pattern, names);
  return Error{
      ErrorCode::sql,
      "there is no table or view \"" + selection.pattern + "\" in \"" + selection.member->live->name() + "\"",
      nearest ? "did you mean " + *nearest + "?" : "\\dt lists the tables", ""};
}

// A schema that holds only what was selected.
Schema selected_schema(const Selection& selection) {
  Schema out = *selection.schema;
  std::erase_if(out.namespaces,
                [&](const Namespace& space) { return !selects(selection.space, space.name); });
  for (auto& space : out.namespaces) {
    std::erase_if(space.tables, [&](const Table& table) { return !selects(selection.pattern, table.name); });
    std::erase_if(space.views,
                  [&](const NamedObject& view) { return !selects(selection.pattern, view.name); });
    if (selection.pattern.empty()) continue;
    std::erase_if(space.triggers,
                  [&](const NamedObject& trigger) { return !selects(selection.pattern, trigger.table); });
    std::erase_if(space.policies,
                  [&](const NamedObject& policy) { return !selects(selection.pattern, policy.table); });
    space.functions.clear();
    space.sequences.clear();
    space.domains.clear();
    space.enums.clear();
  }
  if (!selection.pattern.empty()) {
    out.not_modelled.clear();
    out.extensions.clear();
  }
  return out;
}

Result<Outcome> describe(CommandContext& context, const Arguments& arguments) {
  TRY(const Selection selection, select(context, arguments, "d"));
  Outcome outcome;
  outcome.json = schema_to_json(selected_schema(selection));
  if (selection.pattern.empty() || selection.pattern.find_first_of("*?") != std::string::npos) {
    std::vector<std::vector<Value>> rows;
    add_tables(selection, rows);
    add_views(selection, rows);
    outcome.rows = make_table(relation_columns, std::move(rows));
    return outcome;
  }
  const bool for_people = is_for_people(context.session.format);
  bool found = false;
  each_namespace(selection, [&](const Namespace& space) {
    if (found) return;
    for (const auto& table : space.tables) {
      if (!equals_ignoring_case(table.name, selection.pattern)) continue;
      outcome.rows = columns_table(table.columns);
      if (for_people) outcome.text = details_text(table);
      found = true;
      return;
    }
    for (const auto& view : space.views) {
      if (!equals_ignoring_case(view.name, selection.pattern)) continue;
      outcome.rows = columns_table(view.columns);
      if (for_people) outcome.text = "view definition:\n" + view.definition + "\n";
      found = true;
      return;
    }
  });
  if (!found) return no_such_relation(selection);
  return outcome;
}

Result<Outcome> list_databases(CommandContext& context, const Arguments& arguments) {
  if (arguments.words.size() > 1) return usage_of("l", "takes one @C");
  std::string name(arguments.word(0));
  if (name.starts_with('@')) name.erase(0, 1);
  TRY(Member * member, context.session.find(name));
  TRY(Connection * connection, member->live->ready());
  TRY(const auto databases, connection->databases());
  static constexpr std::string_view columns[] = {"name"};
  std::vector<std::vector<Value>> rows;
  for (const auto& database : databases) rows.push_back({database});
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

Result<Outcome> list_schemas(CommandContext& context, const Arguments& arguments) {
  TRY(const Selection selection, select(context, arguments, "dn"));
  static constexpr std::string_view columns[] = {"name", "tables:int", "default:bool"};
  std::vector<std::vector<Value>> rows;
  for (const auto& space : selection.schema->namespaces)
    if (selects(selection.pattern, space.name))
      rows.push_back({space.name, static_cast<std::int64_t>(space.tables.size()),
                      space.name == selection.schema->default_namespace});
  Outcome outcome;
  outcome.rows = make_table(columns, std::move(rows));
  return outcome;
}

// The features of the engine that --for names: of an open connection's own engine those of its server.
Result<Features> target_features(const Arguments& arguments, const Member& member) {
  const auto name = arguments.value("--for");
  const Features& own = member.live->features();
  if (!name) return own;
  const Dialect* wanted = find_dialect(to_lower(*name));
  if (wanted == nullptr)
    return usage_of("schema", "knows no engine \"" + *name + "\": sqlite, postgres, mysql, mariadb");
  return wanted->flavor == own.flavor ? own : baseline_features(wanted->flavor);
}

struct SchemaDocument {
  std::string text;
  std::vector<std::string> messages = {};
};

Result<SchemaDocument> schema_document(const Schema& schema, const Features& target, const std::string& as,
                                       const TypeRules& rules) {
  const bool is_mapped = dialect(target.flavor).flavor_name != schema.flavor;
  if (as == "sql") {
    TRY(const Plan plan, plan_ddl(schema, target, rules));
    SchemaDocument document{ddl_text(plan)};
    for (const auto& notice : plan.notices) document.messages.push_back(notice_text(notice));
    return document;
  }
  SchemaDocument document;
  Schema shown = schema;
  if (is_mapped) {
    const std::string_view space = dialect(target.flavor).default_schema;
    MappedSchema mapped = map_schema(schema, target, space.empty() ? schema.default_namespace : space, rules);
    for (const auto& notice : mapped.notices) document.messages.push_back(notice_text(notice));
    shown = std::move(mapped.schema);
  }
  for (const auto& object : shown.not_modelled) document.messages.push_back("not modelled: " + object.what);
  if (as == "json")
    document.text = schema_to_json(shown) + "\n";
  else
    document.text = as == "mermaid" ? schema_to_mermaid(shown) : schema_to_markdown(shown);
  return document;
}

Result<Outcome> schema(CommandContext& context, const Arguments& arguments) {
  static const std::vector<std::string> forms{"sql", "json", "mermaid", "markdown"};
  const std::string as = arguments.value("--as").value_or("sql");
  if (as == "drizzle" || as == "diesel")
    return unsupported_error("\\schema --as " + as + " is not built yet",
                             "forms: sql, json, mermaid, markdown");
  if (std::find(forms.begin(), forms.end(), as) == forms.end()) {
    const auto nearest = nearest_name(as, forms);
    return usage_of("schema", "knows no form \"" + as + "\"" +
                                  (nearest ? "; did you mean " + *nearest + "?" : ": " + join(forms, ", ")));
  }
  TRY(const Selection selection, select(context, arguments, "schema"));
  const Schema selected = selected_schema(selection);
  const bool is_named = !selection.pattern.empty();
  if (is_named &&
      std::none_of(selected.namespaces.begin(), selected.namespaces.end(),
                   [](const Namespace& space) { return !space.tables.empty() || !space.views.empty(); }))
    return no_such_relation(selection);
  TRY(const Features target, target_features(arguments, *selection.member));
  TRY(const TypeRules rules, type_rules(context.session, arguments));
  TRY(SchemaDocument document, schema_document(selected, target, as, rules));
  Outcome outcome;
  if (const auto path = arguments.value("--output")) {
    TRY(write_file_atomically(*path, document.text));
    outcome.messages = std::move(document.messages);
    outcome.messages.push_back("schema of \"" + selection.member->live->name() + "\" written to " + *path);
    return outcome;
  }
  TRY(const SchemaDocument model,
      as == "json" ? Result<SchemaDocument>(document) : schema_document(selected, target, "json", rules));
  outcome.json = std::string(trim(model.text));
  outcome.text = std::move(document.text);
  outcome.messages = std::move(document.messages);
  return outcome;
}

}  // namespace

std::vector<CommandRow> schema_commands() {
  static constexpr OptionRow for_engine{"--for", "", "ENGINE",
                                        "as it would be on sqlite, postgres, mysql or mariadb"};
  static constexpr OptionRow as{
      "--as", "", "FORM",
      "sql (the default), json, mermaid or markdown; drizzle and diesel are not built yet"};
  static constexpr OptionRow map{"--map", "", "T.C=TYPE", "with --for: the type of a column there"};
  static constexpr OptionRow output{"--output", "-o", "FILE", "write to a file"};
  return {
      {"dt",
       {"tables"},
       group,
       "[@C][.PATTERN]",
       "list tables",
       {},
       Effects::read,
       ArgumentStyle::words,
       list_tables},
      {"dv", {}, group, "[@C][.PATTERN]", "list views", {}, Effects::read, ArgumentStyle::words, list_views},
      {"di",
       {"indexes"},
       group,
       "[@C][.PATTERN]",
       "list indexes",
       {},
       Effects::read,
       ArgumentStyle::words,
       list_indexes},
      {"d",
       {},
       group,
       "[@C][.PATTERN]",
       "list tables and views, or describe one",
       {},
       Effects::read,
       ArgumentStyle::words,
       describe},
      {"l", {}, group, "[@C]", "list databases", {}, Effects::read, ArgumentStyle::words, list_databases},
      {"dn",
       {},
       group,
       "[@C][.PATTERN]",
       "list schemas",
       {},
       Effects::read,
       ArgumentStyle::words,
       list_schemas},
      {"schema",
       {},
       group,
       "@C[.OBJ] [--for ENGINE] [--as FORM] [-o FILE]",
       "the schema as statements or as a document",
       {for_engine, as, map, output},
       Effects::read,
       ArgumentStyle::words,
       schema},
  };
}

}  // namespace bascule
