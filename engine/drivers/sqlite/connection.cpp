#include "engine/drivers/sqlite/driver.h"

namespace bascule {
namespace {

class Unbuilt final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> open(const ConnectOptions&) const override {
    return internal_error("the sqlite driver is being built");
  }
  Result<std::vector<Step>> plan(std::span<const Change>, const Schema&, const Features&) const override {
    return internal_error("the sqlite driver is being built");
  }
};

}  // namespace

const Driver& sqlite_driver() {
  static const Unbuilt driver;
  return driver;
}

}  // namespace bascule
