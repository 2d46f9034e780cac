// Dropout by the generator's words: which elements, what becomes of the others, and gradients of a UNet with it.
#include <model/dropout.hpp>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <data/random.hpp>
#include <model/unet.hpp>

#include <cmath>
#include <philox.hpp>

namespace straightedge::train {
namespace {

at::Tensor stream(std::int64_t step) {
  return at::scalar_tensor(offset_of(step, Stream::dropout), at::TensorOptions().dtype(at::kLong));
}

TEST(Dropout, DropsTheElementsWhoseWordsAreBelow) {
  constexpr double probability = 0.3;
  constexpr std::int64_t seed = (std::int64_t{5} << 32U) + 9;
  constexpr std::int64_t layer = 77;
  const at::Tensor h = at::ones({2, 3, 4, 5}, at::TensorOptions().dtype(at::kDouble));
  const at::Tensor found = dropped(h, {probability, seed, stream(11)}, layer);
  std::int64_t element = 0;
  for (std::int64_t b = 0; b < 2; ++b) {
    for (std::int64_t i = 0; i < 4; ++i) {
      for (std::int64_t j = 0; j < 5; ++j) {
        for (std::int64_t c = 0; c < 3; ++c, ++element) {
          const std::uint32_t word =
              fixtures::philox_word(seed, static_cast<std::uint64_t>(offset_of(11, Stream::dropout)),
                                    (std::uint64_t{layer} << 36U) + static_cast<std::uint64_t>(element));
          const double wanted = word < std::llround(probability * 0x1p32) ? 0.0 : 1.0 / (1.0 - probability);
          ASSERT_EQ(found[b][c][i][j].item<double>(), wanted) << element;
        }
      }
    }
  }
}

TEST(Dropout, OfSomeRowsOfABatchIsThatOfTheWholeBatch) {
  // An image has 15 elements: rows begin within a block of four words.
  const at::Tensor h = at::ones({7, 3, 1, 5});
  const at::Tensor whole = dropped(h, {0.5, 4, stream(2)}, 3);
  for (std::int64_t first = 0; first < 7; ++first) {
    for (std::int64_t count = 1; first + count <= 7; ++count) {
      const at::Tensor part = dropped(h.narrow(0, first, count), {0.5, 4, stream(2), first}, 3);
      ASSERT_TRUE(part.equal(whole.narrow(0, first, count))) << first << ", " << count;
    }
  }
}

TEST(Dropout, DropsItsShareAndKeepsTheMean) {
  const at::Tensor h = at::ones({8, 64, 16, 16});
  const double n = static_cast<double>(h.numel());
  const at::Tensor found = dropped(h, {0.1, 1, stream(1)}, 3);
  const double share = (found == 0).to(at::kDouble).mean().item<double>();
  EXPECT_NEAR(share, 0.1, 6.0 * std::sqrt(0.09 / n));
  EXPECT_NEAR(found.mean().item<double>(), 1.0, 6.0 * std::sqrt(0.1 / 0.9 / n));
}

TEST(Dropout, DiffersBetweenLayersStepsAndSeeds) {
  const at::Tensor h = at::ones({1, 8, 8, 8});
  const auto made = [&](std::int64_t seed, std::int64_t step, std::int64_t layer) {
    return dropped(h, {0.5, seed, stream(step)}, layer);
  };
  EXPECT_TRUE(made(1, 1, 1).equal(made(1, 1, 1)));
  EXPECT_FALSE(made(1, 1, 1).equal(made(2, 1, 1)));
  EXPECT_FALSE(made(1, 1, 1).equal(made(1, 2, 1)));
  EXPECT_FALSE(made(1, 1, 1).equal(made(1, 1, 2)));
}

class UnetWithDropout : public testing::Test {
 protected:
  UnetWithDropout() { at::set_num_threads(1); }

  static Unet unet(double dropout, const char* checkpointing = "off") {
    ModelRecipe recipe;
    recipe.kind = "unet";
    recipe.channels = 8;
    recipe.multipliers = {1, 2};
    recipe.blocks = 1;
    recipe.attention = 4;
    recipe.head_width = 8;
    recipe.groups = 4;
    recipe.dropout = dropout;
    recipe.checkpointing = checkpointing;
    return {recipe, {8, 4, 3}};
  }

  // The layers that begin with 0 would hide what is dropped before them.
  at::Tensor parameters = unet(0).initial(1) + 0.1 * normals(3, 5, {0, 1}, unet(0).size(), at::kFloat).flatten();
  at::Tensor x = normals(7, 0, {0, 4}, 96, at::kFloat), target = normals(7, 2, {0, 4}, 96, at::kFloat);
  at::Tensor t = uniform(7, 1, {0, 4}, at::kFloat);

  at::Tensor gradient(const Unet& model, std::int64_t step) const {
    at::Tensor result = at::empty_like(parameters);
    model.gradient(parameters, x, t, target, {.batch = x.size(0), .seed = 1, .offset = stream(step)}, result);
    return result;
  }
};

TEST_F(UnetWithDropout, AStepFollowsFromItsNumber) {
  const Unet model = unet(0.2);
  EXPECT_TRUE(gradient(model, 1).equal(gradient(model, 1)));
  EXPECT_FALSE(gradient(model, 1).equal(gradient(model, 2)));
}

TEST_F(UnetWithDropout, MeasurementsDropNothing) {
  at::Tensor without = at::empty_like(parameters);
  at::Tensor with = at::empty_like(parameters);
  unet(0.0).gradient(parameters, x, t, target, without);
  unet(0.2).gradient(parameters, x, t, target, with);
  EXPECT_TRUE(with.equal(without));
  EXPECT_TRUE(gradient(unet(0.0), 1).equal(without));
  EXPECT_FALSE(gradient(unet(0.2), 1).equal(without));
  EXPECT_TRUE(unet(0.2).velocity(parameters, x, t).equal(unet(0.0).velocity(parameters, x, t)));
}

TEST_F(UnetWithDropout, RecomputedBlocksDropTheSame) {
  EXPECT_TRUE(gradient(unet(0.2, "blocks"), 5).equal(gradient(unet(0.2), 5)));
}

}  // namespace
}  // namespace straightedge::train
