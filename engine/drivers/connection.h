// The one interface to every engine. A Driver opens Connections; a Connection runs statements, reads and
// writes in bulk, and reads its catalog. Client libraries are known only below engine/drivers/<engine>/.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/dialect/dialect.h"
#include "engine/dialect/features.h"
#include "engine/drivers/url.h"
#include "engine/model/batch.h"
#include "engine/model/change.h"
#include "engine/model/schema.h"

namespace bascule {

struct ConnectOptions {
  ConnectionUrl url;
  std::optional<std::string> password = {};  // from a profile; wins over the URL's
  std::string database = {};                 // of the server; wins over the URL's. "": the URL's
  bool read_only = false;                    // enforced by the server, not by us
  bool create = false;                       // SQLite: the file may be new
  std::vector<std::string> init =
      {};  // statements to run after connecting, in order; a failing one fails open()
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds statement_timeout{0};  // 0: none
};

// What is known of the other end. Never holds a password.
struct ServerInfo {
  const Dialect* dialect = nullptr;
  std::string version;               // "15.20"
  std::string database, user, host;  // empty where the engine has none; `database` follows USE
  std::optional<int> port;
  std::string tls;  // "TLSv1.3 TLS_AES_256_GCM_SHA384", "" for clear text or a local file
  bool read_only = false;
};

struct ServerStatus {
  std::string server_time;                     // ISO 8601 UTC; SQLite: this machine's
  std::optional<std::int64_t> uptime_seconds;  // nothing on SQLite
  std::chrono::microseconds latency{0};        // of one round trip
};

enum class TransactionState { none, open, failed, tainted };
std::string_view transaction_state_name(TransactionState state);

// A message of the server beside the result: PostgreSQL's notices, MySQL's warnings.
struct ServerNotice {
  std::string severity;  // NOTICE WARNING Note Warning Error
  std::string code;      // SQLSTATE or number
  std::string text;
  std::string hint = {};
};

// The result of one statement. Streams: constant memory for any result. The connection is busy until the
// cursor is destroyed; destroying one that is not finished stops the statement (it may have been executed in
// full) and leaves the connection usable. Not thread-safe, but see Connection::cancel.
class Cursor : public RowSource {
 public:
  // False for a statement without a result set (columns() is empty then and next() is false at once).
  virtual bool has_rows() const = 0;
  // Rows changed, for DML; known when the current result is finished.
  virtual std::optional<std::int64_t> affected_rows() const = 0;
  // What was done in the server's words: "INSERT 0 1", "CREATE TABLE"; "" where it does not say.
  virtual std::string command_tag() const = 0;
  // After the current result ended: goes on to the next one (CALL with several results); false if there is
  // none.
  virtual Result<bool> next_result() = 0;
};

// --- bulk ---
// The portable form of cells, which every reader gives and every writer takes:
//   Bool -> boolean; Int, Year -> integer (unsigned_integer if the type is unsigned 8 bytes); Float -> real;
//   Decimal -> spelled digits, NaN, Infinity; Text, Enum, Set, Json, Uuid -> text; Bytes -> bytes;
//   Date, Time, Timestamp -> spelled ISO with a blank, zoned ones in UTC with "+00"; Interval, Array, Bits (0
//   and 1), Network, Native -> spelled in the engine's own text form; Any (SQLite) -> by the value's storage
//   class.
struct ReadRequest {
  TableName table;
  std::vector<Column> columns;  // of the table, in the wanted order
  std::vector<std::string> order_by =
      {};                  // columns in ascending byte order (binary collation); empty: any order
  std::string where = {};  // SQL in the engine's dialect, "" for all rows
};

struct WriteRequest {
  TableName table;
  std::vector<Column> columns;  // of the target table, one for each cell of a row, in order
};

struct InspectOptions {
  std::vector<std::string> schemas =
      {};                       // empty: all that are not the system's (MySQL: the current database)
  std::string table_glob = {};  // "": all tables
  bool names_only = false;      // tables and views by name, without columns: for lists and completion
};

class Connection {
 public:
  virtual ~Connection() = default;
  virtual const ServerInfo& server() const = 0;
  virtual const Features& features() const = 0;

  // none, open or failed: what the server says, also after BEGIN typed by the user, implicit commits and
  // errors.
  virtual TransactionState transaction() const = 0;
  // False if the peer has closed the connection. Cheap: looks at the socket, sends nothing.
  virtual bool is_alive() = 0;

  // Sends exactly one statement, once. `?` stands for a parameter on every engine (only if there are
  // parameters). A statement that fails before its first row is an error here, a later failure one of next().
  virtual Result<std::unique_ptr<Cursor>> query(std::string_view sql,
                                                std::span<const Value> parameters = {}) = 0;

  // A whole table in portable cells. One open cursor, reader or writer at a time; a second one is an error.
  virtual Result<std::unique_ptr<RowSource>> bulk_read(const ReadRequest& request) = 0;
  // Rows into an existing table, by the engine's fastest exact path. Strict: a value that does not arrive as
  // it is (cut, rounded, coerced, skipped) is an error that names table, column and value. Runs inside the
  // caller's transaction; after an error the caller rolls back.
  virtual Result<std::unique_ptr<RowSink>> bulk_write(const WriteRequest& request) = 0;

  virtual Result<Schema> inspect(const InspectOptions& options) = 0;
  virtual Result<std::vector<std::string>> databases() = 0;  // \l; SQLite: the attached ones, "name (path)"
  virtual Result<ServerStatus> status() = 0;

  // Stops the running statement on the server; harmless if none runs. May be called from any thread while
  // another one is inside query() or next(). The stopped call returns an error of code cancelled.
  virtual void cancel() noexcept = 0;

  // Called from the thread that runs the statement.
  virtual void on_notice(std::function<void(const ServerNotice&)> handler) = 0;
};

class Driver {
 public:
  virtual ~Driver() = default;
  // Opens and makes ready: TLS checked, encoding UTF-8, read-only set, init run.
  virtual Result<std::unique_ptr<Connection>> open(const ConnectOptions& options) const = 0;
  // The statements that make `changes`, which are in a safe order, on a database that looks like `have`
  // (where tables and columns are renamed, it has their new names already), with Step::change set. Columns of
  // the changes carry native types of this engine (see map_schema). Pure. Error unsupported names the object.
  virtual Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have,
                                    const Features& features) const = 0;
};

}  // namespace bascule
