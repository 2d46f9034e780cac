// The noise of some rows of a batch: what each of several processes adds to its own.
#include <train/interpolant.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <data/random.hpp>

#include <string>
#include <tuple>

namespace straightedge::train {
namespace {

struct Point {
  at::Tensor xt, target;
};

Point interpolated(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t, std::int64_t first_row) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("straightedge::interpolate", "")
                             .typed<std::tuple<at::Tensor, at::Tensor>(
                                 const at::Tensor&, const at::Tensor&, const at::Tensor&, c10::string_view, double,
                                 c10::string_view, std::int64_t, std::int64_t, std::int64_t)>();
  const auto [xt, target] = op.call(x0, x1, t, "bridge", 0.5, "interpolant", 3, 5, first_row);
  return {xt, target};
}

class OfSomeRows : public testing::TestWithParam<std::int64_t> {};

TEST_P(OfSomeRows, TheNoiseIsThatOfTheWholeBatch) {
  const std::int64_t d = GetParam();
  constexpr std::int64_t rows = 200;
  const at::Tensor x = normals(1, 2, {0, 2 * rows}, d, at::kDouble);
  const at::Tensor times = uniform(1, 3, {0, rows}, at::kDouble);
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    const at::Tensor x0 = x.narrow(0, 0, rows).to(type);
    const at::Tensor x1 = x.narrow(0, rows, rows).to(type);
    const at::Tensor t = times.to(type).clamp(0.1, 0.9);
    const Point whole = interpolated(x0, x1, t, 0);
    for (std::int64_t first = 0; first < rows; first += 3 * unit_of_rows(d)) {
      const std::int64_t count = std::min<std::int64_t>(rows - first, 37);
      const auto part = [&](const at::Tensor& of) { return of.narrow(0, first, count); };
      const Point found = interpolated(part(x0), part(x1), part(t), first);
      ASSERT_TRUE(found.xt.equal(part(whole.xt)) && found.target.equal(part(whole.target))) << first << " in " << type;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(InDimensions, OfSomeRows, testing::Values(1, 2, 3, 4, 12, 33, 300));

TEST(OfSomeRows, BeginsWithABlockOfTheGenerator) {
  EXPECT_EQ(unit_of_rows(1), 4);
  EXPECT_EQ(unit_of_rows(2), 2);
  EXPECT_EQ(unit_of_rows(3), 4);
  EXPECT_EQ(unit_of_rows(4), 1);
  EXPECT_EQ(unit_of_rows(6), 2);
  const at::Tensor x = at::zeros({4, 3});
  const at::Tensor t = at::zeros({4}) + 0.5;
  for (const std::int64_t first_row : {-4, 2, 3}) {
    try {
      (void)interpolated(x, x, t, first_row);
      ADD_FAILURE() << first_row;
    } catch (const c10::ValueError& error) {
      EXPECT_NE(std::string(error.what()).find("first_row is " + std::to_string(first_row)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace straightedge::train
