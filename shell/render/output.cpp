#include "shell/render/output.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "shell/render/text_writer.h"

extern char** environ;  // POSIX: declared by the program

namespace bascule {
namespace {

int wait_for(pid_t process, int& status) {
  pid_t ended = 0;
  do ended = waitpid(process, &status, 0);
  while (ended < 0 && errno == EINTR);
  return ended < 0 ? errno : 0;
}

// Starts `sh -c command` with `input` as its standard input and SIGPIPE, which the shell ignores, back to
// normal.
int spawn_shell(const std::string& command, int input, pid_t& process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::array<std::string, 3> words{"sh", "-c", command};
  std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int result = posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return result;
}

Error program_error(const std::string& command, int status) {
  Error error;
  error.code = ErrorCode::io;
  error.what = "the program \"" + command + "\" failed: " +
               (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                    : "exit status " + std::to_string(WEXITSTATUS(status)));
  return error;
}

}  // namespace

Output Output::standard_output() {
  Output out;
  out.descriptor_ = STDOUT_FILENO;
  out.name_ = "standard output";
  return out;
}

Result<Output> Output::file(const std::string& path) {
  Output out;
  out.descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out.descriptor_ < 0) return io_error("open", path, errno);
  out.owned_ = true;
  out.name_ = path;
  return Result<Output>(std::move(out));
}

Result<Output> Output::pipe(const std::string& command) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return io_error("make a pipe to", command, errno);
  pid_t process = 0;
  const int failure = spawn_shell(command, ends[0], process);
  ::close(ends[0]);
  if (failure != 0) {
    ::close(ends[1]);
    return io_error("start", command, failure);
  }
  Output out;
  out.descriptor_ = ends[1];
  out.child_ = process;
  out.owned_ = true;
  out.name_ = command;
  return Result<Output>(std::move(out));
}

Output Output::memory() {
  return {};
}

Output::Output(Output&& other) noexcept
    : buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      child_(std::exchange(other.child_, 0)),
      owned_(std::exchange(other.owned_, false)),
      name_(std::move(other.name_)) {
  other.buffer_.clear();
}

Output::~Output() {
  (void)close().ok();
}

Result<void> Output::flush() {
  if (descriptor_ < 0) return {};
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      const int number = errno;
      buffer_.clear();
      return io_error("write to", name_, number);
    }
  }
  buffer_.clear();
  return {};
}

Result<void> Output::close() {
  Result<void> result = flush();
  if (owned_ && ::close(std::exchange(descriptor_, -1)) != 0 && result.ok())
    result = io_error("close", name_, errno);
  owned_ = false;
  if (child_ == 0) return result;
  int status = 0;
  const int failure = wait_for(std::exchange(child_, 0), status);
  if (!result.ok()) return result;
  if (failure != 0) return io_error("wait for", name_, failure);
  if (status != 0) return program_error(name_, status);
  return {};
}

bool Output::is_terminal() const {
  return descriptor_ >= 0 && isatty(descriptor_) == 1;
}

void TextWriter::grow(std::size_t size) {
  release();
  if (auto written = output_.drain(); !written.ok()) {
    if (!error_) error_ = std::move(written).error();
    output_.buffer().clear();
  }
  std::string& buffer = output_.buffer();
  const std::size_t used = buffer.size();
  buffer.resize(used + std::max(size, block_size));
  at_ = buffer.data() + used;
  end_ = buffer.data() + buffer.size();
}

}  // namespace bascule
