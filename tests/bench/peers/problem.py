"""The problem that ours and every peer solve: exact rationals, so that each reads the same numbers.

    M_ij = [i = j] + 1 / (2 (1 + |i-j|))    condition below 6
    R    = 90 degrees in each of the planes (0,1), (2,3), ...
    mu   = 0 (the variance does not depend on it),    constant noise s = 1/20,    F = s^2

The pair field of the rotated coupling A = M^{1/2} R has Th = A - I, and under that same coupling (x0 - x1 known to the
field, so only noise is left) with S = (I + t Th)^{-1} and K = S^T Th S

    variance = int_0^1 4 [ F |K|^2 (1 + d + F |S|^2) + 2 F^2 |K S^T|^2 ] dt - | int_0^1 2 F K S^T dt |^2.

Peers evaluate this, and save one product a node by  t Th S = I - S.
"""

from fractions import Fraction

NOISE_SQUARED = Fraction(1, 400)


def covariance(d: int) -> list[list[Fraction]]:
    return [[Fraction(1, 2 * (1 + abs(i - j))) + (i == j) for j in range(d)] for i in range(d)]


def rotation(d: int) -> list[list[int]]:
    """90 degrees, axis 2k towards axis 2k+1."""
    r = [[0] * d for _ in range(d)]
    for k in range(0, d, 2):
        r[k + 1][k], r[k][k + 1] = 1, -1
    return r


def weighted_sum(x, d: int):
    """sum_ij (1 + i + 2j) x_ij: one number by which two d x d square roots are compared. `x` is indexed as x[i, j]."""
    return sum((1 + i + 2 * j) * x[i, j] for i in range(d) for j in range(d))
