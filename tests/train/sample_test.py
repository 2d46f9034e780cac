"""straightedge-train sample: its methods, and that what was stopped or killed ends in the same bytes."""

import hashlib
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

import numpy as np

from train_program import PROGRAM, TrainTest, fixture_files

BLOCK = 4096  # rows that are made at once


def small_file_limit():
    """What a full disk does to a write: it fails. The limit is on each file; without the signal that would kill."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


class SampleTest(TrainTest):
    SETTINGS = ()

    def setUp(self):
        super().setUp()
        self.train("run", *self.SETTINGS)
        self.out = self.folder / "samples.safetensors"
        self.parts = self.folder / "samples.safetensors.parts"

    def sampling(self, *options):
        return [PROGRAM, "sample", str(self.folder / "run"), "--out", str(self.out), *map(str, options)]

    def sample(self, *options, code=0, preexec_fn=None):
        done = subprocess.run(self.sampling(*options), capture_output=True, text=True, timeout=300, check=False,
                              preexec_fn=preexec_fn)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def samples(self, *options):
        """The samples, and what the file says of itself."""
        self.sample(*options)
        self.assertFalse(self.parts.exists())
        tensors, metadata = fixture_files.read_safetensors(self.out)
        return tensors["samples"][1], metadata

    def blocks(self):
        return sorted(self.parts.glob("block-*[0-9].safetensors"))


class Methods(SampleTest):
    # No faster in time than cos t, so that a few steps show an order.
    SETTINGS = ("--set", "model.time_features=2", "--set", "evaluate.euler_steps=9")

    def test_more_steps_and_higher_orders_come_closer(self):
        fine, _ = self.samples("--method", "adaptive", "--tolerance", "1e-7")

        def error(*options):
            return np.abs(self.samples(*options)[0] - fine).max()

        self.assertLess(error("--steps", 100), 0.55 * error("--steps", 50))
        self.assertLess(error("--method", "heun", "--steps", 10), 0.3 * error("--method", "heun", "--steps", 5))
        self.assertLess(error("--method", "heun", "--steps", 10), 0.5 * error("--steps", 20))
        self.assertLess(error("--method", "adaptive"), 1e-5)

    def test_the_file_says_how_it_was_made(self):
        model = hashlib.sha256((self.folder / "run" / "model.safetensors").read_bytes()).hexdigest()
        for options, expected in (
                ((), {"method": "euler", "steps": "9", "evaluations": "9"}),  # the recipe's
                (("--steps", 7), {"method": "euler", "steps": "7", "evaluations": "7"}),
                (("--method", "heun", "--steps", 7), {"method": "heun", "steps": "7", "evaluations": "14"}),
                (("--method", "adaptive"), {"method": "adaptive", "tolerance": "0.0001"})):
            with self.subTest(options):
                samples, metadata = self.samples("--count", 5, "--seed", 3, *options)
                self.assertEqual(samples.shape, (5, 2))
                self.assertEqual(metadata, {"schema": "straightedge/samples/1", "seed": "3", "model_sha256": model,
                                            **expected})

    def test_a_block_does_not_depend_on_those_that_follow(self):
        for options in ((), ("--method", "adaptive")):
            with self.subTest(options):
                many, _ = self.samples("--count", BLOCK + 100, *options)
                np.testing.assert_array_equal(many[:BLOCK], self.samples("--count", BLOCK, *options)[0])

    def test_bad_options_are_said_in_a_line(self):
        for options, words in ((("--method", "adaptive", "--steps", 5), ("leave --steps out",)),
                               (("--tolerance", "1e-3"), ("--tolerance is of --method adaptive", "euler")),
                               (("--method", "heun", "--tolerance", "1e-3"), ("--tolerance is of", "heun")),
                               (("--method", "adaptive", "--tolerance", "0"), ("from 1e-7 to 1",)),
                               (("--method", "adaptive", "--tolerance", "nan"), ("from 1e-7 to 1",)),
                               (("--method", "rk4"), ("rk4",)),
                               (("--steps", 0), ("--steps",)),
                               (("--count", 0), ("--count",)),
                               (("--count", 1000000000), ("memory",))):
            with self.subTest(options):
                error = self.sample(*options, code=2)
                self.assertEqual(error.count("\n"), 1, error)
                for word in words:
                    self.assertIn(word, error)
                self.assertFalse(self.out.exists() or self.parts.exists())

    def test_progress_is_said_and_with_quiet_it_is_not(self):
        error = self.sample("--count", 2 * BLOCK)
        self.assertRegex(error, rf"{2 * BLOCK} of {2 * BLOCK} samples, [0-9.]+ samples/s, 0 s left\n")
        self.assertEqual(self.sample("--count", 10, "--quiet").count("\n"), 1)


class Resuming(SampleTest):
    OPTIONS = ("--count", 6 * BLOCK + 17, "--steps", 100, "--quiet")

    def whole(self, *options):
        self.sample(*(options or self.OPTIONS))
        content = self.out.read_bytes()
        self.out.unlink()
        return content

    def begin(self, *options):
        process = subprocess.Popen(self.sampling(*options), stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def begun(self, blocks, *options):
        """A command that has written so many blocks, at the least."""
        process = self.begin(*(options or self.OPTIONS))
        while len(self.blocks()) < blocks:
            self.assertIsNone(process.poll(), "it was too fast")
            time.sleep(0.002)
        return process

    def stop(self, blocks, kind=signal.SIGKILL, *options):
        process = self.begun(blocks, *options)
        process.send_signal(kind)
        _, error = process.communicate(timeout=60)
        return process.returncode, error

    def test_killed_at_random_moments_ends_in_the_same_bytes(self):
        for options in (self.OPTIONS, ("--count", 6 * BLOCK + 17, "--method", "adaptive", "--tolerance", "1e-7")):
            with self.subTest(options):
                whole, moments, counts = self.whole(*options), random.Random(3), [0]
                for _ in range(12):
                    wanted = counts[-1] + moments.randrange(2)
                    process = self.begin(*options)
                    while len(self.blocks()) < wanted and process.poll() is None:
                        time.sleep(0.001)
                    time.sleep(moments.uniform(0, 0.05))
                    process.kill()
                    process.wait()
                    if self.out.exists():
                        break
                    counts.append(len(self.blocks()))
                self.assertEqual(counts, sorted(counts))  # each went on from where the one before was
                self.assertGreater(len(set(counts)), 2)
                self.sample(*options)
                self.assertEqual(self.out.read_bytes(), whole)
                self.assertFalse(self.parts.exists())
                self.out.unlink()

    def test_a_signal_leaves_what_the_same_command_continues(self):
        whole = self.whole()
        for kind in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(kind):
                code, error = self.stop(1, kind)
                self.assertEqual(code, 3, error)
                self.assertIn("the same command continues", error)
                self.assertFalse(self.out.exists())
                kept = {path: path.stat().st_mtime_ns for path in self.blocks()}
                self.assertGreater(len(kept), 0)
                code, error = self.stop(len(kept) + 1)
                self.assertEqual({path: path.stat().st_mtime_ns for path in kept}, kept)
                self.sample(*self.OPTIONS)
                self.assertEqual(self.out.read_bytes(), whole)
                self.out.unlink()

    def test_a_signal_is_not_kept_waiting_for_a_block(self):
        process = self.begin("--count", BLOCK, "--steps", 1000000)
        while not (self.parts / "parts.txt").exists():
            time.sleep(0.002)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 3, error)

    def test_another_seed_model_or_method_begins_anew(self):
        self.train("run-2", "--set", "train.seed=2")
        for change in (lambda: ("--seed", 1), lambda: ("--method", "heun"),
                       lambda: shutil.copy(self.folder / "run-2" / "model.safetensors", self.folder / "run") and ()):
            options = (*self.OPTIONS, *change())
            whole = self.whole(*options)
            with self.subTest(options):
                self.stop(2, signal.SIGKILL, "--count", 6 * BLOCK + 17, "--steps", 99)
                self.sample(*options)
                self.assertEqual(self.out.read_bytes(), whole)

    def test_damaged_blocks_are_made_again(self):
        whole = self.whole()
        for damage in (lambda content: content[:-4], lambda content: content[:100], lambda content: b"",
                       lambda content: content[:-1] + bytes([content[-1] ^ 1])):
            self.stop(2)
            block = self.blocks()[1]
            block.write_bytes(damage(block.read_bytes()))
            self.sample(*self.OPTIONS)
            self.assertEqual(self.out.read_bytes(), whole)

    def test_a_full_disk_is_said_and_what_was_written_is_continued(self):
        whole = self.whole()
        self.stop(2)
        kept = {path: path.read_bytes() for path in self.blocks()}
        error = self.sample(*self.OPTIONS, code=4, preexec_fn=small_file_limit)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("cannot be written", error)
        self.assertEqual({path: path.read_bytes() for path in self.blocks()}, kept)
        self.sample(*self.OPTIONS)
        self.assertEqual(self.out.read_bytes(), whole)

    def test_two_processes_do_not_make_one_file(self):
        process = self.begun(1)
        process.send_signal(signal.SIGSTOP)
        error = self.sample(*self.OPTIONS, code=2)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("another process", error)

    def test_a_folder_of_somebody_else_is_left_alone(self):
        self.parts.mkdir()
        (self.parts / "thesis.txt").write_text("mine")
        error = self.sample(code=2)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("samples.safetensors.parts: is there already", error)
        self.assertEqual([path.read_text() for path in self.parts.iterdir()], ["mine"])


if __name__ == "__main__":
    unittest.main()
