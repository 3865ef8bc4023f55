#include "engine/drivers/sqlite/errors.h"

#include <algorithm>
#include <iterator>

namespace bascule::sqlite {
namespace {

struct CodeName {
  int code;
  std::string_view name;
};

#define CODE(name) \
  { name, #name }
constexpr CodeName code_names[] = {
    CODE(SQLITE_ERROR),
    CODE(SQLITE_ERROR_MISSING_COLLSEQ),
    CODE(SQLITE_ERROR_RETRY),
    CODE(SQLITE_ERROR_SNAPSHOT),
    CODE(SQLITE_INTERNAL),
    CODE(SQLITE_PERM),
    CODE(SQLITE_ABORT),
    CODE(SQLITE_ABORT_ROLLBACK),
    CODE(SQLITE_BUSY),
    CODE(SQLITE_BUSY_RECOVERY),
    CODE(SQLITE_BUSY_SNAPSHOT),
    CODE(SQLITE_BUSY_TIMEOUT),
    CODE(SQLITE_LOCKED),
    CODE(SQLITE_LOCKED_SHAREDCACHE),
    CODE(SQLITE_LOCKED_VTAB),
    CODE(SQLITE_NOMEM),
    CODE(SQLITE_READONLY),
    CODE(SQLITE_READONLY_RECOVERY),
    CODE(SQLITE_READONLY_CANTLOCK),
    CODE(SQLITE_READONLY_ROLLBACK),
    CODE(SQLITE_READONLY_DBMOVED),
    CODE(SQLITE_READONLY_CANTINIT),
    CODE(SQLITE_READONLY_DIRECTORY),
    CODE(SQLITE_INTERRUPT),
    CODE(SQLITE_IOERR),
    CODE(SQLITE_IOERR_READ),
    CODE(SQLITE_IOERR_SHORT_READ),
    CODE(SQLITE_IOERR_WRITE),
    CODE(SQLITE_IOERR_FSYNC),
    CODE(SQLITE_IOERR_DIR_FSYNC),
    CODE(SQLITE_IOERR_TRUNCATE),
    CODE(SQLITE_IOERR_FSTAT),
    CODE(SQLITE_IOERR_UNLOCK),
    CODE(SQLITE_IOERR_RDLOCK),
    CODE(SQLITE_IOERR_DELETE),
    CODE(SQLITE_IOERR_NOMEM),
    CODE(SQLITE_IOERR_ACCESS),
    CODE(SQLITE_IOERR_LOCK),
    CODE(SQLITE_IOERR_CLOSE),
    CODE(SQLITE_IOERR_SHMOPEN),
    CODE(SQLITE_IOERR_SHMSIZE),
    CODE(SQLITE_IOERR_SHMLOCK),
    CODE(SQLITE_IOERR_SHMMAP),
    CODE(SQLITE_IOERR_SEEK),
    CODE(SQLITE_IOERR_MMAP),
    CODE(SQLITE_IOERR_GETTEMPPATH),
    CODE(SQLITE_IOERR_DATA),
    CODE(SQLITE_IOERR_CORRUPTFS),
    CODE(SQLITE_CORRUPT),
    CODE(SQLITE_CORRUPT_VTAB),
    CODE(SQLITE_CORRUPT_SEQUENCE),
    CODE(SQLITE_CORRUPT_INDEX),
    CODE(SQLITE_NOTFOUND),
    CODE(SQLITE_FULL),
    CODE(SQLITE_CANTOPEN),
    CODE(SQLITE_CANTOPEN_ISDIR),
    CODE(SQLITE_CANTOPEN_FULLPATH),
    CODE(SQLITE_CANTOPEN_SYMLINK),
    CODE(SQLITE_PROTOCOL),
    CODE(SQLITE_EMPTY),
    CODE(SQLITE_SCHEMA),
    CODE(SQLITE_TOOBIG),
    CODE(SQLITE_CONSTRAINT),
    CODE(SQLITE_CONSTRAINT_CHECK),
    CODE(SQLITE_CONSTRAINT_COMMITHOOK),
    CODE(SQLITE_CONSTRAINT_FOREIGNKEY),
    CODE(SQLITE_CONSTRAINT_FUNCTION),
    CODE(SQLITE_CONSTRAINT_NOTNULL),
    CODE(SQLITE_CONSTRAINT_PRIMARYKEY),
    CODE(SQLITE_CONSTRAINT_TRIGGER),
    CODE(SQLITE_CONSTRAINT_UNIQUE),
    CODE(SQLITE_CONSTRAINT_VTAB),
    CODE(SQLITE_CONSTRAINT_ROWID),
    CODE(SQLITE_CONSTRAINT_PINNED),
    CODE(SQLITE_CONSTRAINT_DATATYPE),
    CODE(SQLITE_MISMATCH),
    CODE(SQLITE_MISUSE),
    CODE(SQLITE_NOLFS),
    CODE(SQLITE_AUTH),
    CODE(SQLITE_AUTH_USER),
    CODE(SQLITE_FORMAT),
    CODE(SQLITE_RANGE),
    CODE(SQLITE_NOTADB),
};
#undef CODE

constexpr int primary(int code) {
  return code & 0xff;
}

const CodeName* find_name(int code) {
  const auto* found = std::find_if(std::begin(code_names), std::end(code_names),
                                   [&](const CodeName& row) { return row.code == code; });
  return found == std::end(code_names) ? nullptr : found;
}

// An extended code stands before the primary code that it belongs to.
struct Hint {
  int code;
  std::string_view text;
};
constexpr Hint hints[] = {
    {SQLITE_BUSY_SNAPSHOT,
     "the database has changed since this transaction began to read; roll back and start it with "
     "BEGIN IMMEDIATE"},
    {SQLITE_BUSY, "another connection holds a lock on the database; end its transaction, then try again"},
    {SQLITE_LOCKED, "another statement holds a lock on the table; end it, then try again"},
    {SQLITE_READONLY,
     "connect again without --read-only; if that was not given, look at the permissions of the file and its "
     "folder"},
    {SQLITE_CONSTRAINT_UNIQUE, "a row with this value exists; INSERT ... ON CONFLICT says what to do then"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "a row with this key exists; INSERT ... ON CONFLICT says what to do then"},
    {SQLITE_CONSTRAINT_ROWID, "a row with this rowid exists; INSERT ... ON CONFLICT says what to do then"},
    {SQLITE_CONSTRAINT_NOTNULL, "give the column a value, or a default"},
    {SQLITE_CONSTRAINT_FOREIGNKEY,
     "the row refers to one that does not exist, or other rows still refer to it"},
    {SQLITE_CONSTRAINT_DATATYPE, "a STRICT table stores values of the declared type only"},
    {SQLITE_CONSTRAINT, "the definition of the table says what its rows must hold"},
    {SQLITE_CORRUPT,
     "the file is damaged: copy it before anything else, then PRAGMA integrity_check says where"},
    {SQLITE_NOTADB, "the file belongs to another program, is damaged, or is encrypted"},
    {SQLITE_FULL, "free space on the disk, or raise PRAGMA max_page_count"},
    {SQLITE_IOERR, "look at the disk and at the system's log"},
    {SQLITE_CANTOPEN, "look at the path and its permissions"},
    {SQLITE_MISMATCH, "an INTEGER PRIMARY KEY takes integers only"},
    {SQLITE_TOOBIG, "one value or statement holds at most 1,000,000,000 bytes"},
};

std::string_view hint_of(int code) {
  for (const Hint& row : hints)
    if (row.code == code || row.code == primary(code)) return row.text;
  return {};
}

ErrorCode kind_of(int code) {
  switch (primary(code)) {
    case SQLITE_INTERRUPT:
      return ErrorCode::cancelled;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::io;
    default:
      return ErrorCode::sql;
  }
}

}  // namespace

std::string result_code_name(int code) {
  const CodeName* row = find_name(code);
  if (row == nullptr) row = find_name(primary(code));
  return row == nullptr ? "SQLITE_" + std::to_string(code) : std::string(row->name);
}

Error error_of(sqlite3* database, int code, std::string_view sql) {
  Error error;
  error.code = kind_of(code);
  error.what = sqlite3_errmsg(database);
  error.hint = hint_of(code);
  error.sql = sql;
  const int offset = sqlite3_error_offset(database);
  if (offset >= 0 && static_cast<std::size_t>(offset) <= sql.size())
    error.sql_offset = static_cast<std::size_t>(offset);
  error.sqlstate = result_code_name(code);
  error.native_code = code;
  return error;
}

}  // namespace bascule::sqlite
