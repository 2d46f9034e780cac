"""straightedge-train train on pairs of images, with a UNet, as a user runs it."""

import json
import os
import shutil
import subprocess
import unittest

from train_program import PROGRAM, ROOT, TrainTest, fixture_files

np = fixture_files.np
RECIPE = ROOT / "gpu" / "recipes" / "images-16px.toml"
HEIGHT, WIDTH, COLOURS = 8, 12, 3
TINY = (f"data.height={HEIGHT}", f"data.width={WIDTH}", "model.channels=8", "model.multipliers=[1, 2]",
        "model.attention=4", "model.head_width=8", "model.groups=4", "train.batch=8", "optimiser.rate=0.002",
        "optimiser.warmup=20", "evaluate.fresh=8", "evaluate.euler_steps=4", "evaluate.batches=2",
        "evaluate.large_batch=16", "evaluate.t_bins=0")


def write_pairs(path):
    """Noise, and ramps of one colour each: the network has something to find."""
    draws, n = np.random.default_rng(3), 40
    ramp = np.linspace(-1, 1, HEIGHT)[:, None, None] * draws.uniform(-1, 1, size=(n, 1, 1, COLOURS))
    images = np.broadcast_to(ramp, (n, HEIGHT, WIDTH, COLOURS)).reshape(n, -1)
    fixture_files.write_safetensors(path, {"x0": ("fp32", draws.normal(size=images.shape)), "x1": ("fp32", images)}, {})


class UnetTraining(TrainTest):
    def setUp(self):
        super().setUp()
        self.pairs = self.folder / "pairs.safetensors"
        write_pairs(self.pairs)

    def settings(self, *more):
        return [word for setting in (*TINY, f"pairs.file={self.pairs}", *more) for word in ("--set", setting)]

    def losses(self, out):
        return [json.loads(line)["loss"] for line in (self.folder / out / "metrics.jsonl").read_text().splitlines()]

    def resumed(self, out, *more, steps):
        """Trains, and once more from the checkpoint before the last."""
        self.train(out, *self.settings(*more), steps=steps, recipe=RECIPE)
        whole = self.model(out)
        shutil.rmtree(self.folder / out / "checkpoints" / f"step-{steps:08d}")
        (self.folder / out / "model.safetensors").unlink()
        self.train(out, "--resume", *self.settings(*more), steps=steps, recipe=RECIPE)
        self.assertEqual(self.model(out), whole)

    def test_the_loss_falls_and_a_resumed_run_ends_in_the_same_bits(self):
        for precision in ("fp32", "bf16"):
            with self.subTest(precision):
                self.resumed(precision, f"train.precision={precision}", steps=100)
                losses = self.losses(precision)
                self.assertLess(losses[-1], 0.5 * losses[0])

    def test_a_resumed_run_drops_the_same(self):
        self.resumed("run", "model.dropout=0.2", steps=40)
        self.train("without", *self.settings(), steps=40, recipe=RECIPE)
        self.assertNotEqual(self.model("run"), self.model("without"))

    def test_two_threads_end_in_the_same_bits_each_time(self):
        self.resumed("run", "train.threads=2", steps=40)

    def peak_memory(self, *settings):
        """Of a few steps on larger images, in bytes."""
        out = settings[0]
        large = ("data.height=64", "data.width=48", "model.attention=0", "train.batch=16", *settings)
        pairs = self.folder / "large.safetensors"
        draws = np.random.default_rng(5).normal(size=(16, 64 * 48 * COLOURS))
        fixture_files.write_safetensors(pairs, {name: ("fp32", draws) for name in ("x0", "x1")}, {})
        options = self.settings(*large, f"pairs.file={pairs}")
        process = subprocess.Popen(self.command(out, *options, steps=3, recipe=RECIPE))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024

    def test_recomputed_blocks_need_less_memory_and_end_in_the_same_bits(self):
        kept, recomputed = (self.peak_memory(f"model.checkpointing={word}") for word in ("off", "blocks"))
        # Channels of all residual blocks, once each on the way down and twice on the way up, are not kept five times.
        numbers = 16 * 64 * 48 * (8 + 16 / 4) * (3 * 1 + 5 * 2)
        self.assertGreater(kept - recomputed, 0.5 * 4 * numbers)
        self.assertEqual(self.model("model.checkpointing=off"), self.model("model.checkpointing=blocks"))

    def test_a_run_is_evaluated_and_says_what_its_model_is(self):
        self.train("run", *self.settings("train.variance_batches=2"), steps=40, recipe=RECIPE)
        subprocess.run([PROGRAM, "evaluate", self.folder / "run", "--quiet"], check=True, capture_output=True)
        tensors, _ = fixture_files.read_safetensors(self.folder / "run" / "outputs.safetensors")
        self.assertEqual(tensors["generated"][1].shape, (48, HEIGHT * WIDTH * COLOURS))
        document = json.loads((self.folder / "run" / "run.json").read_text())
        config = json.loads((self.folder / "run" / "config.json").read_text())
        self.assertEqual(document["model"], {
            "kind": "unet", "height": HEIGHT, "width": WIDTH, "colours": COLOURS, "channels": 8, "multipliers": [1, 2],
            "blocks": 1, "attention": 4, "head_width": 8, "groups": 4})
        self.assertEqual(config, {**document["model"], "schema": "straightedge/model/1"})
        self.assertEqual(document["dimension"], HEIGHT * WIDTH * COLOURS)

    def test_what_makes_no_network_is_refused(self):
        for setting, *words in (("data.height=9", "multiples of 2"),
                                ("model.multipliers=[]", "one number for each level"),
                                ("model.multipliers=[1.5]", "must be an integer"),
                                ("model.channels=10", "multiple of model.groups"),
                                ("model.head_width=3", "must divide", "16"),
                                ("model.attention=5", "no level has images of that height"),
                                ("model.dropout=1", "model.dropout", "must be below"),
                                ("data.kind=gaussian", 'needs data.kind "images"'),
                                ("data.dimension=5", "leave it out"),
                                ("data.width=4096", "at most 65536"),
                                ("data.width=16", "has shape [40, 288]", "384"),
                                ("pairs.kind=independent", "needs data.file")):
            with self.subTest(setting):
                error = self.train("run", *self.settings(setting), recipe=RECIPE, code=2)
                self.assertEqual(error.count("\n"), 1, error)
                for word in words:
                    self.assertIn(word, error)


if __name__ == "__main__":
    unittest.main()
