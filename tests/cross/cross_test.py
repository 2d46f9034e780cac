"""`straightedge check` on results that nobody of the project's programs made: NumPy's pass, and wrong ones fail."""

import json
import tempfile
import unittest

import numpy as np

import fixture_files
from check_program import FIXTURES, CheckTest, validator
from fixture_files import bounds, numbers, read_values, store

SENTINELS = {"fp64": np.uint64(0x7FFC5E471E155EA7).view(np.float64), "fp32": np.uint32(0x7FE5E471).view(np.float32),
             "bf16": np.uint16(0x7FE5), "int64": np.int64(-2**63)}


class FixtureFilesTest(CheckTest):
    def test_manifest_and_fixtures_are_valid_by_their_schemas(self):
        validator("fixture-manifest").validate(json.loads((FIXTURES / "manifest.json").read_text()))
        schema = validator("fixture")
        for fixture in self.fixtures:
            with self.subTest(fixture.id):
                schema.validate(fixture.document)

    def test_schema_of_a_fixture_can_fail(self):
        document = next(fixture for fixture in self.fixtures if fixture.outputs).document
        output = next(iter(document["outputs"].values()))
        for wrong in ({**document, "expect": "error"}, {**document, "outputs": {}}, {**document, "formulas": ""},
                      {**document, "outputs": {"y": {**output, "values": [0.5]}}}, {**document, "schema": "other/1"}):
            self.assertFalse(validator("fixture").is_valid(wrong))

    def test_every_operation_has_fixtures_in_every_type_and_a_formula(self):
        found = {(fixture.operation, fixture.type) for fixture in self.fixtures if fixture.outputs}
        for operation in {fixture.operation for fixture in self.fixtures}:
            for dtype in ["int64"] if operation == "philox4x32" else ["fp64", "fp32", "bf16"]:
                self.assertIn((operation, dtype), found)


class RightResults(CheckTest):
    def test_numpy_passes_on_every_fixture(self):
        path = self.write(self.tensors, self.refused)
        document = self.check(0, path)
        self.assertEqual(document["counts"], {"pass": len(self.fixtures.all), "fail": 0, "missing": 0, "unknown": 0})
        (results,) = document["results"]
        self.assertEqual(results["file"], str(path))
        self.assertEqual([fixture["id"] for fixture in results["fixtures"]], [fixture.id for fixture in self.fixtures])
        worst = [output["worst_fraction"] for fixture in results["fixtures"] for output in fixture["outputs"]]
        self.assertLess(max(worst), 1)
        self.assertGreater(max(worst), 0)

    def test_report_has_a_table_and_the_counts(self):
        done = self.run_check(self.write(self.tensors, self.refused))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        passed = f"{len(self.fixtures.all)} pass, 0 fail, 0 missing"
        for word in ("a test on cpu of a test", "group_norm_silu", "bf16", passed):
            self.assertIn(word, done.stdout)

    def test_files_are_counted_together(self):
        good = self.write(self.tensors, self.refused, "good.safetensors")
        bad = self.write(self.tensors, [], "bad.safetensors")
        document = self.check(1, good, bad)
        self.assertEqual(document["counts"]["missing"], len(self.refused))
        self.assertEqual(document["counts"]["pass"], 2 * len(self.fixtures.all) - len(self.refused))

    def test_a_gpu_can_be_required(self):
        cpu = self.write(self.tensors, self.refused, "cpu.safetensors")
        gpu = self.write(self.tensors, self.refused, "gpu.safetensors", device="cuda:0 of a test")
        self.assertFalse(self.check(3, cpu, "--require-gpu")["accelerator"])
        self.assertTrue(self.check(0, cpu, gpu, "--require-gpu")["accelerator"])


