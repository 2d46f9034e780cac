#include <memorisation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <straightedge/flow.hpp>

namespace straightedge::proofs {
namespace {

/// Weights below exp(-45) of the largest are left out: 1024 of them are less than 3e-17 together.
constexpr double kNegligible = -45.0;
constexpr int kMostDoublings = 8;
constexpr std::int64_t kFewestSteps = 32;

/// sum_j w_j c_j / sum_j w_j of the columns c_j, w_j = exp(exponents_j - largest); `rest` is the weight of a column
/// that is zero. The exponents are overwritten.
Vector<double> weighted_mean(const Eigen::Ref<const Matrix<double>>& columns, Vector<double>& exponents, double largest,
                             double rest) {
  double sum = rest;
  Vector<double> mean = Vector<double>::Zero(columns.rows());
  for (Eigen::Index j = 0; j < columns.cols(); ++j) {
    const double exponent = exponents(j) - largest;
    if (exponent > kNegligible) {
      const double weight = std::exp(exponent);
      sum += weight;
      mean.noalias() += weight * columns.col(j);
    }
  }
  mean /= sum;
  return mean;
}

/// The set as line i sees it: p_j = a_j + t b_j for the other lines.
class FrameOfLine {
  [[nodiscard]] auto starts() const { return lines_.leftCols(lines_.cols() / 2); }
  [[nodiscard]] auto speeds() const { return lines_.rightCols(lines_.cols() / 2); }

 public:
  FrameOfLine(const FiniteSet<double>& pairs, Eigen::Index i) {
    const Eigen::Index others = pairs.size() - 1;
    lines_.resize(pairs.dimension(), 2 * others);
    for (Eigen::Index j = 0; j < others; ++j) {
      const Eigen::Index other = j < i ? j : j + 1;
      lines_.col(j) = pairs.sources.col(other) - pairs.sources.col(i);
      lines_.col(others + j) = pairs.targets.col(other) - pairs.targets.col(i) - lines_.col(j);
    }
    constant_ = starts().colwise().squaredNorm();
    quadratic_ = speeds().colwise().squaredNorm();
    linear_ = 2.0 * starts().cwiseProduct(speeds()).colwise().sum();
  }

  /// u' at (u, t).
  [[nodiscard]] Vector<double> velocity(const Vector<double>& u, double t, double f_squared) const {
    const Eigen::Index others = constant_.size();
    const Vector<double> products = lines_.transpose() * u;
    Vector<double> exponents =
        (products.head(others) + t * products.tail(others) - 0.5 * (constant_ + t * (linear_ + t * quadratic_))) /
        f_squared;
    const double largest = std::max(0.0, exponents.maxCoeff());
    return weighted_mean(speeds(), exponents, largest, std::exp(-largest));
  }

  /// e_i where it is at most delta_i / 4, else infinity.
  [[nodiscard]] double tube_bound(double f_squared) const {
    double closest = std::numeric_limits<double>::infinity();
    double bound = 0.0;
    for (Eigen::Index j = 0; j < constant_.size(); ++j) {
      const double t = quadratic_(j) > 0.0 ? std::clamp(-0.5 * linear_(j) / quadratic_(j), 0.0, 1.0) : 0.0;
      const double distance_squared = (starts().col(j) + t * speeds().col(j)).squaredNorm();
      closest = std::min(closest, distance_squared);
      bound += std::sqrt(quadratic_(j)) * std::exp(-distance_squared / (4.0 * f_squared));
    }
    return bound <= std::sqrt(closest) / 4.0 ? bound : std::numeric_limits<double>::infinity();
  }

  [[nodiscard]] double fastest() const { return std::sqrt(quadratic_.maxCoeff()); }

