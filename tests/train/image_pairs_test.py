"""straightedge-train pairs on packed images: optimal pairs, shuffled ones, by reference, and files of the user's own."""

import hashlib
import json
import pathlib
import subprocess
import tempfile
import unittest

from munkres import Munkres
from train_program import PROGRAM, ROOT, fixture_files

np = fixture_files.np
RECIPE = ROOT / "gpu" / "recipes" / "celeba-tiny.toml"
COUNT = 64

_shared = tempfile.TemporaryDirectory()
PACKED = pathlib.Path(_shared.name) / "faces-16px.safetensors"  # which no test changes
for words in (("--synthetic", "160", "--out", f"{_shared.name}/faces"),
              (f"{_shared.name}/faces", "--size", "16", "--out", PACKED)):
    subprocess.run([PROGRAM, "prepare", *words, "--quiet"], check=True, capture_output=True)


def as_numbers(images):
    """What a row of uint8 is as fp32: u / 127.5 - 1."""
    return (images.astype(np.float32) / np.float32(127.5) - np.float32(1)).reshape(len(images), -1)


def cheapest_assignment(x0, x1):
    """Which row of x1 each row of x0 gets, by the Hungarian method."""
    return [column for _, column in Munkres().compute(((x0[:, None] - x1) ** 2).sum(axis=2).tolist())]