class WrongResults(CheckTest):
    def changed(self, tensor, change):
        """All tensors, one of them changed: change(dtype, array) gives another (dtype, array)."""
        dtype, array = self.tensors[tensor]
        return {**self.tensors, tensor: change(dtype, np.array(array))}

    def tensor_of(self, wanted, dtype="fp32", size=2):
        """The first tensor of a type with at least `size` elements, of a fixture that `wanted` accepts."""
        for name, (found, array) in self.tensors.items():
            if found == dtype and array.size >= size and wanted(name):
                return name
        raise LookupError("no fixture has such an output")

    def with_element(self, flat, value):
        """A change: one element becomes value, given as stored."""

        def change(dtype, array):
            array.reshape(-1)[flat] = value
            return dtype, array

        return change

    def assert_one_failure(self, tensor, change, *words, fraction=None):
        """check fails for this output of this fixture alone, and its message has the words."""
        document = self.check(1, self.write(self.changed(tensor, change), self.refused))
        self.assertEqual(document["counts"]["fail"], 1)
        (failure,) = self.failures(document["results"][0]).values()
        (output,) = [output for output in failure["outputs"] if output["outcome"] != "pass"]
        self.assertEqual((f"{failure['id']}/{output['name']}", output["outcome"]), (tensor, "fail"))
        self.assertEqual(output["worst_fraction"], fraction)
        for word in (f"{tensor}: FAIL", *words):
            self.assertIn(word, output["message"])

    def test_an_element_off_by_three_bounds_fails_in_every_operation_and_type(self):
        changed = {}
        for fixture in self.fixtures:
            for name, output in self.number_outputs(fixture).items():
                changed.setdefault((fixture.operation, name.split(".")[0], fixture.type), (fixture, name, output))
        self.assertGreater(len(changed), 50)
        paths, places = [], []
        for fixture, name, output in changed.values():
            tensor = f"{fixture.id}/{name}"
            dtype, array = self.tensors[tensor]
            flat = array.size - 1
            bound = bounds(output)[flat]
            value = sum(float.fromhex(part) for part in output["values"][flat])
            wrong = store(value + 3 * bound, dtype)
            self.assertGreater(abs(float(numbers(wrong, dtype)) - value), 2 * bound, "the type has no such number")
            tensors = self.changed(tensor, self.with_element(flat, wrong))
            paths.append(self.write(tensors, self.refused, f"{len(paths)}.safetensors"))
            places.append((tensor, [int(i) for i in np.unravel_index(flat, array.shape)]))
        document = self.check(1, *paths)
        for results, (tensor, place) in zip(document["results"], places, strict=True):
            with self.subTest(tensor):
                (failure,) = self.failures(results).values()
                (output,) = [output for output in failure["outputs"] if output["outcome"] == "fail"]
                self.assertEqual(f"{failure['id']}/{output['name']}", tensor)
                self.assertTrue(2 < output["worst_fraction"] < 4, output["message"])
                self.assertIn(f"beyond the bound: 1 of {np.size(self.tensors[tensor][1])} elements", output["message"])
                self.assertIn(f"of the bound at {place}", output["message"])

    def test_a_nan_and_an_infinity_fail(self):
        for value in (np.nan, np.inf):
            self.assert_one_failure(self.tensor_of(lambda name: name.endswith("/v")), self.with_element(1, value),
                                    "not finite: 1 of")

    def test_an_element_never_written_fails(self):
        for dtype, sentinel in SENTINELS.items():
            tensor = self.tensor_of(lambda name: True, dtype)
            self.assert_one_failure(tensor, self.with_element(1, sentinel), "never written: 1 of")

    def test_another_shape_fails(self):
        tensor = self.tensor_of(lambda name: len(set(np.shape(self.tensors[name][1]))) > 1)
        shape = list(np.shape(self.tensors[tensor][1]))
        self.assert_one_failure(tensor, lambda dtype, array: (dtype, array.T), "wrong shape",
                                f"{shape[::-1]}; {shape} is expected")
        self.assert_one_failure(tensor, lambda dtype, array: (dtype, array.reshape(-1)), "wrong shape")

    def test_a_transposed_square_matrix_fails(self):
        tensor = self.tensor_of(lambda name: name.endswith("/sum_Th"), "fp64", 4)
        dtype, array = self.tensors[tensor]
        document = self.check(1, self.write(self.changed(tensor, lambda dtype, array: (dtype, array.T)), self.refused))
        (failure,) = self.failures(document["results"][0]).values()
        self.assertIn("beyond the bound", [o["message"] for o in failure["outputs"] if o["outcome"] == "fail"][0])

    def test_another_type_fails(self):
        tensor = self.tensor_of(lambda name: name.endswith("/v"))
        self.assert_one_failure(tensor, lambda dtype, array: ("fp64", array.astype(np.float64)),
                                "wrong type: fp64; fp32 is expected")

    def test_an_integer_off_by_one_fails(self):
        tensor = self.tensor_of(lambda name: name.startswith("philox4x32/"), "int64")
        word = self.tensors[tensor][1].reshape(-1)[1]
        self.assert_one_failure(tensor, self.with_element(1, word + 1), f"computed {word + 1}, expected {word} exactly")

    def ties(self):
        """(tensor, query, all rows of the bank at the least distance) where there are several."""
        for fixture in self.fixtures.of("nearest"):
            q, bank = (fixture.inputs[name].astype(np.float64) for name in ("q", "bank"))
            for b in range(len(q)):
                squared = np.sum((q[b] - bank) ** 2, axis=1)
                tied = np.flatnonzero(squared == squared.min())
                if len(tied) > 1 and np.all(q[b] == np.rint(q[b])) and np.all(bank[tied] == np.rint(bank[tied])):
                    yield f"{fixture.id}/index", b, tied

    def test_an_index_that_is_not_the_lowest_of_a_tie_fails(self):
        types = set()
        for tensor, query, tied in self.ties():
            if tensor.split("/")[2] not in types:
                types.add(tensor.split("/")[2])
                self.assertEqual(self.tensors[tensor][1][query], tied[0])
                self.assert_one_failure(tensor, self.with_element(query, tied[-1]), "not the lowest tie: 1 of",
                                        f"computed index {tied[-1]}", f"expected index {tied[0]}")
        self.assertEqual(types, {"fp64", "fp32", "bf16"})

    def test_an_index_out_of_range_fails(self):
        tensor = self.tensor_of(lambda name: name.startswith("nearest/"), "int64")
        rows = len(self.by_id[tensor.rsplit("/", 1)[0]].inputs["bank"])
        self.assert_one_failure(tensor, self.with_element(0, rows), "out of range: 1 of", f"computed index {rows}")

    def test_an_index_of_a_row_farther_away_fails(self):
        tensor = self.tensor_of(lambda name: name.startswith("nearest/n33-"), "int64")
        fixture = self.by_id[tensor.rsplit("/", 1)[0]]
        q, bank = (fixture.inputs[name].astype(np.float64) for name in ("q", "bank"))
        farthest = np.argmax(np.sum((q[0] - bank) ** 2, axis=1))
        document = self.check(1, self.write(self.changed(tensor, self.with_element(0, farthest)), self.refused))
        (failure,) = self.failures(document["results"][0]).values()
        (output,) = [output for output in failure["outputs"] if output["outcome"] == "fail"]
        self.assertIn("beyond the bound: 1 of", output["message"])
        self.assertGreater(output["worst_fraction"], 4, "the fixtures keep gaps of four bounds")


