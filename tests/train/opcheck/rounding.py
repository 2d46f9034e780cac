"""How far a result may be from a formula's value in fp64, from the roundings of every intermediate result.

    bound = u_out |q| + (gamma_n(u_acc) + gamma_n(2^-53)) sum_k |dq/dv_k| m_k + eta sum_k |dq/dv_k|

over the formula's intermediate results v_k, as docs/tolerances.md derives it; the second gamma is of the formula.
m_k is |v_k|, for a sum the sum of the absolute values of its terms; n is the longest chain of roundings.

A deep network's longest chain, charged to every node, would be too wide to tell a right one from a wrong one. There each
node is charged its own n_k roundings alone, and twice, so that the higher orders get as much room as the first:

    bound_by_node = u_out |q| + 2 sum_k |dq/dv_k| m_k (gamma_n_k(u_acc) + gamma_n_k(2^-53))
"""

import contextlib
import math
from dataclasses import dataclass

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

# Functions by their names: those that round nothing, the rest as docs/tolerances.md counts.
EXACT = {"__get__", "__getitem__", "amax", "cat", "flatten", "interpolate", "neg", "permute", "reshape", "stack",
         "transpose", "unflatten"}
ADDITIONS = {"add", "sub", "__rsub__"}
ONE_ROUNDING = {"mul", "div", "__rdiv__", "sqrt"}
FUNCTIONS = {"cos", "exp", "log", "sin"}  # within two units in the last place: four roundings
CONVOLUTIONS = {"conv1d", "conv2d", "linear"}  # the weight is [out, ...]: as many products in each sum as ... has
SIGMOIDS = {"silu"}  # x / (1 + exp(-x)): an exponential, beside 1 less than its error counts, a sum, a quotient
WITH_ELIMINATION = {"linalg_solve", "linalg_slogdet"}
ELEMENTS_AT_A_TIME = 1 << 22


def unit_roundoff(dtype):
    return torch.finfo(dtype).eps / 2


def gamma(n, u):
    if n * u > 0.1:
        raise ValueError(f"a chain of {n} roundings is too long for u = {u}")
    return n * u / (1 - n * u)


@dataclass
class Inexact:
    """An input that comes with errors: of `roundings` units relative to `magnitude`."""
    values: torch.Tensor
    magnitude: torch.Tensor
    roundings: int


def group_norm(x, groups, weight, bias, eps):
    """By the mean of the squares: implementations that centre first lose less."""
    rows = x.reshape(len(x), groups, -1)
    n = rows.shape[2]
    mean = rows.sum(2, keepdim=True) / n
    variance = (rows * rows).sum(2, keepdim=True) / n - mean * mean
    normal = ((rows - mean) / (variance + eps).sqrt()).reshape(x.shape)
    channels = (-1, *[1] * (x.dim() - 2))
    return normal * weight.reshape(channels) + bias.reshape(channels)


def softmax(x, dim):
    weights = (x - x.amax(dim, keepdim=True)).exp()
    return weights / weights.sum(dim, keepdim=True)


# What is more than one operation, as a formula of them.
FORMULAS = {"group_norm": group_norm, "softmax": softmax}