class ImagePairs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        tensors, metadata = fixture_files.read_safetensors(PACKED)
        self.images, self.partition = tensors["images"][1], tensors["partition"][1]
        self.images_sha256 = metadata["sha256"]

    def run_pairs(self, name, *settings, flags=(), code=0, recipe=RECIPE):
        path = self.folder / f"{name}.safetensors"
        words = [f"data.file={PACKED}", f"pairs.count={COUNT}", "evaluate.fresh=12", *settings]
        done = subprocess.run([PROGRAM, "pairs", recipe, "--out", path, *flags,
                               *[word for setting in words for word in ("--set", setting)]],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return path, done.stderr

    def pairs(self, name, *settings, flags=()):
        path, _ = self.run_pairs(name, *settings, flags=flags)
        tensors, metadata = fixture_files.read_safetensors(path)
        return {key: array for key, (_, array) in tensors.items()}, metadata

    def refused(self, *settings, words, recipe=RECIPE):
        path, error = self.run_pairs("refused", *settings, code=2, recipe=recipe)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertFalse(path.exists())
        for word in words:
            self.assertIn(word, error)

    def test_no_assignment_of_optimal_pairs_costs_less(self):
        for kind in ("convolution", "dct", "network", "sum"):
            with self.subTest(kind):
                pairs, metadata = self.pairs(kind, "pairs.kind=brenier", f"pairs.map={kind}")
                x0, x1 = pairs["x0"].astype(float), pairs["x1"].astype(float)
                self.assertEqual(cheapest_assignment(x0, x1), list(range(COUNT)))
                np.testing.assert_array_equal(pairs["optimal"], pairs["x1"])
                self.assertEqual(metadata["kind"], "brenier")
                # The map does something, and what it makes is still an image.
                self.assertGreater(np.sqrt(((x1 - x0) ** 2).mean()), 0.05)
                self.assertLess(np.abs(x1).max(), 2.0)
                # Exchanged partners are noticed by the same solver.
                x1[[3, 9]] = x1[[9, 3]]
                exchanged = cheapest_assignment(x0, x1)
                self.assertEqual((exchanged[3], exchanged[9]), (9, 3))

    def test_sources_are_different_images_for_training(self):
        pairs, metadata = self.pairs("brenier", "pairs.kind=brenier")
        numbers = pairs["x0_image"]
        self.assertEqual(len(set(numbers)), COUNT)
        self.assertTrue((self.partition[numbers] == 0).all())
        np.testing.assert_array_equal(pairs["x0"], as_numbers(self.images[numbers]))
        self.assertEqual(metadata["images_sha256"], self.images_sha256)
        digest = hashlib.sha256(pairs["x0"].tobytes() + pairs["x1"].tobytes()).hexdigest()
        self.assertEqual(metadata["sha256"], digest)
        other, _ = self.pairs("other", "pairs.kind=brenier", "pairs.seed=1")
        self.assertNotEqual(list(other["x0_image"]), list(numbers))

    def test_shuffled_pairs_are_a_derangement_of_the_optimal_ones(self):
        plain, _ = self.pairs("plain", "pairs.kind=brenier")
        shuffled, _ = self.pairs("shuffled")
        index = shuffled["index"]
        self.assertEqual(sorted(index), list(range(COUNT)))
        self.assertTrue((index != np.arange(COUNT)).all())
        at, steps = index[0], 1  # one cycle through all of them
        while at != 0:
            at, steps = index[at], steps + 1
        self.assertEqual(steps, COUNT)
        np.testing.assert_array_equal(shuffled["x0"], plain["x0"])
        np.testing.assert_array_equal(shuffled["x1"], plain["x1"][index])
        np.testing.assert_array_equal(shuffled["optimal"], plain["x1"])

    def test_independent_pairs_are_of_normals_and_images(self):
        pairs, _ = self.pairs("independent", "pairs.kind=independent")
        np.testing.assert_array_equal(pairs["x1"], as_numbers(self.images[pairs["x1_image"]]))
        self.assertNotIn("optimal", pairs)
        n = pairs["x0"].size
        self.assertLess(abs(pairs["x0"].mean()), 6 / n**0.5)
        self.assertLess(abs(pairs["x0"].std() - 1), 6 / (2 * n) ** 0.5)

    def test_by_reference_is_smaller_and_read_to_the_same_pairs(self):
        for kind in ("brenier", "independent"):
            whole, metadata = self.pairs(f"{kind}-whole", f"pairs.kind={kind}")
            pairs, _ = self.pairs(f"{kind}-reference", f"pairs.kind={kind}", flags=["--by-reference"])
            left_out = {"brenier": "x0", "independent": "x1"}[kind]
            self.assertEqual(set(whole) - set(pairs), {left_out})
            again, read = self.pairs(f"{kind}-again", "pairs.kind=file",
                                     f"pairs.file={self.folder / f'{kind}-reference.safetensors'}")
            np.testing.assert_array_equal(again["x0"], whole["x0"])
            np.testing.assert_array_equal(again["x1"], whole["x1"])
            self.assertEqual(read["sha256"], metadata["sha256"])

    def test_a_reference_to_other_images_is_refused(self):
        path, _ = self.run_pairs("reference", "pairs.kind=brenier", flags=["--by-reference"])
        content = path.read_bytes()
        path.write_bytes(content.replace(self.images_sha256.encode(), b"0" * 64))
        self.refused("pairs.kind=file", f"pairs.file={path}", words=["x0_image", "0" * 64, self.images_sha256])
        path.write_bytes(content)
        self.refused("pairs.kind=file", f"pairs.file={path}", "data.file=''", words=["x0_image", "data.file"])

    def test_a_file_of_ones_own_may_have_optimal_partners_and_be_shuffled(self):
        draws = np.random.default_rng(3)
        x0, x1 = (draws.normal(size=(20, 16, 16, 3)) for _ in range(2))
        path = self.folder / "own.safetensors"
        fixture_files.write_safetensors(path, {"x0": ("fp32", x0), "x1": ("fp64", x1), "optimal": ("fp32", x1)}, {})
        pairs, _ = self.pairs("shuffled", "pairs.of=file", f"pairs.file={path}", "data.file=''")
        flat = x1.reshape(20, -1).astype(np.float32)
        np.testing.assert_array_equal(pairs["x1"], flat[pairs["index"]])
        np.testing.assert_array_equal(pairs["optimal"], flat)
        self.assertTrue((pairs["index"] != np.arange(20)).all())

    def test_pairs_that_were_made_are_read_where_they_belong(self):
        path, _ = self.run_pairs("made")
        again, metadata = self.pairs("again", f"pairs.file={path}")
        self.assertEqual(metadata["sha256"], fixture_files.read_safetensors(path)[1]["sha256"])
        self.refused(f"pairs.file={path}", "pairs.seed=1", words=["made.safetensors", "are not those of this recipe"])

    def test_what_cannot_be_used_is_refused(self):
        self.refused("pairs.count=500", words=["faces-16px", "images of partition 0", "500"])
        self.refused("evaluate.fresh=50", words=["faces-16px", "evaluate.fresh = 50"])
        self.refused("data.height=32", "data.width=32", words=["16 x 16", "32 x 32"])
        self.refused("data.file=nowhere.safetensors", words=["nowhere.safetensors"])
        self.refused("data.file=''", words=["needs data.file"])
        self.refused("data.colours=1", words=["data.colours is 1"])
        self.refused("pairs.kind=gaussian-ot", words=["brenier"])
        self.refused("pairs.kind=brenier", words=['needs data.kind "images"'], recipe=ROOT / "gpu" / "recipes" / "rotation.toml")
        damaged = self.folder / "damaged.safetensors"
        damaged.write_bytes(PACKED.read_bytes()[:-100])
        self.refused(f"data.file={damaged}", words=["damaged.safetensors"])
        content = bytearray(PACKED.read_bytes())
        content[5000] ^= 1  # a pixel
        damaged.write_bytes(content)
        self.refused(f"data.file={damaged}", words=["damaged.safetensors", "SHA-256", "the file is damaged"])


class Training(unittest.TestCase):
    """Runs on images, from sources that are images."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def trained(self, name, *settings):
        run = self.folder / name
        words = [f"data.file={PACKED}", "pairs.count=32", "train.steps=12", "train.checkpoint_every=6",
                 "evaluate.fresh=12", "evaluate.batches=2", "evaluate.euler_steps=4", "evaluate.t_bins=0",
                 "evaluate.step_counts=[1, 2]", "evaluate.fine_steps=8", "train.variance_batches=0", *settings]
        subprocess.run([PROGRAM, "train", RECIPE, "--out", run, "--quiet",
                        *[word for setting in words for word in ("--set", setting)]], check=True, capture_output=True)
        return run

    def evaluated(self, name, *settings):
        run = self.trained(name, *settings)
        subprocess.run([PROGRAM, "evaluate", run, "--quiet"], check=True, capture_output=True)
        tensors, _ = fixture_files.read_safetensors(run / "outputs.safetensors")
        documents = [json.loads((run / file).read_text()) for file in ("run.json", "evaluation.json")]
        return *documents, {key: array for key, (_, array) in tensors.items()}

    def test_distances_are_those_of_the_tables(self):
        document, evaluation, outputs = self.evaluated("run")
        self.assertEqual(document["pairs"]["of"], {"kind": "brenier"})
        trained = outputs["split"] == 0
        self.assertEqual((trained.sum(), (~trained).sum()), (32, 12))
        memorisation = evaluation["memorisation"]
        for rows, key, target in ((trained, "partner_l2", "partner"), (trained, "optimal_l2_of_training_sources", "optimal"),
                                  (~trained, "optimal_l2_of_fresh_sources", "optimal")):
            difference = outputs["generated"].astype(float) - outputs[target].astype(float)
            distances = np.linalg.norm(difference[rows], axis=1)
            self.assertAlmostEqual(memorisation[key]["mean"], distances.mean(), places=9)
            self.assertAlmostEqual(memorisation[key]["standard_deviation"], distances.std(ddof=1), places=9)
        # Fresh sources and those of the reference are none of the training's, nor of each other.
        sources = {row.tobytes() for row in outputs["source"]}
        self.assertEqual(len(sources), 44)
        self.assertEqual(outputs["reference"].shape, (12, 768))
        self.assertIn("sliced_wasserstein_squared", evaluation)

    def test_a_file_may_bring_fresh_sources_along(self):
        draws = np.random.default_rng(5)
        names = {"x0": 20, "x1": 20, "optimal": 20, "fresh": 9, "fresh_optimal": 9}
        tensors = {name: draws.normal(size=(n, 768)).astype(np.float32) for name, n in names.items()}
        path = self.folder / "own.safetensors"
        fixture_files.write_safetensors(path, {name: ("fp32", array) for name, array in tensors.items()}, {})
        _, evaluation, outputs = self.evaluated("run", "pairs.of=file", f"pairs.file={path}", "evaluate.fresh=7",
                                                "data.file=''")
        for name, (trained, fresh) in {"source": ("x0", "fresh"), "optimal": ("optimal", "fresh_optimal")}.items():
            np.testing.assert_array_equal(outputs[name], np.vstack([tensors[trained], tensors[fresh][:7]]))
        self.assertIn("optimal_l2_of_fresh_sources", evaluation["memorisation"])
        self.assertNotIn("reference", outputs)

    def test_a_teacher_on_resampled_pairs_makes_the_next_ones(self):
        teacher = self.trained("teacher", "pairs.mode=resampled", "claim=''")
        document, evaluation, outputs = self.evaluated("run", "pairs.kind=1-reflow", f"pairs.run={teacher}", "claim=table-3")
        self.assertEqual((document["claim"], document["pairs"]["kind"]), ("table-3", "1-reflow"))
        pairs = self.folder / "pairs.safetensors"
        subprocess.run([PROGRAM, "pairs", self.folder / "run" / "recipe.toml", "--out", pairs], check=True,
                       capture_output=True)
        written = {key: array for key, (_, array) in fixture_files.read_safetensors(pairs)[0].items()}
        np.testing.assert_array_equal(outputs["source"][:32], written["x0"])
        np.testing.assert_array_equal(outputs["partner"][:32], written["x1"])
        np.testing.assert_array_equal(outputs["optimal"][:32], written["optimal"])
        # The optimal partners are those of the teacher's map, whatever the flow makes.
        plain = self.folder / "plain.safetensors"
        subprocess.run([PROGRAM, "pairs", teacher / "recipe.toml", "--out", plain, "--set", "pairs.kind=brenier"],
                       check=True, capture_output=True)
        np.testing.assert_array_equal(fixture_files.read_safetensors(plain)[0]["x1"][1], written["optimal"])


if __name__ == "__main__":
    unittest.main()
