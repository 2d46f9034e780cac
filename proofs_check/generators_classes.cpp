// Into which classes a case falls.
#include <generators.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <straightedge/field.hpp>

namespace straightedge::proofs {
namespace {

std::string condition_class(double condition) {
  if (condition == 1) {
    return "condition=1";
  }
  if (condition <= 10) {
    return "condition<=10";
  }
  return condition <= 1e6 ? "condition<=1e6" : "condition>1e6";
}

std::int64_t largest_magnitude(const Case::List& list) {
  std::int64_t largest = 0;
  for (const auto entry : list) {
    largest = std::max(largest, std::abs(entry));
  }
  return largest;
}

std::string mean_class(const Case& value) {
  const std::int64_t largest = value.has("mean") ? largest_magnitude(value.list("mean")) : 0;
  if (largest == 0) {
    return "mean zero";
  }
  return largest < 16'000 ? "mean moderate" : "mean large";
}

std::string angle_class(const Case& value) {
  const std::int64_t largest = largest_magnitude(value.list("angles"));
  if (largest < 5 * 16) {
    return "angle<5";
  }
  return largest <= 175 * 16 ? "angle generic" : "angle>175";
}

// cos^2(arg/2) of an eigenvalue, without cancellation where it lies next to the negative axis.
template <class T>
T squared_half_cosine(const Eigenvalue<T>& l) {
  using std::sqrt;
  const T modulus = sqrt(T(l.real * l.real + l.imaginary * l.imaginary));
  if (modulus == T(0)) {
    return T(0);
  }
  const T twice = l.real < T(0) ? T(l.imaginary * l.imaginary / (modulus - l.real)) : T(modulus + l.real);
  return T(twice / (T(2) * modulus));
}

template <class T>
T smallest_squared_half_cosine(const std::vector<Eigenvalue<T>>& all) {
  T smallest(1);
  for (const auto& l : all) {
    smallest = std::min(smallest, squared_half_cosine<T>(l));
  }
  return smallest;
}

constexpr double kClearInDouble = 1e-3;
constexpr double kSeparated = 1e-2;
constexpr double kCountsAsReal = 1e-40;  // square of the angle to the negative axis, at 50 digits

// Whether rounding in double cannot have moved an eigenvalue onto the negative axis or off it: it is far from the axis,
// or it is real and far from the only thing that could make it complex, another eigenvalue to pair up with.
bool clear_in_double(const std::vector<Eigenvalue<double>>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (squared_half_cosine(all[i]) > kClearInDouble) {
      continue;
    }
    for (std::size_t j = 0; j < all.size(); ++j) {
      const double gap = std::hypot(all[i].real - all[j].real, all[i].imaginary - all[j].imaginary);
      if (all[i].imaginary != 0 || (i != j && gap <= kSeparated * std::abs(all[i].real))) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

double condition_of(const Case& value) {
  const Vector<double> eigenvalues = root_eigenvalues<double>(value);
  const double ratio = eigenvalues.maxCoeff() / eigenvalues.minCoeff();
  return ratio * ratio;
}

double singularity_of(const Case& value) {
  if (!value.has("angles")) {
    return 1;
  }
  const auto screened = eigenvalues<double>(rotated_of<double>(value).cross);
  if (clear_in_double(screened)) {
    return smallest_squared_half_cosine(screened);
  }
  return static_cast<double>(smallest_squared_half_cosine(eigenvalues<Real50>(rotated_of<Real50>(value).cross)));
}

bool has_singular_time(const Case& value) {
  return singularity_of(value) < kCountsAsReal;
}

bool has_one_angle(const Case& value) {
  const Case::List& angles = value.list("angles");
  return std::adjacent_find(angles.begin(), angles.end(), std::not_equal_to<>()) == angles.end();
}

double pole_distance_of(const Case& value) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const auto& pole : field_poles(pair_field(rotated_of<double>(value)))) {
    const double on_segment = std::clamp(pole.real(), 0.0, 1.0);
    nearest = std::min(nearest, std::abs(pole - on_segment));
  }
  return nearest;
}

std::vector<std::string> gaussian_classes(const Case& value) {
  std::vector<std::string> classes = {"d=" + std::to_string(value.integer("d")), condition_class(condition_of(value)),
                                      mean_class(value)};
  if (value.has("angles")) {
    classes.push_back(angle_class(value));
    const double singularity = singularity_of(value);
    if (singularity < kCountsAsReal) {
      classes.emplace_back("singular");
    } else if (singularity < 1e-3) {
      classes.emplace_back("nearly singular");
    }
  }
  return classes;
}

}  // namespace straightedge::proofs
