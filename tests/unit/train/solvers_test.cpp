#include <train/solvers.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_matrix_exp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <data/random.hpp>
#include <model/affine.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <straightedge/error.hpp>
#include <string>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t rows = 7;
constexpr std::int64_t dimension = 3;

/// A field whose flow is known.
struct KnownFlow {
  std::string name;
  Velocity velocity;
  at::Tensor x0;
  at::Tensor x1;

  [[nodiscard]] double error(const at::Tensor& x) const { return (x - x1).abs().max().item<double>(); }
};

// All of them go at the speed 1 + cos 3t, and so a way of 1 + sin(3) / 3.
at::Tensor speed(const at::Tensor& t) {
  return (1.0 + (3.0 * t).cos()).unsqueeze(1);
}
const double way = 1.0 + std::sin(3.0) / 3.0;

// dx/dt = speed A x: x(1) = exp(way A) x0.
KnownFlow linear(std::int64_t seed) {
  const at::Tensor A = normals(seed, 0, {0, dimension}, dimension, at::kDouble);
  const at::Tensor x0 = normals(seed, 1, {0, rows}, dimension, at::kDouble);
  return {"linear " + std::to_string(seed),
          [A](const at::Tensor& x, const at::Tensor& t) { return speed(t) * at::matmul(x, A.t()); }, x0,
          at::matmul(x0, at::linalg_matrix_exp(way * A).t())};
}

// dx/dt = speed a x (1 - x): x(1) = x0 e / (1 - x0 + x0 e), e = exp(way a).
KnownFlow logistic(std::int64_t seed) {
  const at::Tensor a = 2.0 * normals(seed, 0, {0, 1}, dimension, at::kDouble);
  const at::Tensor x0 = uniform(seed, 1, {0, rows * dimension}, at::kDouble).view({rows, dimension});
  const at::Tensor e = (way * a).exp();
  return {"logistic " + std::to_string(seed),
          [a](const at::Tensor& x, const at::Tensor& t) { return speed(t) * a * x * (1.0 - x); }, x0,
          x0 * e / (1.0 - x0 + x0 * e)};
}

std::vector<KnownFlow> known_flows() {
  std::vector<KnownFlow> flows;
  for (std::int64_t seed = 1; seed <= 10; ++seed) {
    flows.push_back(linear(seed));
    flows.push_back(logistic(seed));
  }
  return flows;
}

at::Tensor end(const KnownFlow& flow, const Solver& solver) {
  return solve(flow.velocity, flow.x0, solver).x;
}

Solver fixed(const char* method, std::int64_t steps) {
  return {.method = method, .steps = steps};
}

Solver adaptive(double tolerance) {
  return {.method = "adaptive", .tolerance = tolerance};
}

// dx/dt = x: after n steps the factor is (1 + 1/n)^n.
TEST(FlowByEuler, TakesTheStepsOfItsDefinition) {
  const at::Tensor x0 = normals(1, 0, {0, 5}, 3, at::kDouble);
  const at::Tensor x1 = flow_by_euler([](const at::Tensor& x, const at::Tensor&) { return x; }, x0, 10);
  EXPECT_LE((x1 - std::pow(1.1, 10) * x0).abs().max().item<double>(), 1e-13);
}

// With h the error is C h^p (1 + O(h)): halving h divides it by 2^p, but for that O(h).
TEST(FixedSteps, ConvergeWithTheOrderOfTheirMethod) {
  for (const KnownFlow& flow : known_flows()) {
    for (const auto& [method, order] : {std::pair{"euler", 1.0}, {"heun", 2.0}}) {
      const double coarse = flow.error(end(flow, fixed(method, 1000)));
      const double fine = flow.error(end(flow, fixed(method, 2000)));
      EXPECT_NEAR(std::log2(coarse / fine), order, 0.05) << flow.name << " by " << method;
    }
  }
}

