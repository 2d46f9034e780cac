"""straightedge-train reproduce of the tables of images, from making the images to the verdicts, and what stops on the way."""

import json
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from train_program import PROGRAM, ROOT, fixture_files

np = fixture_files.np
RECIPES = ROOT / "gpu" / "recipes"


def run(*words, **options):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False, **options)


def settings(*words):
    return [word for setting in words for word in ("--set", setting)]


def png_size(path):
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", content[16:24])


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def succeeded(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done


class Reproduce(Case):
    def test_a_smoke_run_ends_in_verdicts_on_both_tables(self):
        out = self.folder / "tiny"
        done = self.succeeded(run("reproduce", "celeba-tiny", "--smoke", "--out", out))
        self.assertIn("far too short for a verdict", done.stderr)
        for claim in ("table-2", "table-3"):
            self.assertRegex(done.stdout, rf"{claim} +\w+")
        runs = {path.name: path for path in (out / "runs").iterdir()}
        self.assertEqual(len(runs), 12)
        documents = {name: json.loads((path / "run.json").read_text()) for name, path in runs.items()}
        self.assertEqual(sorted({(of["claim"], of["pairs"]["kind"]) for of in documents.values()}),
                         [("table-2", "shuffled"), ("table-3", "1-reflow")])
        # One teacher: the pairs of all runs of a table are the same.
        for claim in ("table-2", "table-3"):
            self.assertEqual(len({of["data"]["pairs_sha256"] for of in documents.values() if of["claim"] == claim}), 1)
        certificate = json.loads((out / "certify" / "certify.json").read_text())
        rows = {row["claim"]: row for row in certificate["rows"]}
        for claim in ("table-2", "table-3"):
            self.assertEqual([part["name"] for part in rows[claim]["parts"]],
                             ["L2 to the optimal image", "L2 to the training partner"])
        self.assertEqual(png_size(runs["noise-0-seed-1"] / "pictures" / "training.png"), (4 * 66 + 2, 12 * 66 + 2))
        self.assertEqual(png_size(runs["noise-0-seed-1"] / "pictures" / "fresh.png"), (4 * 66 + 2, 12 * 66 + 2))
        evaluation = json.loads((runs["noise-1-seed-1"] / "evaluation.json").read_text())
        solvers = {(entry["method"], entry["evaluations"]) for entry in evaluation["straightness"]["other_solvers"]}
        self.assertIn(("heun", 8), solvers)
        # A second call has nothing left to make.
        times = {path: path.stat().st_mtime_ns for path in out.rglob("*") if "certify" not in path.parts}
        self.succeeded(run("reproduce", "celeba-tiny", "--smoke", "--out", out))
        self.assertEqual({path: path.stat().st_mtime_ns for path in out.rglob("*") if "certify" not in path.parts}, times)
        # Runs of a few steps must not stand for those that a verdict needs.
        done = self.succeeded(run("reproduce", "celeba-tiny", "--out", out), 2)
        self.assertRegex(done.stderr, r"^straightedge-train: .* is of another recipe: [a-z_.]+ differs.*\n$")


class Pairs(Case):
    def teacher(self):
        path = self.folder / "teacher"
        self.succeeded(run("train", RECIPES / "rotation.toml", "--out", path, "--quiet", *settings(
            "model.width=128", "pairs.count=64", "train.steps=10", "train.threads=1", "train.variance_batches=0",
            "evaluate.euler_steps=100")))
        return settings("pairs.kind=1-reflow", f"pairs.run={path}", "pairs.count=40000", "train.threads=1",
                        "evaluate.fresh=2")

    def command(self, name, options):
        return [PROGRAM, "pairs", str(RECIPES / "rotation.toml"), "--out", str(self.folder / name), "--quiet", *options]

    def test_of_a_flow_that_were_killed_or_stopped_end_in_the_same_bytes(self):
        options = self.teacher()
        subprocess.run(self.command("whole", options), check=True, capture_output=True)
        whole = (self.folder / "whole").read_bytes()
        for name, kind in (("killed", signal.SIGKILL), ("stopped", signal.SIGTERM)):
            with self.subTest(name):
                process = subprocess.Popen(self.command(name, options), stderr=subprocess.PIPE, text=True)
                parts = self.folder / f"{name}.parts"
                deadline = time.monotonic() + 120
                while not list(parts.glob("block-*1.safetensors")) and process.poll() is None:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.005)
                process.send_signal(kind)
                _, error = process.communicate(timeout=120)
                self.assertEqual(process.returncode, {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 3}[kind], error)
                self.assertFalse((self.folder / name).exists())
                blocks = {path.name: path.stat().st_mtime_ns for path in parts.glob("block-*")}
                self.assertLess(len(blocks), 10)
                subprocess.run(self.command(name, options), check=True, capture_output=True)
                self.assertEqual((self.folder / name).read_bytes(), whole)
                self.assertFalse(parts.exists())

    def test_a_place_that_holds_something_else_is_left_as_it_is(self):
        place = self.folder / "notes.txt"
        place.write_text("mine")
        done = self.succeeded(run("pairs", RECIPES / "rotation.toml", "--out", place), 2)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertEqual(place.read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
