"""The rows of a step of training by several processes on this machine, over Gloo: beside PyTorch's
DistributedDataParallel with the same model, batch, threads and number of processes.

Ours is `straightedge-train train` as users run it, with torchrun's variables. Bytes on the wire are those of a loopback
device that nobody else has, in a network namespace: its counter has the packets' headers too, and what processes ask the
store. Of two runs of different length the difference counts, so that what a start costs is not in it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Iterator

from row import Disagreement, Row
from training_rows import PERCEPTRON, SCRIPT, TOLERANCE, UNET, Job, Timed, settings_of, write_image_pairs, write_pairs

SIZES = (1, 2, 4)
TURNS = 3
# Enough that a start is not what is counted.
BYTES_STEPS = (40, 120)
IN_A_NAMESPACE = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# Runs the words behind "--" as so many processes; prints what the first wrote, and what went over the wire.
LAUNCHER = """
import os, subprocess, sys
size, port = int(sys.argv[1]), sys.argv[2]
words = sys.argv[4:]
def count():
    with open("/proc/net/dev") as file:
        (line,) = [line for line in file if line.strip().startswith("lo:")]
    return int(line.split(":")[1].split()[8])  # bytes that were sent
before = count()
several = {"WORLD_SIZE": str(size), "LOCAL_WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
processes = [subprocess.Popen(words, stdout=subprocess.PIPE if rank == 0 else subprocess.DEVNULL, text=True,
                              env={**os.environ, **several, "RANK": str(rank), "LOCAL_RANK": str(rank)})
             for rank in range(size)]
text = processes[0].communicate()[0]
if any(process.wait() for process in processes):
    sys.exit(1)
print(text.strip())
print(count() - before)
"""


def can_make_namespaces() -> bool:
    return shutil.which("ip") is not None and subprocess.run(
        [*IN_A_NAMESPACE, "true"], check=False, stderr=subprocess.DEVNULL).returncode == 0


def run_together(words: list, size: int, namespace: bool, environment: dict | None = None) -> tuple[str, int]:
    """What the first process wrote, and the bytes on the loopback device."""
    prefix = IN_A_NAMESPACE if namespace else ()
    command = [*prefix, sys.executable, "-c", LAUNCHER, str(size), str(29600 + size), "--", *map(str, words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **(environment or {})})
    *text, count = done.stdout.splitlines()
    return "\n".join(text), int(count)


class Programs:
    """Both programs on one job."""

    def __init__(self, programs: Path, torch_site: Path, job: Job, folder: Path, namespace: bool):
        self.program, self.torch_site, self.folder, self.namespace = programs / "straightedge-train", torch_site, folder, namespace
        if job.pairs:
            job = replace(job, pairs=str(folder / job.pairs))
            write_image_pairs(Path(job.pairs))
        self.job, self.pairs, self.number = job, write_pairs(programs, job, folder), 0
        self.recipe: dict = {}

    def ours(self, size: int, steps: int) -> tuple[list[float], list[float], int]:
        self.number += 1
        run = self.folder / f"run-{self.number}"
        values = {"train.steps": steps, "train.log_every": self.job.block, "train.checkpoint_every": steps,
                  "train.variance_batches": 0, "train.device": "cpu", "train.threads": 1}
        settings = [*settings_of(self.job), *(word for key, value in values.items() for word in ("--set", f"{key}={value}"))]
        _, count = run_together([self.program, "train", self.job.recipe, "--out", run, "--quiet", *settings], size,
                                self.namespace)
        self.recipe = tomllib.loads((run / "recipe.toml").read_text())
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        batch = self.recipe["train"]["batch"]
        return [batch / line["samples_per_second"] for line in lines], [line["loss"] for line in lines], count

    def torch(self, size: int, steps: int) -> tuple[list[float], list[float], int, str]:
        recipe = {**self.recipe, "train": {**self.recipe["train"], "steps": steps}}
        words = [sys.executable, "-B", SCRIPT, "--what", "fused", "--recipe", json.dumps(recipe), "--pairs", self.pairs,
                 "--block", self.job.block]
        text, count = run_together(words, size, self.namespace, {"PYTHONPATH": str(self.torch_site), "OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"})
        found = json.loads(text)
        return found["seconds"], found["losses"], count, found["version"]


def bytes_a_step(run, size: int) -> float:
    short, long = (run(size, steps)[2] for steps in BYTES_STEPS)
    return (long - short) / (BYTES_STEPS[1] - BYTES_STEPS[0])


def rows_of(what: str, job: Job, programs: Path, torch_site: Path, growth: list[str]) -> Iterator[Row]:
    namespace = can_make_namespaces()
    with tempfile.TemporaryDirectory() as name:
        both = Programs(programs, torch_site, job, Path(name), namespace)
        timed = {(who, size): Timed() for who in ("ours", "torch") for size in SIZES}
        for _ in range(TURNS):
            for size in SIZES:
                timed["ours", size].add(*both.ours(size, job.steps)[:2])
                seconds, losses, _, version = both.torch(size, job.steps)
                timed["torch", size].add(seconds, losses)
        for size in SIZES:
            ours, peer = timed["ours", size], timed["torch", size]
            difference = abs(ours.loss - peer.loss) / peer.loss
            if not difference <= TOLERANCE:
                raise Disagreement(f"{what}: mean loss {ours.loss:.4g}, PyTorch's {peer.loss:.4g}")
            batch = both.recipe["train"]["batch"]
            yield Row(f"{what} step, {size} process" + "es" * (size > 1), ours.seconds, peer.seconds,
                      peer.seconds / ours.seconds, ">= 1", peer.seconds >= ours.seconds,
                      f"PyTorch {version}, DistributedDataParallel, Gloo, AdamW fused, batch {batch}, a thread each",
                      difference)
        for who, text in (("ours", "ours"), ("torch", "DistributedDataParallel")):
            one = timed[who, 1].seconds
            speeds = ", ".join(f"{one / timed[who, size].seconds:.2f} by {size}" for size in SIZES[1:])
            growth.append(f"{what} step, one batch by several processes on {os.cpu_count()} cores, {text}: "
                          f"times as fast {speeds}")
        if not namespace:
            growth.append(f"{what} step: bytes on the wire are not counted: no network namespace can be made here")
            return
        # A block is a line of metrics, or a number read back: the same for both.
        both.job = replace(both.job, block=BYTES_STEPS[0])
        for size in SIZES[1:]:
            ours, peer = bytes_a_step(both.ours, size), bytes_a_step(both.torch, size)
            growth.append(f"{what} step, {size} processes: {ours / 1e3:.1f} kB on the wire, "
                          f"DistributedDataParallel {peer / 1e3:.1f} kB")


def processes_rows(programs: Path, torch_site: Path, growth: list[str]) -> Iterator[Row]:
    yield from rows_of("MLP", PERCEPTRON, programs, torch_site, growth)
    yield from rows_of("UNet", UNET, programs, torch_site, growth)
