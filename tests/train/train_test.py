"""straightedge-train train and pairs, as a user runs them; the program is the environment's STRAIGHTEDGE_TRAIN."""

import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cross"))
import fixture_files  # noqa: E402

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]
ROTATION = ROOT / "gpu" / "recipes" / "rotation.toml"
SMALL = ("model.width=16", "model.depth=2", "model.time_features=8", "pairs.count=64", "train.batch=32",
         "train.threads=1", "train.log_every=10", "train.checkpoint_every=20", "train.device=cpu")


def small_file_limit():
    """What a full disk does to a write: it fails. The limit is on each file; without the signal that would kill."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


class TrainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, out, *options, steps=100, recipe=ROTATION):
        settings = [word for setting in (*SMALL, f"train.steps={steps}") for word in ("--set", setting)]
        return [PROGRAM, "train", str(recipe), "--out", str(self.folder / out), "--quiet", *settings, *options]

    def train(self, out, *options, code=0, **more):
        limit = more.pop("preexec_fn", None)
        done = subprocess.run(self.command(out, *options, **more), capture_output=True, text=True, timeout=300,
                              check=False, preexec_fn=limit)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def refused(self, *words, **arguments):
        """Exit 2 and one line that holds the words."""
        error = self.train(**arguments, code=2)
        self.assertEqual(error.count("\n"), 1, error)
        for word in words:
            self.assertIn(word, error)

    def model(self, out):
        return (self.folder / out / "model.safetensors").read_bytes()

    def metrics(self, out):
        """The lines of steps; gradient variances have lines of their own."""
        lines = map(json.loads, (self.folder / out / "metrics.jsonl").read_text().splitlines())
        return [line for line in lines if "loss" in line]

    def checkpoints(self, out):
        return sorted(path.name for path in (self.folder / out / "checkpoints").iterdir())


class Training(TrainTest):
    def test_a_run_leaves_what_is_documented(self):
        self.train("run", "--set", "optimiser.rate=0.01", "--set", "pairs.kind=gaussian-ot", "--set", "data.mean=[5, 5]",
                   steps=200)
        run = self.folder / "run"
        self.assertEqual({path.name for path in run.iterdir()},
                         {"recipe.toml", "run.json", "model.safetensors", "config.json", "checkpoints", "metrics.jsonl"})
        lines = self.metrics("run")
        self.assertEqual([line["step"] for line in lines], list(range(10, 201, 10)))
        self.assertLess(lines[-1]["loss"], 0.5 * lines[0]["loss"])
        # The last three, and the one of least loss if it is none of them.
        kept = self.checkpoints("run")
        self.assertEqual(kept[-3:], ["step-00000160", "step-00000180", "step-00000200"])
        self.assertLessEqual(len(kept), 4)
        document = json.loads((run / "run.json").read_text())
        self.assertEqual(document["schema"], "straightedge/run/1")
        self.assertEqual(document["pairs"]["mean"], [5, 5])

    def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(self):
        self.train("a")
        self.train("b")
        self.train("c", "--set", "train.seed=2")
        self.assertEqual(self.model("a"), self.model("b"))
        self.assertNotEqual(self.model("a"), self.model("c"))

    def test_the_stored_recipe_repeats_the_run(self):
        self.train("a")
        self.train("b", recipe=self.folder / "a" / "recipe.toml")
        self.assertEqual(self.model("a"), self.model("b"))

    def test_each_pairing_and_model_trains(self):
        for number, settings in enumerate((
                ("pairs.kind=gaussian-ot",), ("pairs.kind=independent",), ("pairs.kind=shuffled",),
                ("pairs.mode=resampled",), ("pairs.mode=resampled", "pairs.kind=independent"),
                ("data.kind=mixture", "pairs.kind=independent", "data.dimension=3"),
                ("data.kind=mixture", "pairs.kind=independent", "pairs.mode=resampled"),
                ("model.kind=affine", "pairs.kind=gaussian-ot"), ("noise.kind=bridge", "noise.sigma=0.1"),
                ("optimiser.schedule=constant", "optimiser.clip=0", "optimiser.warmup=0"))):
            with self.subTest(settings):
                self.train(f"run-{number}", *[word for setting in settings for word in ("--set", setting)], steps=40)

    def test_a_checkpoint_has_the_gradient_variance_that_evaluate_measures(self):
        self.train("run", "--set", "train.variance_batches=20", "--set", "evaluate.batches=20", "--set",
                   "evaluate.fresh=50")
        subprocess.run([PROGRAM, "evaluate", self.folder / "run", "--quiet"], check=True, capture_output=True)
        evaluation = json.loads((self.folder / "run" / "evaluation.json").read_text())
        measured = {entry["step"]: entry for entry in evaluation["gradient_variance"]
                    if entry["coupling"] == "training" and entry["t_bin"] is None}
        lines = [json.loads(line) for line in (self.folder / "run" / "metrics.jsonl").read_text().splitlines()]
        written = {line["step"]: line for line in lines if "gradient_variance" in line}
        self.assertEqual(sorted(written), [20, 40, 60, 80, 100])
        self.assertGreaterEqual(len(measured), 3)
        for step, entry in measured.items():
            # The same draws and parameters; a step of another batch size may leave other last bits.
            self.assertAlmostEqual(written[step]["gradient_variance"] / entry["variance"], 1, delta=1e-6)
            self.assertAlmostEqual(written[step]["gradient_variance_error"] / entry["standard_error"], 1, delta=1e-6)

    def test_layers_in_bf16_train_and_continue_to_the_same_bits(self):
        # Optimal pairs of N(0, I) and N((3, 3), I): the velocity is (3, 3) everywhere, and its loss 0.
        easy = ("--set", "pairs.kind=gaussian-ot", "--set", "data.mean=[3.0, 3.0]")
        bf16 = (*easy, "--set", "train.precision=bf16")
        losses = {}
        for name, settings in (("fp32", easy), ("bf16", bf16)):
            self.train(name, *settings, steps=400)
            losses[name] = [line["loss"] for line in self.metrics(name)]
        self.assertNotEqual(self.model("fp32"), self.model("bf16"))
        self.assertLess(losses["bf16"][-1], 0.3 * losses["bf16"][0])
        self.train("stopped", *bf16, steps=400)
        shutil.rmtree(self.folder / "stopped" / "checkpoints" / "step-00000400")
        (self.folder / "stopped" / "model.safetensors").unlink()
        self.train("stopped", "--resume", *bf16, steps=400)
        self.assertEqual(self.model("bf16"), self.model("stopped"))

    def test_a_loss_that_is_not_finite_stops_and_keeps_state_and_batch(self):
        error = self.train("run", "--set", "optimiser.rate=1e30", "--set", "optimiser.clip=0",
                           "--set", "optimiser.warmup=0", code=1)
        self.assertRegex(error, r"the loss of step \d+ is not finite")
        tensors, _ = fixture_files.read_safetensors(self.folder / "run" / "nonfinite.safetensors")
        self.assertLessEqual({"parameters", "m", "v", "x0", "x1", "t", "xt", "target"}, tensors.keys())


class Resuming(TrainTest):
    def test_killed_at_ten_random_moments_ends_in_the_same_bits(self):
        steps, moments = 3000, random.Random(5)
        self.train("whole", steps=steps)
        started = time.monotonic()
        self.train("timed", steps=steps)
        seconds = time.monotonic() - started
        kills = 0
        while kills < 10:
            process = subprocess.Popen(self.command("killed", "--resume", steps=steps), stderr=subprocess.PIPE, text=True)
            try:
                process.wait(moments.uniform(0.2, 0.5) * seconds)
                self.assertEqual(process.returncode, 0, process.stderr.read())
                shutil.rmtree(self.folder / "killed")  # it got to its end: once more from the beginning
                continue
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            finally:
                process.stderr.close()
            kills += 1
        self.train("killed", "--resume", steps=steps)
        self.assertEqual(self.model("killed"), self.model("whole"))
        self.assertEqual([line["step"] for line in self.metrics("killed")], list(range(10, steps + 1, 10)))

    def test_what_a_kill_left_of_a_checkpoint_is_cleared_away(self):
        self.train("run", steps=60)
        half = self.folder / "run" / "checkpoints" / "step-00000010.part"
        half.mkdir()
        (half / "state.safetensors").write_bytes(b"half")
        recipe = self.folder / "run" / "recipe.toml"
        recipe.write_text(recipe.read_text().replace("steps = 60", "steps = 100"))
        self.train("run", "--resume", steps=100)
        self.assertFalse(half.exists())

    def test_a_signal_leaves_a_checkpoint_and_resuming_ends_in_the_same_bits(self):
        steps = 3000
        self.train("whole", steps=steps)
        for kind in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(kind):
                out = f"stopped-{kind}"
                process = subprocess.Popen(self.command(out, steps=steps), stderr=subprocess.PIPE, text=True)
                while not list((self.folder / out / "checkpoints").glob("step-*[0-9]")):
                    time.sleep(0.01)
                process.send_signal(kind)
                _, error = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 3, error)
                self.assertIn("continue with --resume", error)
                self.train(out, "--resume", steps=steps)
                self.assertEqual(self.model(out), self.model("whole"))

    def test_a_disk_that_fills_loses_nothing_that_was_there(self):
        self.train("whole", steps=100)
        self.train("run", steps=60)
        before = {path: path.read_bytes() for path in (self.folder / "run").rglob("*") if path.is_file()}
        # The same run with more steps: as if it had been stopped at 60.
        recipe = self.folder / "run" / "recipe.toml"
        recipe.write_text(recipe.read_text().replace("steps = 60", "steps = 100"))
        error = self.train("run", "--resume", steps=100, code=4, preexec_fn=small_file_limit)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("cannot be written", error)
        for path, content in before.items():
            if "checkpoints" in path.parts:
                self.assertEqual(path.read_bytes(), content, path)
        self.assertEqual([name for name in self.checkpoints("run") if name.endswith(".part")], [])
        self.train("run", "--resume", steps=100)

    def test_a_finished_run_stays_as_it_is(self):
        self.train("run")
        before = self.model("run")
        self.train("run", "--resume")
        self.assertEqual(self.model("run"), before)

    def test_a_finished_run_without_checkpoints_stays_as_it_is(self):
        self.train("run", steps=40)
        run = self.folder / "run"
        shutil.rmtree(run / "checkpoints")
        before = {path: path.read_bytes() for path in run.iterdir()}
        self.train("run", "--resume", steps=40)
        self.assertEqual({path: path.read_bytes() for path in run.iterdir()}, before)

    def test_two_processes_do_not_train_in_one_folder(self):
        steps = 1000000
        with subprocess.Popen(self.command("run", steps=steps), stderr=subprocess.DEVNULL) as first:
            while not list((self.folder / "run" / "checkpoints").glob("step-*[0-9]")):
                time.sleep(0.01)
            error = self.train("run", "--resume", steps=steps, code=2)
            self.assertIn("another process trains in it", error)
            first.send_signal(signal.SIGTERM)
        self.assertEqual(first.returncode, 3)

    def test_another_recipe_cannot_continue_a_run(self):
        self.train("run")
        error = self.train("run", "--resume", "--set", "optimiser.rate=0.5", code=2)
        self.assertIn("optimiser.rate differs", error)

    def test_damaged_checkpoints_are_refused(self):
        self.train("run", steps=40)
        last = self.folder / "run" / "checkpoints" / "step-00000040"
        tensors, header = (last / "state.safetensors").read_bytes(), (last / "state.json").read_text()
        for words, damage in (
                (("state.safetensors", "SHA-256"), lambda: (last / "state.safetensors").write_bytes(tensors[:-4])),
                (("state.safetensors", "SHA-256"), lambda: (last / "state.safetensors").write_bytes(
                    tensors[:-1] + bytes([tensors[-1] ^ 1]))),
                (("state.safetensors", "SHA-256"), lambda: (last / "state.safetensors").write_bytes(b"\x80\x04K\x01.")),
                (("state.json", "is 42", "another step"), lambda: (last / "state.json").write_text(
                    header.replace('"step": 40', '"step": 42'))),
                (("state.json", "no double"), lambda: (last / "state.json").write_text(
                    header.replace('"loss": ', '"loss": 1e999, "was": '))),
                (("state.json", "checkpoint/2"), lambda: (last / "state.json").write_text(
                    header.replace("checkpoint/1", "checkpoint/2"))),
                (("state.json",), lambda: (last / "state.json").write_text(header[:20]))):
            with self.subTest(words):
                (last / "state.safetensors").write_bytes(tensors)
                (last / "state.json").write_text(header)
                damage()
                error = self.train("run", "--resume", steps=40, code=2)
                self.assertEqual(error.count("\n"), 1, error)
                for word in words:
                    self.assertIn(word, error)


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
