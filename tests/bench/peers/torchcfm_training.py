"""The peer torchcfm: the steps of torch_training.py, with torchcfm's matcher and its loss.

`ConditionalFlowMatcher(sigma)` draws times and noise, interpolates and says what to learn, as in the loops of torchcfm's
examples. Its loss is the mean over a batch and the coordinates, 1/d of ours: gradients are clipped at 1/d of our norm, so
that both clip the same steps, and the losses that are printed are d times its own.

Run as a program, in a process of its own with PyTorch on its path; prints one line of JSON.
"""

from importlib.metadata import version

import torch
from torchcfm.conditional_flow_matching import ConditionalFlowMatcher

from torch_training import Training, main


class MatchedTraining(Training):
    def __init__(self, recipe, pairs, way):
        super().__init__(recipe, pairs, way)
        noise = recipe["noise"]
        if noise["kind"] != "constant" or noise["target"] != "displacement":
            raise ValueError("of our noises this matcher has the constant one that the target leaves out")
        self.matcher = ConditionalFlowMatcher(sigma=noise["sigma"])
        self.unit = self.x0.shape[1]
        self.clip /= self.unit

    def loss(self, x0, x1):
        t, xt, ut = self.matcher.sample_location_and_conditional_flow(x0, x1)
        # The same number as torch.mean((vt - ut) ** 2) in fewer calls.
        return torch.nn.functional.mse_loss(self.model(xt, t), ut)


if __name__ == "__main__":
    main(dict.fromkeys(("fused", "foreach"), MatchedTraining), f"{version('torchcfm')} on PyTorch {torch.__version__}")
