#include "shell/log.h"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/text.h"
#include "engine/drivers/url.h"
#include "shell/history.h"

namespace bascule::log {
namespace {

std::shared_ptr<spdlog::logger> logger;

}  // namespace

Result<void> open(const std::string& path, const std::string& level) {
  static const std::vector<std::string> levels{"trace", "debug", "info", "warn", "error"};
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    const auto nearest = nearest_name(level, levels);
    return usage_error("unknown log level \"" + level + "\"",
                       nearest ? "did you mean " + *nearest + "?" : "levels: " + join(levels, " "));
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error("open the log file", path, errno);
  ::close(descriptor);
  try {
    logger = std::make_shared<spdlog::logger>("bascule",
                                              std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  } catch (const spdlog::spdlog_ex& failure) {
    return Error{ErrorCode::io, "cannot open the log file \"" + path + "\": " + failure.what(), "", ""};
  }
  logger->set_level(spdlog::level::from_str(level == "warn" ? "warning" : level));
  logger->flush_on(spdlog::level::info);
  return {};
}

void info(std::string_view text) {
  if (logger) logger->info(redact_urls(text));
}

void warn(std::string_view text) {
  if (logger) logger->warn(redact_urls(text));
}

void statement(std::string_view connection, std::string_view sql, std::chrono::microseconds duration,
               const Error* failure) {
  if (!logger) return;
  const std::string text = may_hold_password(sql) ? "(not logged: it may hold a password)" : redact_urls(sql);
  if (failure == nullptr)
    logger->info("{} {} us: {}", connection, duration.count(), text);
  else
    logger->error("{} {} us: {} -> {}", connection, duration.count(), text, redact_urls(failure->text()));
}

}  // namespace bascule::log