class Names(CheckTest):
    def without(self, dropped):
        return {name: tensor for name, tensor in self.tensors.items() if name != dropped}

    def test_a_missing_tensor_fails_unless_partial(self):
        dropped = next(iter(self.tensors))
        path = self.write(self.without(dropped), self.refused)
        for code, options in ((1, []), (0, ["--partial"])):
            document = self.check(code, path, *options)
            self.assertEqual(document["counts"]["missing"], 1)
            done = self.run_check(path, *options)
            self.assertEqual(done.returncode, code)
            self.assertEqual(f"{dropped}: missing" in done.stdout, code == 1)

    def test_one_operation_alone_passes_with_partial(self):
        tensors = {name: tensor for name, tensor in self.tensors.items() if name.startswith("nearest/")}
        document = self.check(0, self.write(tensors), "--partial")
        self.assertEqual(document["counts"]["pass"], len([f for f in self.fixtures.of("nearest") if f.outputs]))

    def test_a_failure_fails_with_partial_too(self):
        name = next(iter(self.tensors))
        dtype, array = self.tensors[name]
        self.check(1, self.write({name: (dtype, array[..., :1])}), "--partial")

    def test_an_unknown_tensor_is_an_error(self):
        path = self.write({**self.tensors, "interpolate/nothing/fp32/xt": ("fp32", np.zeros(2))}, self.refused)
        for options in ([], ["--partial"]):
            document = self.check(2, path, *options)
            self.assertEqual(document["results"][0]["unknown"], ["interpolate/nothing/fp32/xt"])
            self.assertEqual(document["counts"]["unknown"], 1)
        self.assertIn("interpolate/nothing/fp32/xt: unknown", self.run_check(path).stdout)

    def test_an_unknown_refusal_is_an_error(self):
        document = self.check(2, self.write(self.tensors, [*self.refused, "mmd/nothing/fp32"]))
        self.assertEqual(document["results"][0]["unknown"], ["mmd/nothing/fp32"])

    def test_an_error_that_was_not_refused_fails(self):
        self.assertNotEqual(self.refused, [])
        silent = self.check(1, self.write(self.tensors))
        self.assertEqual(silent["counts"]["missing"], len(self.refused))
        answers = {f"{fixture_id}/v": ("fp32", np.zeros((2, 2))) for fixture_id in self.refused}
        failures = self.failures(self.check(1, self.write({**self.tensors, **answers}))["results"][0])
        self.assertEqual(failures.keys(), set(self.refused))
        for failure in failures.values():
            self.assertIn("FAIL, a result where the inputs must be refused", failure["message"])

    def test_refusing_what_has_a_result_fails(self):
        fixture_id = next(iter(self.tensors)).rsplit("/", 1)[0]
        document = self.check(1, self.write(self.tensors, [*self.refused, fixture_id]))
        (failure,) = self.failures(document["results"][0]).values()
        self.assertEqual(failure["id"], fixture_id)
        self.assertIn("FAIL, refused where there is a result", failure["message"])


