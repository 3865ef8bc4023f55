// What the commands about two connections share: their words, the connections themselves, notices and
// statements.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/type_rules.h"
#include "engine/jobs/table_scope.h"
#include "engine/model/change.h"
#include "shell/command.h"
#include "shell/interrupt.h"
#include "shell/session.h"

namespace bascule {

// One side of a command: a connection of the session, and what is named in it.
struct Side {
  Member* member = nullptr;
  TableAddress address = {};
  std::string text;  // as it was typed
};

struct TwoSides {
  Side source, target;
  std::vector<std::string> tables;
};

// One `@A`, `@A.T` or `@A.S.T`.
Result<Side> parse_side(Session& session, const Word& word, std::string_view command);

// `@A to @B [TABLE...]`, or without the `to`. Errors (usage) are the command's.
Result<TwoSides> parse_sides(Session& session, const Arguments& arguments, std::string_view command,
                             bool with_to);

// Both connections made ready for a job, and told afterwards how it ended.
class JobConnections {
 public:
  static Result<JobConnections> open(const TwoSides& sides);
  // `source` stays null.
  static Result<JobConnections> open_target(Member& member);
  template <typename T>
  Result<T> ended(Result<T> result) {
    const Error* failure = result.ok() ? nullptr : &result.error();
    if (source_live_ != nullptr) source_live_->settle(source->is_alive() ? nullptr : failure);
    target_live_->settle(target->is_alive() ? nullptr : failure);
    return result;
  }

  Connection* source = nullptr;
  Connection* target = nullptr;

 private:
  LiveConnection* source_live_ = nullptr;
  LiveConnection* target_live_ = nullptr;
  std::vector<std::unique_ptr<interrupt::Guard>> guards_;
};

// What the user says about types: --map, then the file that TYPE_MAP names.
Result<TypeRules> type_rules(const Session& session, const Arguments& arguments);

// "notice: orders.total: ..."
std::string notice_text(const Notice& notice);
// One line of narration each.
void add_notices(Outcome& outcome, const std::vector<Notice>& notices);
// The statements with their comments, as a script.
std::string steps_text(const std::vector<Step>& steps);

}  // namespace bascule
