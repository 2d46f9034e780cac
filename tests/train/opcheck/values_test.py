"""Operators against their formulas in fp64, within the roundings of the formula's intermediate results."""

import itertools
import unittest

from operators import FLOATS, Draw, needs_cuda, torch  # first: it skips where there is no torch

import formulas
from rounding import Inexact, evaluate, failure, gamma, unit_roundoff

ops = torch.ops.straightedge

NOISES = [{"schedule": "none", "s": 0.0, "target": "displacement"},
          {"schedule": "constant", "s": 0.25, "target": "interpolant"},
          {"schedule": "bridge", "s": 0.5, "target": "displacement"},
          {"schedule": "bridge", "s": 0.5, "target": "interpolant"}]
# (rows, d): sizes that a compiler may know and one that it does not, full vectors and remainders, one beyond vectors.
SYSTEMS = [(33, 1), (17, 2), (5, 3), (7, 4), (5, 7), (1, 70)]
# The noise enters in the same way whatever the size.
SYSTEMS_WITH_NOISE = [((5, 3), noise) for noise in NOISES] + [(size, NOISES[-1]) for size in SYSTEMS if size != (5, 3)]
# Of a normal relative to its radius: logarithm, its double, root, turn, angle, sine and product, in either evaluation.
NORMAL_ROUNDINGS = 20


def arithmetic_of(dtype):
    return torch.float64 if dtype == torch.float64 else torch.float32


