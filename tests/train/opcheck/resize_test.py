"""What straightedge-train prepare packs, against torch.nn.functional.interpolate(antialias=True) in fp64.

The program filters along x and then along y, and rounds to uint8 after both: 1/2 each, since weights are not negative and
sum to 1. LibTorch's weights are multiples of 2^-p of 16-bit integers: the largest weight w has w 2^p >= 2^14, so each of
the at most k weights of a pass is off by at most 2^-(p+1) <= w 2^-15, and 255 of them by 255 k w 2^-15. At half width
s = max(1, side / size) a pass has k <= 2 s + 2 weights of at most 2 / s: the edge of the image cuts off less than half of
a triangle.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from operators import torch  # first: it skips where there is no torch

import numpy as np

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "train"), str(TESTS / "cross")]
import fixture_files  # noqa: E402
import image_files  # noqa: E402

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]


def bound(side, size):
    scale = max(1.0, side / size)
    return 2 * (0.5 + 255 * (2 * scale + 2) * 2 / scale * 2.0**-15)


class Resize(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "images").mkdir()

    def packed(self, size, crop):
        out = self.folder / f"{crop}-{size}.safetensors"
        subprocess.run([PROGRAM, "prepare", self.folder / "images", "--out", out, "--size", str(size), "--crop", crop,
                        "--quiet"], check=True, capture_output=True)
        return torch.from_numpy(fixture_files.read_safetensors(out)[0]["images"][1].copy())

    def test_agrees_with_interpolate_to_within_its_roundings(self):
        generator = np.random.default_rng(4)
        noise = generator.integers(0, 256, (2, 218, 178, 3), dtype=np.uint8)
        noise[1] = np.where(noise[1] < 128, 0, 255)  # edges of the full range, where overshoots would show
        for number, image in enumerate(noise):
            (self.folder / "images" / f"{number}.png").write_bytes(image_files.encode_png(image))
        for size, crop in ((64, "148"), (64, "15,35,148,120"), (32, "178"), (100, "64"), (7, "148"), (148, "148")):
            with self.subTest(size=size, crop=crop):
                numbers = [int(n) for n in crop.split(",")]
                w, h = (numbers * 2)[:2] if len(numbers) == 1 else numbers[2:]
                x, y = ((178 - w) // 2, (218 - h) // 2) if len(numbers) == 1 else numbers[:2]
                box = torch.from_numpy(noise[:, y:y + h, x:x + w].copy()).permute(0, 3, 1, 2).double()
                exact = torch.nn.functional.interpolate(box, (size, size), mode="bilinear", antialias=True)
                error = (self.packed(size, crop).double() - exact.permute(0, 2, 3, 1)).abs().max().item()
                self.assertLessEqual(error, max(bound(w, size), bound(h, size)))

    def test_without_the_antialiasing_the_bound_would_be_exceeded(self):
        image = np.tile(np.array([[0, 255]], dtype=np.uint8), (148, 74))[:, :, None].repeat(3, axis=2)
        (self.folder / "images" / "stripes.png").write_bytes(image_files.encode_png(image))
        stripes = torch.from_numpy(image)[None].permute(0, 3, 1, 2).double()
        plain = torch.nn.functional.interpolate(stripes, (64, 64), mode="bilinear").permute(0, 2, 3, 1)
        self.assertGreater((self.packed(64, "148").double() - plain).abs().max().item(), bound(148, 64))


if __name__ == "__main__":
    unittest.main()
