"""Times the operators on a device beside their peers, one JSON file for docs/devices/; see docs/performance.md.

    usage: STRAIGHTEDGE_OPS=.../libstraightedge_ops.so benchmarks.py OUT.json [--host]

--host: small sizes on the CPU, to see that every row runs and that ours and the peer agree; its times mean nothing.
Exit code: 0, 1 where ours and a peer differ, 3 without a GPU.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as functional

REPEATS = 15
NOISE = 0.05


@dataclass
class Row:
    """`seconds`: medians of REPEATS calls. `ratio`: the first peer's time over ours."""

    work: str
    seconds: dict[str, float]
    ratio: float
    goal: float
    difference: float  # of ours and the first peer, over the largest element


@dataclass
class Device:
    name: str
    dtype: torch.dtype
    small: bool

    def normal(self, *shape: int, dtype: torch.dtype | None = None) -> torch.Tensor:
        return torch.randn(*shape, device=self.name, dtype=torch.float32).to(dtype or self.dtype)

    def seconds(self, call: Callable) -> float:
        if self.name == "cpu":
            started = time.perf_counter()
            call()
            return time.perf_counter() - started
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / 1e3


class Disagreement(Exception):
    pass


def largest_difference(ours, peer) -> float:
    ours, peer = (x if isinstance(x, (tuple, list)) else (x,) for x in (ours, peer))
    return max(float((a.double() - b.double()).abs().max() / b.double().abs().max())
               for a, b in zip(ours, peer, strict=True))


def row(device: Device, work: str, calls: dict[str, Callable], goal: float, tolerance: float | None) -> Row:
    """Calls take turns, so that other load and the clock's changes meet all of them. `ours` comes first, then the peers."""
    results = {who: call() for who, call in calls.items()}
    first_peer = list(calls)[1]
    difference = 0.0
    if tolerance is not None:
        difference = largest_difference(results["ours"], results[first_peer])
        if not difference <= tolerance:
            raise Disagreement(f"{work}: ours and {first_peer} differ by {difference:.2g} of the largest element, "
                               f"more than {tolerance:g}")
    del results
    seconds = {who: [] for who in calls}
    for _ in range(REPEATS):
        for who, call in calls.items():
            seconds[who].append(device.seconds(call))
    medians = {who: statistics.median(values) for who, values in seconds.items()}
    return Row(work, medians, medians[first_peer] / medians["ours"], goal, difference)


def interpolate(device: Device) -> Row:
    """Two tensors are read and two written; the limit is a copy of two, which reads and writes as much."""
    rows, d = (64, 48) if device.small else (4096, 12288)
    x0, x1 = device.normal(rows, d), device.normal(rows, d)
    t = torch.rand(rows, device=device.name).to(device.dtype)
    both, copied = torch.stack([x0, x1]), torch.empty(2, rows, d, device=device.name, dtype=device.dtype)
    xt, target = torch.empty_like(x0), torch.empty_like(x0)
    arguments = (x0, x1, t, "constant", NOISE, "displacement", 1, 0)
    return row(device, f"interpolate, {rows} x {d}", {
        "ours": lambda: torch.ops.straightedge.interpolate.out(*arguments, xt=xt, target_out=target),
        "copy": lambda: copied.copy_(both)}, 0.85, None)


def empirical_velocity(device: Device) -> Row:
    """Frozen pairs at one time: |p|^2 - 2 x.p, softmax, product with the displacements."""
    queries, bank, d = (16, 200, 48) if device.small else (256, 50_000, 3072)
    x0, x1 = device.normal(bank, d), 0.5 * device.normal(bank, d)
    rows = torch.arange(queries, device=device.name) * bank // queries
    x = 0.5 * x0[rows] + 0.5 * x1[rows] + NOISE * device.normal(queries, d)
    t = torch.full((queries,), 0.5, device=device.name, dtype=device.dtype)
    points, values = 0.5 * x0 + 0.5 * x1, x1 - x0
    weights = torch.full((queries, bank), 1.0 / bank, device=device.name, dtype=device.dtype)

    def eager():
        distances = torch.addmm(points.float().square().sum(1).to(device.dtype), x, points.t(), alpha=-2)
        return torch.softmax(distances.float().mul_(-0.5 / NOISE**2), dim=1).to(device.dtype) @ values

    def products():
        x @ points.t()
        return weights @ values

    arguments = (x, t, x0, x1, "constant", NOISE, "displacement", "frozen")
    # Every query lies near its own pair, which has all weight: the coarse distances of bf16 choose it too.
    return row(device, f"empirical_velocity, frozen, B = {queries}, N = {bank}, d = {d}", {
        "ours": lambda: torch.ops.straightedge.empirical_velocity(*arguments),
        "PyTorch eager": eager, "its two products alone": products}, 2.0, 2.0**-6)


