#include "engine/drivers/registry.h"

#include "engine/drivers/mysql/driver.h"
#include "engine/drivers/postgres/driver.h"
#include "engine/drivers/sqlite/driver.h"

namespace bascule {

std::string_view transaction_state_name(TransactionState state) {
  constexpr std::string_view names[] = {"none", "open", "failed", "tainted"};
  return names[static_cast<std::size_t>(state)];
}

const Driver& driver(Flavor flavor) {
  switch (flavor) {
    case Flavor::sqlite:
      return sqlite_driver();
    case Flavor::postgres:
      return postgres_driver();
    case Flavor::mysql:
    case Flavor::mariadb:
      return mysql_driver();
  }
  return sqlite_driver();
}

Result<std::unique_ptr<Connection>> open_connection(const ConnectOptions& options) {
  return driver(options.url.flavor).open(options);
}

}  // namespace bascule
