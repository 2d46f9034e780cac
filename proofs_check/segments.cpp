#include <segments.hpp>

#include <cmath>
#include <normal_samples.hpp>
#include <numbers>

namespace straightedge::proofs {
namespace {

struct Point {
  double x, y;
};

Point operator-(const Point& a, const Point& b) {
  return {a.x - b.x, a.y - b.y};
}

double cross(const Point& a, const Point& b) {
  return a.x * b.y - a.y * b.x;
}

struct Segment {
  Point from, to;
};

// Solves  a.from + s (a.to - a.from) = b.from + t (b.to - b.from)  by Cramer's rule. Parallel segments have probability
// zero and count as not intersecting.
bool intersect(const Segment& a, const Segment& b) {
  const Point along_a = a.to - a.from;
  const Point along_b = b.to - b.from;
  const Point gap = b.from - a.from;
  const double determinant = cross(along_a, along_b);
  if (determinant == 0) {
    return false;
  }
  const double s = cross(gap, along_b) / determinant;
  const double t = cross(gap, along_a) / determinant;
  return 0 <= s && s <= 1 && 0 <= t && t <= 1;
}

Segment sample(const Coupling<double>& coupling, NormalSamples& samples) {
  const Point x0{samples.normal(), samples.normal()};
  const auto& a = coupling.cross;
  const auto& mean = coupling.target.mean;
  return {x0, {mean(0) + a(0, 0) * x0.x + a(0, 1) * x0.y, mean(1) + a(1, 0) * x0.x + a(1, 1) * x0.y}};
}

}  // namespace

double isotropic_crossing_probability(double angle) {
  const double c = std::cos(angle / 2);
  const double root = std::sqrt(1 + c * c);
  return (angle - 4 * c / root * std::atan(std::sin(angle / 2) / root)) / std::numbers::pi;
}

std::uint64_t count_crossing_segments(const Coupling<double>& coupling, std::uint64_t pairs, std::uint64_t seed) {
  NormalSamples samples(seed, 0);
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const Segment first = sample(coupling, samples);
    const Segment second = sample(coupling, samples);
    count += intersect(first, second) ? 1 : 0;
  }
  return count;
}

}  // namespace straightedge::proofs
