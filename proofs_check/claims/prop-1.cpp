// On its own coupling the pair field has, without noise, zero residual for almost every t, hence zero loss and zero
// gradient variance, although segments intersect:
//   r = (x1 - x0) - v(x_t, t) = [ Th - Th S G ] x0,   G = (1-t) I + t A,  S = G^{-1},  Th = A - I.
#include <fmt/format.h>
#include <claim.hpp>
#include <field_identities.hpp>
#include <generators.hpp>
#include <rounding.hpp>
#include <segments.hpp>
#include <straightedge/error.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/loss.hpp>
#include <straightedge/statistics.hpp>
#include <variance_table.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

constexpr double kConfidence = 0.999999;

Case problem(std::int64_t d, Case::List root, Case::List angles, std::int64_t time = 1000) {
  Case value;
  value.set("d", d).set("root", std::move(root)).set("angles", std::move(angles)).set("time", time);
  Case::List mean(static_cast<std::size_t>(d), 0);
  mean[0] = 11;
  return value.set("mean", mean);
}

// Key `segments` = {pairs, seed}: the witness that segments intersect.
Case witness(Case::List root, std::int64_t degrees, std::int64_t seed, std::int64_t pairs = 50'000) {
  return Case{{"d", {2}}, {"root", std::move(root)}, {"angles", {degrees * 16}}, {"segments", {pairs, seed}}};
}

