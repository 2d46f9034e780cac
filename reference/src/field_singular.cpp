// Where I + t Th is singular, and how near to it the field comes on [0, 1]: all from the eigenvalues l of Th, since
// det(I + t Th) = prod (1 + t l).
#include "schur.hpp"

#include <straightedge/field.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge {
namespace {

template <class T>
T spectral_scale(const std::vector<Eigenvalue<T>>& spectrum) {
  using std::abs;
  T scale(1);
  for (const auto& [real, imaginary] : spectrum) {
    scale = std::max({scale, T(abs(real)), T(abs(imaginary))});
  }
  return scale;
}

/// |det(I + t Th)|
template <class T>
T absolute_determinant(const std::vector<Eigenvalue<T>>& spectrum, const T& t) {
  using std::sqrt;
  T square(1);
  for (const auto& [real, imaginary] : spectrum) {
    const T a = T(1) + t * real;
    const T b = t * imaginary;
    square *= a * a + b * b;
  }
  return sqrt(square);
}

/// Averages each run of times that lie within `gap` of the one before: the two halves of a double eigenvalue.
template <class T>
std::vector<T> merged(std::vector<T> times, const T& gap) {
  std::sort(times.begin(), times.end());
  std::vector<T> result;
  for (std::size_t i = 0; i < times.size();) {
    T sum(0);
    std::size_t j = i;
    for (; j < times.size() && (j == i || times[j] - times[j - 1] <= gap); ++j) {
      sum += times[j];
    }
    result.push_back(T(sum / T(static_cast<unsigned>(j - i))));
    i = j;
  }
  return result;
}

/// Where the determinant may be smallest: below each eigenvalue's own zero -1/l, at distances of its imaginary part
/// that double, and evenly.
std::vector<double> sample_times(const std::vector<Eigenvalue<double>>& spectrum) {
  std::vector<double> times;
  constexpr int kEven = 64;
  for (int i = 0; i <= kEven; ++i) {
    times.push_back(static_cast<double>(i) / kEven);
  }
  for (const auto& [real, imaginary] : spectrum) {
    const std::complex<double> eigenvalue(real, imaginary);
    if (eigenvalue == 0.0) {
      continue;
    }
    const std::complex<double> zero = -1.0 / eigenvalue;
    times.push_back(zero.real());
    for (double step = std::max(std::abs(zero.imag()), 1e-30) / 4; step < 1; step *= 2) {
      times.push_back(zero.real() - step);
      times.push_back(zero.real() + step);
    }
  }
  std::erase_if(times, [](double t) { return !(t >= 0 && t <= 1); });
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

/// The minimum of |det| on [low, high] by golden section; a minimum needs half the digits of t for all of its own.
template <class T>
T golden_section(const std::vector<Eigenvalue<T>>& spectrum, T low, T high) {
  using std::sqrt;
  const T ratio = (sqrt(T(5)) - T(1)) / T(2);
  const T width = sqrt(unit_roundoff<T>());
  T left = high - ratio * (high - low);
  T right = low + ratio * (high - low);
  T at_left = absolute_determinant(spectrum, left);
  T at_right = absolute_determinant(spectrum, right);
  while (high - low > width * (T(1) - ratio) * high) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = absolute_determinant(spectrum, left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = absolute_determinant(spectrum, right);
    }
  }
  return std::min(at_left, at_right);
}

}  // namespace

template <RealScalar T>
internal::FieldSpectrum<T> internal::field_spectrum(const Matrix<T>& th) {
  using std::abs;
  using std::sqrt;
  FieldSpectrum<T> result{detail::schur_form<T>(th), {}, {}};
  result.eigenvalues = detail::block_eigenvalues<T>(result.form);
  const T scale = spectral_scale(result.eigenvalues);
  const T rounding = unit_roundoff<T>() * T(static_cast<int>(16 * th.rows())) * scale;
  const T split = sqrt(rounding * scale);
  for (const auto& [real, imaginary] : result.eigenvalues) {
    if (abs(imaginary) > split || real > T(-1) + rounding) {
      continue;
    }
    // An A that is singular up to rounding is singular: its time is the end itself.
    result.singular_times.push_back(abs(T(real + T(1))) <= rounding ? T(1) : T(T(-1) / real));
  }
  result.singular_times = merged(std::move(result.singular_times), split);
  return result;
}

template <RealScalar T>
std::vector<std::complex<double>> internal::poles_of(const std::vector<Eigenvalue<T>>& eigenvalues) {
  std::vector<std::complex<double>> poles;
  for (const auto& [real, imaginary] : eigenvalues) {
    if (real != 0 || imaginary != 0) {
      poles.push_back(-1.0 / std::complex<double>(static_cast<double>(real), static_cast<double>(imaginary)));
    }
  }
  return poles;
}

template <RealScalar T>
std::vector<T> singular_times(const PairField<T>& field) {
  return internal::field_spectrum<T>(field.matrix).singular_times;
}

std::vector<std::complex<double>> field_poles(const PairField<double>& field) {
  return internal::poles_of<double>(eigenvalues(field.matrix));
}

template <RealScalar T>
T smallest_determinant(const PairField<T>& field) {
  const internal::FieldSpectrum<T> field_spectrum = internal::field_spectrum<T>(field.matrix);
  if (!field_spectrum.singular_times.empty()) {
    return T(0);
  }
  const std::vector<Eigenvalue<T>>& spectrum = field_spectrum.eigenvalues;
  std::vector<Eigenvalue<double>> rough;
  for (const auto& [real, imaginary] : spectrum) {
    rough.push_back({static_cast<double>(real), static_cast<double>(imaginary)});
  }
  const std::vector<double> times = sample_times(rough);
  std::size_t best = 0;
  double smallest = absolute_determinant(rough, times[0]);
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double value = absolute_determinant(rough, times[i]);
    if (value < smallest) {
      smallest = value;
      best = i;
    }
  }
  const T low(times[best == 0 ? 0 : best - 1]);
  const T high(times[std::min(best + 1, times.size() - 1)]);
  const T inside = golden_section(spectrum, low, high);
  const T at_end = std::min(absolute_determinant(spectrum, T(0)), absolute_determinant(spectrum, T(1)));
  return std::min(inside, at_end);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                    \
  template internal::FieldSpectrum<T> internal::field_spectrum<T>(const Matrix<T>&);                   \
  template std::vector<std::complex<double>> internal::poles_of<T>(const std::vector<Eigenvalue<T>>&); \
  template std::vector<T> singular_times<T>(const PairField<T>&);                                      \
  template T smallest_determinant<T>(const PairField<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
