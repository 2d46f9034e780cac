"""The peer PyTorch, and ours beside it: the empirical velocity of a bank on the CPU, in fp32.

    frozen     softmax(-|x - p_i|^2 / (2F)) @ (x1 - x0),   p_i = (1-t) x0_i + t x1_i
    resampled  (softmax(-|x - t x1_i|^2 / (2h)) @ x1 - x) / (1 - t),   h = (1-t)^2: without noise

Run as a program, in a process of its own with PyTorch on its path; prints one line of JSON. A peer gets p_i and x1 - x0
beforehand; ours gets x0 and x1.
"""

import argparse
import json
import time

import torch

NOISE = 0.05  # f, constant, of the frozen pairing
PIXEL = 0.5  # standard deviation of a coordinate of the bank, as of images in [-1, 1]


def by_cdist(q, points):
    """PyTorch's own distances, by a matrix product."""
    return torch.cdist(q, points, compute_mode="use_mm_for_euclid_dist").square_()


def by_addmm(q, points):
    """|p|^2 - 2 q.p: softmax does not see |q|^2."""
    return torch.addmm(points.square().sum(1), q, points.t(), alpha=-2)


DISTANCES = {"cdist": by_cdist, "addmm": by_addmm}


class Problem:
    """Queries are interpolants of the bank's own rows at time t, as when one samples, or asks for memorisation."""

    def __init__(self, queries: int, bank: int, dimension: int, t: float, pairing: str):
        torch.manual_seed(0)
        self.t, self.is_frozen = t, pairing == "frozen"
        self.x1 = torch.randn(bank, dimension).mul_(PIXEL)
        rows = torch.arange(queries) * bank // queries
        if self.is_frozen:
            self.x0 = torch.randn(bank, dimension)
            self.x = (1 - t) * self.x0[rows] + t * self.x1[rows] + NOISE * torch.randn(queries, dimension)
        else:
            self.x0 = self.x1[:1]  # not used
            self.x = (1 - t) * torch.randn(queries, dimension) + t * self.x1[rows]

    def ours(self):
        schedule, pairing = (("constant", NOISE), "frozen") if self.is_frozen else (("none", 0.0), "resampled")
        times = torch.full((len(self.x),), self.t)
        attributes = (*schedule, "displacement", pairing)
        return lambda: torch.ops.straightedge.empirical_velocity(self.x, times, self.x0, self.x1, *attributes)

    def peer(self, distances):
        x, t = self.x, self.t
        if self.is_frozen:
            points, values = self.x0 * (1 - t) + self.x1 * t, self.x1 - self.x0
            return lambda: torch.softmax(distances(x, points).mul_(-0.5 / NOISE**2), dim=1) @ values
        bank, slope = self.x1, -0.5 * t * t / (1 - t) ** 2
        return lambda: (torch.softmax(distances(x / t, bank).mul_(slope), dim=1) @ bank - x) / (1 - t)

    def way(self, who: str):
        return self.ours() if who == "ours" else self.peer(DISTANCES[who])


def status_megabytes(field: str) -> float:
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith(field + ":")) / 1024


def times(problem: Problem, who: list[str], repeats: int) -> dict:
    """The shortest of `repeats` calls of each, taken in turns: other load meets all of them."""
    ways = {name: problem.way(name) for name in who}
    best, results = {name: float("inf") for name in who}, {}
    for _ in range(repeats):
        for name, call in ways.items():
            started = time.perf_counter()
            results[name] = call()
            best[name] = min(best[name], time.perf_counter() - started)
    size = results["ours"].abs().max()
    difference = {name: float((result - results["ours"]).abs().max() / size) for name, result in results.items()}
    return {"seconds": best, "difference": difference}


def memory(problem: Problem, who: str) -> dict:
    """What a call adds to the resident memory at its peak, beyond its inputs."""
    call = problem.way(who)
    before = status_megabytes("VmRSS")
    open("/proc/self/clear_refs", "w").write("5")  # VmHWM begins anew
    call()
    return {"megabytes": status_megabytes("VmHWM") - before, "inputs": before}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("measure", choices=("times", "memory"))
    parser.add_argument("--operators", required=True)
    parser.add_argument("--who", nargs="+", choices=("ours", *DISTANCES), required=True)
    parser.add_argument("--size", nargs=3, type=int, metavar=("B", "N", "D"), required=True)
    parser.add_argument("--time", type=float, required=True)
    parser.add_argument("--pairing", choices=("frozen", "resampled"), required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.ops.load_library(arguments.operators)
    problem = Problem(*arguments.size, arguments.time, arguments.pairing)
    with torch.no_grad():
        if arguments.measure == "times":
            found = times(problem, arguments.who, arguments.repeats)
        else:
            found = memory(problem, arguments.who[0])
    print(json.dumps({"version": torch.__version__, **found}))


if __name__ == "__main__":
    main()
