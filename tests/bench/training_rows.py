"""The rows of a step of training on the CPU: beside PyTorch, eager, and torchcfm, with the same number of threads; and
beside the matrix products of the step alone.

Ours is `straightedge-train train` as users run it, timed by its own metrics.jsonl. Programs run in turns: other load
meets all of them. The first block of each warms up; of the rest the shortest counts.
"""

import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import tomllib
from array import array
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Iterator

from row import Disagreement, Row

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "peers" / "torch_training.py"
TORCHCFM_SCRIPT = HERE / "peers" / "torchcfm_training.py"
RECIPES = HERE.parents[1] / "gpu" / "recipes"
GOAL_OF_PRODUCTS = 1.5
# Of the mean loss of a run. Draws and first parameters differ, so the same training ends in losses that differ by a few
# per cent; one without warm-up, schedule or clipping would not be told from it.
TOLERANCE = 0.1


@dataclass(frozen=True)
class Job:
    """What is trained, `turns` times, in blocks of steps that are timed as one. `pairs`: a file of images to be made, if any.
    `script`: the peer, `tolerance`: of the mean loss of a run."""

    recipe: Path
    settings: tuple[str, ...]
    steps: int
    block: int
    turns: int
    ways: tuple[str, ...]
    goal: float
    pairs: str = ""
    script: Path = SCRIPT
    tolerance: float = TOLERANCE


PERCEPTRON = Job(RECIPES / "rotation.toml", (), 1000, 100, 4, ("fused", "foreach"), 1.2)
# A rate and a warm-up that teach something in so few steps: else the two losses would agree whatever was trained.
UNET = Job(RECIPES / "images-16px.toml", ("optimiser.rate=0.001", "optimiser.warmup=10"), 60, 10, 4,
           ("fused", "fused-channels-last", "foreach"), 1.0, "images.safetensors")
# Both of the recipe's noises: without one the program draws none, and torchcfm one that it multiplies by 0.
MIXTURES = tuple(Job(RECIPES / "gmm-3d.toml", (f"noise.sigma={sigma}",), 1000, 100, 4, ("fused", "foreach"), 1.2,
                     script=TORCHCFM_SCRIPT, tolerance=0.02) for sigma in (0.0, 0.05))


@dataclass
class Timed:
    """Seconds a step of the shortest block so far, and the mean loss of each turn."""

    seconds: float = math.inf
    losses: list[float] = field(default_factory=list)

    def add(self, seconds: list[float], losses: list[float]) -> None:
        self.seconds = min(self.seconds, *seconds[1:])
        self.losses.append(sum(losses) / len(losses))

    @property
    def loss(self) -> float:
        return sum(self.losses) / len(self.losses)


def settings_of(job: Job) -> list[str]:
    file = [f"pairs.file={job.pairs}"] if job.pairs else []
    return [word for setting in (*job.settings, *file) for word in ("--set", setting)]


def run_ours(programs: Path, job: Job, run: Path, threads: int) -> tuple[list[float], list[float]]:
    values = {"train.steps": job.steps, "train.log_every": job.block, "train.checkpoint_every": job.steps,
              "train.variance_batches": 0, "train.device": "cpu", "train.threads": threads}
    settings = [*settings_of(job), *(word for key, value in values.items() for word in ("--set", f"{key}={value}"))]
    command = [programs / "straightedge-train", "train", job.recipe, "--out", run, "--quiet", *settings]
    subprocess.run(command, check=True)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    batch = tomllib.loads((run / "recipe.toml").read_text())["train"]["batch"]
    return [batch / line["samples_per_second"] for line in lines], [line["loss"] for line in lines]


def write_image_pairs(path: Path) -> None:
    """Noise, and random ramps from left to right, of 16 x 16 pixels in three colours."""
    random, numbers = Random(1), array("f")
    count, height, width, colours = 256, 16, 16, 3
    for _ in range(count * height * width * colours):
        numbers.append(random.gauss(0, 1))
    for _ in range(count):
        slopes = [random.uniform(-1, 1) for _ in range(colours)]
        numbers.extend([slope * (2 * x / (width - 1) - 1) for x in range(width) for slope in slopes] * height)
    size = len(numbers) * 4
    shape = [count, height * width * colours]
    header = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": [part * size // 2, (part + 1) * size // 2]}
                         for part, name in enumerate(("x0", "x1"))}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + numbers.tobytes())


