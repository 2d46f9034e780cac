"""The PyTorch module that docs/training.md prints, as it stands there: it loads what straightedge-train has trained,
and its flow is the one that straightedge-train generated; the lines for TensorBoard pass on every number.

Both flows are fp32 evaluations of one formula. Its value is taken in fp64, by the module; each may differ from it by

    u |q| + gamma_n(u) sum_k |dq/dv_k| m_k,   u = 2^-24

over all intermediate results v_k of all Euler steps: docs/tolerances.md, steps 1 to 3. n, the longest chain, is about
60 roundings a step at width 16. The derivatives carry each error through the layers and steps behind it, with its
signs: a product of norms would be too wide to tell a right module from a wrong one.

Trained parameters are exact inputs. The frequencies 256^e are not: e is a quotient, whose rounding the power makes
e log 256 < 6 of, and the power has four of its own; as many again for the module's frequencies, which are the
reference's. Of a UNet they are exp(-e log 10000): two roundings of an exponent below 10, and the four of the exponential;
once more for the module's. The times k / steps and the factor 1 / steps are exact, since the number of steps is a power
of two. A UNet's chain is some thousand roundings long, so each of its nodes is charged its own: rounding.py.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

from operators import torch  # first: it skips where there is no torch

from rounding import Inexact, evaluate, failure

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cross"))
import fixture_files  # noqa: E402

PROGRAM = os.environ["STRAIGHTEDGE_TRAIN"]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
EULER_STEPS = 4
FREQUENCY_ROUNDINGS = {"Mlp": 20, "Unet": 48}
ROWS = 6  # whose flow is bounded
SETTINGS = ("model.width=16", "model.depth=2", "model.time_features=8", "pairs.count=48", "pairs.degrees=120",
            "data.mean=[1, -2]", "train.steps=300", "train.batch=32", "train.threads=1", "train.device=cpu",
            "optimiser.rate=0.01", "evaluate.fresh=16", f"evaluate.euler_steps={EULER_STEPS}", "evaluate.batches=2")

IMAGE = (4, 4, 2)
UNET = ("data.kind=images", *(f"data.{name}={size}" for name, size in zip(("height", "width", "colours"), IMAGE)),
        "pairs.kind=file", "model.kind=unet", "model.channels=4", "model.multipliers=[1, 2]", "model.blocks=1",
        "model.attention=2", "model.head_width=4", "model.groups=2")

# What each line would be in a module that is wrong.
WRONG_MLPS = {
    "silu(layer(h))": "silu(torch.nn.functional.linear(h, layer.weight))",
    "return self.layers[-1](h)": "return torch.nn.functional.linear(h, self.layers[-1].weight)",
    "angles.sin(), angles.cos()": "angles.cos(), angles.sin()",
    "max(n - 1, 1)": "n",
    "range(steps)": "range(1, steps + 1)",
}
WRONG_AFFINES = {
    "+ t[:, None, None] * self.Th": "- t[:, None, None] * self.Th",
    "(x - t[:, None] * self.th)": "(x + t[:, None] * self.th)",
    "y @ self.Th.T": "y @ self.Th",
}

WRONG_UNETS = {
    "self.in_layers(x) + self.emb_layers": "self.in_layers(x) - self.emb_layers",
    "self.skip_connection(x) + self.out_layers(h)": "self.skip_connection(x) - self.out_layers(h)",
    "/ self.head_width**0.5": "/ self.head_width",
    ".softmax(3)": ".softmax(2)",
    "q, k, v = qkv[:, :, 0], qkv[:, :, 1]": "q, k, v = qkv[:, :, 1], qkv[:, :, 0]",
    "return x + self.proj_out(h)": "return self.proj_out(h)",
    "torch.cat((angles.cos(), angles.sin()), dim=1)": "torch.cat((angles.sin(), angles.cos()), dim=1)",
    "torch.cat((h, left.pop()), dim=1)": "torch.cat((left.pop(), h), dim=1)",
    ".permute(0, 3, 1, 2)": ".permute(0, 3, 2, 1)",
}


def script_that_begins(words):
    (script,) = re.findall(rf"```python\n({re.escape(words)}.*?)```", PAGE, re.DOTALL)
    return script


MODULE = script_that_begins("import json\nimport pathlib")
TENSORBOARD = script_that_begins("import json, pathlib, sys")


def names_of(script):
    names = {}
    exec(compile(script, "docs/training.md", "exec"), names)  # pylint: disable=exec-used
    return types.SimpleNamespace(**names)


def trained(run, *settings):
    """Trains and evaluates into a folder."""
    options = [word for setting in (*SETTINGS, *settings) for word in ("--set", setting)]
    recipe = ROOT / "gpu" / "recipes" / "rotation.toml"
    for command in (["train", str(recipe), "--out", str(run), *options], ["evaluate", str(run)]):
        subprocess.run([PROGRAM, *command, "--quiet"], check=True, timeout=300)
    return run


def write_image_pairs(path):
    draws = fixture_files.np.random.default_rng(1)
    shape = (48, int(fixture_files.np.prod(IMAGE)))
    fixture_files.write_safetensors(path, {name: ("fp32", draws.normal(size=shape)) for name in ("x0", "x1")}, {})


def expected_of(docs, run):
    """The flow of a run's first sources in fp64, with what bounds its evaluation in fp32."""
    model = docs.load(run).double()
    source = docs.read_safetensors(run / "outputs.safetensors")["source"][:ROWS]
    if not hasattr(model, "frequencies"):
        (expected,) = evaluate(lambda x: docs.flow(model, x, EULER_STEPS), source)
        return expected

    def generated(x, frequencies):
        model.frequencies = frequencies
        return docs.flow(model, x, EULER_STEPS)

    values = model.frequencies
    (expected,) = evaluate(generated, source, Inexact(values, values.abs(), FREQUENCY_ROUNDINGS[type(model).__name__]))
    return expected