// Ten times the tolerance is what the errors of some ten steps, each allowed one, come to in fields that hardly part
// their lines.
TEST(Adaptive, EndsWithinTenTolerances) {
  for (const KnownFlow& flow : known_flows()) {
    const double size = 1.0 + flow.x1.abs().max().item<double>();
    for (const double tolerance : {1e-3, 1e-5, 1e-7, 1e-9, 1e-11}) {
      EXPECT_LE(flow.error(end(flow, adaptive(tolerance))), 10.0 * tolerance * size)
          << flow.name << ", tolerance " << tolerance;
    }
  }
}

TEST(Adaptive, ErrsLessWithASmallerToleranceAndTakesMoreSteps) {
  for (const KnownFlow& flow : known_flows()) {
    double error = std::numeric_limits<double>::infinity();
    std::int64_t evaluations = 0;
    for (const double tolerance : {1e-5, 1e-8, 1e-11}) {
      const Solution found = solve(flow.velocity, flow.x0, adaptive(tolerance));
      EXPECT_LE(flow.error(found.x), 0.1 * error) << flow.name << ", tolerance " << tolerance;
      EXPECT_GT(found.evaluations, evaluations) << flow.name << ", tolerance " << tolerance;
      error = flow.error(found.x);
      evaluations = found.evaluations;
    }
  }
}

TEST(Adaptive, SolvesInSinglePrecision) {
  for (const KnownFlow& flow : known_flows()) {
    const Velocity in_double = [&](const at::Tensor& x, const at::Tensor& t) {
      EXPECT_EQ(t.scalar_type(), at::kFloat);
      return flow.velocity(x.to(at::kDouble), t.to(at::kDouble)).to(at::kFloat);
    };
    const at::Tensor x1 = solve(in_double, flow.x0.to(at::kFloat), adaptive(1e-6)).x;
    EXPECT_EQ(x1.scalar_type(), at::kFloat);
    EXPECT_LE(flow.error(x1.to(at::kDouble)), 2e-5 * (1.0 + flow.x1.abs().max().item<double>())) << flow.name;
  }
}

// v is constant along the lines from x0 to x1 = x0 + th + Th x0: every step of every method stays on them.
TEST(EverySolver, IsExactWhereTheFieldIsConstantAlongItsLines) {
  const AffineModel model(dimension);
  const at::Tensor th = normals(1, 0, {0, 1}, dimension, at::kDouble);
  const at::Tensor root = normals(1, 1, {0, dimension}, dimension, at::kDouble);
  const at::Tensor Th = at::matmul(root, root.t());  // I + t Th is regular
  const at::Tensor parameters = at::cat({th.flatten(), Th.flatten()});
  const at::Tensor x0 = normals(1, 2, {0, rows}, dimension, at::kDouble);
  const at::Tensor x1 = x0 + th + at::matmul(x0, Th.t());
  const Velocity velocity = [&](const at::Tensor& x, const at::Tensor& t) { return model.velocity(parameters, x, t); };
  for (const Solver& solver :
       {fixed("euler", 1), fixed("euler", 9), fixed("heun", 1), fixed("heun", 9), adaptive(1e-3), adaptive(1e-9)}) {
    EXPECT_LE((solve(velocity, x0, solver).x - x1).abs().max().item<double>(), 1e-12) << solver.method;
  }
}

TEST(EverySolver, CountsItsEvaluations) {
  const KnownFlow flow = logistic(1);
  for (const Solver& solver : {fixed("euler", 9), fixed("heun", 9), adaptive(1e-3), adaptive(1e-9)}) {
    std::int64_t calls = 0;
    const Velocity counting = [&](const at::Tensor& x, const at::Tensor& t) {
      ++calls;
      return flow.velocity(x, t);
    };
    const std::int64_t counted = solve(counting, flow.x0, solver).evaluations;
    EXPECT_EQ(counted, calls) << solver.method;
    if (solver.method == "adaptive") {
      EXPECT_EQ(counted % 6, 1);  // one to begin with, six a step
      EXPECT_FALSE(evaluations_of(solver));
    } else {
      EXPECT_EQ(counted, solver.method == "heun" ? 18 : 9);
      EXPECT_EQ(counted, evaluations_of(solver));
    }
  }
}

