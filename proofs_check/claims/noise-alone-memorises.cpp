// The exact minimiser with noise on a finite set still memorises: that noise restores generalisation does not follow
// from the minimiser.
//
// In the frame that moves with line i (x -> x - x_t^i, which takes v_j to v_j - v_i) the field of the other lines is
// sum_j w_j (v_j - v_i): what drives a solution away from its own partner, without the cancellation of two velocities.
// Every evaluation below is in that frame.
#include <claim.hpp>
#include <finite_generators.hpp>
#include <generators.hpp>
#include <memorisation_survey.hpp>

#include <fmt/format.h>
#include <rapidcheck/gen/Transform.h>
#include <straightedge/flow.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <tube_proof.hpp>

namespace straightedge::proofs {
namespace {

/// "Memorised": the flow from a training source ends within this share of the root-mean-square size of the targets.
constexpr double memorised_share = 1.0 / 20.0;

FiniteSet<double> pairs_of(const Case& value) {
  return value.has("seed") ? gaussian_set_of(value) : finite_set_in<double>(value);
}

/// Where two lines come closest: min over t in [0,1] of |a + t b|.
struct Approach {
  Eigen::Index first, second;
  double distance, time, velocity_difference;
};

std::vector<Approach> approaches(const FiniteSet<double>& pairs) {
  const Matrix<double> velocities = pairs.targets - pairs.sources;
  std::vector<Approach> result;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      const auto a = pairs.sources.col(i) - pairs.sources.col(j);
      const auto b = velocities.col(i) - velocities.col(j);
      const double b_squared = b.squaredNorm();
      const double time = b_squared > 0.0 ? std::clamp(-a.dot(b) / b_squared, 0.0, 1.0) : 0.0;
      result.push_back({i, j, (a + time * b).norm(), time, std::sqrt(b_squared)});
    }
  }
  return result;
}

/// A finite set with a noise under which the tube bound applies.
struct Setting {
  FiniteSet<double> pairs;
  std::vector<Approach> closest;  ///< of every pair of lines, nearest first
  double sigma;                   ///< of 24 bits, so that sigma^2 is exact in every tier
  double unit;                    ///< root-mean-square size of the targets
};

/// sigma = f solves e = min(delta/4, memorised size) 2^{-level/4}, up to its rounding; nothing where none does.
std::optional<Setting> setting_of(const Case& value) {
  FiniteSet<double> pairs = pairs_of(value);
  const std::int64_t level = value.integer("level");
  if (pairs.size() < 2 || level < 1) {
    return std::nullopt;
  }
  std::vector<Approach> all = approaches(pairs);
  std::stable_sort(all.begin(), all.end(),
                   [](const Approach& a, const Approach& b) { return a.distance < b.distance; });
  double spread = 0.0;
  for (const Approach& approach : all) {
    spread = std::max(spread, approach.velocity_difference);
  }
  const double unit = root_mean_square_size(pairs.targets);
  const double separation = all.front().distance;
  const double radius =
      std::min(separation / 4.0, memorised_share * unit) * std::exp2(-static_cast<double>(level) / 4.0);
  // Lines that meet come out a rounding apart. Coordinates have few digits, so those that do not are far more than
  // that.
  constexpr double kMeet = 1e-9;
  if (separation <= kMeet * spread) {
    return std::nullopt;
  }
  const double decay = radius / (static_cast<double>(pairs.size() - 1) * spread);
  if (!(decay > 0.0 && decay < 1.0)) {
    return std::nullopt;  // targets all at the origin, or lines so parallel that any noise will do
  }
  const double sigma = separation / (2.0 * std::sqrt(-std::log(decay)));
  return Setting{std::move(pairs), std::move(all), static_cast<double>(static_cast<float>(sigma)), unit};
}

/// The lines that decide delta and V: those of every pair within 1e-10 of an extreme in double.
std::vector<Eigen::Index> deciding_lines(const Setting& setting) {
  double spread = 0.0;
  for (const Approach& approach : setting.closest) {
    spread = std::max(spread, approach.velocity_difference);
  }
  std::vector<Eigen::Index> lines;
  for (const Approach& approach : setting.closest) {
    if (approach.distance <= setting.closest.front().distance * (1.0 + 1e-10) ||
        approach.velocity_difference >= spread * (1.0 - 1e-10)) {
      lines.insert(lines.end(), {approach.first, approach.second});
    }
  }
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return lines;
}