class TorchModule(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.mlp = trained(pathlib.Path(folder.name) / "mlp")
        # A field of its own for every sign and transposition: Th is far from 0, and not symmetric.
        cls.affine = trained(pathlib.Path(folder.name) / "affine", "model.kind=affine")
        pairs = pathlib.Path(folder.name) / "pairs.safetensors"
        write_image_pairs(pairs)
        cls.unet = trained(pathlib.Path(folder.name) / "unet", *UNET, f"pairs.file={pairs}")

    def problem(self, docs, run, actual):
        """What is wrong with a flow, by the module of `docs`, or None."""
        expected = expected_of(docs, run)
        bound = (expected.bound_by_node(torch.float32) if run == self.unet else
                 expected.bound(torch.float32, torch.float32))
        return failure(actual[:ROWS], expected.value, bound)

    def test_the_module_and_the_program_agree_with_the_formula(self):
        docs = names_of(MODULE)
        for run in (self.mlp, self.affine, self.unet):
            with self.subTest(run.name):
                outputs = docs.read_safetensors(run / "outputs.safetensors")
                self.assertIsNone(self.problem(docs, run, outputs["generated"]))
                model = docs.load(run)
                self.assertIsNone(self.problem(docs, run, docs.flow(model, outputs["source"], EULER_STEPS)))
                self.assertTrue(any(value.abs().max() > 0.1 for value in model.parameters()))

    def test_a_wrong_module_does_not_agree(self):
        for run, changes in ((self.mlp, WRONG_MLPS), (self.affine, WRONG_AFFINES), (self.unet, WRONG_UNETS)):
            generated = names_of(MODULE).read_safetensors(run / "outputs.safetensors")["generated"]
            for right, wrong in changes.items():
                with self.subTest(wrong):
                    self.assertEqual(MODULE.count(right), 1)
                    problem = self.problem(names_of(MODULE.replace(right, wrong)), run, generated)
                    self.assertRegex(problem or "", "times the bound")

    def test_the_parameters_have_the_documented_names(self):
        docs = names_of(MODULE)
        unet = docs.load(self.unet)
        for name in ("time_embed.0.weight", "input_blocks.1.0.in_layers.0.bias", "input_blocks.2.0.op.weight",
                     "input_blocks.3.0.skip_connection.weight", "middle_block.1.qkv.weight", "output_blocks.1.2.conv.bias",
                     "output_blocks.3.0.emb_layers.1.weight", "out.2.weight"):
            self.assertIn(name, dict(unet.named_parameters()))
        names = {self.mlp: [f"layers.{layer}.{kind}" for layer in range(3) for kind in ("weight", "bias")],
                 self.affine: ["th", "Th"], self.unet: [name for name, _ in unet.named_parameters()]}
        for run, expected in names.items():
            self.assertEqual(set(docs.read_safetensors(run / "model.safetensors")), set(expected))
            self.assertEqual([name for name, _ in docs.load(run).named_parameters()], expected)

    def test_the_page_names_every_key_of_the_metrics_and_every_file(self):
        line = json.loads((self.mlp / "metrics.jsonl").read_text().splitlines()[0])
        outputs = names_of(MODULE).read_safetensors(self.mlp / "outputs.safetensors")
        evaluation = set(json.loads((self.mlp / "evaluation.json").read_text()))
        schema = json.loads((ROOT / "docs" / "schemas" / "evaluation.schema.json").read_text())
        files = {path.name for path in self.mlp.iterdir()} - {"checkpoints"}
        for name in {*line, *outputs, *files, *(evaluation - set(schema["properties"]))}:
            self.assertIn(f"`{name}`", PAGE)

    def test_tensorboard_gets_every_number(self):
        # The package tensorboard need not be there: all that is asked of it is add_scalar.
        stub = mock.MagicMock()
        writer = stub.SummaryWriter.return_value.__enter__.return_value
        with mock.patch.dict(sys.modules, {"torch.utils.tensorboard": stub}), \
                mock.patch.object(sys, "argv", ["feed.py", str(self.mlp)]):
            names_of(TENSORBOARD)
        lines = [json.loads(line) for line in (self.mlp / "metrics.jsonl").read_text().splitlines()]
        self.assertEqual([call.args for call in writer.add_scalar.call_args_list],
                         [(key, value, line["step"]) for line in lines for key, value in line.items()])
        self.assertEqual(len(TENSORBOARD.splitlines()), 5)


if __name__ == "__main__":
    unittest.main()
