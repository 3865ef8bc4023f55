#include "engine/jobs/scratch.h"

#include <chrono>

#include <unistd.h>

#include "engine/dialect/sql_writer.h"
#include "engine/drivers/registry.h"
#include "engine/jobs/migrate.h"
#include "engine/jobs/snapshot.h"

namespace bascule {
namespace {

std::string scratch_name() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return "bascule_scratch_" + std::to_string(getpid()) + "_" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace

Result<ScratchDatabase> ScratchDatabase::create(Connection& model, const ConnectOptions& options) {
  ScratchDatabase scratch;
  const Dialect& dialect = *model.server().dialect;
  ConnectOptions own = options;
  own.read_only = false;
  own.init.clear();
  if (!dialect.scratch_url.empty()) {
    TRY(own.url, parse_url(dialect.scratch_url));
  } else {
    scratch.name_ = scratch_name();
    if (auto created = run_to_end(model, "CREATE DATABASE " + quote_identifier(scratch.name_, dialect));
        !created.ok()) {
      Error error = std::move(created).error();
      if (error.hint.empty())
        error.hint =
            "the folder is replayed in a database of its own, which the user must be allowed to create";
      return std::move(error).in("scratch database");
    }
    scratch.model_ = &model;
    own.database = scratch.name_;
  }
  TRY(scratch.connection_, open_connection(own));
  return scratch;
}

ScratchDatabase::~ScratchDatabase() {
  connection_.reset();
  if (model_ == nullptr || name_.empty() || !model_->is_alive()) return;
  static_cast<void>(
      run_to_end(*model_, "DROP DATABASE " + quote_identifier(name_, *model_->server().dialect)).ok());
}

Result<Schema> replay_migrations(Connection& model, const ConnectOptions& options, const std::string& dir,
                                 const std::string& tool) {
  TRY(ScratchDatabase scratch, ScratchDatabase::create(model, options));
  MigrateRequest request;
  request.dir = dir;
  request.tool = tool;
  if (auto ran = migrate_up(scratch.connection(), request); !ran.ok())
    return std::move(ran).error().in("replay of " + dir);
  return scratch.connection().inspect({});
}

}  // namespace bascule
