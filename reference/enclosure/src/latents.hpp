// Gaussian vectors as linear forms of the latents X0 ~ N(0, I), U ~ N(0, W), Z ~ N(0, I), all independent:
//
//   source X0 + spread U + (f noise + f' target_noise) Z
//
// f and f' are irrational for the bridge, but second moments need f^2, f f' and f'^2 only, and are kept apart by these.
#pragma once

#include <optional>

#include "ball_matrix.hpp"

namespace straightedge::enclosure {

/// A missing matrix is 0.
template <class Number>
struct LinearForm {
  std::optional<BallMatrix<Number>> source;
  std::optional<BallMatrix<Number>> spread;
  std::optional<BallMatrix<Number>> noise;
  std::optional<BallMatrix<Number>> target_noise;
};

/// What f is at a time.
template <class Number>
struct NoiseAtTime {
  Number squared;        ///< f^2
  Number times_slope;    ///< f f', where the target has f' Z; else 0
  Number slope_squared;  ///< f'^2, likewise
};

/// tr Cov(a) = plain + f^2 squared + 2 f f' times_slope + f'^2 slope_squared.
template <class Number>
struct CovarianceTrace {
  Number plain = Number(0);
  Number squared = Number(0);
  Number times_slope = Number(0);
  Number slope_squared = Number(0);

  [[nodiscard]] Number at(const NoiseAtTime<Number>& f) const {
    return plain + f.squared * squared + Number(2) * f.times_slope * times_slope + f.slope_squared * slope_squared;
  }
};

/// Cov(a, b) = plain + f^2 squared + f f' times_slope, for b without f' Z. A missing matrix is 0.
template <class Number>
struct CrossCovariance {
  std::optional<BallMatrix<Number>> plain;
  std::optional<BallMatrix<Number>> squared;
  std::optional<BallMatrix<Number>> times_slope;
};

template <class Number>
void add_to(std::optional<BallMatrix<Number>>& sum, const BallMatrix<Number>& term) {
  if (sum) {
    *sum += term;
  } else {
    sum = term;
  }
}

/// `w` is W = Cov(U).
template <class Number>
[[nodiscard]] CovarianceTrace<Number> covariance_trace(const LinearForm<Number>& a, const BallMatrix<Number>& w) {
  CovarianceTrace<Number> result;
  if (a.source) {
    result.plain += square_sum(*a.source);
  }
  if (a.spread) {
    result.plain += inner(*a.spread * w, *a.spread);
  }
  if (a.noise) {
    result.squared = square_sum(*a.noise);
  }
  if (a.target_noise) {
    result.slope_squared = square_sum(*a.target_noise);
    result.times_slope = a.noise ? inner(*a.noise, *a.target_noise) : Number(0);
  }
  return result;
}

/// Cov(a, b) = E[(a - E a)(b - E b)^T].
template <class Number>
[[nodiscard]] CrossCovariance<Number> cross_covariance(const LinearForm<Number>& a, const LinearForm<Number>& b,
                                                       const BallMatrix<Number>& w) {
  CrossCovariance<Number> result;
  if (a.source && b.source) {
    add_to(result.plain, *a.source * transpose(*b.source));
  }
  if (a.spread && b.spread) {
    add_to(result.plain, *a.spread * (w * transpose(*b.spread)));
  }
  if (b.noise) {
    const BallMatrix<Number> noise = transpose(*b.noise);
    if (a.noise) {
      add_to(result.squared, *a.noise * noise);
    }
    if (a.target_noise) {
      add_to(result.times_slope, *a.target_noise * noise);
    }
  }
  return result;
}

/// The matrix itself at given f^2 and f f'.
template <class Number>
[[nodiscard]] BallMatrix<Number> at(const CrossCovariance<Number>& c, const NoiseAtTime<Number>& f, slong d) {
  BallMatrix<Number> result(d, d);
  if (c.plain) {
    result += *c.plain;
  }
  if (c.squared) {
    result += f.squared * *c.squared;
  }
  if (c.times_slope) {
    result += f.times_slope * *c.times_slope;
  }
  return result;
}

}  // namespace straightedge::enclosure
