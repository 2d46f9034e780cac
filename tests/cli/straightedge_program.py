"""Runs the program `straightedge` for the tests of its command line."""

import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["STRAIGHTEDGE"]
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schemas"


def straightedge(*arguments, cwd=None, timeout=300):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=timeout)


class ProgramTest(unittest.TestCase):
    """Each test has an empty folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_in_folder(self, *arguments):
        return straightedge(*arguments, cwd=self.folder)

    def contents(self):
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() if path.is_file() else None
                for path in self.folder.rglob("*")}

    def assert_exit(self, code, *arguments):
        result = self.run_in_folder(*arguments)
        self.assertEqual(result.returncode, code, f"{arguments}\n{result.stdout}\n{result.stderr}")
        return result

    def assert_refused(self, *arguments, names=()):
        """Exit 2, one line on stderr that names what it must, nothing on stdout, nothing written."""
        before = self.contents()
        result = self.assert_exit(2, *arguments)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for name in names:
            self.assertIn(name, result.stderr)
        self.assertEqual(self.contents(), before)
