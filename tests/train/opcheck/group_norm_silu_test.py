"""group_norm_silu and its derivative against torch.nn.functional in fp64, and as a part of a graph of autograd."""

import unittest

from operators import FLOATS, Draw, is_bitwise_equal, needs_cuda, torch  # first: it skips where there is no torch

import formulas
from rounding import evaluate, failure
from torch.nn import functional

ops = torch.ops.straightedge
EPS = 1e-5
# (N, H, W, C), groups, mean of x: groups of one, some and all channels; a mean that the squares of x would drown in.
SHAPES = [((2, 3, 5, 8), 2, 0.0), ((3, 2, 2, 6), 1, 0.0), ((1, 3, 3, 7), 7, 0.0), ((2, 5, 1, 6), 3, 256.0)]
# Of x and of gamma and beta.
DTYPES = [(dtype, dtype) for dtype in FLOATS] + [(torch.bfloat16, torch.float32)]


def by_torch(x, gamma, beta, groups, mean=0.0):
    """Without the mean, which changes nothing: PyTorch does not centre before it squares, and loses its digits."""
    x = x - mean
    return functional.silu(functional.group_norm(x.permute(0, 3, 1, 2), groups, gamma, beta, EPS)).permute(0, 2, 3, 1)


class GroupNormSilu:
    def each(self):
        for dtype, of_parameters in DTYPES:
            for shape, groups, mean in SHAPES:
                draw = Draw(torch.float64, self.device)
                dy, x = draw.normal(*shape).to(dtype), (draw.normal(*shape) + mean).to(dtype)
                gamma, beta = (draw.normal(shape[3]).to(of_parameters) for _ in range(2))
                yield self.subTest(dtype=dtype, of_parameters=of_parameters, shape=shape, groups=groups), (
                    dy, x, gamma, beta, groups, mean)

    def check(self, actual, reference, expected):
        """Against PyTorch's value, within the bound of the formula."""
        for result, value, formula in zip(actual, reference, expected, strict=True):
            accumulated = torch.float64 if result.dtype == torch.float64 else torch.float32
            self.assertIsNone(failure(result, value.detach().cpu(), formula.bound(result.dtype, accumulated)))

    def test_forward_is_that_of_torch(self):
        for context, (_, x, gamma, beta, groups, mean) in self.each():
            with context:
                self.check([ops.group_norm_silu(x, gamma, beta, groups, EPS)],
                           [by_torch(x.double(), gamma.double(), beta.double(), groups, mean)],
                           evaluate(formulas.group_norm_silu, x, gamma, beta, groups=groups, eps=EPS))

    def test_backward_is_that_of_torch(self):
        for context, (dy, x, gamma, beta, groups, mean) in self.each():
            with context:
                inputs = [of.double().requires_grad_() for of in (x, gamma, beta)]
                by_torch(*inputs, groups, mean).backward(dy.double())
                self.check(ops.group_norm_silu_backward(dy, x, gamma, beta, groups, EPS), [of.grad for of in inputs],
                           evaluate(formulas.group_norm_silu_backward, dy, x, gamma, beta, groups=groups, eps=EPS))

    def test_autograd_runs_the_backward_operator(self):
        for context, (dy, x, gamma, beta, groups, _) in self.each():
            with context:
                inputs = [of.clone().requires_grad_() for of in (x, gamma, beta)]
                ops.group_norm_silu(*inputs, groups, EPS).backward(dy)
                direct = ops.group_norm_silu_backward(dy, x, gamma, beta, groups, EPS)
                for left, right in zip(inputs, direct, strict=True):
                    self.assertTrue(is_bitwise_equal(left.grad, right))

    def test_only_what_requires_a_gradient_gets_one(self):
        dy, x, gamma, beta, groups, _ = next(iter(self.each()))[1]
        direct = ops.group_norm_silu_backward(dy, x, gamma, beta, groups, EPS)
        for index in range(3):
            inputs = [of.clone() for of in (x, gamma, beta)]
            inputs[index].requires_grad_()
            ops.group_norm_silu(*inputs, groups, EPS).backward(dy)
            for k, (of, gradient) in enumerate(zip(inputs, direct)):
                self.assertTrue(is_bitwise_equal(of.grad, gradient) if k == index else of.grad is None)

    def test_gradcheck(self):
        draw = Draw(torch.float64, self.device)
        for shape, groups in (((2, 2, 3, 4), 2), ((1, 3, 1, 4), 1), ((2, 2, 2, 3), 3)):
            with self.subTest(shape=shape, groups=groups):
                inputs = [draw.normal(*size).requires_grad_() for size in (shape, shape[3:], shape[3:])]
                self.assertTrue(torch.autograd.gradcheck(
                    lambda x, gamma, beta: ops.group_norm_silu(x, gamma, beta, groups, EPS), inputs))

    def test_a_channels_last_image_is_taken_as_it_lies(self):
        draw = Draw(torch.float64, self.device)
        image = draw.normal(2, 6, 3, 5).contiguous(memory_format=torch.channels_last).requires_grad_()
        x = image.permute(0, 2, 3, 1)
        self.assertTrue(x.is_contiguous())
        gamma, beta = draw.normal(6), draw.normal(6)
        y = ops.group_norm_silu(x, gamma, beta, 3, EPS)
        y.sum().backward()
        self.check([y], [by_torch(x, gamma, beta, 3)],
                   evaluate(formulas.group_norm_silu, x, gamma, beta, groups=3, eps=EPS))
        self.assertTrue(image.grad.is_contiguous(memory_format=torch.channels_last))

    def test_the_activation_far_out_neither_overflows_nor_becomes_nan(self):
        """exp(-a) overflows for a = -1000: y = 0 there, and the slope too."""
        for dtype in FLOATS:
            with self.subTest(dtype=dtype):
                x, gamma = Draw(dtype, self.device).normal(1, 2, 2, 4), torch.zeros(4, dtype=dtype, device=self.device)
                for shift, expected in ((-1000.0, 0.0), (1000.0, 1000.0)):
                    beta = torch.full_like(gamma, shift)
                    self.assertTrue(bool((ops.group_norm_silu(x, gamma, beta, 2, EPS) == expected).all()))
                    *_, dbeta = ops.group_norm_silu_backward(torch.ones_like(x), x, gamma, beta, 2, EPS)
                    self.assertTrue(bool((dbeta == (4 if shift > 0 else 0)).all()))

    def test_a_second_derivative_is_refused(self):
        x = Draw(torch.float64, self.device).normal(1, 2, 2, 4).requires_grad_()
        gamma, beta = torch.ones_like(x[0, 0, 0]).detach(), torch.zeros_like(x[0, 0, 0]).detach()
        first = torch.autograd.grad(ops.group_norm_silu(x, gamma, beta, 2, EPS).sum(), x, create_graph=True)[0]
        with self.assertRaisesRegex(RuntimeError, "derivative for straightedge::group_norm_silu_backward is not impl"):
            first.sum().backward()


class OnCpu(GroupNormSilu, unittest.TestCase):
    device = "cpu"


@needs_cuda
class OnCuda(GroupNormSilu, unittest.TestCase):
    device = "cuda"


if __name__ == "__main__":
    unittest.main()
