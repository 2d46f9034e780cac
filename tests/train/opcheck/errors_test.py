"""What operators refuse, and that the message names the operator, the argument and what would be right."""

import itertools
import unittest

from operators import ARGUMENTS, FLOATS, arguments_of, needs_cuda, outputs_to_write, overload, overloads_of, torch

INF, NAN = float("inf"), float("nan")
SCHEDULES = ("interpolate", "minimiser_velocity", "empirical_velocity", "gradient_moments")

# Operator, arguments in the place of valid ones, and the message after the operator's name. A function makes the
# argument from the valid one.
CHOICES = [
    *((operator, {"schedule": "linear"}, "schedule must be none, constant or bridge, not linear")
      for operator in SCHEDULES),
    *((operator, {"target": "noise"}, "target must be displacement or interpolant, not noise")
      for operator in SCHEDULES),
    *((operator, {"s": s}, "s must be finite and not negative, not -?(0.5|inf|nan)")
      for operator in SCHEDULES for s in (-0.5, INF, NAN)),
    ("empirical_velocity", {"pairing": "random"}, "pairing must be frozen or resampled, not random"),
    ("integrate", {"method": "midpoint"}, "method must be euler, heun or rk4, not midpoint"),
    ("integrate", {"steps": 0}, "steps must be positive, not 0"),
    ("integrate", {"t0": INF}, "t0 and t1 must be finite, not inf and 1"),
    ("integrate", {"t1": NAN}, "t0 and t1 must be finite, not 0 and nan"),
    *((operator, {"groups": groups}, f"groups must divide the 6 channels, and is {groups}")
      for operator in ("group_norm_silu", "group_norm_silu_backward") for groups in (0, 4, -1)),
    *((operator, {"eps": eps}, "eps must be finite and not negative, and is ")
      for operator in ("group_norm_silu", "group_norm_silu_backward") for eps in (-1e-5, INF, NAN)),
    ("adamw_ema_", {"step": 0}, "step counts from 1, and is not 0"),
    ("adamw_ema_", {"b1": 1.0}, r"b1 and b2 must lie in \[0, 1\), and are 1 and 0.99"),
    ("adamw_ema_", {"b2": -0.1}, r"b1 and b2 must lie in \[0, 1\), and are 0.9 and -0.1"),
    ("adamw_ema_", {"ema_decay": 1.5}, r"ema_decay must lie in \[0, 1\], and is 1.5"),
    *((operator, {name: value}, f"eps and weight_decay must not be negative, and are .*{value:g}")
      for operator in ("adamw_ema_", "adamw_ema_.Tensor") for name in ("eps", "weight_decay") for value in (-1.0, NAN)),
    *(("adamw_ema_", {"lr": value}, f"lr must not be negative, and is {value:g}") for value in (-1.0, NAN)),
    ("standard_normal", {"dtype": torch.int64}, "z must be float64, float32 or bfloat16, not Long"),
]

# Of scalars in tensors only the CPU sees the values before the kernel does.
SCALARS_ON_THE_CPU = [
    ("adamw_ema_.Tensor", {"step": torch.zeros_like}, "step counts from 1, and is not 0"),
    ("adamw_ema_.Tensor", {"lr": torch.neg}, "lr must not be negative, and is -0.01"),
    ("adamw_ema_.Tensor", {"ema_decay": lambda decay: decay + 1}, r"ema_decay must lie in \[0, 1\], and is 1.95"),
    *((operator, {"t": lambda t: t * 0}, "t must lie strictly between 0 and 1: the bridge has no f")
      for operator in ("interpolate.Tensor", "interpolate.Tensor_out")),
]
NO_TENSORS = {name: [] for name in ("p", "g", "m", "v", "ema")}


def without_last_row(tensor):
    return tensor[:-1]


def without_last_column(tensor):
    return tensor[..., :-1]


def no_rows(tensor):
    return tensor[:0]


def no_columns(tensor):
    return tensor[..., :0]


