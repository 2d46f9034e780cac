"""The rows of a step of training on the CPU: beside PyTorch, eager, with the same number of threads; and beside the
matrix products of the step alone.

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

from rows import Disagreement, Row

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "peers" / "torch_training.py"
RECIPE = HERE.parents[1] / "gpu" / "recipes" / "rotation.toml"
STEPS, BLOCK, TURNS = 1000, 100, 4
GOAL, GOAL_OF_PRODUCTS = 1.2, 1.5
WAYS = ("fused", "foreach")
# Of the mean loss of a run. Draws and first parameters differ, so the same training ends in losses that differ by a few
# per cent; one without warm-up, schedule or clipping would not be told from it.
TOLERANCE = 0.1


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


def run_ours(programs: Path, run: Path, threads: int) -> tuple[list[float], list[float]]:
    values = {"train.steps": STEPS, "train.log_every": BLOCK, "train.checkpoint_every": STEPS, "train.device": "cpu",
              "train.threads": threads}
    settings = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
    subprocess.run([programs / "straightedge-train", "train", RECIPE, "--out", run, "--quiet", *settings], check=True)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    batch = tomllib.loads((run / "recipe.toml").read_text())["train"]["batch"]
    return [batch / line["samples_per_second"] for line in lines], [line["loss"] for line in lines]


def write_pairs(programs: Path, folder: Path) -> Path:
    """The pairs of the recipe, without the file's header."""
    made, plain = folder / "pairs.safetensors", folder / "pairs.bin"
    command = [programs / "straightedge-train", "pairs", RECIPE, "--out", made]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    content = made.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, values = json.loads(content[8:8 + length]), content[8 + length:]
    plain.write_bytes(b"".join(values[slice(*header[name]["data_offsets"])] for name in ("x0", "x1")))
    return plain


def run_torch(torch_site: Path, what: str, recipe: dict, pairs: Path) -> dict:
    command = [sys.executable, "-B", str(SCRIPT), "--what", what, "--recipe", json.dumps(recipe), "--pairs", str(pairs),
               "--block", str(BLOCK)]
    environment = {**os.environ, "PYTHONPATH": str(torch_site)}
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def rows_at(threads: int, programs: Path, torch_site: Path) -> Iterator[Row]:
    timed = {name: Timed() for name in ("ours", *WAYS, "products")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = write_pairs(programs, folder)
        for turn in range(TURNS):
            run = folder / f"run-{turn}"
            timed["ours"].add(*run_ours(programs, run, threads))
            recipe = tomllib.loads((run / "recipe.toml").read_text())
            for what in (*WAYS, "products"):
                found = run_torch(torch_site, what, recipe, pairs)
                timed[what].add(found["seconds"], found["losses"])
    ours, way = timed["ours"], min(WAYS, key=lambda name: timed[name].seconds)
    peer, products = timed[way], timed["products"]
    difference = abs(ours.loss - peer.loss) / peer.loss
    if not difference <= TOLERANCE:
        raise Disagreement(f"training: mean loss {ours.loss:.4g}, PyTorch's {peer.loss:.4g}")
    model, batch = recipe["model"], recipe["train"]["batch"]
    sizes = f"width {model['width']}, depth {model['depth']}, batch {batch}"
    work = f"MLP training step, {threads} thread" + "s" * (threads > 1)
    yield Row(work, ours.seconds, peer.seconds, peer.seconds / ours.seconds, f">= {GOAL:g}",
              peer.seconds / ours.seconds >= GOAL,
              f"PyTorch {found['version']}, eager, AdamW {way} (faster of two), {sizes}", difference)
    least = 1 / GOAL_OF_PRODUCTS
    yield Row(f"{work}, its products", ours.seconds, products.seconds, products.seconds / ours.seconds,
              f">= {least:.2g}", products.seconds / ours.seconds >= least,
              f"PyTorch {found['version']}, the step's {3 * (model['depth'] + 1) - 1} products by mm(out=)")


def training_rows(programs: Path, torch_site: Path) -> Iterator[Row]:
    for threads in sorted({1, os.cpu_count()}):
        yield from rows_at(threads, programs, torch_site)
