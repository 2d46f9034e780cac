"""Bad input to `straightedge exact`: one line on standard error that says file, place, what is wrong and what would be
right; exit code 2; nothing on standard output, nothing written."""

import os
import pathlib
import resource
import struct
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["STRAIGHTEDGE"]

GOOD = {
    "target": 'mean = ["0.7", "-0.3"]\ncovariance = [["2", "0.5"], ["0.5", "1"]]',
    "coupling": 'kind = "optimal"',
}


def document(**sections):
    return "".join(f"[{name}]\n{body}\n" for name, body in {**GOOD, **sections}.items() if body is not None)


def npy(shape, descr="<f8", data=b"", fortran=False, version=1):
    header = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + data


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def run_exact(self, *arguments, text=None, limit=None):
        before = sorted(self.path.rglob("*"))
        done = subprocess.run([PROGRAM, "exact", *arguments], input=text, capture_output=True, cwd=self.path, check=False,
                              text=not isinstance(text, bytes), preexec_fn=limit)
        self.assertEqual(sorted(self.path.rglob("*")), before, "something was written")
        return done

    def assert_refused(self, done, *words):
        error = done.stderr if isinstance(done.stderr, str) else done.stderr.decode()
        output = done.stdout if isinstance(done.stdout, str) else done.stdout.decode()
        self.assertEqual(done.returncode, 2, error)
        self.assertEqual(output, "")
        self.assertEqual(error.count("\n"), 1, error)
        self.assertTrue(error.endswith("\n"))
        self.assertIn("; ", error, "what would be right is missing")
        for word in words:
            self.assertIn(word, error)

    def refuse(self, text, *words, arguments=()):
        """The problem is refused, from a file and from standard input, at the same place."""
        (self.path / "p.toml").write_text(text)
        self.assert_refused(self.run_exact("p.toml", *arguments), *words)
        place_free = [word.replace("p.toml", "standard input") for word in words]
        self.assert_refused(self.run_exact("-", *arguments, text=text), *place_free)

    def refuse_samples(self, name, content, *words, more=""):
        (self.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        self.refuse(document(target=f'samples = "{name}"\n{more}'), *words)

    # The file

    def test_not_toml(self):
        self.refuse("[target\n", "p.toml:1:", "not TOML")
        self.refuse("\x00\x01\x02", "p.toml:1:", "not TOML")

    def test_key_given_twice(self):
        self.refuse("[target]\nmean = [1]\nmean = [2]\n", "p.toml:3:", "not TOML")

    def test_empty_file(self):
        self.refuse("", "[coupling] is missing")

    def test_missing_file(self):
        self.assert_refused(self.run_exact("nowhere.toml"), "nowhere.toml: cannot be read (No such file or directory)")

    def test_directory(self):
        self.assert_refused(self.run_exact("."), "is a directory")

    def test_unreadable_file(self):
        (self.path / "p.toml").write_text(document())
        (self.path / "p.toml").chmod(0)
        self.path.chmod(0o755)
        # The superuser may read everything: become nobody, who may not even start a program in a private folder.
        nobody = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
        try:
            done = self.run_exact("p.toml", limit=nobody)
        except (PermissionError, subprocess.SubprocessError):
            self.skipTest("the program cannot be run as a user without rights")
        self.assert_refused(done, "cannot be read (Permission denied)")

    # Keys and shapes

    def test_unknown_section(self):
        self.refuse(document(tarqet="x = 1"), "p.toml:6:2: unknown key \"tarqet\"; did you mean \"target\"")

    def test_unknown_key(self):
        self.refuse(document(noise='kind = "constant"\nsimga = "0.1"'),
                    'p.toml:8:1: unknown key "simga" in [noise]; did you mean "sigma"')
        self.refuse(document(noise='kind = "none"\nfrequency = 1'), 'known are "kind", "sigma", "target"')

    def test_unknown_kind(self):
        self.refuse(document(coupling='kind = "optmal"'), 'p.toml:5:8: coupling.kind = "optmal"', 'mean "optimal"')

    def test_key_of_another_kind(self):
        self.refuse(document(coupling='kind = "optimal"\ndegrees = 3'), "p.toml:6:1: coupling.degrees has no meaning")

    def test_missing_key(self):
        self.refuse(document(coupling="degrees = 3"), "[coupling] lacks kind")
        self.refuse(document(noise='kind = "constant"'), "[noise] lacks sigma")
        self.refuse(document(coupling='kind = "rotated"'), "[coupling] lacks degrees")
        self.refuse(document(field='kind = "affine"\nshift = [0, 0]'), "[field] lacks matrix")
        self.refuse(document(target="mean = [0, 0]"), "the target has no covariance")

    def test_wrong_type(self):
        self.refuse(document(noise='kind = "constant"\nsigma = true'), "p.toml:8:9: noise.sigma is a boolean")
        self.refuse(document(noise='kind = "constant"\nsigma = "a tenth"'), '"a tenth" is not a number')
        self.refuse('target = 1\n[coupling]\nkind = "optimal"\n', "target is not a table")

    def test_wrong_shape(self):
        self.refuse(document(target="mean = [1]\ncovariance = [[1, 0], [0, 1]]"), "p.toml:2:8: target.mean has 1 entries")
        self.refuse(document(target="covariance = [[1, 0], [0]]"), "p.toml:2:23: target.covariance[1] has 1 entries")
        self.refuse(document(target="covariance = []"), "target.covariance is empty")
        self.refuse(document(target="covariance = [1, 2]"), "target.covariance[0] is a number")
        self.refuse(document(coupling='kind = "gaussian"\ncross_covariance = [[0]]'), "has 1 rows", "dimension 2")

    def test_planes(self):
        rotated = 'kind = "rotated"\ndegrees = 90\n'
        self.refuse(document(coupling=rotated + "plane = [0, 2]"), "p.toml:7:13: coupling.plane[1] is not an axis")
        self.refuse(document(coupling=rotated + "plane = [1, 1]"), "names one axis twice")
        self.refuse(document(coupling=rotated + "planes = [[0, 1], [1, 0]]"), "an axis is in two")
        self.refuse(document(target="covariance = [[1]]", coupling=rotated), "no plane to turn in dimension 1")
        three = "covariance = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]"
        self.refuse(document(target=three, coupling=rotated), "lacks the plane to turn in dimension 3")

    # Values

    def test_asymmetric_covariance(self):
        self.refuse(document(target="covariance = [[1, 0.5], [0.25, 1]]"),
                    "p.toml:2:14: target.covariance is not symmetric: entry [0][1] is 0.5 and [1][0] is 0.25")

    def test_indefinite_covariance_with_its_eigenvalue(self):
        self.refuse(document(target="covariance = [[1, 2], [2, 1]]"), "p.toml:2:14", "smallest eigenvalue is -1")

    def test_singular_covariance(self):
        self.refuse(document(target="covariance = [[1, 2], [2, 4]]"), "singular", "eigenvalue is 0")

    def test_rotation_that_is_not_orthogonal(self):
        self.refuse(document(coupling='kind = "rotated"\nrotation = [["0.6", "-0.8"], ["0.8", "0.61"]]'),
                    "p.toml:6:12: coupling.rotation is not orthogonal: |R^T R - I| = 0.0", "2e-12")

    def test_inadmissible_cross_covariance_with_its_eigenvalue(self):
        self.refuse(document(target="covariance = [[1, 0], [0, 1]]",
                             coupling='kind = "gaussian"\ncross_covariance = [[2, 0], [0, 0]]'),
                    "p.toml:5:20", "M - C C^T has the eigenvalue -3")

    def test_affine_matrix_that_does_not_match(self):
        self.refuse(document(coupling='kind = "affine"\nmatrix = [[1, 0], [0, 1]]'), "p.toml:6:10", "|A A^T - M| = ")

    def test_not_finite(self):
        for word in ("nan", "inf", "-inf", '"nan"', '"-inf"', '"Infinity"'):
            self.refuse(document(noise=f'kind = "constant"\nsigma = {word}'), "p.toml:8:9: noise.sigma", "finite")

    def test_huge_exponent(self):
        self.refuse(document(noise='kind = "constant"\nsigma = "1e999999999"'), "p.toml:8:9", "exponent")

    def test_division_by_zero(self):
        self.refuse(document(noise='kind = "constant"\nsigma = "1/0"'), "p.toml:8:9", "not a number")

    def test_negative_noise(self):
        self.refuse(document(noise='kind = "bridge"\nsigma = "-0.1"'), "p.toml:8:9: noise.sigma is negative: -0.1")

    # Options

    def test_digits_and_time(self):
        self.refuse(document(), "--digits 60", "50 or 100", arguments=("--digits", "60"))
        self.refuse(document(), "--time 2", "outside of [0, 1]", arguments=("--time", "2"))
        self.refuse(document(), "--time", "not a number", arguments=("--time", "noon"))

    def test_sweeps(self):
        noisy = document(noise='kind = "constant"\nsigma = 1')
        for sweep, word in [
            ("noise.sigma", "no key before ="),
            ("noise.sigma=0:1", "2 parts after ="),
            ("noise.sigma=0:1:0", 'N is "0"'),
            ("noise.sigma=0:1:1", "both ends"),
            ("noise.sigma=log:0:1:3", "positive ends"),
            ("noise.sigma=0:1:2000000", "from 1 to 1000000"),
            ("noise.sigma=0:nan:2", "not finite"),
            ("noise.simga=0:1:2", 'did you mean "sigma"'),
            ("noise.sigma.x=0:1:2", "nothing below a single value"),
            ("target.mean.7=0:1:2", "not an index"),
        ]:
            self.refuse(noisy, word, arguments=("--sweep", sweep))
        self.refuse(noisy, "given twice", arguments=("--sweep", "noise.sigma=0:1:2", "--sweep", "noise.sigma=0:1:2"))

    def test_sweep_with_a_wrong_point_prints_nothing_before_it(self):
        self.refuse(document(noise='kind = "constant"\nsigma = 1'), "noise.sigma is negative",
                    arguments=("--sweep", "noise.sigma=1:-1:3"))

    # Samples

    def test_samples_missing_or_a_directory(self):
        self.refuse(document(target='samples = "nowhere.csv"'), "nowhere.csv: cannot be read (No such file or directory)")
        self.refuse(document(target='samples = "."'), "is a directory")
        self.refuse(document(target='samples = ""'), "p.toml:2:11: target.samples is not a file name")

    def test_too_few_samples(self):
        self.refuse_samples("points.csv", "", "points.csv: has no rows")
        self.refuse_samples("points.csv", "x,y\n", "points.csv: 0 points", "at least 3")
        self.refuse_samples("points.csv", "1,2\n3,5\n", "points.csv: 2 points in dimension 2", "at least 3")

    def test_samples_in_a_hyperplane(self):
        self.refuse_samples("points.csv", "1,2\n3,6\n5,10\n", "singular", "eigenvalue is 0", "hyperplane")

    def test_samples_beside_moments(self):
        self.refuse_samples("points.csv", "1,2\n3,5\n4,4\n", "both samples and mean", more="mean = [0, 0]")

    def test_csv_defects_with_their_place(self):
        self.refuse_samples("points.csv", "x,y\n1,2\n3,two\n", 'points.csv:3:3: "two" is not a number')
        self.refuse_samples("points.csv", "x,y\n1,2\n3\n", "points.csv:3:1: 1 fields")
        self.refuse_samples("points.csv", "x,y\n1,2\n3,\n", "points.csv:3:3: a number is missing")
        self.refuse_samples("points.csv", "x,y\n1,nan\n", "points.csv:2:3: nan is not finite")
        self.refuse_samples("points.csv", 'x,y\n1,"2\n', "points.csv:2:3: quoted field without an end")
        self.refuse_samples("points.csv", 'x,y\n1,"2"3\n', "points.csv:2:3: quoted field goes on")
        self.refuse_samples("points.csv", b"x,y\n1,\x002\n", "not a CSV file")

    def test_csv_columns(self):
        rows = "x,y,x2\n1,2,3\n4,5,7\n6,8,8\n"
        self.refuse_samples("points.csv", rows, 'no column "z"', '"x", "y", "x2"', more='columns = ["x", "z"]')
        self.refuse_samples("points.csv", rows, "has no column 3", more="columns = [0, 3]")
        self.refuse_samples("points.csv", rows, "chosen twice", more='columns = [0, "x"]')
        self.refuse_samples("points.csv", "1,2\n", "has no header", more='columns = ["x"]')
        self.refuse_samples("points.csv", rows, "p.toml:3:12", "neither a name nor an index", more="columns = [0.5]")
        self.refuse(document(target="covariance = [[1]]\ncolumns = [0]"), "columns without samples")

    def test_npy_defects(self):
        number = struct.pack("<d", 1.0)
        self.refuse_samples("points.npy", b"x,y\n1,2\n", "is not a .npy file")
        self.refuse_samples("points.npy", b"\x93NUMPY\x09\x00" + b"\x00" * 8, "version 9")
        self.refuse_samples("points.npy", b"\x93NUMPY\x01\x00\xff", "ends within the header")
        self.refuse_samples("points.npy", npy("(3, 2)", data=number * 5), "40 bytes of numbers", "needs 48")
        self.refuse_samples("points.npy", npy("(3, 2)", data=number * 7), "more bytes of numbers", "needs 48")
        self.refuse_samples("points.npy", npy("(3, 2)", "<c16", number * 12), "type '<c16'")
        self.refuse_samples("points.npy", npy("(1, 2, 3)", data=number * 6), "shape (1, 2, 3)")
        self.refuse_samples("points.npy", npy("(0, 2)"), "holds no points")
        nan = struct.pack("<d", float("nan"))
        self.refuse_samples("points.npy", npy("(3, 2)", data=number * 3 + nan + number * 2), "row 1, column 1 is NaN")
        self.refuse_samples("points.npy", npy("(3, 2)", data=number * 6), "no column names", more='columns = ["x"]')

    def test_samples_beyond_the_memory_are_refused_before_they_are_read(self):
        with open(self.path / "points.npy", "wb") as file:
            file.write(npy("(68719476736, 4)"))
            file.truncate(2**41)  # a hole: no disk is used
        self.refuse(document(target='samples = "points.npy"'), "points.npy: needs about", "GiB of memory")

    def test_dimension_beyond_the_memory_is_refused_with_the_need(self):
        d = 300
        rows = ", ".join("[" + ", ".join("1" if i == j else "0" for j in range(d)) + "]" for i in range(d))
        (self.path / "p.toml").write_text(document(target=f"covariance = [{rows}]"))
        memory = 256 * 2**20
        done = self.run_exact("p.toml", limit=lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory)))
        self.assert_refused(done, "p.toml:2:14: dimension 300: needs about", "this machine has 0.25 GiB")


if __name__ == "__main__":
    unittest.main()
