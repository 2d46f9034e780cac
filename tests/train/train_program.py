"""straightedge-train train for tests: runs it, and reads what it left. The program is STRAIGHTEDGE_TRAIN."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cross"))
import fixture_files  # noqa: E402, F401

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]
ROTATION = ROOT / "gpu" / "recipes" / "rotation.toml"
SMALL = ("model.width=16", "model.depth=2", "model.time_features=8", "pairs.count=64", "train.batch=32",
         "train.threads=1", "train.log_every=10", "train.checkpoint_every=20", "train.device=cpu")


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
