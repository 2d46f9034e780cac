"""Installs the build under an empty prefix, builds and runs tests/install/consumer against nothing but that, and where the
device path was built lets the installed programs reproduce a recipe, a few steps of it.

usage: install_test.py SOURCE BUILD CMAKE
"""

import os
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path


def run(*command: object, environment: dict[str, str] | None = None) -> str:
    finished = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=environment)
    if finished.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nexit {finished.returncode}\n{finished.stdout}{finished.stderr}")
    return finished.stdout


def reproduce(program: Path, runs: Path) -> None:
    if program.exists():  # not without LibTorch
        run(program, "reproduce", "affine", "--smoke", "--out", runs)
        if not list(runs.glob("runs/*/model.safetensors")) or not (runs / "certify/certify.json").exists():
            sys.exit(f"the installed programs left no model or no verdict in {runs}: {sorted(runs.rglob('*'))}")


def main() -> None:
    source, build, cmake = (Path(argument) for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as scratch:
        prefix, consumer = Path(scratch) / "prefix", Path(scratch) / "consumer"
        run(cmake, "--install", build, "--prefix", prefix)
        version = run(prefix / "bin/straightedge", "--version")
        if "straightedge" not in version:
            sys.exit(f"the installed program does not say what it is: {version!r}")
        reproduce(prefix / "bin/straightedge-train", Path(scratch) / "runs")
        exported = "".join(path.read_text() for path in prefix.rglob("*.cmake"))
        if str(source) in exported:
            sys.exit(f"the installed CMake package refers to the source tree {source}")
        run(cmake, "-S", source / "tests/install/consumer", "-B", consumer, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
            environment=os.environ | {"CXXFLAGS": "-O0"})
        run(cmake, "--build", consumer)
        answer = run(consumer / "consumer").strip()
    if abs(Decimal(answer) - 2) > Decimal("1e-39"):
        sys.exit(f"the consumer found W2^2 = {answer}, and it is 2")
    print(f"W2^2 = {answer}")


if __name__ == "__main__":
    main()
