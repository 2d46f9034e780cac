// The empirical velocity on the CPU by two matrix products for each block of the bank, for large d.
#pragma once

#include <empirical_velocity/kernels.hpp>

namespace straightedge::ops {

/// Whether `empirical_velocity_by_products` serves these arguments and is worth its scratch memory: d is not small, and
/// all queries share the points p_i, as they do at one time t, or when resampled (p_i = t e_i).
template <class T>
[[nodiscard]] bool has_products(const EmpiricalVelocityArguments<T>& arguments);

/// As `empirical_velocity_cpu`, with D_i = |q|^2 - 2 q.p_i + |p_i|^2 from a matrix product.
template <class T>
void empirical_velocity_by_products(const EmpiricalVelocityArguments<T>& arguments);

}  // namespace straightedge::ops
