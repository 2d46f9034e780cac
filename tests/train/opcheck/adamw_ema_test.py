"""adamw_ema_ against torch.optim.AdamW and PyTorch's moving average of parameters in fp64, over several steps."""

import itertools
import unittest

from operators import FLOATS, Draw, is_bitwise_equal, needs_cuda, torch  # first: it skips where there is no torch

import formulas
from rounding import evaluate, failure
from torch.optim.swa_utils import get_ema_multi_avg_fn

adamw_ema_ = torch.ops.straightedge.adamw_ema_
STEPS = 4
SHAPES = [(3, 4), (), (5,), (0,)]
SETTINGS = [
    {"lr": 0.01, "b1": 0.9, "b2": 0.99, "eps": 1e-8, "weight_decay": 0.1, "ema_decay": 0.9},
    {"lr": 0.1, "b1": 0.5, "b2": 0.75, "eps": 0.5, "weight_decay": 0.0, "ema_decay": 0.25},  # eps in or out of the root
    {"lr": 0.05, "b1": 0.0, "b2": 0.0, "eps": 0.125, "weight_decay": 2.0, "ema_decay": 0.0},
    {"lr": 0.0, "b1": 0.9, "b2": 0.99, "eps": 1e-8, "weight_decay": 0.1, "ema_decay": 1.0},  # p and ema stay
]


def several_steps(p, ema, *gradients, **settings):
    m, v = 0 * p, 0 * p
    for step, g in enumerate(gradients, start=1):
        p, m, v, ema = formulas.adamw_ema(p, g, m, v, ema, step=step, **settings)
    return p, m, v, ema


def several_steps_of_torch(p, ema, gradients, lr, b1, b2, eps, weight_decay, ema_decay):
    """p, m, v, ema by PyTorch's optimiser."""
    parameter = torch.nn.Parameter(p.clone())
    optimiser = torch.optim.AdamW([parameter], lr, (b1, b2), eps, weight_decay)
    average = get_ema_multi_avg_fn(ema_decay)
    ema = ema.clone()
    for g in gradients:
        parameter.grad = g.clone()
        optimiser.step()
        average([ema], [parameter.detach()], None)
    state = optimiser.state[parameter]
    return parameter.detach(), state["exp_avg"], state["exp_avg_sq"], ema


class AdamwEma:
    def each_dtype(self):
        """The dtype of the states, and of the gradients."""
        for of_gradients in FLOATS:
            of_states = torch.float32 if of_gradients == torch.bfloat16 else of_gradients
            yield Draw(of_states, self.device, seed=2), Draw(of_gradients, self.device, seed=3)

    def test_several_steps_are_those_of_torch(self):
        for (states, gradients), settings in itertools.product(self.each_dtype(), SETTINGS):
            with self.subTest(dtype=gradients.dtype, settings=settings):
                start = [states.normal(*shape) for shape in SHAPES]
                average = [states.normal(*shape) for shape in SHAPES]
                g = [[gradients.normal(*shape) for shape in SHAPES] for _ in range(STEPS)]
                p, ema = ([of.clone() for of in tensors] for tensors in (start, average))
                m, v = ([torch.zeros_like(of) for of in p] for _ in range(2))
                for step in range(STEPS):
                    adamw_ema_(p, g[step], m, v, ema, step=step + 1, **settings)
                for k, shape in enumerate(SHAPES):
                    if shape != (0,):
                        self.check_tensor([of[k] for of in (p, m, v, ema)], start[k], average[k],
                                          [of[k] for of in g], settings)

    def check_tensor(self, actual, start, average, gradients, settings):
        expected = evaluate(several_steps, start, average, *gradients, **settings)
        values = several_steps_of_torch(start.double(), average.double(), [g.double() for g in gradients], **settings)
        for name, result, value, formula in zip(("p", "m", "v", "ema"), actual, values, expected, strict=True):
            problem = failure(result, value.cpu(), formula.bound(result.dtype, result.dtype))
            self.assertIsNone(problem, f"{name}, {problem}")

    def test_gradients_are_not_changed(self):
        for states, gradients in self.each_dtype():
            with self.subTest(dtype=gradients.dtype):
                g = gradients.normal(3, 4)
                kept = g.clone()
                p, m, ema = (states.normal(3, 4) for _ in range(3))
                adamw_ema_([p], [g], [m], [states.uniform(0, 1, 3, 4)], [ema], step=1, **SETTINGS[0])
                self.assertTrue(is_bitwise_equal(g, kept))

    def test_a_long_tensor_and_its_parts_get_the_same_bits(self):
        for states, gradients in self.each_dtype():
            with self.subTest(dtype=gradients.dtype):
                count = 40_001
                lists = [states.normal(count), gradients.normal(count), states.normal(count),
                         states.uniform(0, 1, count), states.normal(count)]
                parts = [[part.clone() for part in of.split([1, 20_000, 0, 20_000])] for of in lists]
                adamw_ema_(*([of] for of in lists), step=2, **SETTINGS[0])
                adamw_ema_(*parts, step=2, **SETTINGS[0])
                for whole, pieces in zip(lists, parts, strict=True):
                    self.assertTrue(is_bitwise_equal(whole, torch.cat(pieces)))

    def test_any_dense_layout_gives_the_same_bits(self):
        for states, gradients in self.each_dtype():
            with self.subTest(dtype=gradients.dtype):
                lists = [states.normal(4, 6), gradients.normal(4, 6), states.normal(4, 6),
                         states.uniform(0, 1, 4, 6), states.normal(4, 6)]
                transposed = [of.t().contiguous().t() for of in lists]
                transposed[1] = lists[1].clone()  # the gradient's layout is its own
                adamw_ema_(*([of] for of in lists), step=2, **SETTINGS[0])
                adamw_ema_(*([of] for of in transposed), step=2, **SETTINGS[0])
                for left, right in zip(lists, transposed, strict=True):
                    self.assertTrue(is_bitwise_equal(left, right))


class OnCpu(AdamwEma, unittest.TestCase):
    device = "cpu"


@needs_cuda
class OnCuda(AdamwEma, unittest.TestCase):
    device = "cuda"


if __name__ == "__main__":
    unittest.main()
