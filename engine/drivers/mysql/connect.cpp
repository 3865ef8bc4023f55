#include "engine/drivers/mysql/connect.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "engine/base/text.h"
#include "engine/drivers/mysql/errors.h"

namespace bascule::mysql {
namespace {

enum class TlsMode { disabled, preferred, required, verify_ca, verify_full };

struct Settings {
  std::string host, user, password, database, socket;
  unsigned port = 0;
  TlsMode tls = TlsMode::disabled;
  std::string ca, certificate, key, fingerprint;
  std::string defaults_file, defaults_group = "bascule";
  unsigned timeout_seconds = 10;

  std::string place() const {
    if (!socket.empty()) return "the socket " + socket;
    std::string out = host.empty() ? "localhost" : host;
    if (port != 0) out += ":" + std::to_string(port);
    return out;
  }
};

const std::vector<std::string> option_names = {"socket",          "ssl-mode",      "ssl-ca",
                                               "ssl-cert",        "ssl-key",       "ssl-fingerprint",
                                               "connect-timeout", "defaults-file", "defaults-group"};

struct TlsModeName {
  std::string_view name;
  TlsMode mode;
};
constexpr TlsModeName tls_mode_names[] = {
    {"disabled", TlsMode::disabled},       {"preferred", TlsMode::preferred},
    {"required", TlsMode::required},       {"verify-ca", TlsMode::verify_ca},
    {"verify-full", TlsMode::verify_full}, {"verify-identity", TlsMode::verify_full},
    {"disable", TlsMode::disabled},        {"prefer", TlsMode::preferred},
    {"require", TlsMode::required},
};

std::string as_option_name(std::string_view name) {
  return replace_all(to_lower(name), "_", "-");
}

Result<TlsMode> parse_tls_mode(const std::string& text) {
  for (const auto& row : tls_mode_names)
    if (as_option_name(text) == row.name) return row.mode;
  const std::vector<std::string> names = {"disabled", "preferred", "required", "verify-ca", "verify-full"};
  const auto near = nearest_name(as_option_name(text), names);
  return usage_error("unknown ssl-mode \"" + text + "\"",
                     near ? "did you mean " + *near + "?" : "one of " + join(names, ", "));
}

Result<void> require_readable(std::string_view option, const std::string& path) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return {};
  return io_error("read the file of " + std::string(option), path, errno);
}

bool is_this_machine(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<void> read_option(Settings& settings, std::optional<TlsMode>& mode, const std::string& given,
                         const std::string& value) {
  const std::string name = as_option_name(given);
  const std::pair<std::string_view, std::string Settings::*> texts[] = {
      {"socket", &Settings::socket},
      {"ssl-ca", &Settings::ca},
      {"ssl-cert", &Settings::certificate},
      {"ssl-key", &Settings::key},
      {"defaults-file", &Settings::defaults_file},
      {"defaults-group", &Settings::defaults_group},
  };
  for (const auto& [option, member] : texts)
    if (name == option) {
      settings.*member = value;
      return {};
    }
  if (name == "ssl-mode") {
    TRY(mode, parse_tls_mode(value));
    return {};
  }
  if (name == "ssl-fingerprint") {
    settings.fingerprint = replace_all(value, ":", "");
    if (settings.fingerprint.size() == 40 && from_hex(settings.fingerprint)) return {};
    return usage_error("ssl-fingerprint is no SHA-1 fingerprint",
                       "give its 40 hex digits, with or without colons");
  }
  if (name == "connect-timeout") {
    const auto seconds = parse_unsigned(value);
    if (!seconds || *seconds == 0 || *seconds > 86'400)
      return usage_error("connect-timeout \"" + value + "\" is no number of seconds",
                         "for example connect-timeout=10");
    settings.timeout_seconds = static_cast<unsigned>(*seconds);
    return {};
  }
  const auto near = nearest_name(name, option_names);
  return usage_error("unknown option \"" + given + "\" in the URL",
                     near ? "did you mean " + *near + "?" : "the options are " + join(option_names, ", "));
}

Result<Settings> read_settings(const ConnectOptions& options) {
  const ConnectionUrl& url = options.url;
  Settings settings;
  settings.host = url.host;
  settings.user = url.user;
  settings.password = options.password.value_or(url.password);
  settings.database = options.database.empty() ? url.database : options.database;
  settings.port = static_cast<unsigned>(url.port.value_or(0));
  const auto whole_seconds = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count();
  settings.timeout_seconds = static_cast<unsigned>(std::max<long long>(1, whole_seconds));
  std::optional<TlsMode> mode;
  for (const auto& [name, value] : url.options) TRY(read_option(settings, mode, name, value));
  TRY(require_readable("ssl-ca", settings.ca));
  TRY(require_readable("ssl-cert", settings.certificate));
  TRY(require_readable("ssl-key", settings.key));
  TRY(require_readable("defaults-file", settings.defaults_file));
  // Without a wish: TLS if the server has it, except on this machine, where it would only cost 80 ms of
  // reading the system's certificates.
  const bool local = !settings.socket.empty() || is_this_machine(settings.host);
  settings.tls = mode.value_or(local ? TlsMode::disabled : TlsMode::preferred);
  if (!mode && !settings.ca.empty()) settings.tls = TlsMode::verify_ca;
  if (!settings.fingerprint.empty() && settings.tls < TlsMode::required) settings.tls = TlsMode::required;
  if (settings.tls == TlsMode::verify_ca && settings.ca.empty())
    return usage_error("ssl-mode=verify-ca needs the certificate authority",
                       "name its file with ssl-ca=FILE");
  return settings;
}

// --- connecting ---

struct ConnectHint {
  unsigned number;
  std::string_view what, hint;
};
constexpr ConnectHint connect_hints[] = {
    {1040, "the server has too many connections", "close some, or raise max_connections"},
    {1044, "access to the database is denied", "check the database's name and the account's rights"},
    {1045, "access denied", "check the user and the password"},
    {1049, "the database does not exist",
     "check its name; without one in the URL, \\l lists them after connecting"},
    {1129, "the server blocks this host after too many errors",
     "mysqladmin flush-hosts on the server frees it"},
    {1130, "the server lets this host in with no account", "create an account for this host"},
    {1698, "access denied",
     "this account logs in by the system's user; use socket=, or an account with a password"},
    {2005, "the host name is unknown", "check the spelling of the host"},
    {2059, "the server's authentication plugin is not installed here", "use an account with another plugin"},
};

Error connect_error(MYSQL* handle, const Settings& settings) {
  const unsigned number = mysql_errno(handle);
  const std::string_view message = mysql_error(handle);
  Error error;
  error.code = ErrorCode::connection;
  error.native_code = static_cast<int>(number);
  error.sqlstate = mysql_sqlstate(handle);
  error.detail = std::string(message);
  std::string reason(message), hint;
  for (const auto& row : connect_hints)
    if (row.number == number) {
      reason = row.what;
      hint = row.hint;
    }
  if (number == 1045 || number == 1044) reason += fmt::format(" for user \"{}\"", settings.user);
  if (number == 1049) reason = "the database \"" + settings.database + "\" does not exist";
  const auto open = message.rfind('('), close = message.rfind(')');
  if ((number == 2002 || number == 2003) && open < close && close != message.npos) {
    auto system_error = parse_integer(message.substr(open + 1, close - open - 1));
    // For a socket the library names the wrong reason.
    if (!settings.socket.empty())
      system_error = ::access(settings.socket.c_str(), F_OK) != 0 ? errno : ECONNREFUSED;
    const bool timed_out = system_error == EINPROGRESS || system_error == ETIMEDOUT;
    if (system_error)
      reason = timed_out ? "no answer in time" : to_lower(std::strerror(static_cast<int>(*system_error)));
    hint = timed_out ? "check the host and the firewall; connect-timeout= gives it longer"
                     : "check that the server is running there, and the host, port or socket";
  }
  if (number == 2026 || message.find("SSL") != message.npos) {
    reason = "TLS failed: " + std::string(message);
    hint = "check ssl-mode, ssl-ca and the host name in the server's certificate";
  }
  if (number == 2013) {
    reason = "the server closed the connection, or gave no answer in time";
    hint = "check that this port is a MySQL or MariaDB server's";
  }
  error.what = "cannot connect to " + settings.place() + ": " + reason;
  error.hint = std::move(hint);
  return error;
}

void set_options(MYSQL* handle, const Settings& settings) {
  const unsigned timeout = settings.timeout_seconds;
  mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (!settings.defaults_file.empty())
    mysql_options(handle, MYSQL_READ_DEFAULT_FILE, settings.defaults_file.c_str());
  mysql_options(handle, MYSQL_READ_DEFAULT_GROUP, settings.defaults_group.c_str());
  // The library takes the socket for "localhost" whatever the port; a port in the URL means TCP.
  unsigned protocol = MYSQL_PROTOCOL_DEFAULT;
  if (!settings.socket.empty())
    protocol = MYSQL_PROTOCOL_SOCKET;
  else if (settings.port != 0)
    protocol = MYSQL_PROTOCOL_TCP;
  mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);

  const my_bool yes = 1;
  if (settings.tls == TlsMode::disabled) return;
  mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &yes);
  if (!settings.ca.empty()) mysql_options(handle, MYSQL_OPT_SSL_CA, settings.ca.c_str());
  if (!settings.certificate.empty()) mysql_options(handle, MYSQL_OPT_SSL_CERT, settings.certificate.c_str());
  if (!settings.key.empty()) mysql_options(handle, MYSQL_OPT_SSL_KEY, settings.key.c_str());
  if (!settings.fingerprint.empty()) mysql_options(handle, MARIADB_OPT_SSL_FP, settings.fingerprint.c_str());
  if (settings.tls == TlsMode::verify_full) mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
}

// An option file is read inside mysql_real_connect and could have set any of these.
Result<void> take_back_dangerous_options(MYSQL* handle, const Settings& settings) {
  const unsigned off = 0;
  const my_bool no = 0;
  mysql_options(handle, MYSQL_OPT_LOCAL_INFILE,
                &off);                              // a hostile server could ask for any file of this machine
  mysql_options(handle, MYSQL_OPT_RECONNECT, &no);  // a reconnect would lose the transaction silently
  bool ok = true;
  if ((handle->client_flag & CLIENT_MULTI_STATEMENTS) != 0)
    ok = mysql_set_server_option(handle, MYSQL_OPTION_MULTI_STATEMENTS_OFF) == 0;
  if (std::string_view(mysql_character_set_name(handle)) != "utf8mb4")
    ok = ok && mysql_set_character_set(handle, "utf8mb4") == 0;
  if (!ok) return connect_error(handle, settings);
  return {};
}

bool is_encrypted(MYSQL* handle) {
  return mysql_get_ssl_cipher(handle) != nullptr;
}

std::string describe_tls(MYSQL* handle) {
  const char* cipher = mysql_get_ssl_cipher(handle);
  if (cipher == nullptr) return {};
  const char* version = nullptr;
  if (mariadb_get_infov(handle, MARIADB_CONNECTION_TLS_VERSION, &version) != 0 || version == nullptr)
    return cipher;
  return std::string(version) + " " + cipher;
}

Result<Handle> connect(const Settings& settings) {
  static std::once_flag library;
  std::call_once(library, [] { mysql_server_init(0, nullptr, nullptr); });
  Handle handle(mysql_init(nullptr));
  if (handle == nullptr) return internal_error("out of memory while connecting");
  set_options(handle.get(), settings);
  const auto or_null = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  if (mysql_real_connect(handle.get(), or_null(settings.host), or_null(settings.user),
                         or_null(settings.password), or_null(settings.database), settings.port,
                         or_null(settings.socket), 0) == nullptr)
    return connect_error(handle.get(), settings);
  TRY(take_back_dangerous_options(handle.get(), settings));
  // The library falls back to clear text without a word.
  if (settings.tls >= TlsMode::required && !is_encrypted(handle.get())) {
    Error error;
    error.code = ErrorCode::connection;
    error.what = "cannot connect to " + settings.place() + ": TLS is demanded and the server offers none";
    error.hint =
        "the login was sent before this could be known; ssl-mode=verify-full or ssl-fingerprint= check first";
    return error;
  }
  return handle;
}

std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

ServerInfo server_info(MYSQL* handle, const Features& features) {
  ServerInfo info;
  info.dialect = &dialect(features.flavor);
  info.version = features.version;
  info.database = text_or_empty(handle->db);
  info.user = text_or_empty(handle->user);
  if (handle->unix_socket != nullptr) {
    info.host = handle->unix_socket;
  } else {
    info.host = text_or_empty(handle->host);
    info.port = static_cast<int>(handle->port);
  }
  info.tls = describe_tls(handle);
  return info;
}

// KILL QUERY on a connection of its own, by libmariadb.
std::optional<std::string> kill_query(const Settings& settings, unsigned long connection_id) {
  auto handle = connect(settings);
  if (!handle.ok()) return handle.error().what;
  const std::string sql = "KILL QUERY " + std::to_string(connection_id);
  if (mysql_real_query(handle->get(), sql.data(), static_cast<unsigned long>(sql.size())) == 0)
    return std::nullopt;
  return std::string(mysql_error(handle->get()));
}

ControlSettings control_settings(MYSQL* handle, const Settings& settings) {
  ControlSettings control;
  control.host = text_or_empty(handle->host);
  control.socket = text_or_empty(handle->unix_socket);
  control.user = text_or_empty(handle->user);
  control.password = text_or_empty(handle->passwd);
  control.port = handle->port;
  control.tls = is_encrypted(handle);
  control.verify_host = settings.tls == TlsMode::verify_full;
  control.ca = settings.ca;
  control.certificate = settings.certificate;
  control.key = settings.key;
  control.pinned = !settings.fingerprint.empty();
  control.timeout_seconds = settings.timeout_seconds;
  control.otherwise = [settings](unsigned long id) { return kill_query(settings, id); };
  return control;
}

// MariaDB's limit holds for every statement, MySQL's only for SELECT:
// https://mariadb.com/kb/en/aborting-statements/ and
// https://dev.mysql.com/doc/refman/9.4/en/server-system-variables.html#sysvar_max_execution_time
std::string statement_timeout_sql(std::chrono::milliseconds timeout, Flavor flavor) {
  if (flavor == Flavor::mariadb)
    return fmt::format("SET SESSION max_statement_time = {}.{:03}", timeout.count() / 1000,
                       timeout.count() % 1000);
  return fmt::format("SET SESSION max_execution_time = {}", timeout.count());
}

}  // namespace

Result<std::unique_ptr<Session>> open_session(const ConnectOptions& options) {
  TRY(const Settings settings, read_settings(options));
  TRY(Handle handle, connect(settings));
  const Flavor flavor = mariadb_connection(handle.get()) != 0 ? Flavor::mariadb : Flavor::mysql;
  const Features features = compute_features(flavor, mysql_get_server_info(handle.get()));
  ServerInfo info = server_info(handle.get(), features);
  info.read_only = options.read_only;
  ControlSettings control = control_settings(handle.get(), settings);
  auto session = std::make_unique<Session>(std::move(handle), std::move(control), std::move(info), features);

  std::vector<std::string> statements;
  if (options.statement_timeout.count() > 0)
    statements.push_back(statement_timeout_sql(options.statement_timeout, flavor));
  // START TRANSACTION READ ONLY would let DDL through, which commits and succeeds.
  if (options.read_only) statements.emplace_back("SET SESSION TRANSACTION READ ONLY");
  for (const auto& sql : statements)
    if (auto done = session->execute(sql); !done.ok()) return std::move(done).error().in("connect");
  for (const auto& sql : options.init)
    if (auto done = session->execute(sql); !done.ok()) return std::move(done).error().in("init");
  return session;
}

}  // namespace bascule::mysql
