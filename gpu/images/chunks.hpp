// Work that several threads do, piece by piece, and one takes in order.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <images/remark.hpp>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace straightedge::images {

/// Consecutive images of a list: the bytes of those that are kept, and what there is to say.
struct Chunk {
  std::int64_t listed = 0;
  std::string images;
  std::vector<Remark> remarks;
};

/// Makes the chunk of a number, in one that is empty; has the memory of one thread.
using ChunkMaker = std::function<void(std::int64_t, Chunk&)>;

class Chunks {
 public:
  /// Starts `jobs` threads on the chunks first, ..., end - 1; `maker` makes the ChunkMaker of one of them. No more than
  /// a few chunks for each thread wait to be taken. Once `stop` is set none is made, or taken: a maker may give up
  /// halfway.
  Chunks(std::int64_t first, std::int64_t end, int jobs, std::function<ChunkMaker()> maker,
         const std::atomic<bool>& stop);
  ~Chunks();
  Chunks(const Chunks&) = delete;
  Chunks& operator=(const Chunks&) = delete;

  /// Puts the next chunk in the place of `chunk`, whose memory is used again: to allocate it anew for each takes longer
  /// than to write it. False after the last, or when it is stopped. Throws what a maker threw.
  [[nodiscard]] bool next(Chunk& chunk);

 private:
  void work();
  void make_chunks();

  const std::int64_t end_;
  const std::int64_t window_;
  const std::function<ChunkMaker()> maker_;
  const std::atomic<bool>& stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t to_make_;
  std::int64_t to_take_;
  std::map<std::int64_t, Chunk> made_;
  std::vector<Chunk> used_;
  std::exception_ptr failure_;
  bool is_abandoned_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace straightedge::images
