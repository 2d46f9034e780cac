"""Predicts what a step of training costs on many devices, and checks the prediction at sizes that run here.

    tests/bench/run scaling predict   the tables of docs/scaling.md, from parts that are measured on the spot
    tests/bench/run scaling check     two processes, a network namespace and a core each, over a cable of several speeds:
                                      predicted and measured steps. Root alone can lay cables
    tests/bench/run scaling here      what limits several processes on this machine: small messages, half batches, starts

The model:

    step = compute + exposed,   exposed = max(0, end of the last bucket - end of the way back)

Buckets are those of c10d's Reducer; one is sent when its last gradient is ready and the bucket before it has arrived, in
2 (N-1)/N bytes / bandwidth + messages * latency.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "peers")]

from processes_rows import run_together  # noqa: E402
from training_rows import PERCEPTRON, UNET, write_image_pairs  # noqa: E402
from velocity_rows import find_operators  # noqa: E402

PAPERS = {"channels": 128, "multipliers": [1, 2, 2, 2], "blocks": 2, "attention": 16, "head_width": 64, "groups": 32}
FIRST_BUCKET, BUCKET = 1 << 20, 25 << 20


@dataclass(frozen=True)
class Link:
    """bandwidth: bytes a second of a ring, in one direction. rounds: messages one after the other, of `latency` seconds."""

    bandwidth: float
    latency: float
    is_ring: bool = True

    def seconds(self, size: float, devices: int) -> float:
        rounds = 2 * (devices - 1) if self.is_ring else 2 * math.ceil(math.log2(devices))
        return 2 * (devices - 1) / devices * size / self.bandwidth + rounds * self.latency


@dataclass(frozen=True)
class Parts:
    """compute: seconds of a step without communication, of which the first `passes` are forward and back. ready: when each
    gradient is, as a part of these, and its numbers."""

    compute: float
    passes: float
    ready: list

    def buckets(self, bytes_a_number: int) -> list[tuple[float, int]]:
        found, size = [], 0
        for at, numbers in self.ready:
            size += numbers * bytes_a_number
            if size >= (FIRST_BUCKET if not found else BUCKET):
                found.append((at, size))
                size = 0
        return [*found, (self.ready[-1][0], size)] if size else found

    def step(self, devices: int, link: Link, bytes_a_number: int = 4) -> float:
        if devices == 1:
            return self.compute
        end = 0.0
        for at, size in self.buckets(bytes_a_number):
            end = max(end, at * self.passes) + link.seconds(size, devices)
        return self.compute + max(0.0, end - self.passes)


def measured_parts(size: int, batch: int) -> dict:
    recipe = {"data": {"height": size, "width": size, "colours": 3}, "model": PAPERS}
    done = subprocess.run([sys.executable, "-B", HERE / "peers" / "step_parts.py", "--recipe", json.dumps(recipe),
                           "--batch", str(batch)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


# Assumed: of vendors' data sheets and NCCL's own figures, see docs/scaling.md.
IMAGES_A_SECOND = 2500.0
NETWORKS = {
    "400 Gb/s a GPU": (Link(320e9, 15e-6, is_ring=False), 64),
    "one 100 Gb/s card a node of 8": (Link(10e9, 15e-6, is_ring=False), 64),
    "one 25 Gb/s card a node of 8": (Link(2.5e9, 30e-6, is_ring=False), 64),
}
NVLINK = Link(360e9, 5e-6, is_ring=False)


def predict() -> None:
    parts = measured_parts(64, 1)
    print(f"{parts['parameters']:,} parameters, {parts['flops'] / 1e9:.1f} GFLOP an image, forward and back; at "
          f"{IMAGES_A_SECOND:.0f} images/s {parts['flops'] * IMAGES_A_SECOND / 1e12:.0f} TFLOP/s")
    of = Parts(1.0, 1.0, parts["ready"])
    print("buckets of fp32: " + ", ".join(f"{size / 1e6:.1f} MB at {at:.2f}" for at, size in of.buckets(4)))
    for title, rows_of in (("128 images a GPU", lambda n: 128), ("a batch of 128 in all", lambda n: 128 / n),
                           ("a batch of 4,096 in all", lambda n: 4096 / n)):
        for bytes_a_number, name in ((4, "fp32"), (2, "bf16")):
            print(f"\n{title}, gradients in {name}:")
            for network, (link, _) in NETWORKS.items():
                cells = []
                for devices in (8, 64, 512):
                    rows = rows_of(devices)
                    seconds = rows / IMAGES_A_SECOND
                    step = Parts(seconds, seconds, parts["ready"]).step(devices, NVLINK if devices <= 8 else link,
                                                                         bytes_a_number)
                    cells.append("-" if rows < 1 else f"{devices}: {step * 1e3:.1f} ms, {100 * seconds / step:.0f} %")
                print(f"  {network}: {'; '.join(cells)}")


class Cable:
    """Two network namespaces; `rate` as tc has it, or None for what the kernel does."""

    ADDRESSES = ("10.213.78.1", "10.213.78.2")

    def __enter__(self):
        self.names = [f"straightedge-bench-{k}" for k in range(2)]
        for name in self.names:
            subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(["ip", "link", "add", "cable0", "netns", self.names[0], "type", "veth", "peer", "name", "cable1",
                        "netns", self.names[1]], check=True)
        for k, name in enumerate(self.names):
            for words in (["addr", "add", f"{self.ADDRESSES[k]}/24", "dev", f"cable{k}"], ["link", "set", f"cable{k}", "up"],
                          ["link", "set", "lo", "up"]):
                subprocess.run(["ip", "-n", name, *words], check=True)
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False)

    def limit(self, rate: str | None) -> None:
        for k, name in enumerate(self.names):
            prefix = ["ip", "netns", "exec", name, "tc", "qdisc"]
            subprocess.run([*prefix, "del", "dev", f"cable{k}", "root"], check=False, stderr=subprocess.DEVNULL)
            if rate:
                subprocess.run([*prefix, "add", "dev", f"cable{k}", "root", "tbf", "rate", rate, "burst", "1mb", "latency",
                                "100ms"], check=True)

    def run(self, words: list, several: bool = True) -> str:
        """The words on both, each on a core of its own; what the first wrote."""
        port = str(20000 + int(time.time() * 10) % 10000)
        processes = []
        for k, name in enumerate(self.names):
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"}
            if several:
                environment |= {"RANK": str(k), "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1",
                                "MASTER_ADDR": self.ADDRESSES[0], "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": f"cable{k}"}
            processes.append(subprocess.Popen(["ip", "netns", "exec", name, "taskset", "-c", str(k),
                                               *(str(word).replace("RANK", str(k)) for word in words)],
                                              env=environment, stdout=subprocess.PIPE, text=True))
        texts = [process.communicate()[0] for process in processes]
        assert all(process.returncode == 0 for process in processes)
        return texts[0]


ALL_REDUCE = """
import time, torch, torch.distributed as d
d.init_process_group("gloo"); torch.set_num_threads(1)
def best(numbers, calls):
    x = torch.ones(numbers)
    d.all_reduce(x)
    times = []
    for _ in range(3):
        d.barrier(); began = time.perf_counter()
        for _ in range(calls): d.all_reduce(x)
        times.append((time.perf_counter() - began) / calls)
    return min(times)
