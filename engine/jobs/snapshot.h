// Small things that jobs do with a connection: a statement run to its end, and a transaction for reading.
#pragma once

#include <string_view>

#include "engine/drivers/connection.h"

namespace bascule {

Result<void> run_to_end(Connection& connection, std::string_view sql);
// The only value of the only row, as an integer; NULL is nothing.
Result<std::optional<std::int64_t>> query_integer(Connection& connection, std::string_view sql);

// All reads of its life see one state of the database, unless a transaction was open already: then they are
// part of that one, and it is left as it is.
class Snapshot {
 public:
  static Result<Snapshot> begin(Connection& connection);
  ~Snapshot();
  Snapshot(Snapshot&& other) noexcept;
  Snapshot& operator=(Snapshot&&) = delete;

  // Gives up the state and takes the present one: after a failed or abandoned read.
  Result<void> renew();

 private:
  Snapshot(Connection& connection, bool is_own) : connection_(&connection), is_own_(is_own) {}
  void end();

  Connection* connection_;
  bool is_own_;
};

}  // namespace bascule
