"""The operators as Python sees them, and for each of them arguments to call it with."""

import os
import sys
import unittest

try:
    import torch
except (ImportError, OSError) as error:
    print(f"skipped: torch cannot be imported: {error}", file=sys.stderr)
    sys.exit(77)

torch.ops.load_library(os.environ["STRAIGHTEDGE_OPS"])

FLOATS = (torch.float64, torch.float32, torch.bfloat16)
HAS_CUDA = torch.cuda.is_available() and torch._C._dispatch_has_kernel_for_dispatch_key("straightedge::mmd", "CUDA")
needs_cuda = unittest.skipUnless(HAS_CUDA, "no CUDA device, or an operators library without CUDA")


class Draw:
    """Random inputs that do not depend on dtype or device, rounding aside."""

    def __init__(self, dtype=torch.float64, device="cpu", seed=1):
        self.dtype, self.device = dtype, device
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, low, high, *shape):
        values = torch.rand(shape, generator=self.generator, dtype=torch.float64) * (high - low) + low
        return values.to(self.device, self.dtype)

    def normal(self, *shape):
        return torch.randn(shape, generator=self.generator, dtype=torch.float64).to(self.device, self.dtype)

    def integers(self, low, high, *shape):
        return torch.randint(low, high, shape, generator=self.generator).to(self.device)

    def lines(self, *shape):
        """Matrices Th for which I + t Th is regular at every t in [0, 1]: their norm is below 1."""
        return self.uniform(-0.9 / shape[-1], 0.9 / shape[-1], *shape)

    def mixture(self, components, d):
        """pi, mu, M, C of a mixture; M - C C^T is positive definite."""
        root = self.normal(components, d, d).double() / d**0.5
        M = (root @ root.mT + torch.eye(d, device=self.device, dtype=torch.float64)).to(self.dtype)
        return {"pi": self.uniform(0.2, 1, components), "mu": self.normal(components, d), "M": M,
                "C": self.uniform(-0.5 / d, 0.5 / d, components, d, d)}


def interpolate(draw, rows):
    return {"x0": draw.normal(rows, 3), "x1": draw.normal(rows, 3), "t": draw.uniform(0.1, 0.9, rows),
            "schedule": "bridge", "s": 0.5, "target": "interpolant", "seed": -3, "offset": 7}


def pair_velocity(draw, rows):
    return {"th": draw.normal(2, 3), "Th": draw.lines(2, 3, 3), "x": draw.normal(2, rows, 3),
            "t": draw.uniform(0, 1, 2, rows)}


def minimiser_velocity(draw, rows):
    return {**draw.mixture(2, 3), "x": draw.normal(rows, 3), "t": draw.uniform(0.1, 0.9, rows),
            "schedule": "bridge", "s": 0.5, "target": "interpolant"}


def empirical_velocity(draw, rows):
    return {"x": draw.normal(rows, 3), "t": draw.uniform(0.1, 0.9, rows), "x0": draw.normal(6, 3),
            "x1": draw.normal(6, 3), "schedule": "bridge", "s": 1.5, "target": "interpolant", "pairing": "frozen"}


def gradient_moments(draw, rows):
    return {"th": draw.normal(3), "Th": draw.lines(3, 3), "x0": draw.normal(rows, 3), "x1": draw.normal(rows, 3),
            "z": draw.normal(rows, 3), "t": draw.uniform(0.1, 0.9, rows), "schedule": "bridge", "s": 0.5,
            "target": "interpolant"}


def integrate(draw, rows):
    return {"th": draw.normal(3), "Th": draw.lines(3, 3), "x": draw.normal(rows, 3), "t0": 0.0, "t1": 1.0, "steps": 3,
            "method": "rk4"}


def nearest(draw, rows):
    return {"q": draw.normal(rows, 3), "bank": draw.normal(7, 3)}


def mmd(draw, rows):
    rows = min(rows, 1000)  # the cost is quadratic
    return {"x": draw.normal(rows, 3), "y": draw.normal(rows + 1, 3), "h": draw.uniform(0.5, 2, 4)}


def group_norm_silu(draw, rows):
    rows = min(rows, 40)
    return {"x": draw.normal(rows, 4, rows, 6), "gamma": draw.normal(6), "beta": draw.normal(6), "groups": 2,
            "eps": 1e-5}


def group_norm_silu_backward(draw, rows):
    forward = group_norm_silu(draw, rows)
    return {"dy": draw.normal(*forward["x"].shape), **forward}