SHAPES = [
    ("interpolate", {"x1": without_last_row}, r"x1 must have shape \[5, 3\] \(-1: any\), not \[4, 3\]"),
    ("interpolate", {"t": without_last_row}, r"t must have shape \[5\] \(-1: any\), not \[4\]"),
    ("pair_velocity", {"Th": without_last_column}, r"Th must have shape \[2, 3, 3\].*not \[2, 3, 2\]"),
    ("pair_velocity", {"x": without_last_row}, r"x must have shape \[2, -1, 3\].*not \[1, 5, 3\]"),
    ("pair_velocity", {"t": without_last_column}, r"t must have shape \[2, 5\].*not \[2, 4\]"),
    ("pair_velocity", {name: no_columns for name in ("th", "Th", "x")}, "th must have a column"),
    ("minimiser_velocity", {"pi": without_last_row}, r"pi must have shape \[2\].*not \[1\]"),
    ("minimiser_velocity", {"M": without_last_row}, r"M must have shape \[2, 3, 3\].*not \[1, 3, 3\]"),
    ("minimiser_velocity", {"C": without_last_column}, r"C must have shape \[2, 3, 3\].*not \[2, 3, 2\]"),
    ("minimiser_velocity", {"x": without_last_column}, r"x must have shape \[-1, 3\].*not \[5, 2\]"),
    ("minimiser_velocity", {"t": without_last_row}, r"t must have shape \[5\].*not \[4\]"),
    ("minimiser_velocity", {name: no_rows for name in ("pi", "mu", "M", "C")}, "mu must have a row, .* and a column"),
    ("empirical_velocity", {"x0": without_last_row}, r"x0 must have shape \[6, 3\].*not \[5, 3\]"),
    ("empirical_velocity", {"x1": without_last_column}, r"x1 must have shape \[-1, 3\].*not \[6, 2\]"),
    ("empirical_velocity", {"t": without_last_row}, r"t must have shape \[5\].*not \[4\]"),
    ("empirical_velocity", {name: no_rows for name in ("x0", "x1")}, "x1 must have a row"),
    ("empirical_velocity", {name: no_columns for name in ("x", "x0", "x1")}, "x must have a column"),
    ("gradient_moments", {"Th": without_last_row}, r"Th must have shape \[3, 3\].*not \[2, 3\]"),
    ("gradient_moments", {"x1": without_last_row}, r"x1 must have shape \[5, 3\].*not \[4, 3\]"),
    ("gradient_moments", {"z": without_last_column}, r"z must have shape \[5, 3\].*not \[5, 2\]"),
    ("gradient_moments", {"t": without_last_row}, r"t must have shape \[5\].*not \[4\]"),
    ("gradient_moments", {"th": no_rows}, "th must have an element"),
    ("integrate", {"Th": without_last_row}, r"Th must have shape \[3, 3\].*not \[2, 3\]"),
    ("integrate", {"x": without_last_column}, r"x must have shape \[-1, 3\].*not \[5, 2\]"),
    ("integrate", {"th": no_rows}, "th must have an element"),
    ("nearest", {"bank": without_last_column}, r"bank must have shape \[-1, 3\].*not \[7, 2\]"),
    ("nearest", {"bank": no_rows}, "bank must have a row"),
    ("nearest", {name: no_columns for name in ("q", "bank")}, "q and bank must have a column"),
    ("mmd", {"y": without_last_column}, r"y must have shape \[-1, 3\].*not \[6, 2\]"),
    ("mmd", {"x": lambda x: x[:1]}, "x and y must have two rows at least, not 1 and 6"),
    ("mmd", {name: no_columns for name in ("x", "y")}, "x and y must have a column"),
    *((operator, {name: without_last_row}, rf"{name} must have shape \[6\].*not \[5\]")
      for operator in ("group_norm_silu", "group_norm_silu_backward") for name in ("gamma", "beta")),
    ("group_norm_silu_backward", {"dy": without_last_row}, r"dy must have shape \[5, 4, 5, 6\].*not \[4, 4, 5, 6\]"),
    *(("adamw_ema_", {name: without_last_row}, f"{name} must have as many tensors as p, 2, not 1")
      for name in ("g", "m", "v", "ema")),
    *(("adamw_ema_", {name: lambda tensors: tensors[::-1]}, rf"{name}.0 must have shape \[5, 3\].*not \[5\]")
      for name in ("g", "m", "v", "ema")),
    ("adamw_ema_.Tensor", NO_TENSORS, "p must have a tensor"),
    ("philox4x32", {"counter": without_last_column}, r"counter must have shape \[-1, 4\].*not \[5, 3\]"),
    ("philox4x32", {"key": without_last_row}, r"key must have shape \[5, 2\].*not \[4, 2\]"),
]


