"""The peer PyTorch: steps of training on the CPU, eagerly, in fp32; and the matrix products of a perceptron's step.

The models of docs/training.md, AdamW with clipped gradients and a cosine schedule, an average of the parameters,
batches drawn from frozen pairs: what `straightedge-train train` does. PyTorch gets its fastest way: lists of parameters
in one call, no gradient that is cleared only to be written again, no number that is read back; for images both orders of
a tensor's numbers. Started with RANK and WORLD_SIZE, it is one of several processes by DistributedDataParallel over Gloo,
which take their shares of each batch.

Run as a program, in a process of its own with PyTorch on its path; prints one line of JSON.
"""

import argparse
import json
import math
import os
import re
import time
from pathlib import Path

import torch

FREQUENCY = 256.0
WAYS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "fused-channels-last": {"fused": True}}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "training.md"
ZEROS = re.compile(r"out_layers\.3\.|proj_out\.|^out\.2\.")


class Mlp(torch.nn.Module):
    def __init__(self, dimension, width, depth, time_features):
        super().__init__()
        sizes = [dimension + time_features, *[width] * depth, dimension]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(*size) for size in zip(sizes, sizes[1:]))
        n = time_features // 2
        self.register_buffer("frequencies", FREQUENCY ** (torch.arange(n) / (n - 1)), persistent=False)

    def forward(self, x, t):
        angles = t[:, None] * self.frequencies
        h = torch.cat((x, angles.sin(), angles.cos()), dim=1)
        for layer in self.layers[:-1]:
            h = torch.nn.functional.silu(layer(h))
        return self.layers[-1](h)


def unet(recipe):
    """The module of docs/training.md, which begins as the network of the recipe does."""
    (script,) = re.findall(r"```python\n(import json\nimport pathlib.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(compile(script, PAGE.name, "exec"), names)  # pylint: disable=exec-used
    sizes = {key: recipe["data"][key] for key in ("height", "width", "colours")}
    keys = ("channels", "multipliers", "blocks", "attention", "head_width", "groups")
    model = names["Unet"](**sizes, **{key: recipe["model"][key] for key in keys})
    with torch.no_grad():
        for name, values in model.named_parameters():
            if ZEROS.search(name):
                values.zero_()
    return model


class Training:
    """Calls take a step each. `recipe` is the resolved one of a run. `unit`: of its losses, in the program's."""

    unit = 1

    def __init__(self, recipe, pairs, way):
        torch.manual_seed(recipe["train"]["seed"])
        model, self.of, self.train = recipe["model"], recipe["optimiser"], recipe["train"]
        self.x0, self.x1 = pairs
        if model["kind"] == "unet":
            self.model = unet(recipe)
        else:
            self.model = Mlp(self.x0.shape[1], model["width"], model["depth"], model["time_features"])
        if way.endswith("channels-last"):
            self.model.to(memory_format=torch.channels_last)
        self.parameters = list(self.model.parameters())
        self.average = [of.detach().clone() for of in self.parameters]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=self.of["rate"],
                                           betas=(self.of["beta1"], self.of["beta2"]), eps=self.of["eps"],
                                           weight_decay=self.of["weight_decay"], **WAYS[way])
        self.k = 0
        self.clip = self.of["clip"]
        self.share = self.train["batch"]
        if torch.distributed.is_initialized():
            # Gradients lie in the buckets that are exchanged: no copies.
            self.model = torch.nn.parallel.DistributedDataParallel(self.model, gradient_as_bucket_view=True)
            torch.manual_seed(self.train["seed"] + 1 + torch.distributed.get_rank())
            self.share //= torch.distributed.get_world_size()

    def rate(self):
        is_constant = self.of["schedule"] == "constant"
        fall = 1 if is_constant else 0.5 * (1 + math.cos(math.pi * (self.k - 1) / self.train["steps"]))
        return self.of["rate"] * min(1, self.k / self.of["warmup"]) * fall

    def loss(self, x0, x1):
        t = torch.rand(len(x0))
        return (self.model(torch.lerp(x0, x1, t[:, None]), t) - (x1 - x0)).square().sum() / len(x0)

    def __call__(self):
        self.k += 1
        chosen = torch.randint(len(self.x0), (self.share,))
        loss = self.loss(self.x0.index_select(0, chosen), self.x1.index_select(0, chosen))
        self.optimiser.zero_grad(set_to_none=not torch.distributed.is_initialized())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        self.optimiser.param_groups[0]["lr"] = self.rate()
        self.optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.parameters, 1 - min(self.of["ema"], (1 + self.k) / (10 + self.k)))
        return loss.detach()


class Products:
    """What no step can leave out: every layer's product forward, and back those for its weight and, but for the first
    layer's, for its input; into memory that stays."""

    unit = 1

    def __init__(self, recipe, pairs, _):
        model, batch, d = recipe["model"], recipe["train"]["batch"], pairs[0].shape[1]
        sizes = [d + model["time_features"], *[model["width"]] * model["depth"], d]
        values = [torch.randn(batch, size) for size in sizes]
        slopes = [torch.randn(batch, size) for size in sizes]
        weights = [torch.randn(out, of) for of, out in zip(sizes, sizes[1:])]
        self.jobs = []
        for l, weight in enumerate(weights):
            self.jobs.append((values[l], weight.t(), torch.empty(batch, sizes[l + 1])))
            self.jobs.append((slopes[l + 1].t(), values[l], torch.empty_like(weight)))
            if l > 0:
                self.jobs.append((slopes[l + 1], weight, torch.empty(batch, sizes[l])))

    @torch.no_grad()
    def __call__(self):
        for left, right, out in self.jobs:
            torch.mm(left, right, out=out)
        return torch.zeros(())


def main(kinds: dict, version: str) -> None:
    """`kinds`: what makes the steps of each `--what`, of a recipe, pairs and that word."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--what", choices=tuple(kinds), required=True)
    parser.add_argument("--recipe", type=json.loads, required=True)
    parser.add_argument("--pairs", required=True, help="x0 and x1, each fp32 [n, d], one after the other")
    parser.add_argument("--block", type=int, required=True, help="steps that are timed as one")
    arguments = parser.parse_args()
    train = arguments.recipe["train"]
    torch.set_num_threads(train["threads"])
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        torch.distributed.init_process_group("gloo")
    with open(arguments.pairs, "rb") as file:
        pairs = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    pairs = pairs.reshape(2, -1, arguments.recipe["data"]["dimension"])
    step = kinds[arguments.what](arguments.recipe, pairs, arguments.what)
    seconds, losses = [], []
    for _ in range(train["steps"] // arguments.block):
        began, total = time.perf_counter(), torch.zeros(())
        for _ in range(arguments.block):
            total += step()
        losses.append(float(total) * step.unit / arguments.block)
        seconds.append((time.perf_counter() - began) / arguments.block)
    print(json.dumps({"version": version, "seconds": seconds, "losses": losses}))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main({**dict.fromkeys(WAYS, Training), "products": Products}, torch.__version__)
