"""Checks that the build keeps the rules of docs/architecture.md. Exits 1, with one line a violation, where it does not.

usage: check_structure.py SOURCE BUILD CMAKE NINJA      (BUILD: a Ninja build of everything, up to date)
"""

import sys
import tempfile
from pathlib import Path

from build_graph import read_build_graph
from rules import graph_violations, length_violations

FOLDERS = ("cmake", "docs", "fixtures", "gpu", "proofs_check", "reference", "tests")


def source_files(root: Path) -> list[str]:
    return [str(p.relative_to(root)) for folder in FOLDERS for p in (root / folder).rglob("*") if p.is_file()]


def main() -> int:
    source, build = (Path(argument).resolve() for argument in sys.argv[1:3])
    cmake, ninja = sys.argv[3:5]
    with tempfile.TemporaryDirectory() as scratch:
        graph = read_build_graph(source, build, Path(scratch), cmake, ninja)
    files = source_files(source)
    violations = graph_violations(graph) + length_violations(source, files)
    for violation in violations:
        print(violation, file=sys.stderr)
    print(f"{len(graph.targets)} targets, {len(graph.includes)} compiled sources, {len(files)} files: "
          f"{len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
