#include <parallel.hpp>

#include <mpfr.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace straightedge::proofs {

void for_each_index(std::size_t count, int jobs, const std::function<bool(std::size_t)>& body) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> ended = false;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    try {
      for (std::size_t index = next++; index < count && !ended; index = next++) {
        if (!body(index)) {
          ended = true;
        }
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = error ? error : std::current_exception();
      ended = true;
    }
  };
  const auto threads = std::min(static_cast<std::size_t>(std::max(jobs, 1)), count);
  if (threads <= 1) {
    work();
  } else {
    std::vector<std::jthread> pool;
    for (std::size_t i = 0; i < threads; ++i) {
      pool.emplace_back([&] {
        work();
        mpfr_free_cache();  // each thread has its own constants
      });
    }
  }
  if (error) {
    std::rethrow_exception(error);
  }
}

}  // namespace straightedge::proofs
