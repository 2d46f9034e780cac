#include <gtest/gtest.h>

#include <chrono>
#include <images/chunks.hpp>
#include <set>
#include <stdexcept>
#include <thread>

namespace straightedge::images {
namespace {

void number_it(std::int64_t number, Chunk& chunk) {
  EXPECT_TRUE(chunk.images.empty() && chunk.remarks.empty());
  chunk.listed = number;
  chunk.images = "images";
  chunk.remarks.push_back({"name", number, Finding::empty, "has no bytes"});
}

TEST(Chunks, ComeInOrderWhoeverIsFaster) {
  const std::atomic<bool> stop = false;
  const auto maker = [] {
    return [](std::int64_t number, Chunk& chunk) {
      std::this_thread::sleep_for(std::chrono::microseconds(number % 3 == 0 ? 2000 : 0));
      number_it(number, chunk);
    };
  };
  Chunks chunks(5, 60, 4, maker, stop);
  Chunk chunk;
  for (std::int64_t number = 5; number < 60; ++number) {
    ASSERT_TRUE(chunks.next(chunk));
    EXPECT_EQ(chunk.listed, number);
    EXPECT_EQ(chunk.remarks.size(), 1U);
  }
  EXPECT_FALSE(chunks.next(chunk));
}

TEST(Chunks, OnlyAFewWaitToBeTaken) {
  const std::atomic<bool> stop = false;
  std::atomic<std::int64_t> made = 0;
  const auto maker = [&] {
    return [&](std::int64_t number, Chunk& chunk) {
      ++made;
      number_it(number, chunk);
    };
  };
  Chunks chunks(0, 1000, 2, maker, stop);
  Chunk chunk;
  ASSERT_TRUE(chunks.next(chunk));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(made, 1 + 3 * 2);
}

TEST(Chunks, EachThreadHasAMakerOfItsOwn) {
  const std::atomic<bool> stop = false;
  std::atomic<int> makers = 0;
  const auto maker = [&] {
    ++makers;
    return number_it;
  };
  {
    Chunks chunks(0, 10, 3, maker, stop);
    Chunk chunk;
    while (chunks.next(chunk)) {
    }
  }
  EXPECT_EQ(makers, 3);
}

TEST(Chunks, AMakersExceptionIsThrownWhereChunksAreTaken) {
  const std::atomic<bool> stop = false;
  const auto maker = [] {
    return [](std::int64_t number, Chunk&) {
      if (number == 3) {
        throw std::runtime_error("the disk is gone");
      }
    };
  };
  Chunks chunks(0, 10, 2, maker, stop);
  Chunk chunk;
  EXPECT_THROW(
      {
        while (chunks.next(chunk)) {
        }
      },
      std::runtime_error);
}

TEST(Chunks, NoneIsTakenOnceItIsStopped) {
  std::atomic<bool> stop = false;
  const auto maker = [&] {
    return [&](std::int64_t number, Chunk& chunk) {
      stop = number >= 2;  // this one may have been given up halfway
      number_it(number, chunk);
    };
  };
  Chunks chunks(0, 10, 1, maker, stop);
  std::int64_t taken = 0;
  Chunk chunk;
  while (chunks.next(chunk)) {
    ++taken;
  }
  EXPECT_LE(taken, 2);
}

}  // namespace
}  // namespace straightedge::images