class Values:
    def check(self, actual, expected, accumulated=None, rounded_terms=0):
        """Each result against the Expected of its formula."""
        for index, (result, formula) in enumerate(zip(actual, expected, strict=True)):
            bound = formula.bound(result.dtype, accumulated or arithmetic_of(result.dtype), rounded_terms)
            problem = failure(result, formula.value, bound)
            self.assertIsNone(problem, f"output {index}, {problem}")

    def each(self, *choices):
        """(draw, choice, ...) of every dtype and every combination of choices."""
        for dtype, *chosen in itertools.product(FLOATS, *choices):
            yield self.subTest(dtype=dtype, choices=chosen), (Draw(dtype, self.device), *chosen)

    def test_interpolate(self):
        for context, (draw, (rows, d), noise) in self.each([(5, 3), (2, 90)], NOISES):
            with context:
                x0, x1, t = draw.normal(rows, d), draw.normal(rows, d), draw.uniform(0.1, 0.9, rows)
                seed, offset = -(2**40) - 3, 2**33 + 5
                z, radii = (of.reshape(rows, d) for of in formulas.normals(range(rows * d), seed, offset))
                self.check(ops.interpolate(x0, x1, t, seed=seed, offset=offset, **noise),
                           evaluate(formulas.interpolate, x0, x1, t, Inexact(z, radii, NORMAL_ROUNDINGS), **noise))

    def test_interpolate_takes_images(self):
        for context, (draw,) in self.each():
            with context:
                x0, x1 = (draw.integers(0, 256, 4, 12).to(torch.uint8) for _ in range(2))
                t = draw.uniform(0.1, 0.9, 4)
                self.check(ops.interpolate(x0, x1, t, "none", 0.0, "displacement", 0, 0),
                           evaluate(lambda x0, x1, t: formulas.interpolate(
                               formulas.image(x0), formulas.image(x1), t, 0.0, "none", 0.0, "displacement"),
                               x0, x1, t))

    def test_interpolate_ends_at_the_pairs(self):
        for context, (draw,) in self.each():
            with context:
                x0, x1 = draw.normal(4, 3), draw.normal(4, 3)
                for time, end in ((0.0, x0), (1.0, x1)):
                    t = torch.full_like(x0[:, 0], time)
                    xt, _ = ops.interpolate(x0, x1, t, "bridge", 0.5, "displacement", 1, 2)
                    self.assertTrue(torch.equal(xt, end))

    def test_pair_velocity(self):
        for context, (draw, (rows, d)) in self.each(SYSTEMS):
            with context:
                inputs = draw.normal(2, d), draw.lines(2, d, d), draw.normal(2, rows, d), draw.uniform(0, 1, 2, rows)
                self.check([ops.pair_velocity(*inputs)], evaluate(formulas.pair_velocity, *inputs))

    def test_pair_velocity_is_the_displacement_on_its_own_lines(self):
        draw = Draw(torch.float64, self.device)
        th, Th, start, t = draw.normal(2, 3), draw.lines(2, 3, 3), draw.normal(2, 9, 3), draw.uniform(0, 1, 2, 9)
        displacement = th[:, None] + start @ Th.mT
        # x and v are rounded to u; the inverse of I + t Th, of norm below 10, passes on the error of x.
        torch.testing.assert_close(ops.pair_velocity(th, Th, start + t[..., None] * displacement, t), displacement,
                                   rtol=0, atol=100 * torch.finfo(torch.float64).eps * float(displacement.abs().max()))

    def test_minimiser_velocity(self):
        for context, (draw, ((rows, d), noise)) in self.each(SYSTEMS_WITH_NOISE):
            with context:
                inputs = *draw.mixture(2, d).values(), draw.normal(rows, d), draw.uniform(0.1, 0.9, rows)
                self.check([ops.minimiser_velocity(*inputs, **noise)],
                           evaluate(formulas.minimiser_velocity, *inputs, **noise))

    def rounded_terms(self, draw):
        """docs/tolerances.md: in bf16 a matrix unit may round weights and displacements to bf16."""
        return 2 if draw.dtype == torch.bfloat16 and self.device != "cpu" else 0

    def empirical_case(self, draw, rows, bank, d, is_one_time=False, **choices):
        time = draw.uniform(0.2, 0.8, 1 if is_one_time else rows).expand(rows).contiguous()
        inputs = draw.normal(rows, d), time, draw.normal(bank, d), draw.normal(bank, d)
        self.check([ops.empirical_velocity(*inputs, **choices)],
                   evaluate(formulas.empirical_velocity, *inputs, **choices), rounded_terms=self.rounded_terms(draw))

    def test_empirical_velocity(self):
        for context, (draw, (rows, bank, d), pairing, noise) in self.each(
                [(9, 1, 1), (9, 7, 3), (2, 150, 3)], ("frozen", "resampled"), NOISES):
            if (pairing, noise["schedule"]) == ("frozen", "none"):  # refused: errors_test.py
                continue
            with context:
                self.empirical_case(draw, rows, bank, d, pairing=pairing, **{**noise, "s": 4 * noise["s"]})

    def test_empirical_velocity_in_many_dimensions(self):
        for context, (draw, pairing, is_one_time) in self.each(("frozen", "resampled"), (True, False)):
            with context:
                self.empirical_case(draw, 2, 70, 40, is_one_time, schedule="bridge", s=8.0, target="interpolant",
                                    pairing=pairing)

    def test_empirical_velocity_of_a_long_bank(self):
        """With little noise few rows have a weight, with much all have."""
        for context, (draw, pairing, s) in self.each(("frozen", "resampled"), (1.0, 8.0)):
            if s == 1.0 and draw.dtype != torch.float64:  # distances beside F, over as many rows: no digit is certain
                continue
            with context:
                inputs = (draw.normal(1, 32), draw.uniform(0.3, 0.7, 1), draw.normal(8200, 32),
                          draw.normal(8200, 32) + 2)
                choices = {"schedule": "constant", "s": s, "target": "displacement", "pairing": pairing}
                self.check([ops.empirical_velocity(*inputs, **choices)[:, :3]], evaluate(
                    lambda *inputs: formulas.empirical_velocity(*inputs, **choices)[:, :3], *inputs),
                    rounded_terms=self.rounded_terms(draw))

    def test_gradient_moments(self):
        for context, (draw, ((rows, d), noise)) in self.each(SYSTEMS_WITH_NOISE[:-1]):
            with context:
                inputs = (draw.normal(d), draw.lines(d, d), draw.normal(rows, d), draw.normal(rows, d),
                          draw.normal(rows, d), draw.uniform(0.1, 0.9, rows))
                self.check(ops.gradient_moments(*inputs, **noise),
                           evaluate(formulas.gradient_moments, *inputs, **noise), torch.float64)

    def test_gradient_moments_are_those_of_the_gradient_that_autograd_finds(self):
        draw, s = Draw(torch.float64, self.device), 0.5
        th, Th, t = draw.normal(3).requires_grad_(), draw.lines(3, 3).requires_grad_(), draw.uniform(0.1, 0.9, 9)
        x0, x1, z = (draw.normal(9, 3) for _ in range(3))
        gradients = []
        for a, b, c, time in zip(x0, x1, z, t):
            xt = (1 - time) * a + time * b + s * c
            inverse = torch.linalg.inv(torch.eye(3, dtype=th.dtype, device=th.device) + time * Th)
            loss = (th + Th @ inverse @ (xt - time * th) - (b - a)).square().sum()
            gradients.append(torch.cat([of.flatten() for of in torch.autograd.grad(loss, (th, Th))]))
        gradients = torch.stack(gradients)
        noise = {"schedule": "constant", "s": s, "target": "displacement"}
        moments = ops.gradient_moments(th.detach(), Th.detach(), x0, x1, z, t, **noise)
        expected = evaluate(formulas.gradient_moments, th, Th, x0, x1, z, t, **noise)
        self.check((gradients.square().sum(), gradients[:, :3].sum(0), gradients[:, 3:].sum(0).reshape(3, 3)), expected)
        self.check(moments, expected)

    def test_integrate(self):
        for context, (draw, (rows, d), method, steps) in self.each(SYSTEMS, ("euler", "heun", "rk4"), (1, 3)):
            if d > 4 and (method, steps) != ("rk4", 1):
                continue
            with context:
                inputs = draw.normal(d), draw.lines(d, d), draw.normal(rows, d)
                choices = {"t0": 0.125, "t1": 0.9, "steps": steps, "method": method}
                self.check([ops.integrate(*inputs, **choices)], evaluate(formulas.integrate, *inputs, **choices),
                           torch.float64)

    def test_nearest(self):
        for context, (draw, (rows, bank, d)) in self.each([(9, 1, 1), (40, 33, 3), (3, 150, 40)]):
            with context:
                q, rows_of_bank = draw.normal(rows, d), draw.normal(bank, d)
                index, distance = ops.nearest(q, rows_of_bank)
                expected = evaluate(formulas.distances, q, rows_of_bank)[0]
                least, first = expected.value.min(dim=1)
                bound = expected.bound(distance.dtype, arithmetic_of(distance.dtype)).gather(1, first[:, None])[:, 0]
                self.assertIsNone(failure(distance, least, bound))
                at_index = expected.value.gather(1, index.cpu()[:, None])[:, 0]
                self.assertTrue(bool((at_index <= least + 2 * bound).all()))

    def test_nearest_of_ties_is_the_lowest_index(self):
        for context, (draw,) in self.each():
            with context:
                bank = draw.integers(-2, 3, 140, 2).to(draw.dtype)
                q = draw.integers(-2, 3, 30, 2).to(draw.dtype)
                squared = (q[:, None] - bank).double().square().sum(-1).cpu()
                first = [min(range(140), key=lambda i: (row[i], i)) for row in squared.tolist()]
                self.assertEqual(ops.nearest(q, bank)[0].tolist(), first)

    def test_mmd(self):
        for context, (draw, (n, m, d)) in self.each([(2, 3, 1), (9, 7, 3), (70, 66, 20)]):
            with context:
                x, y, h = draw.normal(n, d), draw.normal(m, d) + 2, draw.uniform(1.5, 4, 3) * d**0.5
                self.check([ops.mmd(x, y, h)], evaluate(formulas.mmd, x, y, h))

    def test_philox_gives_the_known_answers_of_its_authors(self):
        pi = "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"
        zero = "0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"
        ones = " ".join(["ffffffff"] * 4), "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"
        counter, key, words = (torch.tensor([[int(word, 16) for word in row.split()] for row in rows])
                               for rows in zip(pi, zero, ones))
        self.assertEqual(ops.philox4x32(counter.to(self.device), key.to(self.device)).tolist(), words.tolist())

    def test_philox_is_that_of_integers(self):
        draw = Draw(device=self.device)
        counter, key = draw.integers(0, 2**32, 33, 4), draw.integers(0, 2**32, 33, 2)
        self.assertEqual(ops.philox4x32(counter, key).tolist(),
                         [formulas.philox(*rows) for rows in zip(counter.tolist(), key.tolist())])

    def test_standard_normal(self):
        elements = torch.cat([torch.arange(37), torch.tensor([2**34 + 1, 2**62 + 3, -1, -(2**63), -6])])
        for context, (draw, seed, offset) in self.each((0, -(2**40) - 3), (0, 2**33 + 5)):
            with context:
                z = ops.standard_normal(elements.to(self.device), seed, offset, draw.dtype)
                expected, radii = formulas.normals(elements.tolist(), seed, offset)
                bound = unit_roundoff(draw.dtype) * expected.abs() + 2 * gamma(NORMAL_ROUNDINGS, 2.0**-53) * radii
                self.assertIsNone(failure(z, expected, bound))


class OnCpu(Values, unittest.TestCase):
    device = "cpu"


@needs_cuda
class OnCuda(Values, unittest.TestCase):
    device = "cuda"


if __name__ == "__main__":
    unittest.main()
