// Counter Example 1: T(x) = R_180 x + 5. All lines meet at t = 1/2; the training pairs are reproduced all the same.
#include <claim.hpp>
#include <exact_judgement.hpp>
#include <finite_generators.hpp>
#include <generators.hpp>

#include <fmt/format.h>
#include <rapidcheck/gen/Transform.h>
#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

const Rational half(1, 2);

// The pairs (x, -x + (5, ..., 5)): 180 degrees in every plane of an even d. The mutant turns and stretches by 1 +
// 2^-30.
FiniteSet<Rational> pairs_of(const Case& value, Variant variant) {
  FiniteSet<Rational> pairs = finite_set_of(value);
  const Rational factor = variant == Variant::claim ? Rational(1) : Rational(1 + Rational(1, Integer(1) << 30));
  pairs.targets = Matrix<Rational>::Constant(pairs.dimension(), pairs.size(), 5) - factor * pairs.sources;
  return pairs;
}

Departure lines_that_do_not_meet(const FiniteSet<Rational>& pairs) {
  const Matrix<Rational> middle = interpolants(pairs, half);
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    if (middle.col(i) != Vector<Rational>(Vector<Rational>::Constant(pairs.dimension(), Rational(5, 2)))) {
      return fmt::format("line {} is not in (5/2, ..., 5/2) at t = 1/2", i);
    }
  }
  for (const Crossing& crossing : crossings(pairs)) {
    if (crossing.time != half) {
      return fmt::format("lines {} and {} meet at t = {}", crossing.first, crossing.second, to_string(crossing.time));
    }
  }
  return std::nullopt;
}

Departure wrong_memory(const FiniteSet<Rational>& pairs, const std::vector<Rational>& grid) {
  for (std::size_t n = 0; n + 1 < grid.size(); ++n) {
    if (memorising_loss(pairs, grid[n]) != 0) {
      return fmt::format("positive empirical loss at t = {}", to_string(grid[n]));
    }
  }
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    const auto end = memorising_euler(pairs, i, grid);
    if (!end || *end != Vector<Rational>(pairs.targets.col(i))) {
      return fmt::format("the memorising field does not lead source {} to its partner", i);
    }
  }
  return std::nullopt;
}

// The affine field of T itself, th = (5, ..., 5) and Th = -2 I, which serves every point, not the training pairs only.
Departure wrong_pair_field(const FiniteSet<Rational>& pairs, const std::vector<Rational>& grid) {
  const Eigen::Index d = pairs.dimension();
  const PairField<Rational> field{Vector<Rational>::Constant(d, 5),
                                  Matrix<Rational>(-2 * Matrix<Rational>::Identity(d, d))};
  const VelocityFunction<Rational> v = [&](const Vector<Rational>& x, const Rational& t) {
    return velocity(field, x, t);
  };
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    if (euler_flow<Rational>(v, pairs.sources.col(i), grid) != Vector<Rational>(pairs.targets.col(i))) {
      return fmt::format("the pair field does not lead source {} to its partner", i);
    }
  }
  try {
    static_cast<void>(v(Vector<Rational>::Constant(d, Rational(5, 2)), half));
  } catch (const DoesNotExist&) {
    return std::nullopt;
  }
  return "the pair field exists at t = 1/2, where all lines meet";
}

class LinesThroughOnePoint final : public Claim {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "counterexample-1",
        .label = "Counter Example 1",
        .order = 140,
        .statement =
            "For T(x) = R_180 x + (5, ..., 5) all training lines meet at t = 1/2 in (5/2, ..., 5/2) and nowhere else; "
            "the memorising field has zero empirical loss at every other time, and explicit Euler on every grid "
            "without 1/2 returns each partner exactly, with the memorising field and with the pair field of T.",
        .hypotheses = "d even, R_180 turns every plane by 180 degrees (R_180 = -I); finitely many training sources.",
        .margin = "1 where every part holds in exact arithmetic, -1 where one fails.",
        .refuted_by = "A line that misses the common point, another crossing, or a partner that is not reproduced.",
        .paper = "holds",
        .mutant = "The same of T(x) = (1 + 2^-30) R_180 x + (5, ..., 5).",
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = finite_case({.smallest_size = 2, .largest_size = 6, .meet = false, .largest_grid = 5});
    // Drawn in d/2, so that shrinking keeps d even; the drawn targets give the other half of the sources' coordinates.
    auto doubled = rc::gen::map(base, [](Case value) {
      Case::List sources = value.list("sources");
      const Case::List targets = value.list("targets");
      sources.insert(sources.end(), targets.begin(), targets.end());
      return Case{{"d", {2 * value.integer("d")}},
                  {"size", value.list("size")},
                  {"sources", std::move(sources)},
                  {"grid", value.list("grid")}};
    });
    return doubled;
  }

  std::vector<Case> planted() const override {
    return {
        {{"d", {2}}, {"size", {2}}, {"sources", {0, 0, 16, 0}}, {"grid", {}}},
        {{"d", {2}}, {"size", {4}}, {"sources", {40, 40, 7, -3, 0, 1, -64, 5}}, {"grid", {1, 31, 33}}},
        {{"d", {4}}, {"size", {3}}, {"sources", {1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5}}, {"grid", {32}}},
    };
  }

  bool admits(const Case& value) const override { return value.integer("d") >= 2 && value.integer("d") % 2 == 0; }

  std::vector<std::string> classes(const Case& value) const override {
    const Case::List& grid = value.list("grid");
    const bool through = std::find(grid.begin(), grid.end(), 32) != grid.end();
    std::vector<std::string> result{fmt::format("d={}", value.integer("d")),
                                    fmt::format("N={}", value.integer("size"))};
    result.emplace_back(grid.empty() ? "one step" : through ? "drawn grid held 1/2" : "several steps");
    if (crossings(pairs_of(value, Variant::claim)).empty()) {
      result.emplace_back("equal sources only");
    }
    return result;
  }

  Judgement judge(const Case& value, Tier /*tier*/, Variant variant) const override {
    const FiniteSet<Rational> pairs = pairs_of(value, variant);
    std::vector<Rational> grid = grid_of(value);
    std::erase(grid, half);
    Departure departure = lines_that_do_not_meet(pairs);
    departure = departure ? departure : wrong_memory(pairs, grid);
    departure = departure ? departure : wrong_pair_field(pairs, grid);
    return judge_exactly(std::move(departure), fmt::format("{} lines through one point, exact", pairs.size()));
  }
};

const Registration registered{std::make_unique<LinesThroughOnePoint>()};

}  // namespace
}  // namespace straightedge::proofs