/// The tube bound of the whole set in tier T, from the lines that decide it.
template <RealScalar T>
TubeBound<T> tube_of(const Setting& setting, const T& exponent) {
  const std::vector<Eigen::Index> lines = deciding_lines(setting);
  const auto count = static_cast<Eigen::Index>(lines.size());
  FiniteSet<T> few{Matrix<T>(setting.pairs.dimension(), count), Matrix<T>(setting.pairs.dimension(), count)};
  for (Eigen::Index i = 0; i < count; ++i) {
    const Eigen::Index line = lines[static_cast<std::size_t>(i)];
    few.sources.col(i) = setting.pairs.sources.col(line).template cast<T>();
    few.targets.col(i) = setting.pairs.targets.col(line).template cast<T>();
  }
  const T f_squared = T(setting.sigma) * T(setting.sigma);
  TubeBound<T> bound = tube_bound(few, f_squared, exponent);
  bound.radius *= T(static_cast<double>(setting.pairs.size() - 1)) / T(static_cast<double>(count - 1));
  bound.applies = bound.radius <= bound.separation / T(4);
  return bound;
}

/// The set in the frame of line i.
template <RealScalar T>
FiniteSet<T> in_frame_of(const FiniteSet<double>& pairs, Eigen::Index i) {
  FiniteSet<T> moved{pairs.sources.template cast<T>(), pairs.targets.template cast<T>()};
  const Vector<T> source = moved.sources.col(i);
  const Vector<T> target = moved.targets.col(i);
  moved.sources.colwise() -= source;
  moved.targets.colwise() -= target;
  return moved;
}

template <RealScalar T>
NoiseSchedule<T> noise_of(const Setting& setting) {
  return {NoiseKind::constant, T(setting.sigma), RegressionTarget::displacement};
}

struct Measured {
  double value;
  double uncertainty;
};

/// |v* - v_i| / e on the wall of the tube of line i, |u| = delta/4 (1 - 2^-40), next to line j where the two are
/// closest.
template <RealScalar T>
Measured departure_in_tube(const Setting& setting, const TubeBound<T>& bound, const Approach& approach,
                           Eigen::Index own) {
  const Eigen::Index other = approach.first == own ? approach.second : approach.first;
  const FiniteSet<T> moved = in_frame_of<T>(setting.pairs, own);
  const T time(approach.time);
  const Vector<T> towards = (T(1) - time) * moved.sources.col(other) + time * moved.targets.col(other);
  const T reach = bound.separation * (T(1) - T(std::exp2(-40))) / (T(4) * towards.norm());
  const Vector<T> u = reach * towards;
  const T ratio = frozen_minimiser_velocity(moved, noise_of<T>(setting), u, time).norm() / bound.radius;
  // Exponents |p|^2/F with points p that are off by a few u |p|, after sums of d terms.
  const double size = std::max(static_cast<double>(T(moved.sources.colwise().norm().maxCoeff())),
                               static_cast<double>(T(moved.targets.colwise().norm().maxCoeff())));
  const double exponents = 1.0 + size * size / (setting.sigma * setting.sigma);
  const double relative =
      16.0 * static_cast<double>(setting.pairs.dimension() + 8) * exponents * static_cast<double>(unit_roundoff<T>());
  return {static_cast<double>(ratio), relative * static_cast<double>(ratio)};
}

/// |Z_1 - x1^i| / e of the flow from source i, integrated in units of e, to an absolute 1e-9 of them.
Measured distance_to_partner(const Setting& setting, double radius, Eigen::Index line) {
  const FiniteSet<double> moved = in_frame_of<double>(setting.pairs, line);
  const NoiseSchedule<double> noise = noise_of<double>(setting);
  const VelocityFunction<double> scaled = [&](const Vector<double>& w, const double& t) -> Vector<double> {
    return frozen_minimiser_velocity(moved, noise, Vector<double>(radius * w), t) / radius;
  };
  const Vector<double> start = Vector<double>::Zero(setting.pairs.dimension());
  return {integrate_flow<double>(scaled, start, 0.0, 1.0, 1e-9).norm(), 1e-6};
}