// Times within [0, 1], and the end of the last step at 1 itself.
TEST(EverySolver, AsksNoTimeBeyondTheEnds) {
  const KnownFlow flow = logistic(2);
  for (const Solver& solver : {fixed("euler", 7), fixed("heun", 7), adaptive(1e-3), adaptive(1e-9)}) {
    double last = 0.0;
    const Velocity watching = [&](const at::Tensor& x, const at::Tensor& t) {
      EXPECT_GE(t.min().item<double>(), 0.0) << solver.method;
      EXPECT_LE(t.max().item<double>(), 1.0) << solver.method;
      last = t.max().item<double>();
      return flow.velocity(x, t);
    };
    (void)solve(watching, flow.x0, solver);
    EXPECT_EQ(last, solver.method == "euler" ? 6.0 / 7.0 : 1.0) << solver.method;
  }
}

TEST(FixedSteps, MoveEachRowByItself) {
  const KnownFlow flow = logistic(3);
  for (const char* method : {"euler", "heun"}) {
    const at::Tensor together = end(flow, fixed(method, 20));
    for (std::int64_t row = 0; row < rows; ++row) {
      const at::Tensor alone = solve(flow.velocity, flow.x0.narrow(0, row, 1), fixed(method, 20)).x;
      EXPECT_TRUE(alone.equal(together.narrow(0, row, 1))) << method << ", row " << row;
    }
  }
}

// A step is as short as the row needs it that needs the shortest: its error is not averaged away by the others.
TEST(Adaptive, IsAsExactForARowAmongManyAsForItAlone) {
  at::Tensor speeds = at::zeros({1000, 1}, at::kDouble);  // all at rest but for the first, which turns ten times
  speeds[0] = 20.0 * std::numbers::pi;
  const Velocity turning = [&](const at::Tensor& x, const at::Tensor&) {
    return speeds.narrow(0, 0, x.size(0)) * at::stack({-x.select(1, 1), x.select(1, 0)}, 1);
  };
  const at::Tensor x0 = at::ones({1000, 2}, at::kDouble);
  const Solution alone = solve(turning, x0.narrow(0, 0, 1), adaptive(1e-6));
  const Solution among = solve(turning, x0, adaptive(1e-6));
  EXPECT_EQ(among.evaluations, alone.evaluations);
  EXPECT_LE((among.x - x0).abs().max().item<double>(), 1e-3);
}

template <class Thrown>
std::string message_of(const Velocity& velocity, const at::Tensor& x0, const Solver& solver) {
  try {
    (void)solve(velocity, x0, solver);
  } catch (const Thrown& error) {
    return error.what();
  }
  return "";
}

TEST(EverySolver, SaysWhereAFlowCannotBeFollowed) {
  const at::Tensor x0 = at::ones({rows, dimension}, at::kDouble);
  const Velocity unknown = [](const at::Tensor& x, const at::Tensor& t) {  // NaN from t = 1/2 on
    return x + (0.5 - t).sqrt().unsqueeze(1) * 0.0;
  };
  const Velocity exploding = [](const at::Tensor& x, const at::Tensor&) { return 2.0 * x * x; };  // 1 / (1 - 2t)
  for (const auto& [velocity, why] :
       {std::pair{unknown, "its velocity there is infinite or NaN"}, {exploding, "no step is short enough"}}) {
    const std::string message = message_of<Error>(velocity, x0, adaptive(1e-4));
    EXPECT_NE(message.find("cannot be followed beyond t = 0.5"), std::string::npos) << message;
    EXPECT_NE(message.find(why), std::string::npos) << message;
  }
  for (const char* method : {"euler", "heun"}) {
    const std::string message = message_of<Error>(unknown, x0, fixed(method, 10));
    EXPECT_NE(message.find("ends at infinity or NaN"), std::string::npos) << message;
  }
}

TEST(EverySolver, IsRefusedWhereItIsNone) {
  const KnownFlow flow = linear(1);
  for (const Solver& solver : {fixed("rk4", 10), fixed("euler", 0), fixed("heun", -1), adaptive(0.0), adaptive(-1.0),
                               adaptive(std::numeric_limits<double>::quiet_NaN())}) {
    EXPECT_NE(message_of<InputError>(flow.velocity, flow.x0, solver), "") << solver.method;
  }
}

}  // namespace
}  // namespace straightedge::train
