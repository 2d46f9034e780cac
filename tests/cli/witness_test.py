"""`straightedge exact --witness`: what it prints and its exit codes. That the witness agrees is tests/witness."""

import csv
import io
import json
import subprocess
import unittest
from decimal import Decimal, getcontext

import jsonschema

from straightedge_program import PROGRAM, SCHEMAS

getcontext().prec = 120

TABLE = """
[target]
mean = ["0.7", "-0.3"]
covariance = [["2", "0.5"], ["0.5", "1"]]
[coupling]
kind = "rotated"
degrees = "120"
[noise]
kind = "constant"
sigma = "0.05"
"""
# All lines meet at t = 1/2.
MEETING = """
[target]
covariance = [[1, 0], [0, 1]]
[coupling]
kind = "rotated"
degrees = 180
[noise]
kind = "constant"
sigma = "0.1"
"""
# A double root of det(I + t Th) that is irrational: no ball tells it from none.
UNDECIDED = """
[target]
covariance = [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2]]
[coupling]
kind = "rotated"
degrees = 180
plane = [0, 1]
[noise]
kind = "constant"
sigma = 1
"""


def run(text, *arguments):
    return subprocess.run([PROGRAM, "exact", "-", "--witness", *arguments], input=text, capture_output=True, text=True,
                          check=False, timeout=300)


def document(text, *arguments, code=0):
    done = run(text, "--json", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    result = json.loads(done.stdout)
    name = "exact-sweep" if "points" in result else "exact"
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(result)
    return result


class Json(unittest.TestCase):
    def test_every_quantity_has_a_ball_that_overlaps_ours(self):
        quantities = document(TABLE)["quantities"]
        self.assertEqual(len(quantities), 15)
        for name, ours in quantities.items():
            self.assertIs(ours["witness"]["overlaps"], True, name)
            self.assertLess(Decimal(ours["witness"]["radius"]), Decimal("1e-45"), name)
        variance = quantities["gradient_variance"]
        gap = abs(Decimal(variance["value"]) - Decimal(variance["witness"]["value"]))
        self.assertLess(gap, Decimal(variance["radius"]) + Decimal(variance["witness"]["radius"]))
        self.assertEqual(len(quantities["flow_map"]["witness"]["value"]), 2)
        self.assertEqual(quantities["singular_times"]["witness"]["value"], [])

    def test_is_silent_of_the_witness_where_it_was_not_asked(self):
        done = subprocess.run([PROGRAM, "exact", "-", "--json"], input=TABLE, capture_output=True, text=True, check=True)
        self.assertNotIn("witness", done.stdout)

    def test_a_divergence_that_both_show_overlaps(self):
        quantities = document(MEETING)["quantities"]
        for name in ("loss", "gradient_variance", "gradient_variance_functional"):
            witness = quantities[name]["witness"]
            self.assertEqual((witness["value"], witness["status"], witness["overlaps"]), (None, "diverges", True))
        self.assertEqual(quantities["singular_times"]["witness"]["value"], ["0.5"])

    def test_what_is_not_shown_is_inconclusive_and_exits_with_3(self):
        quantities = document(UNDECIDED, code=3)["quantities"]
        for name in ("loss", "singular_times", "straightness"):
            self.assertEqual(quantities[name]["witness"]["status"], "inconclusive")
            self.assertIsNone(quantities[name]["witness"]["overlaps"])
        self.assertIs(quantities["minimum_loss"]["witness"]["overlaps"], True)

    def test_integrands_and_more_digits_are_witnessed_too(self):
        quantities = document(TABLE, "--time", "1/3", "--digits", "100")["quantities"]
        self.assertLess(Decimal(quantities["loss"]["witness"]["radius"]), Decimal("1e-95"))
        for name, ours in quantities.items():
            self.assertIs(ours["witness"]["overlaps"], True, name)

    def test_a_sweep_has_a_witness_at_each_point_and_the_worst_exit_code(self):
        points = document(UNDECIDED, "--sweep", "coupling.degrees=120:180:2", code=3)["points"]
        overlaps = [point["quantities"]["loss"]["witness"]["overlaps"] for point in points]
        self.assertEqual(overlaps, [True, None])


class Csv(unittest.TestCase):
    def test_columns_of_the_witness_follow_ours(self):
        done = run(UNDECIDED, "--sweep", "coupling.degrees=120:180:2")
        self.assertEqual(done.returncode, 3)
        first, last = csv.DictReader(io.StringIO(done.stdout))
        self.assertEqual(len({len(row) for row in csv.reader(io.StringIO(done.stdout))}), 1)
        self.assertEqual(first["loss_overlaps"], "true")
        self.assertEqual(first["loss"][:40], first["loss_witness"][:40])
        self.assertEqual(first["transport_map[0][0]"][:40], first["transport_map_witness[0][0]"][:40])
        self.assertEqual((last["loss_witness"], last["loss_witness_radius"], last["loss_overlaps"]), ("", "", ""))
        self.assertEqual(last["minimum_loss_overlaps"], "true")


class Table(unittest.TestCase):
    def test_shows_both_values_and_counts_them(self):
        done = run(TABLE)
        self.assertEqual(done.returncode, 0)
        lines = done.stdout.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("gradient_variance "))
        self.assertIn("1.7424631712065", lines[at])
        self.assertTrue(lines[at + 1].startswith("  witness"))
        self.assertIn("1.7424631712065", lines[at + 1])
        self.assertTrue(lines[at + 1].endswith("overlaps"))
        self.assertEqual(lines[-1], "witness: 15 overlap, 0 have no value in both, 0 undecided, 0 contradicted")

    def test_gives_the_reason_where_the_witness_has_no_value(self):
        done = run(UNDECIDED)
        self.assertEqual(done.returncode, 3)
        self.assertIn("singular_times: witness: inconclusive: a root of det(I + t Th)", done.stdout)
        done = run(MEETING)
        self.assertIn("  witness: diverges: the variance of the residual grows like 1 / (t - t*)^2", done.stdout)


if __name__ == "__main__":
    unittest.main()