class NoiseAloneMemorises final : public TieredClaim<NoiseAloneMemorises> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "noise-alone-memorises",
        .label = "beyond the paper",
        .order = 280,
        .statement =
            "That noise restores generalisation does not follow from the minimiser: on frozen pairs with constant "
            "noise f the exact minimiser's flow still memorises. With delta = min |x_t^i - x_t^j| over t and i != j, "
            "V = max |v_i - v_j| and e = (N-1) V exp(-delta^2/(4 f^2)) <= delta/4, the field is within e of v_i in the "
            "tube of radius delta/4 around training line i, so every training source ends within e of its partner.",
        .hypotheses =
            "N >= 2 pairs whose lines do not meet; f such that e <= delta/4 and e <= 0.05 of the root-mean-square size "
            "of the targets, so that ending within e is being memorised.",
        .margin =
            "1 - the larger of max |v* - v_i| / e, on the walls of tubes next to the closest line, and of |Z_1 - x1^i| "
            "/ "
            "e, at the end of the flow from a training source.",
        .refuted_by =
            "A point of a tube where the field is further than e from v_i, or a source that ends further away.",
        .paper = "concludes from trained networks that noise restores generalisation",
        .mutant = "e = (N-1) V exp(-delta^2/(2 f^2)).",
        .expected = Verdict::not_implied,
        .when_cases_hold = Verdict::not_implied,
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto family = rc::gen::mapcat(integer_in(0, 3), [](std::int64_t kind) -> rc::Gen<Case> {
      if (kind < 2) {
        return finite_case({.smallest_d = 2, .largest_d = 4, .smallest_size = 2, .largest_size = 6, .meet = false});
      }
      return rc::gen::apply(
          [](std::int64_t exponent, std::int64_t size, std::int64_t seed, std::int64_t stretch) {
            constexpr std::array<std::int64_t, 3> dimensions{8, 32, 128};
            return Case{{"d", {dimensions[static_cast<std::size_t>(exponent)]}},
                        {"size", {size}},
                        {"seed", {seed}},
                        {"stretch", {stretch}}};
          },
          integer_in(0, 2), integer_in(2, 16), integer_in(0, 1'000'000'000), integer_in(-6, 16));
    });
    return with_list(family, "level", integers_in(1, 1, 80));
  }

  std::vector<Case> planted() const override {
    const auto random_set = [](std::int64_t d, std::int64_t size, std::int64_t level) {
      return Case{{"d", {d}}, {"size", {size}}, {"seed", {1}}, {"stretch", {0}}, {"level", {level}}};
    };
    return {// Two lines at right angles at distance 1; the same nearly parallel; three of d = 1 that never meet.
            {{"d", {3}},
             {"size", {2}},
             {"sources", {-16, 0, 0, 0, -16, 16}},
             {"targets", {16, 0, 0, 0, 16, 16}},
             {"level", {4}}},
            {{"d", {2}}, {"size", {2}}, {"sources", {0, 0, 0, 16}}, {"targets", {64, 0, 64, 24}}, {"level", {1}}},
            {{"d", {1}}, {"size", {3}}, {"sources", {0, 16, 32}}, {"targets", {0, 64, 80}}, {"level", {12}}},
            random_set(2, 4, 1),
            random_set(8, 16, 20),
            // The sizes of the statement: the largest noise to which 1e-6 of the size is still kept, near level 60.
            random_set(8, 256, 60),
            random_set(32, 256, 60),
            random_set(128, 256, 60)};
  }

  const Proof* proof() const override {
    static const TubeProof proof;
    return &proof;
  }

  const Survey* survey() const override {
    static const MemorisationSurvey survey;
    return &survey;
  }

  bool admits(const Case& value) const override { return setting_of(value).has_value(); }

  std::vector<std::string> classes(const Case& value) const override {
    const auto setting = setting_of(value);
    const double noise = setting->sigma * std::sqrt(static_cast<double>(value.integer("d"))) / setting->unit;
    return {fmt::format("d={}", value.integer("d")), value.integer("size") <= 6 ? "N<=6" : "N>6",
            value.has("seed") ? "random set" : "lattice set",
            noise <= 0.05  ? "f<=0.05 of a coordinate"
            : noise <= 0.3 ? "f<=0.3 of a coordinate"
                           : "f>0.3 of a coordinate"};
  }

  template <RealScalar T>
  [[nodiscard]] Judgement judge_in(const Case& value, Variant variant) const {
    const auto setting = setting_of(value);
    if (!setting) {
      return {std::nan(""), 0.0, "no noise under which the tube bound applies"};
    }
    const TubeBound<T> bound = tube_of<T>(*setting, variant == Variant::claim ? T(4) : T(2));
    if (!bound.applies) {
      return {-1.0, 0.0, "the bound does not apply to the noise derived from it"};
    }
    const Approach& nearest = setting->closest.front();
    Measured worst{0.0, 0.0};
    const auto consider = [&](const Measured& next) { worst = next.value > worst.value ? next : worst; };
    for (const Eigen::Index line : {nearest.first, nearest.second}) {
      consider(departure_in_tube<T>(*setting, bound, nearest, line));
    }
    const double in_tube = worst.value;
    const Measured end = distance_to_partner(*setting, static_cast<double>(bound.radius), nearest.first);
    consider(end);
    return {
        1.0 - worst.value, worst.uncertainty,
        fmt::format("f = {:.6g}, delta = {:.6g}, e = {:.3g}: in the tube {:.3g} e, at the end {:.3g} e", setting->sigma,
                    static_cast<double>(bound.separation), static_cast<double>(bound.radius), in_tube, end.value)};
  }
};

const Registration registered{std::make_unique<NoiseAloneMemorises>()};

}  // namespace
}  // namespace straightedge::proofs
