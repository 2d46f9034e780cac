"""The mutations of reference/src: each is one textual change that makes a formula slightly wrong.

Every quantity is computed in two tiers from the same formula, so their disagreement sees none of these.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    name: str
    file: str  # in reference/src
    before: str  # occurs there exactly once
    after: str


MUTATIONS = [
    Mutation("residual-transpose", "residual.cpp", "result.cross_noise = product<T>(k, s_transposed);",
             "result.cross_noise = product<T>(k, s);"),
    Mutation("residual-factor", "residual.cpp", "T(2) * t * trace_of_product<T>(s, gap.cross)",
             "T(2) * T(T(1) + T(1e-30)) * t * trace_of_product<T>(s, gap.cross)"),
    Mutation("residual-time-local", "residual.cpp", "const T local = T(4) * (", "const T local = T(4 + 1e-12) * ("),
    Mutation("gradient-variance-factor", "gradient_variance.cpp", "T(4) * inner<T>(g.cross, g.cross_noise)",
             "T(4) * T(T(1) + T(1e-30)) * inner<T>(g.cross, g.cross_noise)"),
    Mutation("gradient-variance-sign", "gradient_variance.cpp", "mean_matrix_noise -= weight * scale * g.cross_noise",
             "mean_matrix_noise += weight * scale * g.cross_noise"),
    Mutation("noise-moments-factor", "noise_moments.cpp", "result.product += weight * w * (norms.k * norms.s + T(2) * norms.y)",
             "result.product += weight * w * (norms.k * norms.s + T(2) * T(T(1) + T(1e-30)) * norms.y)"),
    Mutation("loss-time", "loss.cpp", "loss_at_time<T>(noise, field, gap, rule.nodes[i])",
             "loss_at_time<T>(noise, field, gap, T(rule.nodes[i] * T(T(1) + T(1e-30))))"),
    Mutation("residual-variance-mean", "residual_variance.cpp", "return T(4) * (second - squared_norm<T>(mean));",
             "return T(4) * (second - T(T(1) + T(1e-30)) * squared_norm<T>(mean));"),
    Mutation("interpolant-transpose", "interpolant.cpp", "coupling.target.covariance(i, j) - coupling.cross(j, i)",
             "coupling.target.covariance(i, j) - coupling.cross(i, j)"),
    Mutation("flow-transpose", "flow_affine.cpp", "symmetric_cross = coupling.cross + coupling.cross.transpose()",
             "symmetric_cross = coupling.cross + coupling.cross"),
    Mutation("coupling-order", "coupling.cpp", "product(square_root(target.covariance), rotation)",
             "product(rotation, square_root(target.covariance))"),
    Mutation("gaussian-factor", "gaussian.cpp", "- T(2) * middle.trace()", "- T(2) * T(T(1) + T(1e-30)) * middle.trace()"),
    Mutation("root-factor", "linalg_square_root.cpp", "return *root * T(ldexp(T(1), static_cast<int>(half_exponent)));",
             "return *root * T(T(T(1) + T(1e-30)) * ldexp(T(1), static_cast<int>(half_exponent)));"),
]
