"""straightedge-train evaluate, sample and reproduce, up to the verdict of `straightedge certify`."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cross"))
import fixture_files  # noqa: E402

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]
SMALL = ("model.width=16", "model.depth=2", "model.time_features=8", "pairs.count=64", "train.batch=32",
         "train.steps=50", "evaluate.fresh=100", "evaluate.batches=10")


def run(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=600, check=False)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def succeeded(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def validate(self, name, path):
        schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
        document = json.loads(path.read_text())
        jsonschema.Draft202012Validator(schema).validate(document)
        return document

    def trained(self, recipe, *settings):
        words = [word for setting in (*SMALL, *settings) for word in ("--set", setting)]
        path = self.folder / "run"
        self.succeeded(run("train", ROOT / "gpu" / "recipes" / f"{recipe}.toml", "--out", path, "--quiet", *words))
        return path

    def evaluated(self, recipe, *settings):
        path = self.trained(recipe, *settings)
        self.succeeded(run("evaluate", path, "--quiet"))
        tensors, _ = fixture_files.read_safetensors(path / "outputs.safetensors")
        return (self.validate("run", path / "run.json"), self.validate("evaluation", path / "evaluation.json"),
                {name: array for name, (_, array) in tensors.items()})


class Evaluate(Case):
    def test_outputs_are_of_training_sources_and_fresh_ones(self):
        _, evaluation, outputs = self.evaluated("rotation")
        np.testing.assert_array_equal(outputs["split"], np.repeat([0, 1], [64, 100]))
        np.testing.assert_array_equal(outputs["partner"][:64], -outputs["source"][:64])
        self.assertTrue(np.isnan(outputs["partner"][64:]).all())
        np.testing.assert_array_equal(outputs["optimal"], outputs["source"])  # the target is the source's distribution
        rms = np.sqrt(((outputs["generated"][:64] - outputs["partner"][:64]).astype(float)**2).mean(axis=1))
        self.assertAlmostEqual(evaluation["memorisation"]["partner_rms"]["mean"], rms.mean(), delta=1e-6)
        self.assertEqual(evaluation["memorisation"]["reproduced_fraction"], (rms <= 0.05).mean())

    def test_mmd_is_the_unbiased_estimate(self):
        _, evaluation, outputs = self.evaluated("rotation")
        x, y = outputs["generated"][64:].astype(float), outputs["reference"].astype(float)

        def kernel(a, b, h):
            return np.exp(-((a[:, None] - b) ** 2).sum(axis=-1) / (2 * h * h))

        def off_diagonal(a, h):
            return (kernel(a, a, h).sum() - len(a)) / (len(a) * (len(a) - 1))

        entries = [entry for entry in evaluation["mmd"] if entry["to"] == "data"]
        self.assertEqual(len(entries), 6)
        for entry in entries:
            h = entry["bandwidth"]
            self.assertAlmostEqual(entry["value"], off_diagonal(x, h) + off_diagonal(y, h) - 2 * kernel(x, y, h).mean(),
                                   delta=1e-12)

    def test_a_mixture_names_its_components_and_has_exact_expectations(self):
        document, evaluation, outputs = self.evaluated("gmm-3d")
        self.assertEqual(document["pairs"]["kind"], "mixture")
        self.assertEqual(np.shape(document["mixture"]["means"]), (8, 3))
        # Both distances are unbiased for the same value: they differ by how the fresh targets fell.
        sampled = [entry for entry in evaluation["mmd"] if entry["to"] == "data"]
        exact = evaluation["mmd_to_mixture"]
        self.assertEqual([entry["bandwidth"] for entry in exact], [entry["bandwidth"] for entry in sampled])
        m = len(outputs["reference"])
        for a, b in zip(sampled, exact):
            self.assertAlmostEqual(a["value"], b["value"], delta=6 / m**0.5)

    def test_gradient_variance_is_of_bins_and_of_checkpoints_too(self):
        _, evaluation, _ = self.evaluated("rotation", "train.checkpoint_every=20", "evaluate.t_bins=4")
        entries = [entry for entry in evaluation["gradient_variance"] if entry["coupling"] == "training"]
        self.assertEqual([(entry["step"], entry["t_bin"]) for entry in entries],
                         [(50, None), (50, [0, 0.25]), (50, [0.25, 0.5]), (50, [0.5, 0.75]), (50, [0.75, 1]),
                          (20, None), (40, None)])
        for entry in entries:
            b, B = entry["b"], entry["B"]
            small, large = np.array(entry["squared_norms_b"]), np.array(entry["squared_norms_B"])
            factor = 1 / (1 / b - 1 / B)
            self.assertAlmostEqual(entry["variance"], factor * (small.mean() - large.mean()),
                                   delta=1e-12 * abs(entry["variance"]))
            error = factor * (small.var(ddof=1) / len(small) + large.var(ddof=1) / len(large))**0.5
            self.assertAlmostEqual(entry["standard_error"], error, delta=1e-12 * error)
            if entry["interval_99"] is not None:
                low, high = entry["interval_99"]
                self.assertAlmostEqual((low + high) / 2, entry["variance"], delta=1e-9 * error)
                self.assertGreater((high - low) / 2, 2.5758 * error)  # the normal distribution's, and Student's is wider

    def test_every_pairing_and_a_file_can_be_measured(self):
        for number, settings in enumerate((("pairs.kind=shuffled",), ("pairs.mode=resampled",), ("model.kind=affine",),
                                           ("noise.kind=bridge", "noise.sigma=0.2"), ("pairs.kind=independent",))):
            with self.subTest(settings):
                self.folder = self.folder / str(number)
                self.evaluated("rotation", *settings)

    def test_one_reflow_trains_on_where_a_flow_ends(self):
        _, _, outputs = self.evaluated("rotation")
        (self.folder / "run").rename(self.folder / "teacher")
        _, evaluation, reflowed = self.evaluated("rotation", "pairs.kind=1-reflow",
                                                 f"pairs.run={self.folder / 'teacher'}")
        # The same seed draws the same sources; their partners are what the teacher generated.
        np.testing.assert_array_equal(reflowed["source"][:64], outputs["source"][:64])
        np.testing.assert_array_equal(reflowed["partner"][:64], outputs["generated"][:64])
        self.assertEqual({entry["to"] for entry in evaluation["mmd"]}, {"pairs"})

    def test_runs_on_pairs_of_a_file_can_be_certified(self):
        pairs = self.folder / "pairs.safetensors"
        self.succeeded(run("pairs", ROOT / "gpu" / "recipes" / "rotation.toml", "--out", pairs, "--set", "pairs.count=50"))
        self.evaluated("rotation", "pairs.kind=file", f"pairs.file={pairs}")
        done = subprocess.run([pathlib.Path(PROGRAM).parent / "straightedge", "certify", self.folder / "run", "--out",
                               self.folder / "certify"], capture_output=True, text=True, check=False)
        self.succeeded(done, 3)

    def test_a_run_that_has_not_ended_is_refused(self):
        path = self.trained("rotation")
        (path / "model.safetensors").unlink()
        done = self.succeeded(run("evaluate", path), 2)
        self.assertIn("the training has not ended", done.stderr)
        self.assertEqual(done.stderr.splitlines()[-1].count("straightedge-train:"), 1)

    def test_what_is_no_model_is_refused(self):
        path = self.trained("rotation")
        whole = (path / "model.safetensors").read_bytes()
        not_a_number = b"\x00\x00\xc0\x7f"
        for content, word in ((b"\x80\x04K\x01.", "model.safetensors"), (whole[:-4], "model.safetensors"),
                              (whole[:-4] + not_a_number, "holds a NaN"),
                              (whole.replace(b"model/1", b"model/2"), "straightedge/model/2")):
            with self.subTest(word):
                (path / "model.safetensors").write_bytes(content)
                done = self.succeeded(run("evaluate", path, "--quiet"), 2)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn(word, done.stderr)


class Sample(Case):
    def test_samples_follow_from_the_seed(self):
        path = self.trained("rotation")
        files = []
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            files.append(self.folder / f"{name}.safetensors")
            self.succeeded(run("sample", path, "--out", files[-1], "--count", 37, "--seed", seed))
        samples = [fixture_files.read_safetensors(file)[0]["samples"][1] for file in files]
        self.assertEqual(samples[0].shape, (37, 2))
        np.testing.assert_array_equal(samples[0], samples[1])
        self.assertTrue((samples[0] != samples[2]).any())


class Reproduce(Case):
    def test_a_smoke_run_makes_every_run_and_a_second_one_none(self):
        out = self.folder / "rotation"
        done = self.succeeded(run("reproduce", "rotation", "--out", out, "--smoke"))
        self.assertIn("far too short for a verdict", done.stderr)
        runs = sorted((out / "runs").iterdir())
        self.assertEqual(len(runs), 6)
        found = {(document["noise"]["sigma"], document["seed"])
                 for document in (self.validate("run", path / "run.json") for path in runs)}
        self.assertEqual(found, {(sigma, seed) for sigma in (0.0, 0.05) for seed in (1, 2, 3)})
        self.validate("certify", out / "certify" / "certify.json")
        times = {path: path.stat().st_mtime_ns for path in out.glob("runs/**/*")}
        self.succeeded(run("reproduce", "rotation", "--out", out, "--smoke"))
        self.assertEqual({path: path.stat().st_mtime_ns for path in out.glob("runs/**/*")}, times)
        # Runs of a few steps must not stand for those that a verdict needs.
        done = self.succeeded(run("reproduce", "rotation", "--out", out), 2)
        self.assertRegex(done.stderr, r"^straightedge-train: .*noise-0-seed-1: is of another recipe: train.steps differs.*\n$")
        self.assertEqual({path: path.stat().st_mtime_ns for path in out.glob("runs/**/*")}, times)

    def test_the_gradient_variance_of_an_affine_field_agrees_with_the_exact_one(self):
        done = self.succeeded(run("reproduce", "affine", "--out", self.folder / "affine", "--quiet"))
        self.assertRegex(done.stdout, r"affine-agrees +supported +supported")
        self.assertNotIn("figure-6", done.stdout)  # the verdict that the recipe is for, and no other

    def test_an_unknown_recipe_is_named_with_those_there_are(self):
        done = self.succeeded(run("reproduce", "rotaton", "--out", self.folder / "x"), 2)
        self.assertIn('"rotaton"', done.stderr)
        self.assertIn("rotation", done.stderr)


if __name__ == "__main__":
    unittest.main()