def write_pairs(programs: Path, job: Job, folder: Path) -> Path:
    """The pairs of the job, without the file's header."""
    made, plain = folder / "pairs.safetensors", folder / "pairs.bin"
    command = [programs / "straightedge-train", "pairs", job.recipe, "--out", made, *settings_of(job)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    content = made.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, values = json.loads(content[8:8 + length]), content[8 + length:]
    plain.write_bytes(b"".join(values[slice(*header[name]["data_offsets"])] for name in ("x0", "x1")))
    return plain


def run_torch(torch_site: Path, job: Job, what: str, recipe: dict, pairs: Path) -> dict:
    command = [sys.executable, "-B", str(job.script), "--what", what, "--recipe", json.dumps(recipe), "--pairs", str(pairs),
               "--block", str(job.block)]
    environment = {**os.environ, "PYTHONPATH": str(torch_site)}
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def take_turns(job: Job, threads: int, programs: Path, torch_site: Path, others: tuple[str, ...]):
    """Timed of ours and the peers by name, with the peers' version, the resolved recipe, and which way was its fastest."""
    timed = {name: Timed() for name in ("ours", *job.ways, *others)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if job.pairs:
            job = replace(job, pairs=str(folder / job.pairs))
            write_image_pairs(Path(job.pairs))
        pairs = write_pairs(programs, job, folder)
        for turn in range(job.turns):
            run = folder / f"run-{turn}"
            timed["ours"].add(*run_ours(programs, job, run, threads))
            recipe = tomllib.loads((run / "recipe.toml").read_text())
            for what in (*job.ways, *others):
                found = run_torch(torch_site, job, what, recipe, pairs)
                timed[what].add(found["seconds"], found["losses"])
    return timed, found["version"], recipe, min(job.ways, key=lambda name: timed[name].seconds)


def row_of(job: Job, work: str, timed: dict[str, Timed], way: str, by: str) -> Row:
    ours, peer = timed["ours"], timed[way]
    difference = abs(ours.loss - peer.loss) / peer.loss
    if not difference <= job.tolerance:
        raise Disagreement(f"{work}: mean loss {ours.loss:.4g}, the peer's {peer.loss:.4g}")
    ratio = peer.seconds / ours.seconds
    return Row(work, ours.seconds, peer.seconds, ratio, f">= {job.goal:g}", ratio >= job.goal, by, difference)


def perceptron_rows(threads: int, programs: Path, torch_site: Path) -> Iterator[Row]:
    timed, version, recipe, way = take_turns(PERCEPTRON, threads, programs, torch_site, ("products",))
    model, batch = recipe["model"], recipe["train"]["batch"]
    sizes = f"width {model['width']}, depth {model['depth']}, batch {batch}"
    work = f"MLP training step, {threads} thread" + "s" * (threads > 1)
    yield row_of(PERCEPTRON, work, timed, way, f"PyTorch {version}, eager, AdamW {way} (faster of two), {sizes}")
    ours, products = timed["ours"], timed["products"]
    least = 1 / GOAL_OF_PRODUCTS
    yield Row(f"{work}, its products", ours.seconds, products.seconds, products.seconds / ours.seconds,
              f">= {least:.2g}", products.seconds / ours.seconds >= least,
              f"PyTorch {version}, the step's {3 * (model['depth'] + 1) - 1} products by mm(out=)")


def mixture_row(job: Job, threads: int, programs: Path, torch_site: Path) -> Row:
    timed, version, recipe, way = take_turns(job, threads, programs, torch_site, ())
    work = f"MLP step, mixture, noise {recipe['noise']['sigma']:g}, {threads} thread" + "s" * (threads > 1)
    sizes = f"d = {recipe['data']['dimension']}, batch {recipe['train']['batch']}"
    return row_of(job, work, timed, way, f"torchcfm {version}, AdamW {way} (faster of two), {sizes}")


def unet_row(threads: int, programs: Path, torch_site: Path) -> Row:
    timed, version, recipe, way = take_turns(UNET, threads, programs, torch_site, ())
    data, model, batch = recipe["data"], recipe["model"], recipe["train"]["batch"]
    sizes = f"{data['height']} px, {model['channels']} channels, batch {batch}"
    work = f"UNet training step, {threads} thread" + "s" * (threads > 1)
    return row_of(UNET, work, timed, way, f"PyTorch {version}, eager, AdamW {way} (fastest of three), {sizes}")


def training_rows(programs: Path, torch_site: Path) -> Iterator[Row]:
    for threads in sorted({1, os.cpu_count()}):
        yield from perceptron_rows(threads, programs, torch_site)
        for job in MIXTURES:
            yield mixture_row(job, threads, programs, torch_site)
        yield unet_row(threads, programs, torch_site)
