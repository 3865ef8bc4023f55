// A database of its own for the length of a job: a migrations folder is replayed in it.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

// In memory where the engine can, else a new database on the server of `model`, a connection opened with
// `options`, which is dropped at the end; the name begins with bascule_scratch_, should the program be
// killed. The user needs the right to create databases. `model` must outlive it.
class ScratchDatabase {
 public:
  static Result<ScratchDatabase> create(Connection& model, const ConnectOptions& options);
  ~ScratchDatabase();
  ScratchDatabase(ScratchDatabase&&) noexcept = default;
  ScratchDatabase& operator=(ScratchDatabase&&) = delete;

  Connection& connection() { return *connection_; }

 private:
  ScratchDatabase() = default;
  Connection* model_ = nullptr;
  std::string name_;  // "" in memory
  std::unique_ptr<Connection> connection_;
};

// What the database of a new installation looks like after all migrations of the folder. `tool` as in
// MigrateRequest.
Result<Schema> replay_migrations(Connection& model, const ConnectOptions& options, const std::string& dir,
                                 const std::string& tool);

}  // namespace bascule
