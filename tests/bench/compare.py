"""Measures ours and the peers in one run on one machine, prints one table and writes JSON.

Run it through tests/bench/run, which builds ours and installs the peers.
"""

import argparse
import json
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "peers")]

from row import Disagreement, Row  # noqa: E402

GROUPS = ("exact", "velocity", "training", "images", "processes", "prove")


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
    parser.add_argument("--only", choices=GROUPS, action="append", metavar="GROUP",
                        help=f"only these rows, any number of times: {', '.join(GROUPS)}; left out: all")
    parser.add_argument("--without-prove", action="store_true", help="leave out the rows of `straightedge prove`")
    arguments = parser.parse_args()
    groups = [group for group in GROUPS if group in (arguments.only or GROUPS)
              and not (arguments.without_prove and group == "prove")]

    from groups import rows_and_growth  # with the peers, which --help does without

    load_before = os.getloadavg()[0]
    print(f"{processor()}; load {load_before:.1f} before the start\n")
    print(f"{'work':<41} {'ours':>9} {'peer':>9} {'ratio':>7}  {'goal':<8} {'met':<4} by")
    rows, growth = [], []
    measured, lines = rows_and_growth(groups, arguments.programs)
    try:
        for row in measured:
            rows.append(row)
            print(line(row), flush=True)
    except Disagreement as error:
        print(f"results differ, so times compare nothing: {error}", file=sys.stderr)
        return 1
    print()
    for text in lines:
        growth.append(text)
        print(text, flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"schema": "straightedge/bench/1", "machine": processor(), "load": load_before, "groups": groups,
             "rows": [row.as_json() for row in rows], "growth": growth}, indent=2) + "\n")
        print(f"\nwritten: {arguments.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
