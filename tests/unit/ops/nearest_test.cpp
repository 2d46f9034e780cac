#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <common/lanes.hpp>
#include <common/pair_tile.hpp>
#include <limits>
#include <memory>
#include <nearest/arithmetic.hpp>
#include <nearest/kernels.hpp>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
struct Found {
  std::vector<std::int64_t> index;
  std::vector<T> distance;
};

template <class T>
Found<T> nearest(const std::vector<T>& q, const std::vector<T>& bank, std::int64_t d) {
  const auto queries = static_cast<std::int64_t>(q.size()) / d;
  Found<T> found{std::vector<std::int64_t>(static_cast<std::size_t>(queries), -1),
                 std::vector<T>(static_cast<std::size_t>(queries))};
  nearest_cpu<T>({q.data(), bank.data(), found.index.data(), found.distance.data(), queries,
                  static_cast<std::int64_t>(bank.size()) / d, d});
  return found;
}

/// Integers in [-range, range]: distances are exact, and ties are many.
std::vector<double> integers(std::size_t n, int range, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<int> integer(-range, range);
  std::vector<double> values(n);
  for (double& value : values) {
    value = integer(engine);
  }
  return values;
}

TEST(Nearest, IsTheLowestOfAllRowsThatTie) {
  for (const std::int64_t d : {1, 3, 8, 21}) {
    const std::vector<double> q = integers(static_cast<std::size_t>(50 * d), 2, 1);
    const std::vector<double> bank = integers(static_cast<std::size_t>(3000 * d), 2, 2);
    const Found<double> found = nearest(q, bank, d);
    for (std::int64_t b = 0; b < 50; ++b) {
      double smallest = infinity;
      std::int64_t lowest = -1;
      for (std::int64_t i = 0; i < 3000; ++i) {
        double squared = 0.0;
        for (std::int64_t j = 0; j < d; ++j) {
          const double difference = q[static_cast<std::size_t>(b * d + j)] - bank[static_cast<std::size_t>(i * d + j)];
          squared += difference * difference;
        }
        if (squared < smallest) {
          smallest = squared;
          lowest = i;
        }
      }
      EXPECT_EQ(found.index[static_cast<std::size_t>(b)], lowest);
      EXPECT_EQ(found.distance[static_cast<std::size_t>(b)], std::sqrt(smallest));
    }
  }
}

TEST(Nearest, FindsEveryRowOfTheBank) {
  for (const std::int64_t d : {5, 400}) {
    std::vector<double> bank = integers(static_cast<std::size_t>(1000 * d), 1000, 3);
    for (std::size_t i = 0; i < 1000; ++i) {
      bank[i * static_cast<std::size_t>(d)] = 8.0 * static_cast<double>(i);  // no two rows are the same
    }
    const Found<double> found = nearest(bank, bank, d);
    for (std::size_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(found.index[i], static_cast<std::int64_t>(i));
      EXPECT_EQ(found.distance[i], 0.0);
    }
  }
}

TEST(Nearest, TellsRowsApartFarFromTheOrigin) {
  // |q|^2 - 2 q.r + |r|^2 has no digit left here.
  const std::vector<float> q = {16777216.0F, 16777216.0F};
  const std::vector<float> bank = {16777220.0F, 16777220.0F, 16777218.0F, 16777216.0F, 16777218.0F, 16777218.0F};
  const Found<float> found = nearest(q, bank, 2);
  EXPECT_EQ(found.index[0], 1);
  EXPECT_EQ(found.distance[0], 2.0F);
}

TEST(Nearest, OfBf16IsFoundInFp32) {
  const auto bf16 = [](float value) { return store<Bf16>(value); };
  const std::vector<Bf16> q = {bf16(1.0F), bf16(128.0F)};
  // 128^2 + 1/4 and 128^2 would tie in bf16.
  const std::vector<Bf16> bank = {bf16(0.5F), bf16(0.0F), bf16(1.0F), bf16(0.0F)};
  const Found<Bf16> found = nearest(q, bank, 2);
  EXPECT_EQ(found.index[0], 1);
  EXPECT_EQ(load(found.distance[0]), 128.0F);
}

TEST(Nearest, OfANaNIsTheFirstNaN) {
  const std::vector<double> bank = {1.0, nan, 3.0, nan};
  const Found<double> found = nearest<double>({1.0, nan}, bank, 1);
  EXPECT_EQ(found.index[0], 1);
  EXPECT_TRUE(std::isnan(found.distance[0]));
  EXPECT_EQ(found.index[1], 0);
  EXPECT_TRUE(std::isnan(found.distance[1]));
}

TEST(Nearest, OfInfinitelyFarRowsIsTheFirst) {
  const Found<double> found = nearest<double>({0.0}, {infinity, infinity}, 1);
  EXPECT_EQ(found.index[0], 0);
  EXPECT_EQ(found.distance[0], infinity);
}

TEST(Nearest, OfNoQueriesIsEmpty) {
  EXPECT_TRUE(nearest<double>({}, {1.0}, 1).index.empty());
}

TEST(Neighbours, AreInOneOrderHoweverTheyAreMerged) {
  const std::vector<Neighbour<double>> ordered = {
      {nan, 2}, {nan, 5}, {0.0, 1}, {0.0, 9}, {1.0, 0}, {infinity, 3}, no_neighbour<double>()};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(is_before(ordered[i], ordered[j]), i < j) << i << " " << j;
    }
  }
}

/// What a block of threads does, one thread after the other between barriers.
TEST(PairTile, MakesTheDistancesOfAllItsPairs) {
  constexpr std::int64_t rows = 50;
  constexpr std::int64_t columns = 41;
  constexpr std::int64_t d = 37;
  const std::vector<double> a = integers(rows * d, 9, 3);
  const std::vector<double> b = integers(columns * d, 9, 4);
  const auto left = std::make_unique<PairTile::Chunk<double>[]>(1);
  const auto right = std::make_unique<PairTile::Chunk<double>[]>(1);
  struct Registers {
    PairTile::Pairs<double> squared = {};
  };
  std::vector<Registers> registers(PairTile::threads);
  for (std::int64_t k = 0; k < d; k += PairTile::depth) {
    for (int thread = 0; thread < PairTile::threads; ++thread) {
      PairTile::load_chunk(thread, left[0], rows, d, k,
                           [&](std::int64_t i, std::int64_t j) { return a.at(static_cast<std::size_t>(i * d + j)); });
      PairTile::load_chunk(thread, right[0], columns, d, k,
                           [&](std::int64_t i, std::int64_t j) { return b.at(static_cast<std::size_t>(i * d + j)); });
    }
    for (int thread = 0; thread < PairTile::threads; ++thread) {
      PairTile::add_chunk(thread, left[0], right[0], registers[static_cast<std::size_t>(thread)].squared,
                          SquaredDifference{});
    }
  }
  std::vector<int> times_made(rows * columns, 0);
  for (int thread = 0; thread < PairTile::threads; ++thread) {
    for (int m = 0; m < PairTile::a_thread; ++m) {
      for (int n = 0; n < PairTile::a_thread; ++n) {
        const std::int64_t i = PairTile::left_row(thread, m);
        const std::int64_t j = PairTile::right_row(thread, n);
        if (i < rows && j < columns) {
          ++times_made[static_cast<std::size_t>(i * columns + j)];
          EXPECT_EQ(registers[static_cast<std::size_t>(thread)].squared[m][n],
                    squared_distance(a.data() + i * d, b.data() + j * d, d));
        }
      }
    }
  }
  EXPECT_EQ(times_made, std::vector<int>(rows * columns, 1));
}

}  // namespace
}  // namespace straightedge::ops
