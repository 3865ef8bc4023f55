#include "engine/dialect/migration_lock.h"

#include <array>

namespace bascule {
namespace {

// The number spells "bascule" in ASCII; an advisory lock of PostgreSQL belongs to one database.
// https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
constexpr MigrationLock postgres{"SELECT pg_try_advisory_lock(27691695935417445)",
                                 "SELECT pg_advisory_unlock(27691695935417445)", "BEGIN"};
// A lock of MySQL belongs to the whole server, and its name has at most 64 characters: 19 and 40 of the
// digest. SHA2, because MySQL 9 has no SHA1 unless a component is installed.
// https://dev.mysql.com/doc/refman/8.0/en/locking-functions.html
constexpr MigrationLock mysql{
    "SELECT GET_LOCK(CONCAT('bascule_migrations:', LEFT(SHA2(DATABASE(), 256), 40)), 1)",
    "SELECT RELEASE_LOCK(CONCAT('bascule_migrations:', LEFT(SHA2(DATABASE(), 256), 40)))",
    "START TRANSACTION"};
constexpr std::array<MigrationLock, 4> locks{{{"", "", "BEGIN IMMEDIATE"}, postgres, mysql, mysql}};

}  // namespace

const MigrationLock& migration_lock(Flavor flavor) {
  return locks[static_cast<std::size_t>(flavor)];
}

}  // namespace bascule
