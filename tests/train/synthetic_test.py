"""straightedge-train prepare --synthetic: CelebA's layout, and faces that differ."""

import subprocess
import unittest

import numpy as np

from prepare_program import COUNT, FACES, PROGRAM, PrepareTest


class Synthetic(PrepareTest):
    def synthesise(self, name, *options, code=0):
        done = subprocess.run([PROGRAM, "prepare", "--out", self.folder / name, "--quiet", *options],
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def files(self, name):
        root = self.folder / name
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def test_the_layout_is_celeba_s(self):
        lines = (FACES / "list_eval_partition.txt").read_text().splitlines()
        self.assertEqual([line.split()[0] for line in lines], [f"{i + 1:06}.jpg" for i in range(COUNT)])
        partitions = [int(line.split()[1]) for line in lines]
        self.assertEqual(partitions, sorted(partitions))
        for part, share in enumerate((162770, 19867, 19962)):
            self.assertAlmostEqual(partitions.count(part), COUNT * share / 202599, delta=1)
        count, names, *rows = (FACES / "list_attr_celeba.txt").read_text().splitlines()
        self.assertEqual((int(count), len(rows)), (COUNT, COUNT))
        values = np.array([[int(value) for value in row.split()[1:]] for row in rows])
        self.assertEqual(values.shape[1], len(names.split()))
        self.assertEqual(set(values.flat), {-1, 1})
        self.assertTrue(((values == 1).sum(axis=0) > COUNT / 100).all())  # none is a constant
        self.assertTrue(((values == -1).sum(axis=0) > COUNT / 100).all())
        self.prepare(FACES, "--strict")

    def test_an_image_is_a_function_of_seed_and_number_alone(self):
        self.synthesise("a", "--synthetic", "70", "--seed", "3", "--jobs", "1")
        self.synthesise("b", "--synthetic", "70", "--seed", "3", "--jobs", "2")
        self.assertEqual(self.files("a"), self.files("b"))
        self.synthesise("c", "--synthetic", "5", "--seed", "3")
        self.synthesise("d", "--synthetic", "5", "--seed", "4")
        a, c, d = (self.files(name) for name in "acd")
        for name in (f"img_align_celeba/{i + 1:06}.jpg" for i in range(5)):
            self.assertEqual(a[name], c[name])
            self.assertNotEqual(a[name], d[name])

    def test_faces_differ_as_much_as_a_nearest_neighbour_needs(self):
        self.prepare(FACES, "--size", "32")
        x = self.packed()[0].reshape(COUNT, -1).astype(np.float64) / 255
        squared = (x**2).sum(axis=1)
        distance = np.sqrt(np.maximum(squared[:, None] + squared - 2 * x @ x.T, 0) / x.shape[1])
        np.fill_diagonal(distance, np.inf)
        nearest, typical = distance.min(axis=1), np.median(distance)
        self.assertGreater(typical, 0.15)  # of the range of a pixel, root mean square
        self.assertGreater(nearest.min(), 0.15 * typical)  # no two are alike
        self.assertLess(np.median(nearest), 0.75 * typical)  # and to be near means something
        self.assertLess(np.bincount(distance.argmin(axis=1)).max(), COUNT / 20)  # no image is everybody's neighbour

    def test_its_own_folder_is_replaced_and_any_other_left_alone(self):
        self.synthesise("a", "--synthetic", "9")
        self.synthesise("a", "--synthetic", "4")
        self.assertEqual(sum(name.endswith(".jpg") for name in self.files("a")), 4)
        (self.folder / "mine").mkdir()
        (self.folder / "mine" / "thesis.txt").write_text("mine")
        self.assertIn("choose another --out", self.synthesise("mine", "--synthetic", "4", code=2))
        self.assertEqual(list(self.files("mine")), ["thesis.txt"])
        for count in ("0", "-1", "1000000"):
            self.assertIn("from 1 to 999999", self.synthesise("none", "--synthetic", count, code=2))
        self.assertFalse((self.folder / "none").exists())


if __name__ == "__main__":
    unittest.main()
