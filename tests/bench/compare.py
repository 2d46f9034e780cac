"""Measures ours and the peers in one run on one machine, prints one table and writes JSON.

Run it through tests/bench/run, which builds ours and installs the peers.
"""

import argparse
import json
import os
import platform
import sys
from itertools import chain
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "peers")]

from image_rows import image_rows  # noqa: E402
from measure import run_ours  # noqa: E402
from processes_rows import processes_rows  # noqa: E402
from rows import Disagreement, Row, growth_rows, peer_rows, prove_row, scaling_rows  # noqa: E402
from training_rows import training_rows  # noqa: E402
from velocity_rows import find_operators, velocity_growth, velocity_rows  # noqa: E402


def duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def line(row: Row) -> str:
    peer = duration(row.peer) if row.peer is not None else "-"
    ratio = f"{row.ratio:.3g}" if row.ratio is not None else "-"
    verdict = "yes" if row.met else "no"
    return f"{row.work:<41} {duration(row.ours):>9} {peer:>9} {ratio:>7}  {row.goal:<8} {verdict:<4} {row.by}"


def processor() -> str:
    names = [l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, help="where straightedge and straightedge_bench are")
    parser.add_argument("--json", type=Path, help="where to write the results")
    parser.add_argument("--without-prove", action="store_true", help="leave out the rows of `straightedge prove`")
    parser.add_argument("--only-processes", action="store_true", help="only the rows of training by several processes")
    arguments = parser.parse_args()

    load_before = os.getloadavg()[0]
    print(f"{processor()}; load {load_before:.1f} before the start\n")
    print(f"{'work':<41} {'ours':>9} {'peer':>9} {'ratio':>7}  {'goal':<8} {'met':<4} by")
    ours = {} if arguments.only_processes else run_ours(arguments.programs)
    rows, growth, of_processes = [], [], []
    operators = find_operators(arguments.programs.parent)
    if operators is None:
        print("empirical_velocity, training and prepare are left out: built without LibTorch")
    of_torch = ()
    if operators:
        site = operators.torch_site
        of_torch = (velocity_rows(operators), training_rows(arguments.programs, site), image_rows(arguments.programs, site),
                    processes_rows(arguments.programs, site, of_processes))
    try:
        for row in of_torch[-1] if arguments.only_processes else chain(peer_rows(ours), *of_torch):
            rows.append(row)
            print(line(row), flush=True)
    except Disagreement as error:
        print(f"results differ, so times compare nothing: {error}", file=sys.stderr)
        return 1
    if arguments.only_processes:
        print("", *of_processes, sep="\n")
        return 0
    if not arguments.without_prove:
        for effort, goal in (("quick", 10), ("standard", 60)):
            rows.append(prove_row(arguments.programs, effort, goal))
            print(line(rows[-1]), flush=True)
    print()
    for text in growth_rows(ours):
        growth.append(text)
        print(text)
    if operators:
        for text in chain(of_processes, velocity_growth(operators)):
            growth.append(text)
            print(text, flush=True)
    if not arguments.without_prove:
        for text in scaling_rows(arguments.programs):
            growth.append(text)
            print(text, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"schema": "straightedge/bench/1", "machine": processor(), "load": load_before,
             "rows": [row.as_json() for row in rows], "growth": growth}, indent=2) + "\n")
        print(f"\nwritten: {arguments.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
