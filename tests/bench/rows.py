"""The rows of the table: what each compares, with whom, and how equal the two results are in the same run."""

from decimal import Decimal, getcontext
from pathlib import Path
from typing import Iterator

import problem
import with_flint
import with_mpmath
import with_numpy
from measure import Ours, best_time, fitted_exponent, run_prove
from row import Disagreement, Row
from versions import FLINT, MPMATH, NUMPY

getcontext().prec = 60
DIMENSIONS = (2, 8, 32)
DIGITS = 52  # the peers' working precision: 50, and two for the sums
NODES_TO_40_DIGITS = 64


def compared(work: str, ours: Ours, seconds: float, value: str, goal: float, tolerance: str, by: str) -> Row:
    difference = abs(Decimal(ours.value) - Decimal(value)) / max(1, abs(Decimal(value)))
    if not difference <= Decimal(tolerance):
        raise Disagreement(f"{work}: ours {ours.value}, {by} {value}, allowed {tolerance}")
    ratio = seconds / ours.seconds
    return Row(work, ours.seconds, seconds, ratio, f">= {goal:g}", ratio >= goal, by, float(difference))


def variance_with_mpmath(ours: dict[str, Ours], d: int) -> Row:
    with_mpmath.set_precision(DIGITS)
    field, rule = with_mpmath.field_matrix(d), with_mpmath.gauss_legendre(NODES_TO_40_DIGITS)
    seconds, value = best_time(lambda: with_mpmath.gradient_variance(field, rule))
    return compared(f"gradient variance, 50 digits, d = {d}", ours[f"gradient_variance_50/{d}"], seconds,
                    with_mpmath.mp.nstr(value, 50), 100, "1e-40",
                    f"{MPMATH}, sums by fdot, {NODES_TO_40_DIGITS} Gauss nodes, LU inverse at each")


def variance_with_flint(ours: dict[str, Ours], d: int) -> Row:
    with_flint.set_precision(DIGITS)
    field, rule = with_flint.field_matrix(d).mid(), with_flint.gauss_legendre(NODES_TO_40_DIGITS)
    ways = ("approx", "lu", "precond")
    times = {way: best_time(lambda way=way: with_flint.gradient_variance(field, rule, way)) for way in ways}
    way = min(ways, key=lambda w: times[w][0])
    seconds, value = times[way]
    return compared(f"gradient variance, 50 digits, d = {d}", ours[f"gradient_variance_50/{d}"], seconds,
                    value.mid().str(50, radius=False), {2: 10, 8: 5, 32: 2}[d], "1e-40",
                    f"{FLINT}, {NODES_TO_40_DIGITS} Gauss nodes, inverse by {way} (fastest of three)")


def variance_with_numpy(ours: dict[str, Ours], d: int) -> Row:
    """The peer takes the fewest of these nodes that give 13 digits, found before the clock starts."""
    mine = ours[f"gradient_variance_double/{d}"]
    field = with_numpy.field_matrix(d)
    for nodes in (12, 16, 20, 24, 32, 48, 64):
        rule = with_numpy.gauss_legendre(nodes)
        if abs(with_numpy.gradient_variance(field, rule) - float(mine.value)) < 1e-13 * float(mine.value):
            break
    seconds, value = best_time(lambda: with_numpy.gradient_variance(field, rule))
    return compared(f"gradient variance, double, d = {d}", mine, seconds, repr(float(value)), 5, "1e-12",
                    f"{NUMPY}, vectorised over {nodes} Gauss nodes")


def root_with_mpmath(ours: dict[str, Ours], d: int) -> Row:
    with_mpmath.set_precision(DIGITS)
    seconds, root = best_time(lambda: with_mpmath.square_root(d))
    return compared(f"M^(1/2), 50 digits, d = {d}", ours[f"square_root_50/{d}"], seconds,
                    with_mpmath.mp.nstr(problem.weighted_sum(root, d), 50), 20, "1e-45", f"{MPMATH}, eigsy")


def root_with_flint(ours: dict[str, Ours], d: int) -> Row:
    with_flint.set_precision(DIGITS)
    seconds, root = best_time(lambda: with_flint.square_root(d))
    return compared(f"M^(1/2), 50 digits, d = {d}", ours[f"square_root_50/{d}"], seconds,
                    problem.weighted_sum(root, d).mid().str(50, radius=False), 2, "1e-45",
                    f"{FLINT}, Denman-Beavers, product form")


def peer_rows(ours: dict[str, Ours]) -> Iterator[Row]:
    for measure in (variance_with_mpmath, variance_with_flint, variance_with_numpy):
        yield from (measure(ours, d) for d in DIMENSIONS)
    yield root_with_mpmath(ours, 32)
    yield root_with_flint(ours, 32)


def growth_rows(ours: dict[str, Ours]) -> Iterator[str]:
    """The exponent of d, where d^3 is what inverses and products cost."""
    for name in ("gradient_variance_50", "gradient_variance_double", "square_root_50"):
        exponent = fitted_exponent(list(DIMENSIONS), [ours[f"{name}/{d}"].seconds for d in DIMENSIONS])
        yield f"{name}: time ~ d^{exponent:.2f} over d = 2, 8, 32; at most d^3 expected"


def prove_row(programs: Path, effort: str, goal: float) -> Row:
    result = run_prove(programs, "--effort", effort)
    return Row(f"prove --effort {effort}, all claims", result.seconds, None, None, f"<= {goal:g} s",
               result.seconds <= goal, f"exit {result.exit_code}, {result.megabytes:.0f} MB")


def scaling_rows(programs: Path) -> Iterator[str]:
    """What a second core and twice the cases do to `prove`."""
    one, two = (run_prove(programs, "--effort", "quick", "--jobs", jobs) for jobs in ("1", "2"))
    yield (f"prove --effort quick: {one.seconds:.1f} s on one core, {two.seconds:.1f} s on two: "
           f"{one.seconds / two.seconds:.2f} times faster")
    cases = (250, 500, 1000)
    runs = [run_prove(programs, "--effort", "quick", "--cases", str(n)) for n in cases]
    exponent = fitted_exponent(list(cases), [r.seconds for r in runs])
    yield (f"prove: time ~ cases^{exponent:.2f} over {', '.join(map(str, cases))} cases, at most 1 expected; "
           f"{runs[0].megabytes:.0f} to {runs[-1].megabytes:.0f} MB")
