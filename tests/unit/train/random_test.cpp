#include <data/random.hpp>

#include <gtest/gtest.h>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t seed = 3;
constexpr std::int64_t offset = 17;
constexpr std::int64_t whole = 23;

// All ranges of a short list: within a block of the generator, over its ends, and none.
std::vector<Range> ranges() {
  std::vector<Range> all;
  for (std::int64_t first = 0; first <= whole; ++first) {
    for (std::int64_t count = 0; first + count <= whole; ++count) {
      all.push_back({first, count});
    }
  }
  return all;
}

TEST(DrawsOfARange, AreThoseOfTheWholeThere) {
  const at::Tensor uniforms = uniform(seed, offset, {0, whole}, at::kDouble);
  const at::Tensor floats = uniform(seed, offset, {0, whole}, at::kFloat);
  const at::Tensor numbers = integers(seed, offset, {0, whole}, 1000);
  for (const Range& range : ranges()) {
    EXPECT_TRUE(uniform(seed, offset, range, at::kDouble).equal(uniforms.narrow(0, range.first, range.count)));
    EXPECT_TRUE(uniform(seed, offset, range, at::kFloat).equal(floats.narrow(0, range.first, range.count)));
    EXPECT_TRUE(integers(seed, offset, range, 1000).equal(numbers.narrow(0, range.first, range.count)));
  }
}

TEST(DrawsOfARange, OfNormalsAreWholeRows) {
  for (const std::int64_t d : {1, 2, 3, 5}) {
    const at::Tensor all = normals(seed, offset, {0, whole}, d, at::kFloat);
    for (const Range& range : ranges()) {
      ASSERT_TRUE(normals(seed, offset, range, d, at::kFloat).equal(all.narrow(0, range.first, range.count)))
          << d << ", " << range.first << ", " << range.count;
    }
  }
}

}  // namespace
}  // namespace straightedge::train