def transposed(tensor):
    return tensor.mT.contiguous().mT


LAYOUTS = [
    ("adamw_ema_", {"m": lambda m: [transposed(m[0]), m[1]]},
     r"m.0 must be laid out as p is, with strides \[3, 1\], not \[1, 5\]"),
    ("adamw_ema_", {"p": lambda p: [p[0].repeat(1, 2)[:, ::2], p[1]]}, "p.0 must be dense"),
    ("interpolate.out", {"xt": transposed}, "xt must be contiguous, of dtype Float and on "),
    ("pair_velocity.out", {"v": transposed}, "v must be contiguous, of dtype Float and on "),
    ("gradient_moments.out", {"sum_Th": transposed}, "sum_Th must be contiguous, of dtype Double and on "),
    ("group_norm_silu.out", {"y": transposed}, "y must be contiguous, of dtype Float and on "),
]


def minus_identity(Th):
    """I + t Th = (1 - t) I is singular at 1 alone."""
    return -torch.eye(3, dtype=Th.dtype, device=Th.device).expand_as(Th)


def at(index, time):
    """The times, but for one."""
    def change(t):
        t = t.clone()
        t[index] = time
        return t
    return change


SINGULAR_TIMES = [
    ("interpolate", {"t": at(3, 0.0)}, r"t must lie strictly between 0 and 1: the bridge has no f'\(t\) there"),
    ("interpolate", {"t": at(3, 1.0)}, r"t must lie strictly between 0 and 1: the bridge has no f'\(t\) there"),
    ("pair_velocity", {"Th": minus_identity, "t": at((1, 2), 1.0)},
     r"singular time: a pivot of I \+ t Th is 0 or not finite at row \(1, 2\) of t"),
    ("pair_velocity", {"t": at((0, 4), NAN)}, r"singular time: a pivot .* at row \(0, 4\) of t"),
    ("gradient_moments", {"Th": minus_identity, "t": at(3, 1.0), "target": "displacement"},
     r"singular time: a pivot of I \+ t Th is 0 or not finite at row 3 of t"),
    ("gradient_moments", {"t": at(3, 0.0)}, r"f\(t\) or f'\(t\) is not finite at row 3 of t: with the bridge"),
    ("gradient_moments", {"t": at(2, 1.5), "target": "displacement"}, r"f\(t\) or f'\(t\) is not finite at row 2 of t"),
    *(("integrate", {"Th": minus_identity, "steps": 4, "t1": t1, "method": method},
       rf"singular time: a pivot of I \+ t Th is 0 or not finite at t = 1 in step {step}")
      for method, t1, step in (("euler", 4.0, 1), ("heun", 4.0, 0), ("rk4", 8.0, 0), ("rk4", 1.0, 3))),
    ("minimiser_velocity", {"M": torch.zeros_like, "C": torch.zeros_like, "t": at(4, 1.0)},
     "no density: a pivot of some Sigma_k is not positive and finite at row 4 of t"),
    ("empirical_velocity", {"schedule": "none"}, r"at some time of t f\(t\)\^2 is not positive and finite"),
    ("empirical_velocity", {"t": at(1, 0.0)}, r"at some time of t f\(t\)\^2 is not positive and finite"),
    ("empirical_velocity", {"t": at(1, 1.0), "pairing": "resampled"},
     r"at some time of t \(1 - t\)\^2 \+ f\(t\)\^2 is not positive and finite, so that the bank has no weights"),
]


def changed(value, function):
    return [function(item) for item in value] if isinstance(value, list) else function(value)


def is_of_tensors(value):
    return isinstance(value, (torch.Tensor, list))


