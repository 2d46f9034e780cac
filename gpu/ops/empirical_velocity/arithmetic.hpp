// The empirical velocity: the mean velocity of a finite bank of pairs at (x, t), weighted by how likely each pair is.
//
// With c0 = x0[0], c1 = x1[0], a_i = x0[i] - c0, e_i = x1[i] - c1 (centring keeps distances far from the origin exact):
//
//   frozen     q = (1-t) (x - c0) + t (x - c1)   p_i = (1-t) a_i + t e_i   D_i = |q - p_i|^2   l_i = -D_i / (2F)
//              v = sum_i w_i (x1[i] - x0[i])   [+ (f'/f) (q - sum_i w_i p_i)  for target interpolant]
//   resampled  h = (1-t)^2 + F   q = x - t c1    p_i = t e_i               D_i = |q - p_i|^2   l_i = -D_i / (2h)
//              m = sum_i w_i x1[i]   v = ((1-t) + F)/h m - (1-t)/h x   [+ (f f'/h) (x - t m)]
//
//   w_i = exp(l_i - max l) / sum_j exp(l_j - max l)
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <common/schedule.hpp>

namespace straightedge::ops {

enum class Pairing { frozen, resampled };

/// The numbers of one query that depend on its time alone: computed in fp64, rounded once.
template <class S>
struct QueryFactors {
  S source;        ///< of a_i in p_i: 1 - t, or 0 when resampled
  S data;          ///< of e_i in p_i: t
  S spread;        ///< 2F or 2h: l_i = -D_i / spread
  S noise_target;  ///< f'/f or f f'/h
  S mean;          ///< ((1-t) + F) / h, when resampled
  S point;         ///< (1-t) / h, when resampled

  /// Whether the weights exist: F > 0, or h > 0 when resampled, and all factors are finite.
  STRAIGHTEDGE_HOST_DEVICE bool valid() const {
    const S sum = source + data + noise_target + mean + point;
    return spread > S(0) && spread - spread == S(0) && sum - sum == S(0);
  }
};

template <class S>
STRAIGHTEDGE_HOST_DEVICE inline QueryFactors<S> query_factors(const Schedule& schedule, Pairing pairing, double t) {
  const double variance = schedule.squared(t);
  if (pairing == Pairing::frozen) {
    return {S(1.0 - t), S(t), S(2.0 * variance), S(schedule.target_ratio(t)), S(0), S(0)};
  }
  const double h = (1.0 - t) * (1.0 - t) + variance;
  return {S(0), S(t), S(2.0 * h), S(schedule.target_cross(t) / h), S(((1.0 - t) + variance) / h), S((1.0 - t) / h)};
}

/// A coordinate of q. Resampled: x - t c1.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S centred_query(const QueryFactors<S>& f, Pairing pairing, S x, S c0, S c1) {
  return pairing == Pairing::frozen ? f.source * (x - c0) + f.data * (x - c1) : x - f.data * c1;
}

/// A coordinate of p_i. Resampled: x0 and c0 are not used.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S centred_point(const QueryFactors<S>& f, Pairing pairing, S x0, S x1, S c0, S c1) {
  return pairing == Pairing::frozen ? f.source * (x0 - c0) + f.data * (x1 - c1) : f.data * (x1 - c1);
}

/// What the weights average for v: x1 - x0, or x1 when resampled.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S averaged(Pairing pairing, S x0, S x1) {
  return pairing == Pairing::frozen ? x1 - x0 : x1;
}

/// A coordinate of v from the weighted means of `averaged` and, for the frozen pairing, of p_i.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S velocity(const QueryFactors<S>& f, Pairing pairing, S x, S q, S mean, S mean_point) {
  if (pairing == Pairing::frozen) {
    return f.noise_target == S(0) ? mean : mean + f.noise_target * (q - mean_point);
  }
  const S v = f.mean * mean - f.point * x;
  return f.noise_target == S(0) ? v : v + f.noise_target * (x - f.data * mean);
}

/// The exponents below this one have a weight of 0: exp would be below the smallest normal number.
template <class S>
STRAIGHTEDGE_HOST_DEVICE constexpr S smallest_exponent() {
  return sizeof(S) == sizeof(float) ? S(-87) : S(-708);
}

/// exp(l - max l) for l - max l = `difference` <= 0. A NaN stays.
STRAIGHTEDGE_HOST_DEVICE inline float unnormalised_weight(float difference) {
  return difference < smallest_exponent<float>() ? 0.0F : expf(difference);
}
STRAIGHTEDGE_HOST_DEVICE inline double unnormalised_weight(double difference) {
  return difference < smallest_exponent<double>() ? 0.0 : exp(difference);
}

/// The larger of two; a NaN loses, and makes itself known through the weight instead.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S larger(S a, S b) {
  return a > b ? a : (b == b ? b : a);
}

}  // namespace straightedge::ops
