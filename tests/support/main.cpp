// The main of every C++ suite. Its last line is what scripts/test adds up: one case is one path through the
// subcases of a test case, so that each row of a table counts.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <iostream>

#include "tests/support/skip.h"

namespace {

struct Counts {
  int passed = 0, failed = 0, skipped = 0;
};
Counts counts;
bool case_skipped = false;

class Summary : public doctest::IReporter {
 public:
  explicit Summary(const doctest::ContextOptions& /*options*/) {}

  void test_case_start(const doctest::TestCaseData& /*data*/) override { begin(); }
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {
    end();
    begin();
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    // Failures that belong to no assertion: a timeout, should_fail.
    if (stats.failure_flags != 0 && !test_case_failed_) case_failed_ = true;
    end();
    test_case_failed_ = false;
  }
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override { case_failed_ = true; }
  void log_assert(const doctest::AssertData& assertion) override {
    if (assertion.m_failed && (assertion.m_at & doctest::assertType::is_warn) == 0) case_failed_ = true;
  }
  void log_message(const doctest::MessageData& message) override {
    if ((message.m_severity & doctest::assertType::is_warn) == 0) case_failed_ = true;
  }
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_start() override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}

 private:
  void begin() {
    case_failed_ = false;
    case_skipped = false;
  }
  void end() {
    test_case_failed_ = test_case_failed_ || case_failed_;
    (case_failed_ ? counts.failed : case_skipped ? counts.skipped : counts.passed) += 1;
  }

  bool case_failed_ = false, test_case_failed_ = false;
};

}  // namespace

void bascule::test::skip_case() {
  case_skipped = true;
}

REGISTER_LISTENER("summary", 1, Summary);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int status = context.run();
  if (context.shouldExit()) return status;  // a query such as --list-test-cases
  std::cout << counts.passed << " passed, " << counts.failed << " failed";
  if (counts.skipped > 0) std::cout << ", " << counts.skipped << " skipped";
  std::cout << std::endl;
  return status;
}
