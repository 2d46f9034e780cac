"""straightedge-train prepare for tests: runs it, and reads what it wrote. The program is STRAIGHTEDGE_TRAIN."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cross"))
import fixture_files  # noqa: E402

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "prepare.schema.json").read_text())
COUNT = 600

_shared = tempfile.TemporaryDirectory()
FACES = pathlib.Path(_shared.name) / "faces"  # COUNT of them, which no test changes
subprocess.run([PROGRAM, "prepare", "--synthetic", str(COUNT), "--out", FACES, "--quiet"], check=True, capture_output=True)


class PrepareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "data.safetensors"

    def command(self, source, *options):
        return [PROGRAM, "prepare", str(source), "--out", str(self.out), "--quiet", *options]

    def prepare(self, source, *options, code=0, **more):
        done = subprocess.run(self.command(source, *options), capture_output=True, text=True, errors="replace", timeout=300,
                              check=False, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def refused(self, source, *options, words, code=2):
        """One line that holds the words, and nothing written."""
        before = sorted(self.folder.rglob("*"))
        error = self.prepare(source, *options, code=code)
        self.assertEqual(error.count("\n"), 1, error)
        for word in words:
            self.assertIn(word, error)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def packed(self):
        """(images, partition, names, metadata), by a reader that knows the safetensors format alone."""
        tensors, metadata = fixture_files.read_safetensors(self.out)
        names = bytes(tensors["names"][1]).decode().split("\0")
        self.assertEqual({dtype for dtype, _ in tensors.values()}, {"uint8"})
        self.assertEqual(metadata["sha256"], hashlib.sha256(tensors["images"][1].tobytes()).hexdigest())
        return tensors["images"][1], tensors["partition"][1], names, metadata

    def report(self):
        report = json.loads(pathlib.Path(f"{self.out}.report.json").read_text())
        jsonschema.validate(report, SCHEMA)
        return report

    def celeba(self, count):
        """A folder of its own in CelebA's layout: (root, its images)."""
        root = self.folder / "celeba"
        (root / "img_align_celeba").mkdir(parents=True)
        for name in (f"{i + 1:06}.jpg" for i in range(count)):
            shutil.copy(FACES / "img_align_celeba" / name, root / "img_align_celeba" / name)
        (root / "list_eval_partition.txt").write_text("".join(f"{i + 1:06}.jpg {i % 3}\n" for i in range(count)))
        return root, root / "img_align_celeba"
