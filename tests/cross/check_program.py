"""Runs `straightedge check` on RESULTS that a test has made; the program is the environment's STRAIGHTEDGE."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import jsonschema

import fixture_files
import numpy_operations
import write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
SCHEMAS = ROOT / "docs" / "schemas"


def validator(name):
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


class CheckTest(unittest.TestCase):
    """Each test has an empty folder, and what NumPy made of the fixtures."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.fixtures = fixture_files.Fixtures(FIXTURES)
        cls.by_id = {fixture.id: fixture for fixture in cls.fixtures}
        cls.tensors, cls.refused = write_results.compute(cls.fixtures, numpy_operations.OPERATIONS)
        cls.schema = validator("check")

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, tensors, refused=(), name="results.safetensors", **metadata):
        """A RESULTS file; a metadata value of None is left out."""
        complete = {**self.fixtures.metadata("a test", "cpu of a test", refused), **metadata}
        fixture_files.write_safetensors(self.folder / name, tensors,
                                        {key: value for key, value in complete.items() if value is not None})
        return self.folder / name

    def run_check(self, *arguments):
        return subprocess.run([os.environ["STRAIGHTEDGE"], "check", "--fixtures", FIXTURES, *arguments],
                              capture_output=True, text=True, timeout=600, check=False)

    def check(self, code, *arguments):
        """The JSON of `check`, valid by its schema, after the exit code was seen to be `code`."""
        done = self.run_check("--json", *arguments)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr)
        document = json.loads(done.stdout)
        self.schema.validate(document)
        self.assertEqual(document["exit_code"], code)
        return document

    def assert_refused(self, path, *words):
        """Exit 2, one line on standard error that names the file and what is wrong, nothing on standard output."""
        done = self.run_check(path)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in (path.name, *words):
            self.assertIn(word, done.stderr)

    def failures(self, results):
        """{fixture id: the fixture's entry} of one file's failures."""
        return {fixture["id"]: fixture for fixture in results["fixtures"] if fixture["outcome"] == "fail"}

    def number_outputs(self, fixture):
        return {name: output for name, output in (fixture.outputs or {}).items() if "magnitude" in output}