class Nodes(TorchFunctionMode):
    """Notes every intermediate result of the formulas that run under it."""

    def __init__(self):
        super().__init__()
        self.noted = []  # (v_k, m_k, n_k)
        self.chains = {}  # of each tensor, by its id
        self.kept = []  # so that no id is used twice

    def chain(self, *values):
        return max((self.chains.get(id(value), 0) for value in tree_leaves(values)), default=0)

    def note(self, tensor, magnitude, before, own=0):
        """A result of `own` roundings, of values that a chain of `before` led to."""
        self.kept.append(tensor)
        self.chains[id(tensor)] = before + own
        if magnitude is not None and tensor.requires_grad:
            self.noted.append((tensor, magnitude.detach().broadcast_to(tensor.shape), own))

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function.__name__ in FORMULAS:
            with self:
                return FORMULAS[function.__name__](*args, **(kwargs or {}))
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, torch.Tensor) and tensor.is_floating_point():
                self.note_result(function, args, kwargs or {}, tensor)
        return result

    def note_result(self, function, args, kwargs, result):
        name = function.__name__
        before = self.chain(args)
        with torch.no_grad():
            sizes = [abs(value) for value in args if isinstance(value, (torch.Tensor, float, int))]
            if name in EXACT or not result.requires_grad:
                self.note(result, None, before)
            elif name in ADDITIONS:
                self.note(result, sizes[0] + sizes[1], before, 1)
            elif name in ONE_ROUNDING:
                self.note(result, result.abs(), before, 1)
            elif name in FUNCTIONS:
                self.note(result, result.abs(), before, 4)
            elif name in SIGMOIDS:
                self.note(result, result.abs(), before, 6)
            elif name == "sum":
                self.note(result, function(args[0].abs(), *args[1:], **kwargs),
                          before, args[0].numel() // max(1, result.numel()) - 1)
            elif name == "matmul":
                self.note(result, sizes[0] @ sizes[1], before, args[0].shape[-1])
            elif name in CONVOLUTIONS:
                self.note(result, function(*[abs(of) if isinstance(of, torch.Tensor) else of for of in args], **kwargs),
                          before, args[1][0].numel() + 1)
            elif name in WITH_ELIMINATION:
                self.note_elimination(name, args[0], result, before)
            else:
                raise NotImplementedError(f"the roundings of {name}")

    def note_elimination(self, name, matrix, result, before):
        """Elimination and two substitutions solve a system whose matrix is off by gamma_3d |L| |U|."""
        P, L, U = torch.linalg.lu(matrix)
        d = matrix.shape[-1]
        self.noted.append((matrix, P @ (L.abs() @ U.abs()), 3 * d))
        if name == "linalg_solve":
            self.note(result, result.abs(), before, 3 * d)
        else:
            self.note(result, U.diagonal(dim1=-2, dim2=-1).abs().log().abs().sum(-1), before, 3 * d + 4 + d)


@dataclass
class Expected:
    """A formula's value, and what bounds the error of its evaluation in other arithmetic."""
    value: torch.Tensor
    magnitude: torch.Tensor
    sensitivity: torch.Tensor
    chain: int
    by_node: torch.Tensor  # sum_k |dq/dv_k| m_k n_k

    def bound(self, stored, accumulated, rounded_terms=0):
        """`rounded_terms`: how often in a chain an intermediate result is rounded to the stored type."""
        u = unit_roundoff(stored)
        of_terms = (rounded_terms * u + gamma(self.chain, unit_roundoff(accumulated)) +
                    gamma(self.chain, unit_roundoff(torch.float64))) * self.magnitude
        return u * (self.value.abs() + of_terms) + of_terms + torch.finfo(stored).tiny * self.sensitivity

    def bound_by_node(self, dtype):
        """Stored and accumulated in one type."""
        u = unit_roundoff(dtype)
        widest = gamma(self.chain, u) / (self.chain * u)
        return u * self.value.abs() + 2 * widest * (u + unit_roundoff(torch.float64)) * self.by_node


def derivative_sums(result, nodes):
    """sum_k |dq/dv_k| m_k, sum_k |dq/dv_k| and sum_k |dq/dv_k| m_k n_k of every element q of a result."""
    rows_at_a_time = max(1, ELEMENTS_AT_A_TIME // max(tensor.numel() for tensor, _, _ in nodes))
    sums = []
    for rows in torch.eye(result.numel(), dtype=torch.float64).split(rows_at_a_time):
        derivatives = torch.autograd.grad(result, [tensor for tensor, _, _ in nodes],
                                          rows.reshape(-1, *result.shape), retain_graph=True, is_grads_batched=True,
                                          allow_unused=True)
        of_rows = torch.zeros(3, len(rows), dtype=torch.float64)
        for derivative, (_, magnitude, own) in zip(derivatives, nodes):
            if derivative is not None:
                sizes = derivative.reshape(len(rows), -1).abs()
                terms = sizes @ magnitude.flatten()
                of_rows += torch.stack([terms, sizes.sum(1), own * terms])
        sums.append(of_rows)
    return torch.cat(sums, dim=1).reshape(3, *result.shape)


@contextlib.contextmanager
def one_thread():
    """Small tensors are slower on several threads, much so where others keep the cores busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@one_thread()
def evaluate(formula, *inputs, **choices):
    """formula(*inputs, **choices) in fp64, as a list of Expected."""
    nodes = Nodes()
    leaves = []
    for given in inputs:
        values = given.values if isinstance(given, Inexact) else given
        leaves.append(values.detach().cpu().double().requires_grad_())
        if isinstance(given, Inexact):
            nodes.note(leaves[-1], given.magnitude, 0, given.roundings)
    with nodes:
        results = formula(*leaves, **choices)
    expected = []
    for result in results if isinstance(results, tuple) else (results,):
        magnitude, sensitivity, by_node = derivative_sums(result, nodes.noted)
        expected.append(Expected(result.detach(), magnitude, sensitivity, nodes.chain(result), by_node))
    return expected


def failure(actual, expected, bound):
    """What is wrong with a result, in one line, or None. A bound above a twentieth of the values would show nothing."""
    actual = actual.detach().cpu().double()
    if actual.shape != expected.shape or actual.numel() == 0:
        return f"shape {tuple(actual.shape)}, expected {tuple(expected.shape)}"
    if not bool((bound <= 0.05 * expected.abs().max()).all()):
        return f"the bound {bound.max():.3g} is wide beside values up to {expected.abs().max():.3g}"
    fraction = torch.where(actual.isfinite(), (actual - expected).abs() / bound, math.inf)
    fraction = torch.where(actual == expected, 0.0, fraction)
    if bool((fraction <= 1).all()):
        return None
    worst = int(fraction.argmax())
    index = tuple(int(i) for i in torch.unravel_index(torch.tensor(worst), actual.shape))
    return (f"at {index}: {actual.flatten()[worst].item():.17g}, expected {expected.flatten()[worst].item():.17g}, "
            f"{fraction.flatten()[worst].item():.3g} times the bound {bound.flatten()[worst].item():.3g}")
