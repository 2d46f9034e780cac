"""The peer NumPy, in double: one call a step for all nodes at once, so that Python's overhead is paid once."""

import numpy as np

import problem


def square_root(d: int) -> np.ndarray:
    values, vectors = np.linalg.eigh(np.array(problem.covariance(d), dtype=float))
    return vectors * np.sqrt(values) @ vectors.T


def field_matrix(d: int) -> np.ndarray:
    """Th = M^{1/2} R - I."""
    return square_root(d) @ np.array(problem.rotation(d), dtype=float) - np.eye(d)


def gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(n)
    return (1 + nodes) / 2, weights / 2


def squared_norms(a: np.ndarray) -> np.ndarray:
    """|a_k|^2 of each matrix of a stack."""
    flat = a.reshape(len(a), -1)
    return np.einsum("ki,ki->k", flat, flat)


def gradient_variance(field: np.ndarray, rule: tuple[np.ndarray, np.ndarray]) -> float:
    d, noise, (t, weight) = len(field), float(problem.NOISE_SQUARED), rule
    unit = np.eye(d)
    s = np.linalg.inv(unit + t[:, None, None] * field)
    transposed = s.transpose(0, 2, 1)
    k = transposed @ ((unit - s) / t[:, None, None])
    cross = k @ transposed
    moments = noise * squared_norms(k) * (1 + d + noise * squared_norms(s)) + 2 * noise**2 * squared_norms(cross)
    mean = np.tensordot(weight, cross, axes=1)
    return 4 * weight @ moments - 4 * noise**2 * np.vdot(mean, mean)
