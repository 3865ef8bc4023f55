// Runs of \apply that are under way, so that a failed one can be resumed, also after the shell is gone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

struct ApplyRun {
  std::int64_t id = 0;
  std::string at;    // UTC
  std::string url;   // of the target, without a password
  std::string plan;  // the document of saved_plan.h
  std::int64_t steps_done = 0;
};

class ApplyJournal {
 public:
  static Result<ApplyJournal> open();

  // A new run takes the place of an unfinished one on the same target.
  Result<std::int64_t> begin(std::string_view url, std::string_view plan);
  Result<void> progress(std::int64_t id, std::size_t steps_done);
  // The run came to its end: nothing is left to resume.
  Result<void> end(std::int64_t id);
  // The unfinished run on a target.
  Result<std::optional<ApplyRun>> unfinished(std::string_view url);

 private:
  explicit ApplyJournal(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  std::unique_ptr<Connection> connection_;
};

}  // namespace bascule