 private:
  Matrix<double> lines_;                          ///< a_j, then b_j
  Vector<double> constant_, linear_, quadratic_;  ///< |p_j|^2 = constant + t (linear + t quadratic)
};

Vector<double> departure(const FrameOfLine& frame, Eigen::Index d, double f, std::int64_t steps) {
  const VelocityFunction<double> velocity = [&frame, f](const Vector<double>& u, const double& t) {
    return frame.velocity(u, t, f * f);
  };
  return runge_kutta_flow<double>(velocity, Vector<double>::Zero(d), 0.0, 1.0, steps);
}

/// Doubles the steps until `judge(end, difference)` has an answer and the difference is within the tolerance.
template <class End, class Judge>
Trial settle(std::int64_t steps, double size, const End& end_after, const Judge& judge) {
  Trial trial;
  Vector<double> coarse = end_after(steps);
  for (int doubling = 0; doubling < kMostDoublings; ++doubling) {
    steps *= 2;
    Vector<double> fine = end_after(steps);
    const double difference = (fine - coarse).norm();
    const Trial::Answer answer = judge(fine, difference);
    trial = {answer, false, steps, difference / size};
    if (answer != Trial::Answer::undecided && difference <= kFlowTolerance * size) {
      return trial;
    }
    coarse = std::move(fine);
  }
  trial.answer = Trial::Answer::undecided;
  return trial;
}

/// Whether value < threshold, where value is known up to `uncertainty`.
Trial::Answer below(double value, double threshold, double uncertainty) {
  return value + uncertainty < threshold   ? Trial::Answer::memorised
         : value - uncertainty > threshold ? Trial::Answer::forgotten
                                           : Trial::Answer::undecided;
}

struct TwoNearest {
  double first, second;
};

TwoNearest two_nearest(const Matrix<double>& points, const Vector<double>& x) {
  TwoNearest least{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (Eigen::Index j = 0; j < points.cols(); ++j) {
    const double distance = (points.col(j) - x).norm();
    if (distance < least.first) {
      least = {distance, least.first};
    } else {
      least.second = std::min(least.second, distance);
    }
  }
  return least;
}

}  // namespace

Vector<double> frozen_departure(const FiniteSet<double>& pairs, Eigen::Index i, double f, std::int64_t steps) {
  return departure(FrameOfLine(pairs, i), pairs.dimension(), f, steps);
}

Trial frozen_trial(const FiniteSet<double>& pairs, Eigen::Index i, double f, bool use_bound) {
  const FrameOfLine frame(pairs, i);
  const double size = root_mean_square_size(pairs.targets);
  const double near = kMemorisedShare * size;
  // A millionth is far more than the roundings of the bound.
  if (use_bound && frame.tube_bound(f * f) < near * (1.0 - 1e-6)) {
    return {Trial::Answer::memorised, true, 0, 0.0};
  }
  // A line that passes another at the speed b has a part in the field for a time of about f / b: steps that are longer
  // could miss it.
  const auto steps = std::max(kFewestSteps, static_cast<std::int64_t>(std::ceil(frame.fastest() / f)));
  return settle(
      steps, size, [&](std::int64_t n) { return departure(frame, pairs.dimension(), f, n); },
      [&](const Vector<double>& u, double difference) { return below(u.norm(), near, difference); });
}

Vector<double> resampled_end(const Matrix<double>& targets, const Vector<double>& source, double f,
                             std::int64_t steps) {
  const Vector<double> half_squares = 0.5 * targets.colwise().squaredNorm().transpose();
  const double scale = std::sqrt(static_cast<double>(targets.rows()));
  const VelocityFunction<double> velocity = [&](const Vector<double>& y, const double& s) -> Vector<double> {
    const double z = std::expm1(s) / scale;
    Vector<double> exponents = z * (targets.transpose() * y - z * half_squares);
    const double largest = exponents.maxCoeff();
    return (std::exp(s) / scale) * weighted_mean(targets, exponents, largest, 0.0);
  };
  const Vector<double> start = source / std::sqrt(1.0 + f * f);
  return f * runge_kutta_flow<double>(velocity, start, 0.0, std::log1p(scale / f), steps);
}

Trial resampled_trial(const Matrix<double>& targets, const Vector<double>& source, double f) {
  return settle(
      kFewestSteps, root_mean_square_size(targets),
      [&](std::int64_t n) { return resampled_end(targets, source, f, n); },
      [&](const Vector<double>& x, double difference) {
        const TwoNearest least = two_nearest(targets, x);
        return below(least.first, kNearestShare * least.second, difference * (1.0 + kNearestShare));
      });
}

}  // namespace straightedge::proofs