def adamw_ema_(draw, rows):
    """Of bfloat16 the gradients alone."""
    states = Draw(torch.float32 if draw.dtype == torch.bfloat16 else draw.dtype, draw.device)
    shapes = [(rows, 3), (5,)]
    lists = {name: [states.normal(*shape) for shape in shapes] for name in ("p", "m", "ema")}
    return {"p": lists["p"], "g": [draw.normal(*shape) for shape in shapes], "m": lists["m"],
            "v": [states.uniform(0, 1, *shape) for shape in shapes], "ema": lists["ema"], "step": 3, "lr": 0.01,
            "b1": 0.9, "b2": 0.99, "eps": 1e-8, "weight_decay": 0.1, "ema_decay": 0.95}


def philox4x32(draw, rows):
    return {"counter": draw.integers(0, 2**32, rows, 4), "key": draw.integers(0, 2**32, rows, 2)}


def standard_normal(draw, rows):
    return {"element": draw.integers(0, 2**62, rows), "seed": -5, "offset": 9, "dtype": draw.dtype}


ARGUMENTS = {function.__name__: function for function in (
    interpolate, pair_velocity, minimiser_velocity, empirical_velocity, gradient_moments, integrate, nearest, mmd,
    group_norm_silu, group_norm_silu_backward, adamw_ema_, philox4x32, standard_normal)}


# Scalars of which there is an overload `.Tensor`: they are read where the tensors are.
SCALAR_TENSORS = {"adamw_ema_": {"step": torch.int64, "lr": torch.float64, "ema_decay": torch.float64},
                  "interpolate": {"offset": torch.int64}}


def overloads_of(operator):
    """The names of an operator's overloads that return their results or change their arguments, and of those that write
    to outputs."""
    functional = [f"{operator}.default"] + [f"{operator}.Tensor"] * (operator in SCALAR_TENSORS)
    writing = [] if operator.endswith("_") else [of.replace("default", "out").replace("Tensor", "Tensor_out")
                                                 for of in functional]
    return functional, writing


def functional_of(name):
    """The overload that returns what `name` writes."""
    return f"{name.partition('.')[0]}.{'Tensor' if '.Tensor' in name else 'default'}"


def registered_overloads():
    """Every overload that the library has registered, as OPERATOR.OVERLOAD."""
    names = [name.removeprefix("straightedge::") for name in torch._C._dispatch_get_all_op_names()
             if name.startswith("straightedge::")]
    return {name if "." in name else f"{name}.default" for name in names}


def overload(name):
    operator, _, variant = name.partition(".")
    return getattr(getattr(torch.ops.straightedge, operator), variant or "default")


def outputs_to_write(name):
    """The names of the outputs that an overload is given."""
    return [of.name for of in overload(name)._schema.arguments if of.kwarg_only]


def tuple_of(result):
    return () if result is None else result if isinstance(result, tuple) else (result,)


def mapped(arguments, function):
    """The arguments with function(tensor) in the place of every tensor, in lists too."""
    def change(value):
        if isinstance(value, list):
            return [change(item) for item in value]
        return function(value) if isinstance(value, torch.Tensor) else value
    return {name: change(value) for name, value in arguments.items()}


def arguments_of(name, dtype, device="cpu", rows=5):
    """Arguments of an overload; outputs to write to hold NaN, or -1."""
    operator, _, variant = name.partition(".")
    arguments = ARGUMENTS[operator](Draw(dtype, device), rows)
    if variant.startswith("Tensor"):
        for scalar, dtype_of_scalar in SCALAR_TENSORS[operator].items():
            arguments[scalar] = torch.tensor(arguments[scalar], dtype=dtype_of_scalar, device=device)
    results = outputs_to_write(name)
    if results:
        shapes = tuple_of(overload(functional_of(name))(**mapped(arguments, lambda tensor: tensor.to("meta"))))
        for result, like in zip(results, shapes, strict=True):
            unset = float("nan") if like.is_floating_point() else -1
            arguments[result] = torch.full_like(like, unset, device=device)
    return arguments


def outputs_of(name, arguments):
    """What a call gives: its results, or the tensors that it changes."""
    results = tuple_of(overload(name)(**arguments))
    return results or tuple(tensor for key in ("p", "m", "v", "ema") for tensor in arguments[key])


def is_bitwise_equal(left, right):
    """Whether dtype, shape and every bit are equal, NaN and the sign of 0 included."""
    bits = [tensor.detach().reshape(-1).view(torch.uint8) for tensor in (left, right)]
    return left.dtype == right.dtype and left.shape == right.shape and torch.equal(*bits)