class Errors:
    def assert_refused(self, name, arguments, message):
        with self.assertRaisesRegex(ValueError, rf"^{name.partition('.')[0]}: {message}"):
            overload(name)(**arguments)

    def check_table(self, table, dtypes=(torch.float32,), devices=None):
        for name, changes, message in table:
            for dtype in dtypes:
                for device in devices or (self.device,):
                    with self.subTest(operator=name, changes=list(changes), dtype=dtype, device=device):
                        arguments = arguments_of(name, dtype, device)
                        for argument, change in changes.items():
                            arguments[argument] = change(arguments[argument]) if callable(change) else change
                        self.assert_refused(name, arguments, message)

    def test_choices(self):
        self.check_table(CHOICES, devices=(self.device, "meta"))

    def test_shapes(self):
        self.check_table(SHAPES, devices=(self.device, "meta"))

    def test_layouts(self):
        self.check_table(LAYOUTS)

    def test_singular_times(self):
        self.check_table(SINGULAR_TIMES, dtypes=FLOATS)

    def each_tensor(self):
        """(overload, its arguments, the name of one that is a tensor or a list of them), of outputs too."""
        for operator in ARGUMENTS:
            for name in itertools.chain(*overloads_of(operator)):
                for argument, value in arguments_of(name, torch.float32, self.device).items():
                    if is_of_tensors(value):
                        yield name, arguments_of(name, torch.float32, self.device), argument

    def test_a_tensor_of_another_rank_is_named(self):
        for name, arguments, argument in self.each_tensor():
            with self.subTest(operator=name, argument=argument):
                arguments[argument] = changed(arguments[argument], lambda tensor: tensor[None])
                culprit = r"\w+\.0" if isinstance(arguments[argument], list) else argument
                self.assert_refused(name, arguments, rf"{culprit} must have shape \[")

    def test_a_tensor_of_another_dtype_is_named(self):
        for name, arguments, argument in self.each_tensor():
            with self.subTest(operator=name, argument=argument):
                arguments[argument] = changed(arguments[argument], lambda tensor: tensor.to(torch.float16))
                self.assert_refused(name, arguments, rf".*\b{argument}\b.*(\bHalf\b|dtype)")

    def test_a_tensor_on_another_device_is_named(self):
        for name, arguments, argument in self.each_tensor():
            if sum(is_of_tensors(value) for value in arguments.values()) == 1:
                continue
            for device in {"meta", "cpu"} - {self.device}:
                with self.subTest(operator=name, argument=argument, device=device):
                    wrong = {**arguments, argument: changed(arguments[argument], lambda tensor: tensor.to(device))}
                    culprits = "|".join([argument, *outputs_to_write(name)])  # an output has to be where inputs are
                    self.assert_refused(name, wrong, rf".*\b({culprits})\b.* (on|where) ")

    def test_all_of_a_dtype_that_is_not_supported(self):
        for operator in sorted(set(ARGUMENTS) - {"philox4x32"}):
            with self.subTest(operator=operator):
                arguments = arguments_of(operator, torch.float16, self.device)
                self.assert_refused(operator, arguments,
                                    r"\S+ must be (float64 or float32|float64, float32 or bfloat16), not Half")

    def test_a_derivative_that_is_not_there(self):
        for operator in sorted(set(ARGUMENTS) - {"philox4x32", "standard_normal", "adamw_ema_", "group_norm_silu"}):
            with self.subTest(operator=operator):
                arguments = arguments_of(operator, torch.float32, self.device)
                first = next(name for name, value in arguments.items() if isinstance(value, torch.Tensor))
                arguments[first].requires_grad_()
                results = overload(operator)(**arguments)
                result = results[-1] if isinstance(results, tuple) else results
                with self.assertRaisesRegex(RuntimeError, f"derivative for straightedge::{operator} is not impl"):
                    result.sum().backward()


class OnCpu(Errors, unittest.TestCase):
    device = "cpu"

    def test_values_of_scalars_in_tensors(self):
        self.check_table(SCALARS_ON_THE_CPU)


@needs_cuda
class OnCuda(Errors, unittest.TestCase):
    device = "cuda"

    def test_with_a_tensor_as_offset_a_singular_time_shows_in_the_target(self):
        arguments = arguments_of("interpolate.Tensor", torch.float32, self.device)
        arguments["t"] = at(3, 0.0)(arguments["t"])
        target = overload("interpolate.Tensor")(**arguments)[1]
        self.assertEqual(target.isfinite().all(dim=1).tolist(), [True, True, True, False, True])


if __name__ == "__main__":
    unittest.main()
