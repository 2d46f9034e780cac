"""The rows of `empirical_velocity` on the CPU, beside PyTorch in the same process with the same number of threads.

Ours is the operator as users load it, from the operators' library; PyTorch is the one that this library was built with.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from measure import fitted_exponent
from row import Disagreement, Row

SCRIPT = Path(__file__).resolve().parent / "peers" / "with_torch.py"
QUERIES, BANK, DIMENSION = 256, 50_000, 3072
GOAL = 1.5
PROBLEMS = (("resampled", 0.5, "one row of the bank has nearly all weight"),
            ("frozen", 0.5, "one row of the bank has nearly all weight"),
            ("resampled", 0.02, "every row of the bank has weight"))
PEERS = {"cdist": "torch.cdist by products", "addmm": "|p|^2 - 2 q.p by addmm"}
TOLERANCE = 1e-4  # fp32: largest difference over the largest element


@dataclass(frozen=True)
class Operators:
    """The operators' library, and the folder that PyTorch is imported from."""

    library: Path
    torch_site: Path

    def run(self, measure: str, who: list[str], pairing: str, t: float, size: tuple[int, int, int]) -> dict:
        command = [sys.executable, "-B", str(SCRIPT), measure, "--operators", str(self.library), "--pairing", pairing,
                   "--time", str(t), "--size", *map(str, size), "--threads", str(os.cpu_count()), "--who", *who]
        environment = {**os.environ, "PYTHONPATH": str(self.torch_site)}
        done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout)


def find_operators(build: Path) -> Operators | None:
    """In a build folder with the device path; None where it was built without LibTorch."""
    library, commands = build / "lib" / "libstraightedge_ops.so", build / "compile_commands.json"
    if not library.exists() or not commands.exists():
        return None
    headers = re.search(r"(/[^ ]+)/torch/include ", commands.read_text())
    return Operators(library, Path(headers.group(1))) if headers else None


def velocity_rows(operators: Operators) -> Iterator[Row]:
    """Two rows a problem, one a peer."""
    for pairing, t, weights in PROBLEMS:
        found = operators.run("times", ["ours", *PEERS], pairing, t, (QUERIES, BANK, DIMENSION))
        ours = found["seconds"]["ours"]
        for peer, way in PEERS.items():
            if not found["difference"][peer] <= TOLERANCE:
                raise Disagreement(f"empirical_velocity, {pairing}, t = {t}: ours and {peer} differ by "
                                   f"{found['difference'][peer]:.2g} of the largest element")
            seconds = found["seconds"][peer]
            yield Row(f"empirical_velocity, {pairing}, t = {t:g}", ours, seconds, seconds / ours, f">= {GOAL:g}",
                      seconds / ours >= GOAL, f"PyTorch {found['version']}, {way}, softmax, product; {weights}",
                      found["difference"][peer])


def velocity_growth(operators: Operators) -> Iterator[str]:
    """Time and scratch memory, beside what is expected of a stream: O(B N d) and O(B d)."""
    banks, queries = (12_500, 25_000, 50_000), (64, 128, 256)
    varied = {"N": ((12_500, 25_000, 50_000), lambda n: (QUERIES, n, DIMENSION)),
              "B": ((64, 128, 256), lambda b: (b, BANK, DIMENSION))}
    for name, (values, size_of) in varied.items():
        seconds = [operators.run("times", ["ours"], "resampled", 0.02, size_of(v))["seconds"]["ours"] for v in values]
        memory = {}
        for who in ("ours", "cdist"):
            found = [operators.run("memory", [who], "resampled", 0.02, size_of(v))["megabytes"] for v in values]
            memory[who] = ", ".join(f"{megabytes:.0f}" for megabytes in found)
        yield (f"empirical_velocity: time ~ {name}^{fitted_exponent(list(values), seconds):.2f} over {name} = "
               f"{', '.join(map(str, values))}, 1 expected; memory beyond the inputs {memory['ours']} MB, "
               f"PyTorch's {memory['cdist']} MB")
