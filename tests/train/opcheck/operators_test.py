"""Every overload: PyTorch's checks of a custom operator, shapes without data, memory layouts, and equal bits."""

import unittest
from pathlib import Path

from operators import (ARGUMENTS, FLOATS, arguments_of, functional_of, is_bitwise_equal, mapped, needs_cuda, outputs_of,
                       outputs_to_write, overload, overloads_of, registered_overloads, torch)

from torch._subclasses.fake_tensor import FakeTensorMode
from torch.library import opcheck

OF_INTEGERS = {"philox4x32", "standard_normal"}  # without a gradient
IN_PLACE = {"adamw_ema_"}
OVERLOADS = sorted(name for operator in ARGUMENTS for names in overloads_of(operator) for name in names)

# PyTorch does not functionalise a custom operator whose outputs alias its inputs, as those of `.out` have to.
CHECKS = ("test_schema", "test_autograd_registration", "test_faketensor")
CHECKS_WITH_COMPILATION = (*CHECKS, "test_aot_dispatch_dynamic")

# kernels.hpp does not promise it: the sums are matrix products by the BLAS of the machine.
MAY_DEPEND_ON_THREADS = {"empirical_velocity"}
ROWS_FOR_THREADS = 30_000


def operator_of(name):
    return name.partition(".")[0]


def with_gradients(arguments):
    """The first floating-point tensor requires a gradient: without one PyTorch does not check the registration."""
    name = next(name for name, value in arguments.items()
                if isinstance(value, torch.Tensor) and value.is_floating_point())
    return {**arguments, name: arguments[name].clone().requires_grad_()}


def strided(tensor):
    """The same numbers, every second one of a larger tensor."""
    return torch.stack((tensor, torch.zeros_like(tensor)), dim=-1)[..., 0]


class Registration(unittest.TestCase):
    def test_every_registered_overload_is_called_here(self):
        self.assertEqual(registered_overloads(), set(OVERLOADS))

    def test_every_operator_is_held_against_its_formula(self):
        tests = "".join(Path(__file__).with_name(f"{name}_test.py").read_text(encoding="utf-8")
                        for name in ("values", "group_norm_silu", "adamw_ema"))
        self.assertEqual([name for name in ARGUMENTS if f"{name}(" not in tests], [])


