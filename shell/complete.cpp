#include "shell/complete.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/base/text.h"
#include "engine/dialect/lexer.h"
#include "shell/address.h"
#include "shell/command.h"
#include "shell/session.h"

namespace bascule {
namespace {

constexpr std::array<std::string_view, 61> keywords{
    "alter",   "and",        "as",        "asc",     "begin",    "between", "by",   "cascade",  "case",
    "check",   "commit",     "create",    "cross",   "default",  "delete",  "desc", "distinct", "drop",
    "else",    "end",        "exists",    "explain", "foreign",  "from",    "full", "group",    "having",
    "in",      "index",      "inner",     "insert",  "into",     "is",      "join", "key",      "left",
    "like",    "limit",      "not",       "null",    "offset",   "on",      "or",   "order",    "outer",
    "primary", "references", "returning", "right",   "rollback", "select",  "set",  "table",    "then",
    "union",   "unique",     "update",    "values",  "view",     "when",    "where"};

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Sorted, without doubles, only what goes on from `prefix` (ASCII case ignored).
class Collector {
 public:
  explicit Collector(std::string_view prefix) : prefix_(prefix) {}
  void add(std::string candidate) {
    if (starts_with_ignoring_case(candidate, prefix_)) found_.insert(std::move(candidate));
  }
  Completions at(std::size_t start) const { return {start, {found_.begin(), found_.end()}}; }

 private:
  std::string_view prefix_;
  std::set<std::string> found_;
};

// The catalog if it is at hand or can be read without touching a transaction of the user.
const Schema* catalog(Session& session, Member& member) {
  if (member.live->transaction() == TransactionState::none) {
    auto schema = session.known_schema(member);
    if (schema.ok()) return *schema;
  }
  return member.schema ? &*member.schema : nullptr;
}

void add_relations(Collector& out, const Schema& schema, const std::string& prefix) {
  for (const auto& space : schema.namespaces) {
    const bool is_default = space.name == schema.default_namespace;
    for (const auto& table : space.tables)
      out.add(prefix + (is_default ? table.name : space.name + "." + table.name));
    for (const auto& view : space.views)
      out.add(prefix + (is_default ? view.name : space.name + "." + view.name));
  }
}

Completions complete_address(Session& session, std::string_view line, std::size_t start) {
  const std::string_view word = line.substr(start);
  Collector out(word);
  const auto dot = word.find('.');
  if (dot == std::string_view::npos) {
    for (const auto& member : session.members()) out.add("@" + member->live->name());
    return out.at(start);
  }
  const std::string prefix(word.substr(0, dot + 1));
  auto member = session.find(word.substr(1, dot - 1));
  if (member.ok())
    if (const Schema* schema = catalog(session, **member)) add_relations(out, *schema, prefix);
  return out.at(start);
}

Completions complete_command(Session& session, std::string_view line, std::size_t slash) {
  const auto blank = line.find(' ', slash);
  if (blank == std::string_view::npos) {
    Collector out(line.substr(slash));
    for (const auto& row : commands()) out.add("\\" + std::string(row.name));
    return out.at(slash);
  }
  const CommandRow* row = find_command(line.substr(slash + 1, blank - slash - 1));
  const std::size_t start = line.find_last_of(' ') + 1;
  const std::string_view word = line.substr(start);
  if (word.starts_with('@')) return complete_address(session, line, start);
  Collector out(word);
  if (row != nullptr && word.starts_with('-')) {
    for (const auto& option : row->options) out.add(std::string(option.name));
    out.add("--json");
    return out.at(start);
  }
  if (row != nullptr && row->name == "mode") {
    for (const auto& format : formats()) out.add(std::string(format.name));
  } else if (row != nullptr &&
             (row->name == "use" || row->name == "disconnect" || row->name == "reconnect")) {
    for (const auto& member : session.members()) out.add(member->live->name());
  } else if (row != nullptr && row->name == "connect") {
    for (const auto& [name, profile] : session.config.profiles) out.add(name);
  } else if (row != nullptr && row->name == "?") {
    for (const auto& other : commands()) out.add(std::string(other.name));
  } else if (Member* member = session.current_or_null()) {
    if (const Schema* schema = catalog(session, *member)) add_relations(out, *schema, "");
  }
  return out.at(start);
}

// The tables that the statement names, so that their columns come first.
std::set<const Table*> tables_in(const Schema& schema, std::string_view sql, const Dialect& dialect) {
  std::set<const Table*> tables;
  for (const Token& token : tokenize(sql, dialect.lexer)) {
    if (token.kind != TokenKind::word) continue;
    const std::string word = to_lower(sql.substr(token.offset, token.size));
    for (const auto& space : schema.namespaces)
      for (const auto& table : space.tables)
        if (to_lower(table.name) == word) tables.insert(&table);
  }
  return tables;
}

Completions complete_sql(Session& session, Member& member, std::string_view before, std::string_view line) {
  std::size_t start = line.size();
  while (start > 0 && is_word_character(line[start - 1])) --start;
  Collector out(line.substr(start));
  const Dialect& dialect = *member.live->server().dialect;
  const std::string sql = std::string(before) + "\n" + std::string(line);
  const Schema* schema = catalog(session, member);

  std::string previous;
  for (const Token& token :
       tokenize(std::string_view(sql).substr(0, before.size() + 1 + start), dialect.lexer))
    if (token.kind == TokenKind::word)
      previous = to_lower(std::string_view(sql).substr(token.offset, token.size));
  static constexpr std::array<std::string_view, 8> before_table{
      "from", "join", "into", "update", "table", "describe", "truncate", "references"};
  const bool wants_table =
      std::find(before_table.begin(), before_table.end(), previous) != before_table.end();
  if (schema != nullptr && wants_table) {
    add_relations(out, *schema, "");
    return out.at(start);
  }
  if (schema != nullptr) {
    const auto tables = tables_in(*schema, sql, dialect);
    for (const auto& space : schema->namespaces)
      for (const auto& table : space.tables)
        if (tables.empty() || tables.contains(&table))
          for (const auto& column : table.columns) out.add(column.name);
    if (line[start > 0 ? start - 1 : 0] != '.') add_relations(out, *schema, "");
  }
  for (const auto keyword : keywords) out.add(std::string(keyword));
  return out.at(start);
}

}  // namespace

Completions complete(Session& session, std::string_view before, std::string_view line) {
  if (const auto slash = line.find_last_of('\\'); slash != std::string_view::npos)
    return complete_command(session, line, slash);
  if (trim(before).empty() && line.starts_with('@') && line.find(' ') == std::string_view::npos)
    return complete_address(session, line, 0);
  Member* member = session.current_or_null();
  std::size_t skipped = 0;
  if (trim(before).empty() && (skipped = address_prefix_size(line)) > 0) {
    const auto comma = line.substr(0, skipped).find(',');
    auto addressed = session.find(line.substr(1, std::min(comma, skipped) - 1));
    if (addressed.ok()) member = *addressed;
  }
  if (member == nullptr || line.empty()) return {};
  return complete_sql(session, *member, before, line);
}

}  // namespace bascule
