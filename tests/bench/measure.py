"""Timing, and the runs of our own programs."""

import json
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable


@dataclass(frozen=True)
class Ours:
    """One benchmark of straightedge_bench: seconds of processor time a call, and the value that it found."""

    seconds: float
    value: str


def best_time(work: Callable[[], object], budget: float = 1.0) -> tuple[float, object]:
    """Seconds of processor time, and the result. The shortest of the calls that fit into `budget` (at least one): other
    load only ever adds. Processor time, since everything compared runs on one thread and machines are rarely idle."""
    best, started = math.inf, time.perf_counter()
    while True:
        before = time.process_time()
        result = work()
        best = min(best, time.process_time() - before)
        if time.perf_counter() - started > budget:
            return best, result


def run_ours(programs: Path) -> dict[str, Ours]:
    """All benchmarks of straightedge_bench, by "name/d": the shortest of ten repetitions, as for the peers."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [programs / "straightedge_bench", "--benchmark_repetitions=10", "--benchmark_min_time=0.1",
                   f"--benchmark_out={out.name}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        runs = [r for r in json.load(out)["benchmarks"] if r["run_type"] == "iteration"]
    names = {r["run_name"] for r in runs}
    return {name: Ours(min(r["cpu_time"] for r in runs if r["run_name"] == name),
                       next(r["label"] for r in runs if r["run_name"] == name)) for name in names}


@dataclass(frozen=True)
class Proved:
    """One run of `straightedge prove`: wall seconds, largest resident memory, exit code."""

    seconds: float
    megabytes: float
    exit_code: int


# In a small process of its own: the peak that the system notes of a child is no less than its parent's.
TIMED = """
import json, os, subprocess, sys, time
before = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(json.dumps([time.perf_counter() - before, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


def run_prove(programs: Path, *arguments: str) -> Proved:
    with tempfile.TemporaryDirectory() as folder:
        command = [programs / "straightedge", "prove", *arguments, "--out", Path(folder) / "prove"]
        seconds, kilobytes, code = json.loads(subprocess.run([sys.executable, "-c", TIMED, *command], check=True,
                                                             stdout=subprocess.PIPE).stdout)
        return Proved(seconds, kilobytes / 1024, code)


def fitted_exponent(sizes: list[float], seconds: list[float]) -> float:
    """The least-squares slope of log seconds against log size."""
    x, y = [math.log(s) for s in sizes], [math.log(s) for s in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / sum((a - mean_x) ** 2 for a in x)