small, large = best(4, 50), best(25 << 18, 4)
if d.get_rank() == 0: print(small, (25 << 20) / (large - small))
d.destroy_process_group()
"""


def check(programs: Path) -> None:
    batch, steps, block = 8, 9, 3
    parts = measured_parts(16, batch // 2)
    print(f"{parts['parameters']:,} parameters on images of 16 x 16, batch {batch}, gradients of "
          f"{4 * parts['parameters'] / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory() as name, Cable() as cable:
        folder = Path(name)
        write_image_pairs(folder / "pairs.safetensors")
        number = 0

        def train(rows: int, several: bool) -> float:
            nonlocal number
            number += 1
            values = {"pairs.file": folder / "pairs.safetensors", "train.steps": steps, "train.log_every": block,
                      "train.batch": rows, "train.variance_batches": 0, "train.checkpoint_every": steps,
                      "train.device": "cpu", "train.threads": 1,
                      **{f"model.{key}": value for key, value in PAPERS.items()}}
            words = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
            run = folder / f"run-{number}-"
            cable.run([programs / "straightedge-train", "train", UNET.recipe, "--out", f"{run}RANK", "--quiet", *words],
                      several)
            lines = [json.loads(line) for line in Path(f"{run}0/metrics.jsonl").read_text().splitlines()]
            assert tomllib.loads(Path(f"{run}0/recipe.toml").read_text())["train"]["batch"] == rows
            return min(rows / line["samples_per_second"] for line in lines[1:])

        compute = train(batch // 2, several=False)
        # The share of both passes is PyTorch's; AdamW and the average are the rest.
        passes = min(compute, parts["seconds"])
        of = Parts(compute, passes, parts["ready"])
        print(f"half a batch on each core, without the other: {compute * 1e3:.0f} ms; the passes {passes * 1e3:.0f} ms")
        print(f"{'cable':<12} {'latency':>9} {'bandwidth':>11} {'predicted':>10} {'measured':>9} {'off':>6}  efficiency")
        for rate in (None, "8gbit", "4gbit", "2gbit", "1gbit"):
            cable.limit(rate)
            small, bandwidth = map(float, cable.run([sys.executable, "-c", ALL_REDUCE]).split())
            predicted = of.step(2, Link(bandwidth, small / 2))
            measured = train(batch, several=True)
            print(f"{rate or 'no limit':<12} {small * 1e6:>6.0f} us {bandwidth / 1e6:>6.0f} MB/s {predicted * 1e3:>7.0f} ms "
                  f"{measured * 1e3:>6.0f} ms {100 * (measured / predicted - 1):>4.0f} %  {100 * compute / predicted:.0f} % "
                  f"predicted, {100 * compute / measured:.0f} % measured", flush=True)


def small_messages(size: int) -> float:
    """Seconds of an all-reduce of 16 bytes by so many processes here."""
    text, _ = run_together([sys.executable, "-c", ALL_REDUCE], size, namespace=False,
                           environment={"OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"})
    return float(text.split()[0])


def half_batches(programs: Path, folder: Path) -> None:
    """The UNet of the benchmarks: a batch, half of it alone, and half of it beside another run of the same."""
    write_image_pairs(folder / "pairs.safetensors")

    def start(name: str, rows: int) -> subprocess.Popen:
        values = {"pairs.file": folder / "pairs.safetensors", "train.steps": UNET.steps, "train.log_every": UNET.block,
                  "train.batch": rows, "train.variance_batches": 0, "train.device": "cpu", "train.threads": 1}
        words = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
        return subprocess.Popen([programs / "straightedge-train", "train", UNET.recipe, "--out", folder / name, "--quiet",
                                 *words])

    def milliseconds(name: str, rows: int) -> float:
        lines = [json.loads(line) for line in (folder / name / "metrics.jsonl").read_text().splitlines()]
        return min(1e3 * rows / line["samples_per_second"] for line in lines[1:])

    for runs, rows in ((["whole"], 8), (["half"], 4), (["left", "right"], 4)):
        processes = [start(name, rows) for name in runs]
        assert not any([process.wait() for process in processes])
        print(f"{rows} images, {len(runs)} runs at a time: "
              f"{max(milliseconds(name, rows) for name in runs):.1f} ms a step", flush=True)


def starts(programs: Path, folder: Path) -> None:
    """From the start of so many processes to their end, with five steps of a small MLP between."""
    for size in (8, 16, 32, 64):
        values = {"model.width": 16, "train.steps": 5, "train.batch": 256, "train.variance_batches": 0,
                  "train.device": "cpu", "train.threads": 1}
        words = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
        began = time.perf_counter()
        run_together([programs / "straightedge-train", "train", PERCEPTRON.recipe, "--out", folder / f"by-{size}",
                      "--quiet", "--patience", "300", *words], size, namespace=False)
        print(f"{size} processes: {time.perf_counter() - began:.1f} s from start to end", flush=True)


def here(programs: Path) -> None:
    for size in (2, 4):
        print(f"all-reduce of 16 bytes, {size} processes: {small_messages(size) * 1e6:.0f} us", flush=True)
    with tempfile.TemporaryDirectory() as name:
        half_batches(programs, Path(name))
        starts(programs, Path(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("predict", "check", "here"))
    parser.add_argument("--programs", type=Path, required=True, help="where straightedge-train is")
    arguments = parser.parse_args()
    os.environ["PYTHONPATH"] = str(find_operators(arguments.programs.parent).torch_site)
    programs = arguments.programs.resolve()
    if arguments.what == "predict":
        predict()
    elif arguments.what == "check":
        check(programs)
    else:
        here(programs)


if __name__ == "__main__":
    main()
