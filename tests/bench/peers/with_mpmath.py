"""The peer mpmath, on gmpy2's integers. Matrices are lists of rows and every sum is mp.fdot: mpmath's own `matrix`
(a dictionary of entries) and `inverse` are several times slower."""

import mpmath
from mpmath import mp

import problem

Matrix = list[list[mpmath.mpf]]


def set_precision(digits: int) -> None:
    mp.dps = digits
    if mpmath.libmp.BACKEND != "gmpy":
        raise SystemExit("mpmath does not use gmpy2: the comparison would be unfair to it")


def exact(q) -> mpmath.mpf:
    return mp.mpf(q.numerator) / q.denominator


def transpose(a: Matrix) -> Matrix:
    return [list(column) for column in zip(*a)]


def times_transpose(a: Matrix, b: Matrix) -> Matrix:
    """a b^T, the product that needs no transposition: rows meet rows."""
    return [[mp.fdot(row, other) for other in b] for row in a]


def squared_norm(a: Matrix) -> mpmath.mpf:
    return mp.fsum((x for row in a for x in row), squared=True)


def inverse(a: Matrix) -> Matrix:
    """Doolittle's LU with partial pivoting, then both substitutions for all columns, in sums of products throughout."""
    d = len(a)
    a, order = [row[:] for row in a], list(range(d))
    lower, columns = [[] for _ in range(d)], []
    for k in range(d):
        upper = [row[k] for row in a]
        for i in range(d):
            known = min(i, k)
            upper[i] -= mp.fdot(lower[i][:known], upper[:known])
        pivot = max(range(k, d), key=lambda i: abs(upper[i]))
        for rows in (a, order, lower, upper):
            rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, d):
            lower[i].append(upper[i] / upper[k])
        columns.append(upper[: k + 1])
    rows_of_u = [[columns[j][i] for j in range(i, d)] for i in range(d)]
    result = []
    for unit in range(d):
        y = []
        for i in range(d):
            y.append(mp.mpf(order[i] == unit) - mp.fdot(lower[i][:i], y))
        x = [mp.zero] * d
        for i in reversed(range(d)):
            x[i] = (y[i] - mp.fdot(rows_of_u[i][1:], x[i + 1 :])) / rows_of_u[i][0]
        result.append(x)
    return transpose(result)


def square_root(d: int) -> mpmath.matrix:
    """M^{1/2} from the symmetric eigenproblem, `eigsy`: mpmath's fastest way (its `sqrtm` iterates with inverses)."""
    m = mp.matrix([[exact(x) for x in row] for row in problem.covariance(d)])
    values, vectors = mp.eigsy(m)
    v = vectors.tolist()
    scaled = [[x * mp.sqrt(value) for x, value in zip(row, values)] for row in v]
    return mp.matrix(times_transpose(scaled, v))


def field_matrix(d: int) -> Matrix:
    """Th = M^{1/2} R - I."""
    a = times_transpose(square_root(d).tolist(), transpose(problem.rotation(d)))
    return [[x - (i == j) for j, x in enumerate(row)] for i, row in enumerate(a)]


def gauss_legendre(n: int) -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """Nodes and weights on [0, 1], by Newton's method on P_n."""
    rule = []
    for k in range(n):
        x = mp.cos(mp.pi * (k + mp.mpf("0.75")) / (n + mp.mpf("0.5")))
        for _ in range(8):
            before, p = mp.one, x
            for j in range(2, n + 1):
                before, p = p, ((2 * j - 1) * x * p - (j - 1) * before) / j
            slope = n * (x * p - before) / (x * x - 1)
            x -= p / slope
        rule.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return rule


def gradient_variance(field: Matrix, rule) -> mpmath.mpf:
    d, noise = len(field), exact(problem.NOISE_SQUARED)
    second, mean = mp.zero, [[mp.zero] * d for _ in range(d)]
    for t, weight in rule:
        s = inverse([[t * x + (i == j) for j, x in enumerate(row)] for i, row in enumerate(field)])
        columns = transpose(s)
        field_s = [[((i == j) - x) / t for j, x in enumerate(row)] for i, row in enumerate(s)]
        k = times_transpose(columns, transpose(field_s))
        cross = times_transpose(k, s)
        moment = noise * squared_norm(k) * (1 + d + noise * squared_norm(s)) + 2 * noise**2 * squared_norm(cross)
        second += weight * 4 * moment
        mean = [[m + weight * c for m, c in zip(*rows)] for rows in zip(mean, cross)]
    return second - 4 * noise**2 * squared_norm(mean)
