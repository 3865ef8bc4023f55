// Runs statements of a plan in order, in transactions where they may stand in one.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/drivers/connection.h"

namespace bascule {

struct PlannedStatement {
  std::string sql;
  bool in_transaction = true;
  bool must_be_empty = false;
  std::string session_setting = {};
  std::string comment = {};
  std::size_t step = 0;  // of the plan, from 0
};

// One run. Session settings that statements changed are put back at its end, also after a failure.
class StepRunner {
 public:
  StepRunner(Connection& target, std::span<const PlannedStatement> statements)
      : target_(target), statements_(statements) {}

  std::function<void(const PlannedStatement&)> on_statement = {};
  std::function<void(std::size_t statements_done)> on_progress = {};  // whose effect stays

  Result<void> run();
  // How many statements from the start took effect for good; known after a failure, too.
  std::size_t done() const { return done_; }
  // The statement that failed.
  std::size_t current() const { return current_; }

 private:
  bool is_in_transaction(const PlannedStatement& statement) const;
  std::size_t end_of_group(std::size_t begin) const;
  Result<void> run_all();
  Result<void> run_group(std::size_t begin, std::size_t end);
  Result<void> run_one(const PlannedStatement& statement);
  Result<void> remember_setting(const std::string& name);
  void put_settings_back();

  Connection& target_;
  std::span<const PlannedStatement> statements_;
  std::map<std::string, std::string> settings_;  // name -> value before
  std::size_t done_ = 0, current_ = 0;
};

}  // namespace bascule
