"""straightedge-train prepare DIR, killed, stopped, and run again: the same bytes."""

import pathlib
import random
import resource
import signal
import subprocess
import time
import unittest

from prepare_program import COUNT, FACES, PrepareTest


def small_file_limit():
    """What a full disk does to a write: it fails. The limit is on each file; without the signal that would kill."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


class Resuming(PrepareTest):
    OPTIONS = ("--size", "200")

    def whole(self, source=None, options=OPTIONS):
        self.prepare(source or FACES, *options)
        content, report = self.out.read_bytes(), self.report()
        self.out.unlink()
        return content, report

    def journal(self):
        path = pathlib.Path(f"{self.out}.part.journal")
        return path.read_text().splitlines() if path.exists() else []

    def test_jobs_do_not_change_a_byte(self):
        one, two = (self.whole(options=(*self.OPTIONS, "--jobs", jobs)) for jobs in ("1", "2"))
        self.assertEqual(one, two)

    def test_killed_at_random_moments_ends_in_the_same_bytes(self):
        root, images = self.celeba(COUNT)
        for number in range(1, COUNT, 7):  # what was left out is known after a kill too
            (images / f"{number:06}.jpg").write_bytes(b"")
        whole, moments, lines = self.whole(root), random.Random(7), [0]
        for _ in range(12):
            process = subprocess.Popen(self.command(root, *self.OPTIONS, "--jobs", "1"), stderr=subprocess.DEVNULL)
            wanted = lines[-1] + moments.randrange(10)
            while len(self.journal()) < wanted and process.poll() is None:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.01))
            process.kill()
            process.wait()
            if self.out.exists():
                break
            lines.append(len(self.journal()))
        self.assertEqual(lines, sorted(lines))  # each went on from where the one before was
        self.assertGreater(len(set(lines)), 3)
        self.out.unlink(missing_ok=True)
        self.prepare(root, *self.OPTIONS)
        self.assertEqual((self.out.read_bytes(), self.report()), whole)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["celeba", "data.safetensors", "data.safetensors.report.json"])

    def stop(self, kind=signal.SIGKILL):
        """Stops the packing of FACES once a tenth of it is there."""
        process = subprocess.Popen(self.command(FACES, *self.OPTIONS, "--jobs", "1"), stderr=subprocess.PIPE, text=True)
        while len(self.journal()) < COUNT / 80:
            self.assertIsNone(process.poll(), "it was too fast to be stopped")
            time.sleep(0.002)
        process.send_signal(kind)
        _, error = process.communicate(timeout=60)
        return process.returncode, error

    def test_a_signal_leaves_what_the_same_command_continues(self):
        whole = self.whole()
        for kind in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(kind):
                code, error = self.stop(kind)
                self.assertEqual(code, 3, error)
                self.assertIn("the same command continues", error)
                self.assertFalse(self.out.exists())
                self.prepare(FACES, *self.OPTIONS)
                self.assertEqual((self.out.read_bytes(), self.report()), whole)
                self.out.unlink()

    def test_what_a_power_failure_leaves_of_the_images_is_judged_by_the_journal_s_digests(self):
        whole = self.whole()
        part = pathlib.Path(f"{self.out}.part")
        for damage in ("cut", "altered", "torn line"):
            with self.subTest(damage):
                self.stop()
                content = part.read_bytes()
                if damage == "cut":
                    part.write_bytes(content[:len(content) // 2])
                elif damage == "altered":
                    part.write_bytes(content[:len(content) // 2] + bytes(len(content) - len(content) // 2))
                else:
                    with open(f"{part}.journal", "a", encoding="utf-8") as journal:
                        journal.write('{"listed": 600, "packed')
                self.prepare(FACES, *self.OPTIONS)
                self.assertEqual((self.out.read_bytes(), self.report()), whole)
                self.out.unlink()

    def test_other_settings_begin_anew(self):
        whole = self.whole(options=("--size", "64"))
        self.stop()
        self.prepare(FACES, "--size", "64")
        self.assertEqual((self.out.read_bytes(), self.report()), whole)

    def test_a_full_disk_is_said_and_what_was_written_is_continued(self):
        whole = self.whole()
        error = self.prepare(FACES, *self.OPTIONS, code=4, preexec_fn=small_file_limit)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("cannot be written", error)
        self.assertGreater(len(self.journal()), 1)
        self.prepare(FACES, *self.OPTIONS)
        self.assertEqual((self.out.read_bytes(), self.report()), whole)

    def test_two_processes_do_not_write_one_file(self):
        process = subprocess.Popen(self.command(FACES, "--size", "400", "--jobs", "1"), stderr=subprocess.DEVNULL)
        while len(self.journal()) < 2:
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        try:
            self.assertIn("another process", self.prepare(FACES, "--size", "400", code=2))
        finally:
            process.kill()
            process.wait()

    def test_a_finished_file_stays_until_list_or_settings_differ(self):
        self.prepare(FACES)
        before = self.out.stat().st_mtime_ns
        self.assertIn("is there already", self.prepare(FACES))
        self.assertEqual(self.out.stat().st_mtime_ns, before)
        self.prepare(FACES, "--crop", "100")
        self.assertEqual(self.packed()[3]["crop"], "100")


if __name__ == "__main__":
    unittest.main()
