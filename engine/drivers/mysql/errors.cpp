#include "engine/drivers/mysql/errors.h"

#include <array>
#include <cctype>
#include <string>

#include "engine/base/text.h"

namespace bascule::mysql {
namespace {

// https://dev.mysql.com/doc/mysql-errors/en/ and https://mariadb.com/kb/en/mariadb-error-code-reference/
struct KnownError {
  unsigned number;
  ErrorCode code;
  bool ends_connection;
  std::string_view hint;
};
constexpr KnownError known_errors[] = {
    {1044, ErrorCode::sql, false, "the account has no right to this database; ask for one with GRANT"},
    {1046, ErrorCode::sql, false, "choose a database with USE, or write database.table"},
    {1049, ErrorCode::sql, false, "\\l lists the databases"},
    {1053, ErrorCode::connection, true, "the server is being shut down"},
    {1062, ErrorCode::sql, false, {}},
    {1146, ErrorCode::sql, false, "\\dt lists the tables"},
    {1152, ErrorCode::connection, true, {}},
    {1153, ErrorCode::sql, true, "raise max_allowed_packet on the server, or send less at once"},
    {1159, ErrorCode::connection, true, {}},
    {1161, ErrorCode::connection, true, {}},
    {1184, ErrorCode::connection, true, {}},
    {1205, ErrorCode::sql, false, "another session holds the lock; only this statement was rolled back"},
    {1213, ErrorCode::sql, false, "the whole transaction was rolled back; run it again"},
    {1290, ErrorCode::sql, false, {}},
    {1295, ErrorCode::unsupported, false, "send the statement without parameters"},
    {1317, ErrorCode::cancelled, false, "the statement was stopped on the server"},
    {1792, ErrorCode::sql, false, "the connection is read-only; connect without --read-only to write"},
    {1927, ErrorCode::connection, true, "somebody ended this connection with KILL"},
    {1969, ErrorCode::cancelled, false, "the statement timeout (max_statement_time) has passed"},
    {2006, ErrorCode::connection, true, {}},
    {2013, ErrorCode::connection, true, {}},
    {2055, ErrorCode::connection, true, {}},
    {3024, ErrorCode::cancelled, false, "the statement timeout (max_execution_time) has passed"},
    {3169, ErrorCode::connection, true, "somebody ended this connection with KILL"},
    {4031, ErrorCode::connection, true, "the server closed the connection because it was idle for too long"},
    {4166, ErrorCode::refused, false,
     "LOAD DATA LOCAL lets the server read this machine's files; use \\copy"},
    {3948, ErrorCode::refused, false,
     "LOAD DATA LOCAL lets the server read this machine's files; use \\copy"},
};

const KnownError* find_known(unsigned number) {
  for (const auto& row : known_errors)
    if (row.number == number) return &row;
  return nullptr;
}

// "Table 'x' doesn't exist" -> "table 'x' doesn't exist"; "SQL ..." and "XA ..." stay.
std::string as_sentence(std::string_view message) {
  std::string out(trim(message));
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (out.size() > 1 && upper(out[0]) && !upper(out[1])) out[0] = static_cast<char>(out[0] - 'A' + 'a');
  while (out.ends_with('.')) out.pop_back();
  return out;
}

// The server's syntax errors name the place as "near 'TEXT' at line N", TEXT being at most 80 characters from
// there.
struct Near {
  std::string_view text;
  std::size_t line = 1;
};
std::optional<Near> parse_near(std::string_view message) {
  const auto near_at = message.find("near '");
  const auto line_at = message.rfind("' at line ");
  if (near_at == message.npos || line_at == message.npos || line_at < near_at + 6) return std::nullopt;
  const auto line = parse_unsigned(trim(message.substr(line_at + 10)));
  if (!line || *line == 0) return std::nullopt;
  return Near{message.substr(near_at + 6, line_at - near_at - 6), static_cast<std::size_t>(*line)};
}

// Only if the text occurs once from the named line on: a wrong place is worse than none.
std::optional<std::size_t> find_near(std::string_view sql, const Near& near) {
  if (near.text.empty()) return sql.size();
  std::size_t start = 0;
  for (std::size_t line = 1; line < near.line; ++line) {
    start = sql.find('\n', start);
    if (start == sql.npos) return std::nullopt;
    ++start;
  }
  const auto at = sql.find(near.text, start);
  if (at == sql.npos || sql.find(near.text, at + 1) != sql.npos) return std::nullopt;
  return at;
}

}  // namespace

bool ends_connection(unsigned number) {
  const KnownError* known = find_known(number);
  return known != nullptr && known->ends_connection;
}

Error make_error(unsigned number, std::string_view sqlstate, std::string_view message, std::string_view sql) {
  Error error;
  error.code = ErrorCode::sql;
  error.what = as_sentence(message);
  error.sql = std::string(sql);
  error.sqlstate = std::string(sqlstate);
  error.native_code = static_cast<int>(number);
  if (const KnownError* known = find_known(number)) {
    error.code = known->code;
    error.hint = std::string(known->hint);
    error.connection_ended = known->ends_connection;
  }
  if (error.connection_ended && number != 1153) {
    error.what = "the connection to the server is lost: " + error.what;
    if (error.hint.empty()) error.hint = "\\reconnect opens it again";
  }
  if (const auto near = parse_near(message); near && number == 1064) {
    error.what = near->text.empty() ? "syntax error at the end of the statement"
                                    : "syntax error near '" + std::string(near->text) + "'";
    if (near->line > 1) error.what += " at line " + std::to_string(near->line);
    error.detail = std::string(message);
    error.sql_offset = find_near(sql, *near);
  }
  return error;
}

Error last_error(MYSQL* handle, MYSQL_STMT* statement, std::string_view sql) {
  if (mysql_errno(handle) != 0)
    return make_error(mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle), sql);
  if (statement != nullptr && mysql_stmt_errno(statement) != 0)
    return make_error(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
                      mysql_stmt_error(statement), sql);
  Error error = make_error(2000, "HY000", "the server's answer could not be read", sql);
  error.code = ErrorCode::connection;
  error.connection_ended = true;
  return error;
}

}  // namespace bascule::mysql
