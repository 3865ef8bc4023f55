#include "engine/drivers/postgres/diagnosis.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/base/text.h"

namespace bascule::postgres {
namespace {

struct Cause {
  std::string_view sign;  // part of libpq's or the server's message
  std::string_view hint;
};

// The first that fits wins, so the particular stand before the general.
constexpr Cause causes[] = {
    {"Connection refused", "start the server, or correct host and port"},
    {"could not translate host name", "correct the host name"},
    {"password authentication failed", "correct the user or the password"},
    {"no password supplied", "give a password: in the URL, a profile, PGPASSWORD or ~/.pgpass"},
    {"Ident authentication failed", "connect as another user, or change pg_hba.conf"},
    {"Peer authentication failed", "connect as another user or by host=127.0.0.1, or change pg_hba.conf"},
    {"no pg_hba.conf entry", "the server's pg_hba.conf must allow this user, database, host and encryption"},
    {"pg_hba.conf rejects", "the server's pg_hba.conf must allow this user, database, host and encryption"},
    {"role \"", "create the role, or connect as another user"},
    {"database \"", "create the database, or name another one; \\l on another database lists them"},
    {"server does not support SSL", "turn TLS on in the server, or allow clear text with sslmode=prefer"},
    {"root certificate file", "name the certificate of the authority with sslrootcert=FILE"},
    {"certificate verify failed",
     "name the certificate of the authority that signed the server's with sslrootcert"},
    {"does not match host name", "use the host name of the certificate, or sslmode=verify-ca"},
    {"timeout expired", "check host, port and firewall, or raise connect_timeout"},
    {"timed out", "check host, port and firewall"},
    {"No route to host", "check host and network"},
    {"Network is unreachable", "check host and network"},
    {"too many clients", "close other connections, or raise max_connections on the server"},
    {"too many connections",
     "close other connections, or raise the connection limit of the role or database"},
    {"remaining connection slots", "close other connections, or raise max_connections on the server"},
    {"the database system is", "wait until the server is ready and try again"},
    {"No such file or directory", "start the server, or correct the folder of its socket (host)"},
    {"definition of service", "define the service in ~/.pg_service.conf, or correct its name"},
    {"invalid sslmode value", "use disable, allow, prefer, require, verify-ca or verify-full"},
};

std::string_view hint_of(std::string_view message) {
  for (const Cause& cause : causes)
    if (message.find(cause.sign) != std::string_view::npos) return cause.hint;
  return "check the URL, and that the server can be reached from here";
}

// One line of libpq's message: a name resolved to several addresses gives one for each, and lines that start
// with a tab are its own hints.
std::string one_line(std::string_view message) {
  std::vector<std::string> parts;
  for (const std::string& line : split(message, '\n')) {
    if (line.empty() || line.front() == '\t') continue;
    std::string part = replace_all(trim(line), "FATAL:  ", "");
    if (parts.empty() || parts.back() != part) parts.push_back(std::move(part));
  }
  return join(parts, "; ");
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

std::size_t bytes_before(std::string_view text, std::size_t characters) {
  std::size_t offset = 0;
  while (offset < text.size() && characters > 0) {
    ++offset;
    while (offset < text.size() && is_continuation(text[offset])) ++offset;
    --characters;
  }
  return offset;
}

}  // namespace

Error connect_error(std::string_view message) {
  Error error{ErrorCode::connection, one_line(message), std::string(hint_of(message)), {}};
  if (error.what.empty()) error.what = "the connection failed and the client library does not say why";
  error.connection_ended = true;
  return error;
}

std::string error_field(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

Error server_error(const PGresult* result) {
  Error error{ErrorCode::sql,
              error_field(result, PG_DIAG_MESSAGE_PRIMARY),
              error_field(result, PG_DIAG_MESSAGE_HINT),
              {}};
  if (error.what.empty()) error.what = one_line(PQresultErrorMessage(result));
  error.sqlstate = error_field(result, PG_DIAG_SQLSTATE);
  error.detail = error_field(result, PG_DIAG_MESSAGE_DETAIL);
  const std::string context = error_field(result, PG_DIAG_CONTEXT);
  if (!context.empty()) error.detail += (error.detail.empty() ? "" : "\n") + context;
  return error;
}

std::size_t byte_offset(std::string_view sql, std::string_view sent, std::size_t position,
                        bool counts_bytes) {
  const std::size_t target = counts_bytes ? position - 1 : bytes_before(sent, position - 1);
  if (sql == sent) return std::min(target, sql.size());
  std::size_t here = 0, there = 0;
  while (there < target && here < sql.size()) {
    if (sql[here] == '?' && sent[there] == '$') {
      ++there;
      while (there < sent.size() && sent[there] >= '0' && sent[there] <= '9') ++there;
      if (there > target) return here;
      ++here;
      continue;
    }
    const auto doubled = [](std::string_view text, std::size_t at) { return text.substr(at, 2) == "??"; };
    here += doubled(sql, here) && !doubled(sent, there) ? 2 : 1;
    ++there;
  }
  return std::min(here, sql.size());
}

}  // namespace bascule::postgres
