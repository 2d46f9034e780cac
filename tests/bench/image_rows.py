"""The rows of `straightedge-train prepare`: beside libjpeg-turbo that decodes the same JPEGs and does nothing else, and
beside torchvision's transforms.

Ours is the program as users run it: it lists, reads, decodes, crops, resizes, digests, writes. Its start, which is that of
LibTorch and does not grow with the images, is measured too and taken off. All use every core, and run in turns; of each the
fastest counts.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

from row import Disagreement, Row

COUNT, TURNS = 20_000, 3
GOAL_OF_DECODING, GOAL = 0.75, 5
SCRIPT = Path(__file__).resolve().parent / "peers" / "with_torchvision.py"
ROUNDING = 1  # of 255: the same filter, and one of the decoders may round otherwise


def seconds_of(command: list) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def prepare(programs: Path, faces: Path, out: Path) -> tuple[float, float]:
    """Images a second, and the seconds of the start; the file is left."""
    out.unlink(missing_ok=True)
    program = programs / "straightedge-train"
    start = seconds_of([program, "--version"])
    return COUNT / (seconds_of([program, "prepare", faces, "--out", out, "--quiet"]) - start), start


def decode(programs: Path, images: Path) -> float:
    command = [programs / "straightedge_bench_jpeg", images, str(os.cpu_count()), "1"]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def transform(images: Path, torch_site: Path) -> dict:
    environment = {**os.environ, "PYTHONPATH": str(torch_site)}
    command = [sys.executable, "-B", str(SCRIPT), str(images), "--threads", str(os.cpu_count())]
    return json.loads(subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE).stdout)


def first_image(packed: Path) -> list[int]:
    content = packed.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    first, _ = json.loads(content[8:begin])["images"]["data_offsets"]
    return list(content[begin + first:begin + first + 3 * 64 * 64])


def image_rows(programs: Path, torch_site: Path) -> Iterator[Row]:
    if not (programs / "straightedge_bench_jpeg").exists():
        print("prepare is left out: built without libturbojpeg or libpng")
        return
    ours = peer = 0.0
    with tempfile.TemporaryDirectory() as name:
        faces, out = Path(name) / "faces", Path(name) / "data.safetensors"
        seconds_of([programs / "straightedge-train", "prepare", "--synthetic", str(COUNT), "--out", faces, "--quiet"])
        images = faces / "img_align_celeba"
        for _ in range(TURNS):
            rate, start = prepare(programs, faces, out)
            ours = max(ours, rate)
            peer = max(peer, decode(programs, images))
        found = transform(images, torch_site)
        mine = first_image(out)
    difference = max(abs(a - b) for a, b in zip(mine, found["first"], strict=True))
    if difference > ROUNDING:
        raise Disagreement(f"prepare: an image differs from torchvision's by {difference} of 255")
    work = f"prepare, a 178x218 JPEG, {os.cpu_count()} cores"
    yield Row(work, 1 / ours, 1 / peer, ours / peer, f">= {GOAL_OF_DECODING:g}", ours / peer >= GOAL_OF_DECODING,
              f"libjpeg-turbo, decoding alone, from memory; {COUNT:,} synthetic faces; start of {start:.2g} s taken off")
    way, rate = max(found["images_a_second"].items(), key=lambda item: item[1])
    yield Row(work, 1 / ours, 1 / rate, ours / rate, f">= {GOAL:g}", ours / rate >= GOAL,
              f"torchvision {found['version']}, {way} (faster of two), DataLoader", difference)