class ZeroResidual final : public TieredClaim<ZeroResidual> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "prop-1",
        .label = "Proposition 1",
        .order = 110,
        .statement =
            "Without noise the pair field of the optimal-transport and of the rotated coupling has zero residual on "
            "its own pairs for almost every t, hence zero loss and zero gradient variance; variance comes from a "
            "mismatch of field and coupling. The segments of the pairs intersect all the same: for d = 2, M = I, "
            "mu = 0 with probability phi/pi - (4c/(pi sqrt(1+c^2))) atan(k/sqrt(1+c^2)), c = cos(phi/2), k = "
            "sin(phi/2).",
        .hypotheses =
            "X1 = mu + M^{1/2} R X0, R orthogonal of either determinant, no noise; times with (1-t) I + t A "
            "singular excepted.",
        .margin =
            "1 - |S^T r| / bound at three times for both couplings, with the bound that rounding allows, and -1 "
            "unless the integrated loss and gradient variance are exactly zero; for the table, 1 - error / half "
            "a unit of the last digit; for the witness, how far inside its 99.9999 % Clopper-Pearson interval "
            "the probability of crossing lies, relative to the interval.",
        .refuted_by =
            "A coupling and a time that is not singular at which S^T r exceeds rounding; an entry of the "
            "mismatch table that differs; segments that intersect less or more often than stated.",
        .paper = "holds",
        .mutant = "The outer factor Th of the field is taken as (1 + 1e-9) Th."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    return gaussian_case({.rotation = true, .reflection = true, .time = true});
  }
  std::vector<Case> planted() const override {
    std::vector<Case> cases = {problem(2, {0, 0}, {120 * 16}), problem(2, {8, -5}, {-75 * 16}),
                               problem(3, {-20, 0, 20}, {179 * 16}),
                               // All lines meet in mu/2 at t = 1/2; the residual is zero at every other time.
                               problem(4, {0, 0, 0, 0}, {180 * 16, 180 * 16}), problem(1, {5}, {})};
    cases.insert(cases.end(), variance_table().begin(), variance_table().end());
    cases.push_back(witness({0, 0}, 120, 1));
    cases.push_back(witness({0, 0}, 90, 2));
    cases.push_back(witness({0, 0}, 10, 3, 200'000));
    cases.push_back(witness({-8, 16}, 0, 4));  // OT's segments intersect too; not for
    cases.push_back(witness({16, 16}, 0, 5));  // M = a I, where they all point away from one centre, nor for
    cases.push_back(witness({0, 16}, 0, 6));   // an eigenvalue 1 of M in d = 2, mu = 0, where they are parallel.
    cases.push_back(witness({-8, 16}, 60, 7));
    return cases;
  }
  bool needs_precision(const Case& value) const override {
    return value.has("root") && !value.has("segments") && condition_of(value) > 1e6;
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "all A, mu, x0 and t with I + t (A - I) invertible, for d = 1, 2, 3: the residual v(x_t, t) - (x1 - x0) is 0",
        {straight_line_identity(1), straight_line_identity(2), straight_line_identity(3)});
    return &proof;
  }
  std::vector<std::string> classes(const Case& value) const override {
    if (value.has("table")) {
      return {"mismatch table"};
    }
    auto names = gaussian_classes(value);
    if (value.has("segments")) {
      names.emplace_back("crossing segments");
    }
    return names;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    if (value.has("table")) {
      return judge_table_entry<T>(value);
    }
    if (value.has("segments")) {
      return judge_segments(value);
    }
    double margin = 1;
    double largest = 0;
    for (const Coupling<T>& coupling : {optimal_of<T>(value), rotated_of<T>(value)}) {
      int told = 0;
      for (const T& t : {time_of<T>(value), T(T(1) / T(7)), T(T(4) / T(5))}) {
        const auto residual = residual_at(coupling, t, variant);
        if (residual.tells()) {
          ++told;
          margin = std::min(margin, residual.margin());
          largest = std::max(largest, residual.error);
        }
      }
      // A singular time may be met by chance once, not twice.
      if (told < 2) {
        return undecided("the rounding bound is too wide at two of three times");
      }
      margin = std::min(margin, integrals_vanish(coupling) ? 1.0 : -1.0);
    }
    return {margin, 0, fmt::format("largest |S^T r| {:.3g}", largest)};
  }

 private:
  /// |S^T (Th - Th S G)|_F, whose square is E|g|^2 / (4 (d+3)) at this time.
  template <RealScalar T>
  static RoundedEquality residual_at(const Coupling<T>& coupling, const T& t, Variant variant) {
    const Eigen::Index d = coupling.dimension();
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    const Matrix<T> theta = pair_field<T>(coupling).matrix;
    const Matrix<T> g = (T(1) - t) * identity + t * coupling.cross;
    Matrix<T> s;
    try {
      s = inverse<T>(g);
    } catch (const DoesNotExist&) {
      return {0, 1, 0};
    }
    const T outer = variant == Variant::mutant ? T(T(1) + T(1) / T(1'000'000'000)) : T(1);
    const Matrix<T> residual = theta - outer * product<T>(theta, product<T>(s, g));
    const Matrix<T> gradient = product<T>(Matrix<T>(s.transpose()), residual);
    const double s_norm = norm(s);
    const double theta_norm = norm(theta);
    // S G differs from I by inversion(d) |S|^2 |G|^2 + gamma_d |S||G|; G and Th carry 4 roundings of their own terms.
    const double n = static_cast<double>(d);
    const double off_identity = (inversion<T>(d) * norm(g) * s_norm + 2 * gamma<T>(n + 4)) * norm(g) * s_norm;
    const double bound =
        s_norm * (theta_norm * (off_identity + gamma<T>(2 * n + 4)) + gamma<T>(4) * (norm(coupling.cross) + n));
    return {norm(gradient), bound, s_norm * (theta_norm + norm(coupling.cross) + n)};
  }

  template <RealScalar T>
  static bool integrals_vanish(const Coupling<T>& coupling) {
    const NoiseSchedule<T> none;
    const PairField<T> field = pair_field<T>(coupling);
    return loss<T>(coupling, none, field) == T(0) && gradient_variance<T>(coupling, none, field) == T(0);
  }

  static Judgement judge_segments(const Case& value) {
    const auto& setting = value.list("segments");
    const auto pairs = static_cast<std::uint64_t>(setting[0]);
    const auto coupling = rotated_of<double>(value);
    const auto count = count_crossing_segments(coupling, pairs, static_cast<std::uint64_t>(setting[1]));
    const auto interval = clopper_pearson(count, pairs, kConfidence);
    const auto detail = fmt::format("{} of {} pairs of segments intersect: [{:.6g}, {:.6g}]", count, pairs,
                                    interval.lower, interval.upper);
    const auto& root = value.list("root");
    const bool parallel = root[0] == root[1] || root[0] == 0 || root[1] == 0;
    if (value.list("angles")[0] == 0 && parallel) {
      return {count == 0 ? 1.0 : -1.0, 0, detail};
    }
    if (root != Case::List{0, 0}) {
      return {interval.lower > 0 ? interval.lower / interval.upper : -1.0, 0, detail};
    }
    const double expected = isotropic_crossing_probability(angle_of<double>(value));
    const double width = interval.upper - interval.lower;
    const double inside = std::min(expected - interval.lower, interval.upper - expected) / width;
    return {interval.lower > 0 ? inside : -1.0, 0, detail + fmt::format(", expected {:.6g}", expected)};
  }
};

const Registration registered{std::make_unique<ZeroResidual>()};

}  // namespace
}  // namespace straightedge::proofs
