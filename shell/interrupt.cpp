#include "shell/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/drivers/live.h"

namespace bascule::interrupt {
namespace {

std::atomic<bool> pending{false};
int wake_pipe[2] = {-1, -1};
std::mutex running_mutex;
std::vector<LiveConnection*> running;

extern "C" void on_interrupt(int) {
  pending.store(true);
  const char byte = 'c';
  [[maybe_unused]] const auto written = ::write(wake_pipe[1], &byte, 1);
}

void cancel_all() {
  char byte = 0;
  for (;;) {
    const auto got = ::read(wake_pipe[0], &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    const std::lock_guard lock(running_mutex);
    for (LiveConnection* connection : running) connection->cancel();
  }
}

}  // namespace

void install() {
  if (wake_pipe[0] >= 0 || ::pipe2(wake_pipe, O_CLOEXEC) != 0) return;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a read at the prompt or from a pipe must return.
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  // Only the main thread takes the signal, so that its blocking reads are the ones that return.
  sigset_t interrupts, before;
  sigemptyset(&interrupts);
  sigaddset(&interrupts, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupts, &before);
  std::thread(cancel_all).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool is_pending() {
  return pending.load();
}

void clear() {
  pending.store(false);
}

Guard::Guard(LiveConnection& connection) : connection_(&connection) {
  const std::lock_guard lock(running_mutex);
  running.push_back(connection_);
}

Guard::~Guard() {
  const std::lock_guard lock(running_mutex);
  running.erase(std::find(running.begin(), running.end(), connection_));
}

}  // namespace bascule::interrupt
