#include <images/chunks.hpp>

#include <chrono>
#include <utility>

namespace straightedge::images {

Chunks::Chunks(std::int64_t first, std::int64_t end, int jobs, std::function<ChunkMaker()> maker,
               const std::atomic<bool>& stop)
    : end_(end), window_(3 * jobs), maker_(std::move(maker)), stop_(stop), to_make_(first), to_take_(first) {
  for (int i = 0; i < jobs; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

Chunks::~Chunks() {
  {
    const std::lock_guard lock(mutex_);
    is_abandoned_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Chunks::work() {
  try {
    make_chunks();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

void Chunks::make_chunks() {
  const ChunkMaker make = maker_();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_abandoned_ || to_make_ >= end_ || to_make_ < to_take_ + window_; });
    if (is_abandoned_ || to_make_ >= end_ || stop_) {
      return;
    }
    const std::int64_t number = to_make_++;
    Chunk chunk;
    if (!used_.empty()) {
      chunk = std::move(used_.back());
      used_.pop_back();
    }
    lock.unlock();
    chunk.listed = 0;
    chunk.images.clear();
    chunk.remarks.clear();
    make(number, chunk);
    lock.lock();
    made_.emplace(number, std::move(chunk));
    changed_.notify_all();
  }
}

bool Chunks::next(Chunk& chunk) {
  std::unique_lock lock(mutex_);
  // A signal sets `stop` and notifies nobody.
  while (!stop_ && !failure_ && to_take_ < end_ && !made_.contains(to_take_)) {
    changed_.wait_for(lock, std::chrono::milliseconds(50));
  }
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  if (stop_ || to_take_ >= end_) {  // after the chunk was found: one that was given up has `stop` before it
    return false;
  }
  used_.push_back(std::exchange(chunk, std::move(made_.extract(to_take_).mapped())));
  ++to_take_;
  changed_.notify_all();
  return true;
}

}  // namespace straightedge::images