class EachOverload:
    def cases(self, wanted=lambda name: True):
        """(name, dtype, arguments) of the overloads that are wanted."""
        for name in filter(wanted, OVERLOADS):
            for dtype in FLOATS[:1] if operator_of(name) == "philox4x32" else FLOATS:
                yield name, dtype, arguments_of(name, dtype, self.device)

    def assert_bitwise_equal(self, left, right):
        self.assertEqual(len(left), len(right))
        for index, pair in enumerate(zip(left, right)):
            self.assertTrue(is_bitwise_equal(*pair), f"output {index}")

    def test_opcheck(self):
        for name, dtype, arguments in self.cases():
            with self.subTest(operator=name, dtype=dtype):
                checks = CHECKS if name.endswith("out") else CHECKS_WITH_COMPILATION
                opcheck(overload(name), (), arguments, test_utils=checks)

    def test_opcheck_where_a_gradient_is_required(self):
        for name, dtype, arguments in self.cases(lambda name: operator_of(name) not in OF_INTEGERS | IN_PLACE):
            with self.subTest(operator=name, dtype=dtype):
                checks = CHECKS_WITH_COMPILATION if name == "group_norm_silu.default" else CHECKS
                opcheck(overload(name), (), with_gradients(arguments), test_utils=checks)

    def test_meta_tensors_give_the_shapes_and_dtypes_of_results(self):
        for name, dtype, arguments in self.cases():
            with self.subTest(operator=name, dtype=dtype):
                expected = outputs_of(name, arguments)
                actual = outputs_of(name, mapped(arguments, lambda tensor: tensor.to("meta")))
                self.assertEqual([(of.shape, of.dtype, of.device.type) for of in actual],
                                 [(of.shape, of.dtype, "meta") for of in expected])

    def test_fake_tensors_give_the_shapes_dtypes_and_device_of_results(self):
        for name, dtype, arguments in self.cases():
            with self.subTest(operator=name, dtype=dtype):
                expected = outputs_of(name, arguments)
                with FakeTensorMode() as mode:
                    actual = outputs_of(name, mapped(arguments, mode.from_tensor))
                self.assertEqual([(of.shape, of.dtype, of.device) for of in actual],
                                 [(of.shape, of.dtype, of.device) for of in expected])

    def test_out_overloads_write_the_same_bits_and_return_their_outputs(self):
        for name, dtype, arguments in self.cases(lambda name: name.endswith("out")):
            with self.subTest(operator=name, dtype=dtype):
                functional = functional_of(name)
                expected = outputs_of(functional, arguments_of(functional, dtype, self.device))
                returned = outputs_of(name, arguments)
                written = [arguments[output] for output in outputs_to_write(name)]
                self.assertEqual([of.data_ptr() for of in returned], [of.data_ptr() for of in written])
                self.assert_bitwise_equal(written, expected)

    # Else a backward pass through what was there before would be wrong, silently.
    def test_autograd_sees_that_a_tensor_was_changed_in_place(self):
        for name, dtype, arguments in self.cases(lambda name: name.endswith("out") or operator_of(name) in IN_PLACE):
            with self.subTest(operator=name, dtype=dtype):
                changed = [arguments[of.name] for of in overload(name)._schema.arguments
                           if of.alias_info is not None and of.alias_info.is_write]
                changed = [tensor for value in changed for tensor in (value if isinstance(value, list) else [value])]
                before = [tensor._version for tensor in changed]
                overload(name)(**arguments)
                self.assertTrue(all(tensor._version > version for tensor, version in zip(changed, before)))

    def test_inputs_that_are_not_contiguous_give_the_same_bits(self):
        for name, dtype, arguments in self.cases(lambda name: not name.endswith("out")):
            with self.subTest(operator=name, dtype=dtype):
                apart = mapped(arguments_of(name, dtype, self.device), strided)
                if operator_of(name) in IN_PLACE:  # what is changed must be dense
                    apart = {**arguments_of(name, dtype, self.device), "g": apart["g"]}
                self.assert_bitwise_equal(outputs_of(name, apart), outputs_of(name, arguments))

    def test_no_rows_give_no_rows(self):
        for name, dtype, arguments in self.cases(lambda name: operator_of(name) != "mmd"):  # it refuses less than two
            with self.subTest(operator=name, dtype=dtype):
                empty = outputs_of(name, arguments_of(name, dtype, self.device, rows=0))
                self.assertEqual([of.dim() for of in empty], [of.dim() for of in outputs_of(name, arguments)])
                if operator_of(name) in ("gradient_moments", "group_norm_silu_backward"):  # sums of nothing
                    self.assertTrue(all(bool((of == 0).all()) for of in empty))

    def test_scalars_in_tensors_give_the_bits_of_numbers(self):
        for name, dtype, arguments in self.cases(lambda name: name.endswith(".Tensor")):
            with self.subTest(operator=name, dtype=dtype):
                numbers = f"{operator_of(name)}.default"
                expected = outputs_of(numbers, arguments_of(numbers, dtype, self.device))
                if self.device == "cpu" or operator_of(name) not in IN_PLACE:
                    self.assert_bitwise_equal(outputs_of(name, arguments), expected)
                    continue
                # The device's powers and the host's may differ in the last bits of fp64.
                for actual, of in zip(outputs_of(name, arguments), expected):
                    few = 8 * torch.finfo(of.dtype).eps
                    self.assertTrue(torch.allclose(actual, of, rtol=few, atol=few * float(of.abs().max())))

    def test_the_same_arguments_give_the_same_bits(self):
        for name, dtype, _ in self.cases():
            with self.subTest(operator=name, dtype=dtype):
                self.assert_bitwise_equal(*(
                    outputs_of(name, arguments_of(name, dtype, self.device, ROWS_FOR_THREADS)) for _ in range(2)))


class OnCpu(EachOverload, unittest.TestCase):
    device = "cpu"

    def test_one_thread_and_two_give_the_same_bits(self):
        self.addCleanup(torch.set_num_threads, torch.get_num_threads())

        def outputs_with(threads, name, dtype):
            torch.set_num_threads(threads)
            return outputs_of(name, arguments_of(name, dtype, self.device, ROWS_FOR_THREADS))

        for name, dtype, _ in self.cases(lambda name: operator_of(name) not in MAY_DEPEND_ON_THREADS):
            with self.subTest(operator=name, dtype=dtype):
                self.assert_bitwise_equal(outputs_with(1, name, dtype), outputs_with(2, name, dtype))


@needs_cuda
class OnCuda(EachOverload, unittest.TestCase):
    device = "cuda"


if __name__ == "__main__":
    unittest.main()
