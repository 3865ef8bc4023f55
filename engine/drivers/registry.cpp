#include "engine/drivers/registry.h"

#include <dlfcn.h>

#include <string>

#include "engine/drivers/sqlite/driver.h"

namespace bascule {
namespace {

// A driver in a module beside the program, loaded when it is first used: the client libraries of PostgreSQL
// and MySQL bring some thirty others, and cost more to load than a statement on SQLite takes.
class ModuleDriver final : public Driver {
 public:
  explicit ModuleDriver(std::string name) : name_(std::move(name)) {
    // Found by the run path of the program ($ORIGIN). Never unloaded: connections live as long as they like.
    void* const module = dlopen((name_ + ".so").c_str(), RTLD_LAZY | RTLD_LOCAL);
    void* const entry = module == nullptr ? nullptr : dlsym(module, "bascule_driver");
    if (entry != nullptr)
      driver_ = reinterpret_cast<const Driver* (*)()>(entry)();
    else
      failure_ = dlerror();
  }

  Result<std::unique_ptr<Connection>> open(const ConnectOptions& options) const override {
    if (driver_ == nullptr) return missing();
    return driver_->open(options);
  }
  Result<PlannedSteps> plan(std::span<const Change> changes, const Schema& have,
                            const Features& features) const override {
    if (driver_ == nullptr) return missing();
    return driver_->plan(changes, have, features);
  }

 private:
  Error missing() const {
    Error error;
    error.code = ErrorCode::io;
    error.what = "cannot load the driver " + name_ + ".so: " + failure_;
    error.hint = "it belongs into the folder of the program; build it anew";
    return error;
  }

  std::string name_, failure_;
  const Driver* driver_ = nullptr;
};

const Driver& postgres_module() {
  static const ModuleDriver module("bascule_postgres");
  return module;
}

const Driver& mysql_module() {
  static const ModuleDriver module("bascule_mysql");
  return module;
}

}  // namespace

const Driver& driver(Flavor flavor) {
  switch (flavor) {
    case Flavor::sqlite:
      return sqlite_driver();
    case Flavor::postgres:
      return postgres_module();
    case Flavor::mysql:
    case Flavor::mariadb:
      return mysql_module();
  }
  return sqlite_driver();
}

Result<std::unique_ptr<Connection>> open_connection(const ConnectOptions& options) {
  return driver(options.url.flavor).open(options);
}

}  // namespace bascule
