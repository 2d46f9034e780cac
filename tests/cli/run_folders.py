"""Makes RUN folders as a third party would: JSON from the standard library, and the safetensors writer of tests/cross.

Nothing is trained. A network is stood for by what it is said to generate, and a measurement of gradients by draws.
"""

import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cross"))
from fixture_files import write_safetensors  # noqa: E402

IDENTITY = [[1.0, 0.0], [0.0, 1.0]]
COVARIANCE = [[2.0, 0.5], [0.5, 1.0]]
PAIRS = 400


def gaussian(kind, mode="frozen", mean=(0.0, 0.0), covariance=None, **more):
    pairs = {"kind": kind, "mode": mode, "mean": list(mean), "covariance": covariance or IDENTITY, **more}
    return {**pairs, "count": PAIRS, "seed": 0} if mode == "frozen" else pairs


def root(matrix):
    values, vectors = np.linalg.eigh(np.array(matrix))
    return vectors @ np.diag(np.sqrt(values)) @ vectors.T


def partners_of(pairs, source, rng):
    """As the pairs say where they do, else drawn."""
    d = source.shape[1]
    if pairs["kind"] in ("gaussian-ot", "gaussian-rotated"):
        angle = np.radians(pairs.get("degrees", 0.0))
        turn = np.eye(d)
        turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        return np.array(pairs["mean"]) + source @ (root(pairs["covariance"]) @ turn).T
    return rng.standard_normal(source.shape) * 2


class RunFolder:
    """A run in memory: change what a test is about, then write()."""

    def __init__(self, pairs, *, seed=1, sigma=0.0, dimension=2, claim="", model="mlp"):
        self.run = {
            "schema": "straightedge/run/1", "claim": claim, "seed": seed, "device": "cpu, 1 thread",
            "versions": {"somebody": "1"}, "data": {}, "dimension": dimension, "model": {"kind": model}, "pairs": pairs,
            "noise": {"kind": "constant", "sigma": sigma, "target": "displacement"},
        }
        self.evaluation = {"schema": "straightedge/evaluation/1", "step": 100, "gradient_variance": [], "mmd": []}
        sources = np.random.default_rng(0)  # the training pairs are the same for every seed
        source = sources.standard_normal((PAIRS, dimension))
        partner = partners_of(pairs, source, sources)
        fresh = np.random.default_rng(seed).standard_normal((50, dimension))
        self.rng = np.random.default_rng([seed, round(1000 * sigma), len(json.dumps(pairs))])
        unknown = np.full_like(fresh, np.nan)
        self.tensors = {
            "source": np.vstack([source, fresh]), "partner": np.vstack([partner, unknown]),
            "optimal": np.full((PAIRS + 50, dimension), np.nan), "generated": np.vstack([partner, fresh]),
            "reference": self.rng.standard_normal((60, dimension)),
            "split": np.array([0] * PAIRS + [1] * 50),
        }
        self.metadata = {"schema": "straightedge/outputs/1"}
        self.reproduce(1.0)

    def reproduce(self, fraction):
        """That much of the training sources end within 0.01 of their partner, the others 2 away."""
        away = np.where(np.arange(PAIRS) < round(fraction * PAIRS), 0.0, 2.0)[:, None]
        noise = 0.01 * self.rng.uniform(-1, 1, (PAIRS, self.run["dimension"]))
        self.tensors["generated"][:PAIRS] = self.tensors["partner"][:PAIRS] + noise + away
        return self

    def measure(self, variance, *, coupling="training", field="network", step=100, t_bin=None, batches=2000):
        """Squared norms of means of b standard normal gradients of variance `variance` in 4 dimensions."""
        norms = {size: (variance / 4 / size * self.rng.standard_normal((batches, 4))**2).sum(axis=1).tolist()
                 for size in (1, 16)}
        self.evaluation["gradient_variance"].append(
            {"step": step, "t_bin": t_bin, "field": field, "coupling": coupling, "b": 1, "B": 16,
             "squared_norms_b": norms[1], "squared_norms_B": norms[16]})
        return self

    def mmd(self, data, pairs, spread=0.01):
        for bandwidth in (1.0, 4.0):
            for to, value in (("data", data), ("pairs", pairs)):
                self.evaluation["mmd"].append(
                    {"bandwidth": bandwidth, "to": to, "value": value * (1 + spread * self.rng.uniform(-1, 1))})
        return self

    def write(self, folder):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(self.run))
        (folder / "evaluation.json").write_text(json.dumps(self.evaluation))
        kinds = {name: "int64" if name == "split" else "fp32" for name in self.tensors}
        write_safetensors(folder / "outputs.safetensors",
                          {name: (kinds[name], array) for name, array in self.tensors.items()}, self.metadata)
        return folder


def half_turn(mean=0.0, **more):
    return RunFolder(gaussian("gaussian-rotated", mean=(mean, mean), degrees=180.0), **more)


def mixture_pairs(mode="frozen"):
    return {"kind": "mixture", "mode": mode, **({"count": PAIRS, "seed": 0} if mode == "frozen" else {})}


def mixture(d, mode="frozen", **more):
    run = RunFolder(mixture_pairs(mode), dimension=d, **more)
    run.run["mixture"] = {"weights": [0.5, 0.5], "means": [[1.0] * d, [-1.0] * d],
                          "covariances": [(0.09 * np.eye(d)).tolist()] * 2}
    return run


def affine_run(th, Th, variance, *, seed=1, sigma=0.3, coupling=None, mode="resampled", **more):
    pairs = coupling or gaussian("gaussian-rotated", mode, (0.7, -0.3), COVARIANCE, degrees=120.0)
    run = RunFolder(pairs, seed=seed, sigma=sigma, model="affine", **more)
    run.evaluation["affine"] = {"th": list(th), "Th": np.array(Th).tolist()}
    return run.measure(variance, field="affine")
