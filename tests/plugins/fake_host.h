// A host for the runtime without a shell: connections are real, lines and answers are recorded.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "plugins/runtime/host.h"

namespace bascule {

class FakeHost : public Host {
 public:
  std::vector<std::shared_ptr<LiveConnection>> connections;  // the first is current
  std::string output, said, logged;
  std::vector<std::string> lines;
  bool answers_yes = true;
  std::atomic<bool> cancelled = false;
  // Called by run_line before it answers; may run the runtime again.
  std::function<void(std::string_view)> on_line;

  Result<void> add(std::string name) {
    TRY(open("sqlite::memory:", name));
    return {};
  }

  std::vector<std::string> connection_names() const override {
    std::vector<std::string> names;
    for (const auto& live : connections) names.push_back(live->name());
    return names;
  }
  Result<std::shared_ptr<LiveConnection>> connection(std::string_view name) override {
    for (const auto& live : connections)
      if (live->name() == name) return live;
    return usage_error("there is no connection \"" + std::string(name) + "\"", "open it first");
  }
  Result<std::shared_ptr<LiveConnection>> current() override {
    if (connections.empty()) return usage_error("no connection is open", "\\connect URL");
    return connections.front();
  }
  Result<std::shared_ptr<LiveConnection>> open(std::string_view url, std::string_view name) override {
    TRY(auto parsed, parse_url(url));
    ConnectOptions options;
    options.url = std::move(parsed);
    TRY(auto live, LiveConnection::open(name.empty() ? "unnamed" : std::string(name), std::move(options)));
    connections.push_back(std::move(live));
    return connections.back();
  }
  std::string environment(const LiveConnection&) const override { return "dev"; }

  LineOutcome run_line(std::string_view line) override {
    lines.emplace_back(line);
    if (on_line) on_line(line);
    if (line == "\\nonsense") return {.exit_code = 2};
    return {.exit_code = 0, .out = "ran " + std::string(line) + "\n", .rows = 3};
  }
  Result<void> write_output(std::string_view text) override {
    output += text;
    return {};
  }
  void say(std::string_view text) override { (said += text) += '\n'; }
  void log(LogLevel level, std::string_view text) override {
    logged += level == LogLevel::info ? "info: " : "warning: ";
    (logged += text) += '\n';
  }
  Result<bool> confirm(std::string_view) override { return answers_yes; }
  Result<std::string> ask(std::string_view question) override { return "answer to " + std::string(question); }
  bool is_cancelled() const noexcept override { return cancelled; }
};

}  // namespace bascule
