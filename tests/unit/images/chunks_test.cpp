#include <gtest/gtest.h>

#include <chrono>
#include <images/chunks.hpp>
#include <set>
#include <stdexcept>
#include <thread>

namespace straightedge::images {
namespace {

Chunk numbered(std::int64_t number) {
  Chunk chunk;
  chunk.listed = number;
  return chunk;
}

TEST(Chunks, ComeInOrderWhoeverIsFaster) {
  const std::atomic<bool> stop = false;
  const auto maker = [] {
    return [](std::int64_t number) {
      std::this_thread::sleep_for(std::chrono::microseconds(number % 3 == 0 ? 2000 : 0));
      return numbered(number);
    };
  };
  Chunks chunks(5, 60, 4, maker, stop);
  for (std::int64_t number = 5; number < 60; ++number) {
    const std::optional<Chunk> chunk = chunks.next();
    ASSERT_TRUE(chunk);
    EXPECT_EQ(chunk->listed, number);
  }
  EXPECT_FALSE(chunks.next());
}

TEST(Chunks, OnlyAFewWaitToBeTaken) {
  const std::atomic<bool> stop = false;
  std::atomic<std::int64_t> made = 0;
  const auto maker = [&] {
    return [&](std::int64_t number) {
      ++made;
      return numbered(number);
    };
  };
  Chunks chunks(0, 1000, 2, maker, stop);
  ASSERT_TRUE(chunks.next());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(made, 1 + 3 * 2);
}

TEST(Chunks, EachThreadHasAMakerOfItsOwn) {
  const std::atomic<bool> stop = false;
  std::atomic<int> makers = 0;
  const auto maker = [&] {
    ++makers;
    return numbered;
  };
  {
    Chunks chunks(0, 10, 3, maker, stop);
    while (chunks.next()) {
    }
  }
  EXPECT_EQ(makers, 3);
}

TEST(Chunks, AMakersExceptionIsThrownWhereChunksAreTaken) {
  const std::atomic<bool> stop = false;
  const auto maker = [] {
    return [](std::int64_t number) {
      return number < 3 ? numbered(number) : throw std::runtime_error("the disk is gone");
    };
  };
  Chunks chunks(0, 10, 2, maker, stop);
  EXPECT_THROW(
      {
        while (chunks.next()) {
        }
      },
      std::runtime_error);
}

TEST(Chunks, NoneIsTakenOnceItIsStopped) {
  std::atomic<bool> stop = false;
  const auto maker = [&] {
    return [&](std::int64_t number) {
      stop = number >= 2;  // this one may have been given up halfway
      return numbered(number);
    };
  };
  Chunks chunks(0, 10, 1, maker, stop);
  std::int64_t taken = 0;
  while (chunks.next()) {
    ++taken;
  }
  EXPECT_LE(taken, 2);
}

}  // namespace
}  // namespace straightedge::images
