// For a deterministic straight coupling explicit Euler on any grid without singular times is exact.
#include <claim.hpp>
#include <exact_judgement.hpp>
#include <field_identities.hpp>
#include <finite_generators.hpp>
#include <generators.hpp>

#include <fmt/format.h>
#include <rapidcheck/gen/Create.h>
#include <rapidcheck/gen/Transform.h>
#include <straightedge/flow.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

// A in 1/16, row by row; what the list lacks is that of the identity, so that zeros shrink A towards I.
Matrix<Rational> map_of(const Case& value) {
  const auto d = static_cast<Eigen::Index>(value.integer("d"));
  const Case::List& entries = value.list("map");
  Matrix<Rational> a = Matrix<Rational>::Identity(d, d);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      const auto index = static_cast<std::size_t>(i * d + j);
      a(i, j) += index < entries.size() ? Rational(entries[index], 16) : Rational(0);
    }
  }
  return a;
}

Vector<Rational> point_of(const Case& value, const std::string& key) {
  const Case::List& entries = value.list(key);
  Vector<Rational> x(value.integer("d"));
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const auto index = static_cast<std::size_t>(k);
    x(k) = index < entries.size() ? Rational(entries[index], 16) : Rational(0);
  }
  return x;
}

bool is_singular(const Matrix<Rational>& a, const Rational& t) {
  const Matrix<Rational> identity = Matrix<Rational>::Identity(a.rows(), a.cols());
  return determinant<Rational>((1 - t) * identity + t * a) == 0;
}

struct Grids {
  std::vector<Rational> regular;  // the drawn one without the singular times
  std::size_t removed;
};

// The field is asked for at every grid point but the last.
Grids grids_of(const Case& value, const Matrix<Rational>& a) {
  std::vector<Rational> grid = grid_of(value);
  const std::size_t drawn = grid.size();
  std::erase_if(grid, [&](const Rational& t) { return t != 1 && is_singular(a, t); });
  return {grid, drawn - grid.size()};
}

struct Shape {
  std::int64_t d, steps;
  bool through_singular_time;
};

// The first row of A becomes -e_1: an eigenvalue -1, singular at t = 1/2; and the grid holds 1/2.
Case singular_at_half(Case value) {
  Case::List map = value.list("map");
  std::fill_n(map.begin(), value.integer("d"), 0);
  map.front() = -32;
  Case::List grid = value.list("grid");
  grid.push_back(32);
  return value.set("map", std::move(map)).set("grid", std::move(grid));
}

class StraightMeansOneStep final : public Claim {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "straight-means-one-step",
        .label = "beyond the paper",
        .order = 270,
        .statement =
            "For a deterministic coupling X1 = mu + A X0 with its pair field, explicit Euler from any source point "
            "reaches its partner exactly on every grid from 0 to 1 that holds no singular time: one step is enough.",
        .hypotheses =
            "Any mu and A (A A^T = M covers OT and every rOT), singular at some times or not; det((1-t) I + t A) != 0 "
            "at every grid point but t = 1, where no velocity is asked for.",
        .margin = "1 where Euler ends at the partner in exact arithmetic, -1 where it does not.",
        .refuted_by = "A map, a source point and a grid without singular times on which Euler ends anywhere else.",
        .paper = "not in the paper as a statement; it follows from Lemma 1",
        .mutant = "The field's matrix Th = A - I is taken times 1 + 2^-30.",
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto shape = rc::gen::apply(
        [](std::int64_t d, std::int64_t steps, std::int64_t kind) {
          return Shape{d, steps, kind == 4};
        },
        integer_in(1, 4), integer_in(0, 5), integer_in(0, 4));
    return rc::gen::mapcat(shape, [](const Shape& drawn) {
      const auto [d, steps, through] = drawn;
      auto value = with_list(rc::gen::just(Case{{"d", {d}}}), "map", integers_in(d * d, -48, 48));
      value = with_list(std::move(value), "mean", integers_in(d, -64, 64));
      value = with_list(std::move(value), "source", integers_in(d, -64, 64));
      value = with_list(std::move(value), "grid", integers_in(steps, 1, 63));
      return through ? rc::gen::map(std::move(value), singular_at_half) : value;
    });
  }

  std::vector<Case> planted() const override {
    return {
        // A = -I (the entries are those of A - I): singular at 1/2 only; one step, and a grid that holds 1/2.
        {{"d", {2}}, {"map", {-32, 0, 0, -32}}, {"mean", {80, 80}}, {"source", {16, -3}}, {"grid", {}}},
        {{"d", {2}}, {"map", {-32, 0, 0, -32}}, {"mean", {80, 80}}, {"source", {16, -3}}, {"grid", {31, 32, 33}}},
        // A turns by 90 degrees and stretches; a grid of unequal steps.
        {{"d", {2}}, {"map", {-16, -32, 8, -16}}, {"mean", {3, -5}}, {"source", {7, 9}}, {"grid", {1, 2, 40, 63}}},
        // A = 0: t = 1 is singular, and still reached.
        {{"d", {1}}, {"map", {-16}}, {"mean", {3}}, {"source", {7}}, {"grid", {10, 20}}},
        // Singular a little off the grid: 1/t = 1 + 1/32.
        {{"d", {1}}, {"map", {-48}}, {"mean", {0}}, {"source", {16}}, {"grid", {21, 22}}},
    };
  }

  const Proof* proof() const override {
    static const IdentityProof proof(
        "any A, mu and x0 and any grid without singular times, d = 1, 2, 3: on its line a point's velocity is x1 - x0, "
        "so that a step of Euler's stays on the line",
        {straight_line_identity(1), straight_line_identity(2), straight_line_identity(3)});
    return &proof;
  }
  std::vector<std::string> classes(const Case& value) const override {
    const Matrix<Rational> a = map_of(value);
    const Grids grids = grids_of(value, a);
    std::vector<std::string> result{fmt::format("d={}", value.integer("d"))};
    result.emplace_back(grids.regular.size() == 2 ? "one step" : "several steps");
    // det((1-t) I + t A) is 1 at t = 0 and det A at t = 1.
    if (determinant<Rational>(a) <= 0) {
      result.emplace_back("singular at some time");
    }
    if (grids.removed > 0) {
      result.emplace_back("drawn grid held a singular time");
    }
    return result;
  }

  Judgement judge(const Case& value, Tier /*tier*/, Variant variant) const override {
    const Matrix<Rational> a = map_of(value);
    const Vector<Rational> mean = point_of(value, "mean");
    const Vector<Rational> source = point_of(value, "source");
    PairField<Rational> field = pair_field(affine_coupling<Rational>(mean, a));
    if (variant == Variant::mutant) {
      field.matrix *= Rational(1 + Rational(1, Integer(1) << 30));
    }
    const VelocityFunction<Rational> v = [&](const Vector<Rational>& x, const Rational& t) {
      return velocity(field, x, t);
    };
    const std::vector<Rational> grid = grids_of(value, a).regular;
    const Vector<Rational> end = euler_flow<Rational>(v, source, grid);
    const bool arrives = end == Vector<Rational>(mean + product<Rational>(a, source));
    return judge_exactly(arrives ? std::nullopt : Departure("Euler does not end at the partner"),
                         fmt::format("{} steps, exact", grid.size() - 1));
  }
};

const Registration registered{std::make_unique<StraightMeansOneStep>()};

}  // namespace
}  // namespace straightedge::proofs
