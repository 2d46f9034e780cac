"""Parts of a step of training that its communication is predicted from, by the module of docs/training.md in PyTorch.

Prints one line of JSON: parameters; floating-point operations of a row, forward and back; and for each parameter, in the
order in which gradients are ready, its numbers and when it is ready, as a part of the time of forward and back together.
Run as a program with PyTorch on its path.
"""

import argparse
import json
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from torch_training import unet


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipe", type=json.loads, required=True)
    parser.add_argument("--batch", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data = arguments.recipe["data"]
    model = unet(arguments.recipe)
    x = torch.randn(arguments.batch, data["height"] * data["width"] * data["colours"])
    t = torch.rand(arguments.batch)

    def step() -> None:
        model(x, t).square().mean().backward()

    with FlopCounterMode(display=False) as counter:
        step()
    ready: dict[str, float] = {}
    for name, values in model.named_parameters():
        values.register_post_accumulate_grad_hook(lambda _, name=name: ready.__setitem__(name, time.perf_counter()))
    best, runs = None, 3
    for _ in range(runs):
        began = time.perf_counter()
        step()
        ended = time.perf_counter()
        if best is None or ended - began < best:
            best = ended - began
            parts = {name: (at - began) / best for name, at in ready.items()}
    sizes = {name: values.numel() for name, values in model.named_parameters()}
    order = sorted(parts, key=parts.get)
    print(json.dumps({"parameters": sum(sizes.values()), "flops": counter.get_total_flops() / arguments.batch,
                      "seconds": best, "ready": [[parts[name], sizes[name]] for name in order]}))


if __name__ == "__main__":
    main()
