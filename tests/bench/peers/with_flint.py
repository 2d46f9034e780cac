"""The peer python-flint: `arb_mat`, balls with error bounds. Products of a row by a column stand for sums over entries,
since a Python loop over 1024 balls costs as much as a product of two matrices."""

import flint
from flint import arb, arb_mat, ctx

import problem


def set_precision(digits: int) -> None:
    ctx.dps = digits


def exact(q) -> arb:
    return arb(q.numerator) / q.denominator


def identity(d: int) -> arb_mat:
    return arb_mat([[int(i == j) for j in range(d)] for i in range(d)])


def squared_norm(a: arb_mat) -> arb:
    n, entries = a.nrows() * a.ncols(), a.entries()
    return (arb_mat(1, n, entries) * arb_mat(n, 1, entries))[0, 0]


def square_root(d: int) -> arb_mat:
    """M^{1/2} by the product form of Denman and Beavers' iteration, which takes one inverse a step:

        Y <- (Y + Y P) / 2,   P <- (2 I + P + P^{-1}) / 4,   Y_0 = P_0 = M,    Y -> M^{1/2}, P -> I, quadratically.

    Midpoints only: without them the balls grow, and ours has no bound at this point either.
    """
    y = p = arb_mat([[exact(x) for x in row] for row in problem.covariance(d)])
    unit = identity(d)
    while True:
        # From |P - I|^2 < 10^-digits one more step takes |P - I| itself, and the error of Y, below 10^-digits.
        is_last = float(squared_norm((p - unit).mid())) < 10.0**-ctx.dps
        inverse = p.solve(unit, algorithm="approx")
        y = ((y + y * inverse) * 0.5).mid()
        if is_last:
            return y
        p = ((unit * 2 + p + inverse) * 0.25).mid()


def field_matrix(d: int) -> arb_mat:
    """Th = M^{1/2} R - I."""
    return square_root(d) * arb_mat(problem.rotation(d)) - identity(d)


def gauss_legendre(n: int) -> list[tuple[arb, arb]]:
    """Nodes and weights on [0, 1], from FLINT's own Legendre roots."""
    rule = (arb.legendre_p_root(n, k, weight=True) for k in range(n))
    return [((1 + x) / 2, weight / 2) for x, weight in rule]


def gradient_variance(field: arb_mat, rule, inverse_by: str) -> arb:
    """`inverse_by`: how `solve` finds S: "approx" without error bounds, "lu" and "precond" with."""
    d, noise = field.nrows(), exact(problem.NOISE_SQUARED)
    unit, second, mean = identity(d), arb(0), arb_mat(d, d)
    for t, weight in rule:
        s = (unit + field * t).solve(unit, algorithm=inverse_by)
        k = s.transpose() * ((unit - s) * (1 / t))
        cross = k * s.transpose()
        moment = noise * squared_norm(k) * (1 + d + noise * squared_norm(s)) + 2 * noise**2 * squared_norm(cross)
        second += weight * 4 * moment
        mean += cross * weight
    return second - 4 * noise**2 * squared_norm(mean)
