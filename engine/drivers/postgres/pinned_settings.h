// Settings that the text form of values depends on, pinned for the time of a bulk read or write.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/postgres/session.h"

namespace bascule::postgres {

class PinnedSettings {
 public:
  // The session is claimed and nothing runs on it.
  static Result<PinnedSettings> pin(Session& session);
  // Puts back what was there. Without effect in a failed transaction, whose end puts it back.
  Result<void> restore(Session& session);

 private:
  std::vector<std::string> previous_;  // in the order of the settings
};

}  // namespace bascule::postgres
