// The t-integrals of the gradient's moments of a field on its own coupling, where only the noise has a residual.
//
// With S = (I + t Th)^{-1}, K = S^T Th S and Y = K S^T (residual.hpp), and F = s^2 w(t), they are
//     E|g|^2 / 4  =  (d + 1) s^2 int w |K|^2 dt  +  s^4 int w^2 (|K|^2 |S|^2 + 2 |Y|^2) dt
//     |E g|^2 / 4  =  s^4 |int w Y dt|^2.
#pragma once

#include <straightedge/linalg.hpp>
#include <straightedge/quadrature.hpp>

namespace straightedge::internal {

/// The three integrals.
template <class T>
struct NoiseMoments {
  T residual{0};  ///< int w |K|^2 dt
  T product{0};   ///< int w^2 (|K|^2 |S|^2 + 2 |Y|^2) dt
  T mean{0};      ///< |int w Y dt|^2
};

/// By the nodes and weights of `rule`; `scale[i]` is w at node i. `form` is Th in an orthonormal basis in which it is
/// quasi-triangular (schur.hpp): no moment depends on the basis. Throws DoesNotExist at a singular time.
template <RealScalar T>
[[nodiscard]] NoiseMoments<T> noise_moments(const Matrix<T>& form, const QuadratureRule<T>& rule,
                                            const std::vector<T>& scale);

}  // namespace straightedge::internal
