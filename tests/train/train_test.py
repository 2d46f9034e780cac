"""straightedge-train train: what it leaves, and how it stops and goes on."""

import json
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

from train_program import PROGRAM, TrainTest, fixture_files


def small_file_limit():
    """What a full disk does to a write: it fails. The limit is on each file; without the signal that would kill."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


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
            self.assertIn("another process works in it", error)
            first.send_signal(signal.SIGTERM)
        self.assertEqual(first.returncode, 3)

    def test_of_two_that_begin_one_run_at_once_one_is_refused(self):
        for number in range(5):
            both = [subprocess.Popen(self.command(f"run-{number}"), stderr=subprocess.DEVNULL) for _ in range(2)]
            self.assertEqual(sorted(process.wait(timeout=60) for process in both), [0, 2])

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


if __name__ == "__main__":
    unittest.main()
