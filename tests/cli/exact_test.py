"""The command line of `straightedge exact`: known numbers, every combination of a problem file, and the JSON Schemas."""

import csv
import functools
import io
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
from decimal import Decimal, getcontext

import jsonschema

getcontext().prec = 120
PROGRAM = os.environ["STRAIGHTEDGE"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "schemas"
EXAMPLES = ROOT / "docs" / "examples"

COUPLINGS = {
    "optimal": "",
    "rotated": 'degrees = "120"\nplane = [0, 1]\n',
    "independent": "",
    "affine": "",  # its matrix depends on d
    "gaussian": "",
}
NOISES = ["none", "constant", "bridge"]
TARGETS = ["displacement", "interpolant"]
FIELDS = ["pair", "optimal-transport", "affine", "minimiser"]
FIELD_QUANTITIES = ["loss", "gradient_variance_time_local", "gradient_variance_functional"]
MOMENTS = ["gradient_second_moment", "gradient_mean_squared_norm", "gradient_variance"]


def run(*arguments, text=None):
    return subprocess.run([PROGRAM, "exact", *arguments], input=text, capture_output=True, text=True, check=False)


@functools.cache
def validator(name):
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


def exact(text, *arguments):
    """The checked JSON document of a problem given as text."""
    done = run("-", "--json", *arguments, text=text)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    sweep = any(argument.startswith("--sweep") for argument in arguments)
    validator("exact-sweep" if sweep else "exact").validate(document)
    return document


def quantities(text, *arguments):
    return exact(text, *arguments)["quantities"]


def matrix(rows):
    return "[" + ", ".join("[" + ", ".join(f'"{x}"' for x in row) + "]" for row in rows) + "]"


def covariance(d):
    """Tridiagonal, diagonally dominant: condition below 6."""
    return [[2 if i == j else ("0.5" if abs(i - j) == 1 else 0) for j in range(d)] for i in range(d)]


def scaled_identity(d, value):
    return [[value if i == j else 0 for j in range(d)] for i in range(d)]


def problem(d, coupling, noise, target, field):
    lines = ["[target]", f"mean = {json.dumps(['0.7'] * d)}"]
    if coupling != "affine":
        lines.append(f"covariance = {matrix(covariance(d))}")
    lines += ["[coupling]", f'kind = "{coupling}"']
    if coupling == "rotated":
        lines += ['rotation = [["-1"]]'] if d == 1 else ['degrees = "120"', "plane = [0, 1]"]
    elif coupling == "affine":
        rows = scaled_identity(d, "1.5")
        if d > 1:
            rows[0][1] = "0.25"
        lines.append(f"matrix = {matrix(rows)}")
    elif coupling == "gaussian":
        lines.append(f"cross_covariance = {matrix(scaled_identity(d, '0.5'))}")
    lines += ["[noise]", f'kind = "{noise}"', f'target = "{target}"']
    if noise != "none":
        lines.append('sigma = "0.1"')
    lines += ["[field]", f'kind = "{field}"']
    if field == "affine":
        lines += [f"shift = {json.dumps(['0.5'] * d)}", f"matrix = {matrix(scaled_identity(d, '0.25'))}"]
    return "\n".join(lines) + "\n"


def table(field, coupling, sigma):
    """A cell of the gradient-variance table: M = [[2, .5], [.5, 1]], mean (.7, -.3), constant noise."""
    turn = 'degrees = "120"\n' if coupling == "rotated" else ""
    return (
        '[target]\nmean = ["0.7", "-0.3"]\ncovariance = [["2", "0.5"], ["0.5", "1"]]\n'
        f'[coupling]\nkind = "{coupling}"\n{turn}[noise]\nkind = "constant"\nsigma = "{sigma}"\n[field]\nkind = "{field}"\n'
    )


def isotropic(d, degrees, field, coupling="rotated", noise="none", sigma=None):
    planes = [[i, i + 1] for i in range(0, d, 2)]
    turn = f'degrees = "{degrees}"\nplanes = {planes}\n' if coupling == "rotated" else ""
    noise_lines = f'[noise]\nkind = "{noise}"\n' + (f'sigma = "{sigma}"\n' if sigma else "")
    return (
        f"[target]\ncovariance = {matrix(scaled_identity(d, 1))}\n[coupling]\nkind = \"{coupling}\"\n{turn}"
        f'{noise_lines}[field]\nkind = "{field}"\n'
    )


class KnownNumbers(unittest.TestCase):
    # field, coupling, sigma -> gradient variance to the digits of the published table
    TABLE = [
        ("pair", "rotated", "0", "0"),
        ("pair", "rotated", "0.05", "1.74246317121"),
        ("pair", "rotated", "0.3", "85.3673519766"),
        ("optimal-transport", "rotated", "0", "68.8309722151"),
        ("optimal-transport", "rotated", "0.05", "68.9491428516"),
        ("optimal-transport", "rotated", "0.3", "73.0959360168"),
        ("optimal-transport", "independent", "0", "44.2310558396"),
        ("optimal-transport", "independent", "0.05", "44.3111162692"),
        ("optimal-transport", "independent", "0.3", "47.124052194"),
        ("optimal-transport", "optimal", "0", "0"),
        ("optimal-transport", "optimal", "0.05", "0.00384001581884"),
        ("optimal-transport", "optimal", "0.3", "0.149061459834"),
    ]

    def assert_digits(self, value, shown):
        """`value` rounds to `shown`, whose trailing zeros were dropped from 12 significant digits."""
        shown = Decimal(shown)
        if shown == 0:
            self.assertEqual(Decimal(value), 0)
        else:
            self.assertEqual(+Decimal(f"{Decimal(value):.11e}"), shown)

    def test_table_of_gradient_variances_to_every_digit(self):
        for field, coupling, sigma, shown in self.TABLE:
            with self.subTest(field=field, coupling=coupling, sigma=sigma):
                self.assert_digits(quantities(table(field, coupling, sigma))["gradient_variance"]["value"], shown)

    def test_same_table_from_a_sweep_of_the_noise(self):
        for field, coupling in [("pair", "rotated"), ("optimal-transport", "rotated"), ("optimal-transport", "optimal")]:
            points = exact(table(field, coupling, "1"), "--sweep", "noise.sigma=0:0.3:7")["points"]
            shown = {sigma: v for f, c, sigma, v in self.TABLE if (f, c) == (field, coupling)}
            for point in points:
                sigma = point["at"]["noise.sigma"]
                if sigma in shown:
                    self.assert_digits(point["quantities"]["gradient_variance"]["value"], shown.pop(sigma))
            self.assertEqual(shown, {})

    def test_fields_tie_at_the_crossover(self):
        """Under the isotropic rotation the field of lower variance changes between F* (1 - 1e-5) and F* (1 + 1e-5)."""
        for degrees, crossover in [("30", "0.888056"), ("60", "0.612722"), ("90", "0.312680"), ("120", "0.104608"),
                                   ("150", "0.0146968")]:
            signs = []
            for offset in ("-0.000005", "0.000005"):
                half = Decimal(crossover) * Decimal(offset) * 2
                sigma = (Decimal(crossover) + half).sqrt()
                variances = [
                    Decimal(quantities(isotropic(2, degrees, field, noise="constant", sigma=f"{sigma:.40f}"))
                            ["gradient_variance"]["value"])
                    for field in ("pair", "optimal-transport")
                ]
                signs.append(variances[0] > variances[1])
            self.assertEqual(signs, [False, True], degrees)

    def test_rotated_and_independent_pairing_tie_at_the_known_angles(self):
        for d, angle in [(2, "78.46304"), (4, "81.10057"), (8, "83.81218")]:
            independent = Decimal(quantities(isotropic(d, 0, "optimal-transport", "independent"))
                                  ["gradient_variance"]["value"])
            low, high = (Decimal(angle) + Decimal(step) for step in ("-0.000005", "0.000005"))
            points = exact(isotropic(d, 0, "optimal-transport"), "--sweep", f"coupling.degrees={low}:{high}:2")["points"]
            rotated = [Decimal(point["quantities"]["gradient_variance"]["value"]) for point in points]
            self.assertLess(rotated[0], independent, d)
            self.assertGreater(rotated[1], independent, d)

    def test_independent_coupling_rectifies_to_the_transport_map(self):
        got = quantities(problem(3, "independent", "none", "displacement", "pair"))
        self.assert_matrices_within(got["flow_map"], got["transport_map"])
        self.assert_within(got["rectified_cost"], got["wasserstein2_squared"])

    def test_noisy_round_turns_by_the_closed_form(self):
        """Constant noise sigma = 1/10 at 90 degrees, M = I: 2c / sqrt(c^2+F) atan(k / sqrt(c^2+F)) = 88.76... degrees."""
        got = quantities(isotropic(2, "90", "minimiser", noise="constant", sigma="0.1"))
        import math
        c = math.cos(math.pi / 4)
        root = math.sqrt(c * c + 0.01)
        angle = 2 * c / root * math.atan(math.sin(math.pi / 4) / root)
        (a, b), (e, f) = [[float(x) for x in row] for row in got["flow_map"]["value"]]
        self.assertAlmostEqual(math.atan2(e - b, a + f), angle, places=14)

    def test_one_round_without_noise_keeps_a_deterministic_coupling(self):
        got = quantities(problem(3, "affine", "none", "displacement", "pair"))
        expected = {"value": [["1.5", "0.25", "0"], ["0", "1.5", "0"], ["0", "0", "1.5"]], "radius": "0"}
        self.assert_matrices_within(got["flow_map"], expected)
        self.assert_within(got["rectified_cost"], got["transport_cost"])

    def test_lines_that_meet_have_zero_loss_without_noise_and_infinite_loss_with_it(self):
        got = quantities((EXAMPLES / "meeting-lines.toml").read_text())
        for name in FIELD_QUANTITIES + MOMENTS:
            self.assertEqual(got[name], {"value": "0", "radius": "0", "kind": "exact"}, name)
        self.assertEqual(got["singular_times"], {"value": ["0.5"], "radius": "0", "kind": "exact"})
        table = run(str(EXAMPLES / "rotated-120.toml")).stdout
        self.assertRegex(table, r"\nsingular_times +none +0 +enclosed\n")  # not estimated: shown to be none
        noisy = quantities(isotropic(2, "180", "pair", noise="constant", sigma="0.1"))
        for name in FIELD_QUANTITIES + MOMENTS:
            self.assertIsNone(noisy[name]["value"], name)
            self.assertIn("infinite", noisy[name]["reason"])

    def test_noise_in_the_bridge_target_is_infinite(self):
        got = quantities(problem(2, "optimal", "bridge", "interpolant", "pair"))
        for name in ["minimum_loss", *FIELD_QUANTITIES, *MOMENTS]:
            self.assertIn("infinite", got[name]["reason"], name)
        self.assertIsNotNone(got["flow_map"]["value"])

    def assert_within(self, a, b):
        self.assertLessEqual(abs(Decimal(a["value"]) - Decimal(b["value"])), Decimal(a["radius"]) + Decimal(b["radius"]))

    def assert_matrices_within(self, a, b):
        for x, y in zip(itertools.chain(*a["value"]), itertools.chain(*b["value"]), strict=True):
            self.assertLessEqual(abs(Decimal(x) - Decimal(y)), Decimal(a["radius"]) + Decimal(b["radius"]))


class EveryCombination(unittest.TestCase):
    def check(self, d, coupling, noise, target, field, digits="50"):
        got = quantities(problem(d, coupling, noise, target, field), "--digits", digits)
        infinite = noise == "bridge" and target == "interpolant"
        no_pair = field == "pair" and coupling in ("independent", "gaussian")
        singular = field == "pair" and coupling == "rotated" and d == 1  # A < 0: a singular time
        field_is_null = infinite or no_pair or (singular and noise != "none")
        for name in FIELD_QUANTITIES:
            self.assertEqual(got[name]["value"] is None, field_is_null, name)
        for name in MOMENTS:
            self.assertEqual(got[name]["value"] is None, field_is_null or field == "minimiser", name)
        self.assertEqual(got["minimum_loss"]["value"] is None, infinite)
        self.assertEqual(got["singular_times"]["value"] is None, no_pair or field == "minimiser")
        self.assertEqual(got["angle"]["value"] is None, d != 2 or coupling == "independent")
        flow_exists = not (d == 1 and coupling == "rotated" and noise == "none")
        self.assertEqual(got["flow_map"]["value"] is not None, flow_exists)
        if not field_is_null and not (d == 1 and coupling == "rotated"):
            # The minimiser's loss is the least: never above the loss of a field by more than the radii.
            slack = Decimal(got["loss"]["radius"]) + Decimal(got["minimum_loss"]["radius"])
            self.assertLessEqual(Decimal(got["minimum_loss"]["value"]), Decimal(got["loss"]["value"]) + slack)
        return got

    def test_couplings_schedules_targets_and_fields_in_dimensions_1_2_3(self):
        for d, coupling, noise, target, field in itertools.product([1, 2, 3], COUPLINGS, NOISES, TARGETS, FIELDS):
            with self.subTest(d=d, coupling=coupling, noise=noise, target=target, field=field):
                self.check(d, coupling, noise, target, field)

    def test_every_coupling_and_field_in_dimension_8(self):
        for coupling, field in itertools.product(COUPLINGS, FIELDS):
            with self.subTest(coupling=coupling, field=field):
                self.check(8, coupling, "constant", "displacement", field)

    def test_every_schedule_and_target_in_dimension_8(self):
        for noise, target in itertools.product(NOISES, TARGETS):
            with self.subTest(noise=noise, target=target):
                self.check(8, "optimal", noise, target, "minimiser")

    def test_radius_of_a_well_conditioned_problem_is_below_1e_40_and_covers_100_digits(self):
        for d, coupling in itertools.product([1, 2, 3], ["optimal", "independent", "gaussian", "affine"]):
            low = self.check(d, coupling, "constant", "displacement", "optimal-transport")
            high = self.check(d, coupling, "constant", "displacement", "optimal-transport", digits="100")
            for name, result in low.items():
                if result["value"] is None:
                    continue
                for x, y in zip(entries(result["value"]), entries(high[name]["value"]), strict=True):
                    self.assertLessEqual(Decimal(result["radius"]), Decimal("1e-40") * max(1, abs(x)), name)
                    self.assertLessEqual(Decimal(high[name]["radius"]), Decimal("1e-90") * max(1, abs(y)), name)
                    self.assertLessEqual(abs(x - y), Decimal(result["radius"]) + Decimal(high[name]["radius"]), name)


def entries(value):
    if isinstance(value, str):
        return [Decimal(value)]
    return [x for part in value for x in entries(part)]


class InputsAndOutputs(unittest.TestCase):
    def test_target_fitted_to_iris(self):
        document = exact((EXAMPLES / "iris.toml").read_text().replace('"iris.csv"', json.dumps(str(EXAMPLES / "iris.csv"))))
        target = document["problem"]["target"]
        self.assertEqual(target["samples"]["points"], 150)
        # 876.5 / 150 and 458.6 / 150 centimetres: sums of the file's own columns.
        with open(EXAMPLES / "iris.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        lengths = [Decimal(row["sepal_length"]) for row in rows]
        mean = sum(lengths) / 150
        self.assertAlmostEqual(fraction(target["mean"][0]), mean, places=60)
        variance = sum((x - mean) ** 2 for x in lengths) / 150
        self.assertAlmostEqual(fraction(target["covariance"][0][0]), variance, places=60)

    def test_numbers_in_quotes_are_exact_and_bare_floats_are_noted(self):
        bare = "[target]\nmean = [0.1, 0.5]\ncovariance = [[1, 0], [0, 1]]\n[coupling]\nkind = \"optimal\"\n"
        document = exact(bare)
        self.assertEqual(len(document["notes"]), 2)
        self.assertIn('0.1 is read as the binary64 0x1.999999999999ap-4; write "0.1"', document["notes"][0])
        self.assertIn("standard input:2:9", document["notes"][0])
        self.assertIn("exactly", document["notes"][1])
        quoted = exact(bare.replace("0.1", '"0.1"').replace("0.5", '"1/2"'))
        self.assertEqual(quoted["notes"], [])
        self.assertEqual(quoted["problem"]["target"]["mean"], ["0.1", "0.5"])
        self.assertEqual(quoted["quantities"]["wasserstein2_squared"], {"value": "0.26", "radius": "0", "kind": "exact"})

    def test_nearly_orthogonal_rotation_is_replaced_and_said_by_how_much(self):
        text = ('[target]\ncovariance = [[1, 0], [0, 1]]\n[coupling]\nkind = "rotated"\n'
                'rotation = [["0.8000000000001", "-0.6"], ["0.6", "0.8"]]\n')
        document = exact(text)
        self.assertRegex(document["notes"][0], "replaced by its polar factor, off by [0-9.]+e-14")

    def test_integrand_at_a_time_of_rational_data_is_exact(self):
        """M = I, independent, OT field 0: the loss at t is E|X1 - X0|^2 = 2d = 4 for every t."""
        got = quantities(isotropic(2, 0, "optimal-transport", "independent"), "--time", "1/3")
        self.assertEqual(got["loss"], {"value": "4", "radius": "0", "kind": "exact"})

    def test_integrands_integrate_to_the_quantities(self):
        text = table("pair", "rotated", "0.05")
        points = {}
        for name in ("loss", "gradient_second_moment", "minimum_loss"):
            points[name] = Decimal(quantities(text)[name]["value"])
        import math
        nodes = 24  # Gauss-Legendre by Newton on the Legendre recurrence, in double: an independent route
        sums = dict.fromkeys(points, 0.0)
        for i in range(nodes):
            x = math.cos(math.pi * (i + 0.75) / (nodes + 0.5))
            for _ in range(60):
                p0, p1 = 1.0, x
                for k in range(2, nodes + 1):
                    p0, p1 = p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k
                slope = nodes * (x * p1 - p0) / (x * x - 1)
                x -= p1 / slope
            weight = 1 / ((1 - x * x) * slope * slope)
            got = quantities(text, "--time", repr((x + 1) / 2))
            for name in sums:
                sums[name] += weight * float(got[name]["value"])
        for name, value in points.items():
            self.assertAlmostEqual(sums[name] / float(value), 1, places=7, msg=name)

    def test_csv_of_a_grid_has_a_row_a_point(self):
        done = run("-", "--sweep", "noise.sigma=0:0.2:3", "--sweep", "coupling.degrees=log:10:1000:3",
                   text=table("pair", "rotated", "0"))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        self.assertEqual([row["noise.sigma"] for row in rows], ["0"] * 3 + ["0.1"] * 3 + ["0.2"] * 3)
        self.assertEqual([row["coupling.degrees"] for row in rows[:3]], ["10", "100", "1000"])
        self.assertTrue(all(None not in row and None not in row.values() for row in rows))
        single = quantities(table("pair", "rotated", "0.2").replace('"120"', '"100"'))
        self.assertEqual(rows[7]["gradient_variance"], single["gradient_variance"]["value"])
        self.assertEqual(rows[7]["transport_map[0][1]"], single["transport_map"]["value"][0][1])

    def test_table_prints_the_same_digits(self):
        done = run(str(EXAMPLES / "rotated-120.toml"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"gradient_variance +1\.74246317120650\d+ +\d\.\d\de-\d+ +estimated")

    def test_relative_sample_path_starts_at_the_problem_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "points.csv").write_text("x;y\r\n0;0\r\n1;0\r\n0;1\r\n\"1\";\"1\"\r\n", encoding="utf-8-sig")
            (path / "problem.toml").write_text('[target]\nsamples = "points.csv"\n[coupling]\nkind = "optimal"\n')
            done = run(str(path / "problem.toml"), "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            target = json.loads(done.stdout)["problem"]["target"]
            self.assertEqual(target["mean"], ["0.5", "0.5"])
            self.assertEqual(target["covariance"], [["0.25", "0"], ["0", "0.25"]])

    def test_schema_rejects_a_document_with_a_number_for_a_decimal(self):
        document = exact(table("pair", "rotated", "0"))
        document["quantities"]["loss"]["value"] = 0
        with self.assertRaises(jsonschema.ValidationError):
            validator("exact").validate(document)


def fraction(text):
    top, _, bottom = text.partition("/")
    return Decimal(top) / Decimal(bottom or 1)


if __name__ == "__main__":
    unittest.main()
