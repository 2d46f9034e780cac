"""`straightedge exact --sweep`, interrupted: the points that it had finished are there, and the exit code is 3."""

import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import threading
import unittest

import jsonschema

PROGRAM = os.environ["STRAIGHTEDGE"]
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


class StoppedSweep(unittest.TestCase):
    def stopped_sweep(self, sent, *arguments):
        """A sweep of far more points than there is time for, sent a signal once it says that it is on its way."""
        sweep = ["--sweep", "noise.sigma=0.01:0.3:20000", *arguments]
        with subprocess.Popen([PROGRAM, "exact", str(DOCS / "examples" / "rotated-120.toml"), *sweep],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            reader = threading.Thread(target=lambda: setattr(self, "written", process.stdout.read()))
            reader.start()
            first = process.stderr.readline()
            self.assertRegex(first, "of 20000 points")
            process.send_signal(sent)
            said = process.stderr.read().splitlines()
            reader.join()
            self.assertEqual(process.wait(), 3)
        self.assertRegex(said[-1], r"^straightedge exact: stopped after \d+ of 20000 points, which are written$")
        return int(said[-1].split()[4]), self.written

    def test_interrupted_sweep_keeps_its_points_and_ends_with_3(self):
        schema = json.loads((DOCS / "schemas" / "exact-sweep.schema.json").read_text())
        for sent in (signal.SIGINT, signal.SIGTERM):
            finished, written = self.stopped_sweep(sent, "--json")
            document = json.loads(written)
            jsonschema.Draft202012Validator(schema).validate(document)
            self.assertFalse(document["complete"])
            self.assertGreater(finished, 0)
            self.assertEqual(len(document["points"]), finished)

            finished, written = self.stopped_sweep(sent)
            rows = list(csv.reader(io.StringIO(written)))
            self.assertEqual(len(rows), finished + 1)
            self.assertEqual(len(rows[-1]), len(rows[0]))


if __name__ == "__main__":
    unittest.main()
