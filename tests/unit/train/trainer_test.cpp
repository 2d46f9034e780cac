// A step on tensors that stay where they are, against the step as it is written: with draws of its own, and with the
// operators' overloads that take numbers.
#include <train/trainer.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <gtest/gtest.h>

#include <string>
#include <train/interpolant.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t steps = 40;
const Processes alone;

Recipe small_recipe(const std::vector<std::string>& overrides) {
  std::vector<std::string> all{"model.width=16",      "model.depth=2",    "model.time_features=8",
                               "pairs.count=64",      "train.batch=32",   "train.threads=1",
                               "optimiser.warmup=10", "noise.sigma=0.1",  "train.seed=3",
                               "data.mean=[1, 2]",    "train.device=cpu", "train.steps=" + std::to_string(steps)};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return parse_recipe("", "test", all);
}

TrainState copy_of(const TrainState& state) {
  return {state.step, state.parameters.clone(), state.m.clone(), state.v.clone(), state.ema.clone()};
}

struct Step {
  double loss;
  double gradient_norm;
};

Step take_step(const Recipe& recipe, const Model& model, const PairSampler& sampler, TrainState& state) {
  const OptimiserRecipe& of = recipe.optimiser;
  const std::int64_t seed = recipe.train.seed;
  const std::int64_t step = ++state.step;
  const PairSampler::Batch batch = sampler.draw(seed, step, {0, recipe.train.batch});
  const at::Tensor t = times_of(seed, step, {0, recipe.train.batch}, at::kCPU);
  at::Tensor xt = at::empty_like(batch.x0);
  at::Tensor target = at::empty_like(batch.x0);
  interpolate(batch, t, recipe.noise, seed, step, xt, target);
  at::Tensor gradient = at::empty_like(state.parameters);
  const at::Tensor loss = model.gradient(state.parameters, xt, t, target, gradient);
  const at::Tensor norm = at::linalg_vector_norm(gradient);
  if (of.clip > 0.0) {
    gradient.mul_(at::clamp(of.clip / norm, std::nullopt, 1.0));
  }
  using Signature = void(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList, std::int64_t,
                         double, double, double, double, double, double);
  c10::Dispatcher::singleton()
      .findSchemaOrThrow("straightedge::adamw_ema_", "")
      .typed<Signature>()
      .call({state.parameters}, {gradient}, {state.m}, {state.v}, {state.ema}, step,
            learning_rate(of, recipe.train.steps, step), of.beta1, of.beta2, of.eps, of.weight_decay,
            average_decay(of, step));
  return {loss.item<double>(), norm.item<double>()};
}

class EachTraining : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(EachTraining, TakesTheStepsThatAreWrittenBitForBit) {
  const Recipe recipe = small_recipe(GetParam());
  const Pairs pairs = make_pairs(recipe);
  const TrainState begin = Trainer::initial_state(recipe);
  Trainer trainer(recipe, pairs, at::kCPU, copy_of(begin), alone);
  TrainState expected = copy_of(begin);
  const std::unique_ptr<Model> model = make_model(recipe);
  const PairSampler sampler(recipe, pairs, at::kCPU);
  for (std::int64_t step = 1; step <= steps; ++step) {
    trainer.advance();
    const auto [loss, norm] = take_step(recipe, *model, sampler, expected);
    ASSERT_EQ(trainer.take_loss_sum(), loss) << "step " << step;
    ASSERT_EQ(trainer.gradient_norm(), norm) << "step " << step;
    const TrainState& state = trainer.state();
    ASSERT_TRUE(state.parameters.equal(expected.parameters)) << "step " << step;
    ASSERT_TRUE(state.m.equal(expected.m) && state.v.equal(expected.v)) << "step " << step;
    ASSERT_TRUE(state.ema.equal(expected.ema)) << "step " << step;
  }
  EXPECT_FALSE(trainer.state().parameters.equal(begin.parameters));
}

using Overrides = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(OfRecipe, EachTraining,
                         testing::Values(Overrides{"noise.kind=none", "noise.sigma=0"},
                                         Overrides{"noise.kind=constant"}, Overrides{"noise.kind=bridge"},
                                         Overrides{"noise.kind=none", "noise.sigma=0", "pairs.mode=resampled"},
                                         Overrides{"noise.kind=constant", "pairs.mode=resampled"},
                                         Overrides{"noise.kind=bridge", "pairs.mode=resampled"},
                                         Overrides{"pairs.kind=independent", "pairs.mode=resampled"},
                                         Overrides{"pairs.kind=shuffled", "pairs.mode=resampled"},
                                         Overrides{"data.kind=mixture", "pairs.kind=independent", "data.dimension=3"},
                                         Overrides{"model.kind=affine"}, Overrides{"optimiser.clip=0"},
                                         Overrides{"optimiser.clip=0.01", "optimiser.weight_decay=0.1"}));

TEST(Trainer, SumsTheLossesSinceTheyWereTaken) {
  const Recipe recipe = small_recipe({});
  const Pairs pairs = make_pairs(recipe);
  const TrainState begin = Trainer::initial_state(recipe);
  Trainer one(recipe, pairs, at::kCPU, copy_of(begin), alone);
  Trainer many(recipe, pairs, at::kCPU, copy_of(begin), alone);
  for (int line = 0; line < 3; ++line) {
    double sum = 0.0;
    for (int step = 0; step < 5; ++step) {
      one.advance();
      sum += one.take_loss_sum();
      many.advance();
    }
    EXPECT_EQ(many.take_loss_sum(), sum);
  }
}

TEST(FixedInputs, StayWhereTheyAreAndHoldTheLastStep) {
  for (const char* mode : {"pairs.mode=frozen", "pairs.mode=resampled"}) {
    const Recipe recipe = small_recipe({mode});
    const PairSampler sampler(recipe, make_pairs(recipe), at::kCPU);
    FixedInputs fixed(step_inputs(recipe, sampler, 1, {0, recipe.train.batch}), at::kCPU);
    const StepInputs views = fixed.get();
    for (const std::int64_t step : {7, 8}) {
      const StepInputs values = step_inputs(recipe, sampler, step, {0, recipe.train.batch});
      fixed.write(values);
      EXPECT_EQ(views.step.item<std::int64_t>(), step);
      for (const auto& [view, value] : {std::pair{views.times, values.times},
                                        {views.rate, values.rate},
                                        {views.average_decay, values.average_decay},
                                        {views.noise_offset, values.noise_offset},
                                        {views.drawn.rows, values.drawn.rows},
                                        {views.drawn.x0, values.drawn.x0},
                                        {views.drawn.x1, values.drawn.x1}}) {
        ASSERT_EQ(view.defined(), value.defined());
        EXPECT_TRUE(!view.defined() || view.equal(value));
      }
    }
  }
}

}  // namespace
}  // namespace straightedge::train
