// How a long job tells where it is. Called from the job's own thread, at most a few times a second per table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bascule {

struct Progress {
  std::string table;                           // as the user knows it
  std::int64_t rows = 0;                       // done so far
  std::optional<std::int64_t> estimated = {};  // of all rows, from the engine's statistics
  bool finished = false;                       // the table's last report
};

struct ProgressHandler {
  std::function<void(const Progress&)> report = {};  // may be empty
};

}  // namespace bascule
