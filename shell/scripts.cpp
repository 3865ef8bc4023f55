#include "shell/scripts.h"

#include "plugins/runtime/host.h"
#include "plugins/runtime/runtime.h"
#include "shell/interpreter.h"
#include "shell/interrupt.h"
#include "shell/log.h"
#include "shell/session.h"

namespace bascule {

class Scripts::ShellHost final : public Host {
 public:
  ShellHost(Session& session, Interpreter& interpreter) : session_(session), interpreter_(interpreter) {}

  std::vector<std::string> connection_names() const override {
    std::vector<std::string> names;
    for (const auto& member : session_.members()) names.push_back(member->live->name());
    return names;
  }
  Result<std::shared_ptr<LiveConnection>> connection(std::string_view name) override {
    TRY(Member * member, session_.find(name));
    return member->live;
  }
  Result<std::shared_ptr<LiveConnection>> current() override { return connection(""); }
  Result<std::shared_ptr<LiveConnection>> open(std::string_view url, std::string_view name) override {
    const Member* before = session_.current_or_null();
    OpenRequest request;
    request.target = std::string(url);
    request.name = std::string(name);
    TRY(Member * member, session_.open(request));
    if (before != nullptr) TRY(session_.use(before->live->name()));
    return member->live;
  }
  std::string environment(const LiveConnection& connection) const override {
    for (const auto& member : session_.members())
      if (member->live.get() == &connection) return member->env;
    return "";
  }
  LineOutcome run_line(std::string_view line) override {
    const Interpreter::Captured captured = interpreter_.run_captured(line);
    LineOutcome outcome;
    outcome.exit_code = static_cast<int>(captured.exit);
    outcome.out = captured.out;
    if (captured.rows) outcome.rows = static_cast<std::int64_t>(*captured.rows);
    return outcome;
  }
  Result<void> write_output(std::string_view text) override { return session_.output().write(text); }
  void say(std::string_view text) override { session_.warn(text); }
  void log(LogLevel level, std::string_view text) override {
    if (level == LogLevel::info)
      bascule::log::info(text);
    else
      bascule::log::warn(text);
  }
  Result<bool> confirm(std::string_view question) override {
    const auto answer = ask(std::string(question) + " [y/N] ");
    if (!answer.ok()) return answer.error();
    return *answer == "y" || *answer == "yes";
  }
  Result<std::string> ask(std::string_view question) override {
    const auto answer = session_.ask ? session_.ask(std::string(question)) : std::nullopt;
    if (answer) return *answer;
    return Error{ErrorCode::refused, "nobody can answer: " + std::string(question), "run it on a terminal",
                 ""};
  }
  bool is_cancelled() const noexcept override { return interrupt::is_pending(); }

 private:
  Session& session_;
  Interpreter& interpreter_;
};

struct Scripts::Runtime {
  std::unique_ptr<LuaRuntime> lua;
};

Scripts::Scripts() = default;
Scripts::~Scripts() = default;

Result<std::unique_ptr<Scripts>> Scripts::create(Session& session, Interpreter& interpreter) {
  std::unique_ptr<Scripts> scripts(new Scripts());
  scripts->host_ = std::make_unique<ShellHost>(session, interpreter);
  scripts->runtime_ = std::make_unique<Runtime>();
  TRY(scripts->runtime_->lua, LuaRuntime::create(*scripts->host_));
  return scripts;
}

Result<void> Scripts::run_code(std::string_view code) {
  return runtime_->lua->run_chunk(code);
}

Result<std::string> Scripts::evaluate(std::string_view expression) {
  return runtime_->lua->evaluate(expression);
}

Result<std::string> Scripts::run_line(std::string_view line) {
  return runtime_->lua->run_interactive(line);
}

bool Scripts::is_complete(std::string_view code) {
  return runtime_->lua->is_complete(code);
}

Result<void> Scripts::run_file(const std::string& path, std::span<const std::string> arguments) {
  return runtime_->lua->run_file(path, arguments);
}

}  // namespace bascule