def gradient_moments(device: Device) -> Row:
    batch, d = (64, 4) if device.small else (16_384, 32)
    single = torch.float32
    th, Th = device.normal(d, dtype=single), 0.1 * device.normal(d, d, dtype=single)
    x0, x1, z = (device.normal(batch, d, dtype=single) for _ in range(3))
    t = torch.rand(batch, device=device.name)
    identity = torch.eye(d, device=device.name)

    def loss(th, Th, x0, x1, z, t):
        xt = (1 - t) * x0 + t * x1 + NOISE * z
        start = torch.linalg.solve(identity + t * Th, xt - t * th)
        return (x1 - x0 - th - Th @ start).square().sum()

    per_sample = torch.func.vmap(torch.func.grad(loss, argnums=(0, 1)), in_dims=(None, None, 0, 0, 0, 0))

    def peer():
        of_th, of_Th = per_sample(th, Th, x0, x1, z, t)
        return of_th.square().sum() + of_Th.square().sum(), of_th.sum(0), of_Th.sum(0)

    return row(device, f"gradient_moments, B = {batch}, d = {d}", {
        "ours": lambda: torch.ops.straightedge.gradient_moments(th, Th, x0, x1, z, t, "constant", NOISE, "displacement"),
        "torch.func per-sample gradients": peer}, 10.0, 1e-3)


def group_norm_silu(device: Device) -> Row:
    """Forward and backward. PyTorch's on a channels-last tensor, ours on its memory as N, H, W, C."""
    shape = (2, 4, 4, 32) if device.small else (128, 64, 64, 128)
    groups, eps = 8 if device.small else 32, 1e-5
    x, dy = device.normal(*shape), device.normal(*shape)
    gamma, beta = 1 + 0.1 * device.normal(shape[3]), 0.1 * device.normal(shape[3])
    leaves = [tensor.requires_grad_() for tensor in (x, gamma, beta)]
    channels_last = x.detach().permute(0, 3, 1, 2).requires_grad_()  # a view: PyTorch's channels-last format

    def ours():
        return torch.autograd.grad(torch.ops.straightedge.group_norm_silu(*leaves, groups, eps), leaves, dy)

    def peer():
        y = functional.silu(functional.group_norm(channels_last, groups, gamma, beta, eps))
        dx, dgamma, dbeta = torch.autograd.grad(y, [channels_last, gamma, beta], dy.permute(0, 3, 1, 2))
        return dx.permute(0, 2, 3, 1), dgamma, dbeta

    return row(device, f"group_norm_silu, forward and backward, {' x '.join(map(str, shape))}",
               {"ours": ours, "PyTorch channels-last": peer}, 1.5, 2.0**-5)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--host", action="store_true")
    arguments = parser.parse_args()
    if not arguments.host and not torch.cuda.is_available():
        print("benchmarks: torch sees no GPU", file=sys.stderr)
        return 3
    torch.ops.load_library(os.environ["STRAIGHTEDGE_OPS"])
    torch.manual_seed(0)
    device = Device("cpu" if arguments.host else "cuda", torch.bfloat16, arguments.host)
    document = {"schema": "straightedge/device-benchmarks/1", "torch": torch.__version__,
                "device": "cpu" if arguments.host else torch.cuda.get_device_name(), "rows": []}
    code = 0
    for benchmark in (interpolate, empirical_velocity, gradient_moments, group_norm_silu):
        try:
            found = benchmark(device)
        except Disagreement as problem:
            print(f"benchmarks: {problem}", file=sys.stderr)
            code = 1
            continue
        document["rows"].append(asdict(found))
        print(f"{found.work}: " + ", ".join(f"{who} {s * 1e3:.3g} ms" for who, s in found.seconds.items()) +
              f"; ratio {found.ratio:.2f}, goal {found.goal:g}; difference {found.difference:.2g}")
    with open(arguments.out, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
    return code


if __name__ == "__main__":
    sys.exit(main())
