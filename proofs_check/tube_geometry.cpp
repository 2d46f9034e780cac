#include <tube_geometry.hpp>

#include <fmt/format.h>

#include <cmath>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

constexpr int kDigits = 16;  // of a coordinate behind the binary point
constexpr double kLargest = 16;

/// A difference of velocities is below 2^22, its products with another in d <= 2^10 dimensions below 2^54.
constexpr Eigen::Index kMostDimensions = 1024;

const Rational& square_unit() {
  static const Rational unit(1, Integer(1) << (2 * kDigits));
  return unit;
}

Matrix<std::int64_t> on_lattice(const Matrix<double>& points) {
  Matrix<std::int64_t> result(points.rows(), points.cols());
  for (Eigen::Index i = 0; i < points.size(); ++i) {
    const double scaled = std::ldexp(points.data()[i], kDigits);
    if (!(std::abs(points.data()[i]) < kLargest) || scaled != std::nearbyint(scaled)) {
      throw InputError(
          fmt::format("coordinate {}: a multiple of 2^-{} below {} is needed", points.data()[i], kDigits, kLargest));
    }
    result.data()[i] = static_cast<std::int64_t>(scaled);
  }
  return result;
}

/// numerator / denominator, denominator > 0.
struct Quotient {
  Integer numerator;
  Integer denominator;
};

bool less(const Quotient& a, const Quotient& b) {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

struct Approach {
  Quotient squared;
  Quotient time;
};

/// The minimum over [0, 1] of |p|^2 = A + 2 B t + C t^2.
Approach closest(const LatticePairs::Product& p) {
  const std::int64_t half = p.linear / 2;
  if (half >= 0) {
    return {{p.constant, 1}, {0, 1}};
  }
  if (-half >= p.quadratic) {
    return {{Integer(p.constant) + p.linear + p.quadratic, 1}, {1, 1}};
  }
  return {{Integer(p.constant) * p.quadratic - Integer(half) * half, p.quadratic}, {-half, p.quadratic}};
}

}  // namespace

LatticePairs::LatticePairs(const FiniteSet<double>& pairs)
    : sources_(on_lattice(pairs.sources)), velocities_(on_lattice(pairs.targets) - sources_) {
  if (pairs.size() < 2 || pairs.dimension() > kMostDimensions) {
    throw InputError(fmt::format("{} pairs in {} dimensions: at least 2 in at most {} are needed", pairs.size(),
                                 pairs.dimension(), kMostDimensions));
  }
}

Rational LatticePairs::Product::at(const Rational& t) const {
  return (constant + t * (linear + t * Rational(quadratic))) * square_unit();
}

LatticePairs::Product LatticePairs::product(Eigen::Index own, Eigen::Index j, Eigen::Index k) const {
  Product sum{0, 0, 0};
  for (Eigen::Index i = 0; i < dimension(); ++i) {
    const std::int64_t a_j = sources_(i, j) - sources_(i, own);
    const std::int64_t a_k = sources_(i, k) - sources_(i, own);
    const std::int64_t b_j = velocities_(i, j) - velocities_(i, own);
    const std::int64_t b_k = velocities_(i, k) - velocities_(i, own);
    sum.constant += a_j * a_k;
    sum.linear += a_j * b_k + b_j * a_k;
    sum.quadratic += b_j * b_k;
  }
  return sum;
}

Rational LatticePairs::size_squared() const {
  std::int64_t sum = 0;
  for (Eigen::Index i = 0; i < size(); ++i) {
    sum += (sources_.col(i) + velocities_.col(i)).squaredNorm();
  }
  return Rational(sum, size()) * square_unit();
}

TubeGeometry tube_geometry(const LatticePairs& pairs) {
  TubeGeometry geometry{0, 0, 1, 0, 0, pairs.size_squared()};
  std::optional<Approach> least;
  std::int64_t spread = 0;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      const LatticePairs::Product distance = pairs.product(i, j, j);
      spread = std::max(spread, distance.quadratic);
      Approach approach = closest(distance);
      if (!least || less(approach.squared, least->squared)) {
        least = std::move(approach);
        geometry.first = i;
        geometry.second = j;
      }
    }
  }
  geometry.separation_squared = Rational(least->squared.numerator, least->squared.denominator) * square_unit();
  geometry.time = Rational(least->time.numerator, least->time.denominator);
  geometry.spread_squared = spread * square_unit();
  return geometry;
}

}  // namespace straightedge::proofs