class BadFiles(CheckTest):
    def test_metadata_must_be_complete_and_of_these_fixtures(self):
        for words, metadata in {
                ("schema", "missing"): {"schema": None},
                ("schema", "straightedge/results/2"): {"schema": "straightedge/results/2"},
                ("device", "missing"): {"device": None},
                ("producer", "missing"): {"producer": None},
                ("manifest_sha256", "missing"): {"manifest_sha256": None},
                ("other fixtures", "0" * 64): {"manifest_sha256": "0" * 64},
                ("errors", "not a JSON array"): {"errors": "none"},
        }.items():
            with self.subTest(words):
                self.assert_refused(self.write(self.tensors, self.refused, **metadata), *words)

    def test_a_file_without_results_is_refused(self):
        self.assert_refused(self.write({}), "no output of any fixture")

    def test_a_damaged_file_is_refused(self):
        whole = self.write(self.tensors, self.refused).read_bytes()
        for name, content in {"empty": b"", "text": b"not a safetensors file", "short": whole[:-1],
                              "long": whole + b"\0", "header": whole[:8] + b"[" + whole[9:]}.items():
            with self.subTest(name):
                (self.folder / name).write_bytes(content)
                self.assert_refused(self.folder / name)

    def test_a_file_that_is_not_there_is_refused(self):
        self.assert_refused(self.folder / "nowhere.safetensors", "cannot be read")


class RoundingTest(unittest.TestCase):
    """The conversions that RESULTS rest on."""

    def test_bfloat16_is_the_nearest_with_ties_to_even(self):
        for value, bits in {1.0: 0x3F80, 1 + 2.0**-8: 0x3F80, 1 + 3 * 2.0**-8: 0x3F82, 1 + 2.0**-8 + 2.0**-40: 0x3F81,
                            -2.0**-133: 0x8001, 2.0**-134: 0, 3 * 2.0**-134: 2, 3.39e38: 0x7F7F,
                            3.4e38: 0x7F80}.items():
            self.assertEqual(int(store(value, "bf16")), bits, value)

    def test_bfloat16_reads_back_what_it_wrote(self):
        bits = np.concatenate([np.arange(0x7F80), 0x8000 + np.arange(0x7F80)]).astype(np.uint16)
        self.assertTrue(np.array_equal(store(numbers(bits, "bf16"), "bf16"), bits))

    def test_safetensors_read_back_what_was_written(self):
        tensors = {"a": ("fp64", np.array(0.1)), "b": ("bf16", np.arange(3, dtype=np.uint16)),
                   "c": ("int64", np.array([[-1, 2]])), "d": ("fp32", np.zeros((0, 2)))}
        with tempfile.NamedTemporaryFile() as file:
            fixture_files.write_safetensors(file.name, tensors, {"key": "text"})
            read, metadata = fixture_files.read_safetensors(file.name)
        self.assertEqual(metadata, {"key": "text"})
        for name, (dtype, array) in tensors.items():
            self.assertEqual(read[name][0], dtype)
            self.assertTrue(np.array_equal(read[name][1], array))
            self.assertEqual(read[name][1].shape, array.shape)

    def test_hexfloats_are_read_exactly(self):
        self.assertEqual(read_values(["0x1.8p+1", "-0x1p-149", "0x0p+0"], "fp32").tolist(), [3.0, -2.0**-149, 0.0])


if __name__ == "__main__":
    unittest.main()
