// |q - p_i|^2 by direct differences, on the host.
#pragma once

#include <common/lanes.hpp>
#include <empirical_velocity/kernels.hpp>

namespace straightedge::ops {

template <Pairing pairing, class T>
[[nodiscard]] inline Arithmetic<T> squared_distance_to_point(const EmpiricalVelocityArguments<T>& in,
                                                             const QueryFactors<Arithmetic<T>>& factors,
                                                             const Arithmetic<T>* q, std::int64_t i) {
  using S = Arithmetic<T>;
  const T* x1 = in.x1 + i * in.dimension;
  const T* c1 = in.x1;
  const T* x0 = pairing == Pairing::frozen ? in.x0 + i * in.dimension : x1;
  const T* c0 = pairing == Pairing::frozen ? in.x0 : c1;
  return sum_in_lanes<S>(in.dimension, [=](std::int64_t j) {
    const S difference =
        q[j] - centred_point(factors, pairing, S(load(x0[j])), S(load(x1[j])), S(load(c0[j])), S(load(c1[j])));
    return difference * difference;
  });
}

/// q is the centred query, and i a row of the bank.
template <class T>
[[nodiscard]] inline Arithmetic<T> squared_distance_to_point(const EmpiricalVelocityArguments<T>& in,
                                                             const QueryFactors<Arithmetic<T>>& factors,
                                                             const Arithmetic<T>* q, std::int64_t i) {
  return in.pairing == Pairing::frozen ? squared_distance_to_point<Pairing::frozen>(in, factors, q, i)
                                       : squared_distance_to_point<Pairing::resampled>(in, factors, q, i);
}

}  // namespace straightedge::ops
