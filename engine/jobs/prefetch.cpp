#include "engine/jobs/prefetch.h"

#include <utility>

namespace bascule {
namespace {

constexpr std::size_t batches_ahead = 4;

}  // namespace

Prefetch::Prefetch(RowSource& source, std::size_t max_rows)
    : source_(source), thread_([this, max_rows] { read(max_rows); }) {}

Prefetch::~Prefetch() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Prefetch::read(std::size_t max_rows) {
  for (;;) {
    Batch batch = take_free();
    auto more = source_.next(batch, max_rows);
    if (!more.ok() || !*more) {
      const std::lock_guard lock(mutex_);
      if (!more.ok()) error_ = std::move(more).error();
      ended_ = true;
      changed_.notify_all();
      return;
    }
    if (!push(std::move(batch))) return;
  }
}

Batch Prefetch::take_free() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return {};
  Batch batch = std::move(free_.back());
  free_.pop_back();
  return batch;
}

// False if nobody wants rows any more.
bool Prefetch::push(Batch batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return abandoned_ || ready_.size() < batches_ahead; });
  if (abandoned_) return false;
  ready_.push_back(std::move(batch));
  changed_.notify_all();
  return true;
}

Result<const Batch*> Prefetch::next() {
  std::unique_lock lock(mutex_);
  if (current_) {
    free_.push_back(std::move(*current_));
    current_.reset();
  }
  changed_.wait(lock, [this] { return ended_ || !ready_.empty(); });
  if (!ready_.empty()) {
    current_ = std::move(ready_.front());
    ready_.erase(ready_.begin());
    changed_.notify_all();
    return &*current_;
  }
  if (error_) return *error_;
  return static_cast<const Batch*>(nullptr);
}

}  // namespace bascule
