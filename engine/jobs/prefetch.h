// Reads a source on a thread of its own, a few batches ahead of the consumer. Memory is constant: the batches
// are reused.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/model/batch.h"

namespace bascule {

class Prefetch {
 public:
  // `source` must not be touched by anybody else until this object is destroyed.
  explicit Prefetch(RowSource& source, std::size_t max_rows = default_batch_rows);
  // Waits for the reader; what it still has is dropped.
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  // The next rows in the order of the source, null at its true end, or its error. The batch is valid until
  // the next call.
  Result<const Batch*> next();

 private:
  void read(std::size_t max_rows);
  bool push(Batch batch);
  Batch take_free();

  RowSource& source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Batch> ready_, free_;  // ready ones in order
  std::optional<Error> error_;
  bool ended_ = false, abandoned_ = false;
  std::optional<Batch> current_;
  std::thread thread_;
};

}  // namespace bascule
