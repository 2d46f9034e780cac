"""Recipes and pairs that straightedge-train refuses, and pairs that it reads and writes."""

import json
import subprocess
import unittest

from train_program import PROGRAM, ROTATION, TrainTest, fixture_files


class BadInput(TrainTest):
    def recipe(self, text):
        path = self.folder / "recipe.toml"
        path.write_text(text)
        return path

    def test_bad_recipes_say_file_line_and_what_would_be_right(self):
        for text, words in (
                ("[trian]\n", ("recipe.toml:1:", 'did you mean "train"')),
                ("[train]\nstep = 5\n", ("recipe.toml:2:", 'did you mean "steps"')),
                ("[train]\nsteps = 0\n", ("recipe.toml:2:", "train.steps is 0", "from 1")),
                ("[train]\nsteps = 1.5\n", ("recipe.toml:2:", "must be an integer")),
                ("[noise]\nsigma = -1\n", ("noise.sigma is -1", "at least 0")),
                ("[noise]\nsigma = nan\n", ("noise.sigma is nan",)),
                ("[noise]\nkind = 'constnt'\n", ('did you mean "constant"',)),
                ("[data]\nmean = [1, 2, 3]\n", ("data.mean has 3 numbers", "must have 2")),
                ("[data]\ncovariance = [1, 2, 3, 4]\n", ("covariance is not symmetric",)),
                ("[data]\ncovariance = [1, 2, 2, 1]\n", ("eigenvalue -1",)),
                ("[data]\nkind = 'mixture'\n", ("needs data.kind",)),
                ("[pairs]\nkind = 'file'\n", ("pairs.file",)),
                ("[data]\ndimension = 65536\n", ("data.dimension is 65536", "at most 4096")),
                ("[model]\nkind = 'affine'\n[train]\nprecision = 'bf16'\n", ("for networks", "fp32")),
                ("[train]\nvariance_batches = 1\n", ("2 or more",)),
                ("claim = 'figure-66'\n", ('did you mean "figure-6"',)),
                ("train = 3\n", ('"train" is a table',)),
                ("[noise]\nkind = 'none'\nsigma = 0.05\n", ("noise.sigma 0.05", "must be 0")),
                ("[data]\nkind = 'mixture'\nvariance = 0\n[pairs]\nkind = 'independent'\n", ("data.variance is 0",)),
                ("[pairs]\nkind = '1-reflow'\nrun = 'x'\nmode = 'resampled'\n", ('pairs.mode "frozen"',)),
                ("[pairs]\nkind = 'file'\nfile = 'none.safetensors'\n", ("none.safetensors",)),
                ("steps = \n", ("recipe.toml:1:",))):
            with self.subTest(text):
                self.refused(*words, out="run", recipe=self.recipe(text))
        self.refused("missing.toml", out="run", recipe=self.folder / "missing.toml")
        self.refused("cannot be read", out="run", recipe=self.folder)

    def test_what_does_not_fit_into_memory_is_refused(self):
        # The recipe's own count, not that of these tests' settings.
        done = subprocess.run([PROGRAM, "pairs", ROTATION, "--out", self.folder / "pairs", "--set", "pairs.count=1000000000",
                               "--set", "data.dimension=100", "--set", "data.kind=mixture", "--set",
                               "pairs.kind=independent", "--set", "data.mean=[]"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, r"needs about [0-9.e+]+ GiB of memory and this machine has")
        self.assertFalse((self.folder / "pairs").exists())

    def test_a_bad_override_is_named(self):
        error = self.train("run", "--set", "train.stps=4", code=2)
        self.assertIn('did you mean "steps"', error)
        self.assertIn("TABLE.KEY=VALUE", self.train("run", "--set", "train.steps", code=2))

    def test_a_folder_with_something_in_it_is_left_alone(self):
        (self.folder / "run").mkdir()
        (self.folder / "run" / "thesis.txt").write_text("mine")
        self.refused("is there already", out="run")
        self.assertEqual((self.folder / "run" / "thesis.txt").read_text(), "mine")

    def test_pairs_of_a_file_must_fit(self):
        wrong = self.folder / "wrong.safetensors"
        for array, words in ((((3, 5), "fp32"), "has shape [3, 5]"), (((3, 2), "int64"), "is of type I64")):
            shape, dtype = array
            fixture_files.write_safetensors(wrong, {name: (dtype, fixture_files.np.zeros(shape)) for name in ("x0", "x1")},
                                            {})
            self.refused(words, out="run", recipe=self.recipe(f"[pairs]\nkind = 'file'\nfile = '{wrong}'\n"))

    def test_damaged_pairs_of_a_file_are_refused(self):
        path = self.folder / "pairs.safetensors"
        recipe = self.recipe(f"[pairs]\nkind = 'file'\nfile = '{path}'\n")
        subprocess.run([PROGRAM, "pairs", ROTATION, "--out", path, "--set", "pairs.count=64"], check=True,
                       capture_output=True)
        whole = path.read_bytes()
        for content, words in ((whole.replace(b"pairs/1", b"pairs/2"), ("straightedge/pairs/2", "reads")),
                               (whole[:-4], ("truncated",)),
                               (whole[:100], ("pairs.safetensors",)),
                               (b"\x80\x04K\x01.", ("pairs.safetensors",)),
                               (b"", ("pairs.safetensors",))):
            with self.subTest(words):
                path.write_bytes(content)
                self.refused(*words, out="run", recipe=recipe)


class Pairs(TrainTest):
    def test_written_pairs_train_to_the_same_bits(self):
        path = self.folder / "pairs.safetensors"
        subprocess.run([PROGRAM, "pairs", ROTATION, "--out", path, "--set", "pairs.count=64"], check=True,
                       capture_output=True)
        self.train("made")
        self.train("read", "--set", "pairs.kind=file", "--set", f"pairs.file={path}")
        self.assertEqual(self.model("made"), self.model("read"))

    def pairs_file(self, name, *settings):
        path = self.folder / name
        words = [word for setting in ("pairs.count=64", *settings) for word in ("--set", setting)]
        subprocess.run([PROGRAM, "pairs", ROTATION, "--out", path, *words], check=True, capture_output=True)
        return path

    def test_pairs_in_double_are_rounded(self):
        single = self.pairs_file("single.safetensors")
        tensors, _ = fixture_files.read_safetensors(single)
        double = self.folder / "double.safetensors"
        fixture_files.write_safetensors(double, {name: ("fp64", tensors[name][1].astype(float)) for name in ("x0", "x1")},
                                        {})
        for name, path in (("one", single), ("two", double)):
            self.train(name, "--set", "pairs.kind=file", "--set", f"pairs.file={path}")
        self.assertEqual(self.model("one"), self.model("two"))

    def test_pairs_that_changed_are_noticed(self):
        path = self.pairs_file("pairs.safetensors")
        file = ("--set", "pairs.kind=file", "--set", f"pairs.file={path}")
        self.train("run", *file)
        run = self.folder / "run"
        document = (run / "run.json").read_text()
        self.assertEqual(json.loads(document)["pairs"]["count"], 64)
        self.pairs_file("pairs.safetensors", "pairs.seed=3")
        self.assertIn("other pairs", self.train("run", "--resume", *file, code=2))
        done = subprocess.run([PROGRAM, "evaluate", run, "--quiet"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("other pairs", done.stderr)
        self.assertEqual((run / "run.json").read_text(), document)

    def test_nothing_but_pairs_is_replaced_by_pairs(self):
        recipe = self.folder / "recipe.toml"
        recipe.write_text("[pairs]\ncount = 64\n")
        link = self.folder / "link"
        link.symlink_to("elsewhere")
        for out, words in ((recipe, "is there already"), (self.folder, "is there already"), (link, "is there already"),
                           (self.folder / "none" / "pairs", "its folder is not there")):
            done = subprocess.run([PROGRAM, "pairs", recipe, "--out", out], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
        self.assertEqual(recipe.read_text(), "[pairs]\ncount = 64\n")
        self.assertTrue(link.is_symlink())
        self.pairs_file("pairs.safetensors")
        self.pairs_file("pairs.safetensors")

    def test_a_half_turn_is_exact(self):
        path = self.folder / "pairs.safetensors"
        subprocess.run([PROGRAM, "pairs", ROTATION, "--out", path], check=True, capture_output=True)
        tensors, _ = fixture_files.read_safetensors(path)
        x0, x1 = tensors["x0"][1], tensors["x1"][1]
        self.assertEqual(x0.shape, (1000, 2))
        self.assertTrue((x1 == -x0).all())
        # Four standard errors of the mean and of the variance of 2,000 normal numbers.
        self.assertLess(abs(x0.mean()), 4 / 2000**0.5)
        self.assertLess(abs(x0.var() - 1), 4 * (2 / 2000)**0.5)


if __name__ == "__main__":
    unittest.main()
