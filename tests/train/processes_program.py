"""straightedge-train by several processes for tests: what torchrun and srun would set, and what became of each."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

from train_program import TrainTest, fixture_files

np = fixture_files.np
A_MINUTE = 60
STEPS = 60
# Steps large enough that the loss falls by half.
LEARNS = ("optimiser.rate=0.01", "optimiser.warmup=5", "train.variance_batches=0", "data.mean=[4, 4]")


def as_options(*settings):
    return [word for setting in settings for word in ("--set", setting)]


def free_port():
    """In the range that the number of a Slurm job can name, below those that the kernel gives away."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def torchrun(rank, size, port, address="127.0.0.1"):
    return {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(size),
            "MASTER_ADDR": address, "MASTER_PORT": str(port)}


def srun(rank, size, port, _address=None):
    """Of one node. The port follows from the job's number as the program has it: 20000 + 31 job mod 20000."""
    job = next(job for job in range(1, 20001) if (job * 31 - (port - 20000)) % 20000 == 0)
    return {"SLURM_JOB_ID": str(job), "SLURM_STEP_ID": "0", "SLURM_PROCID": str(rank), "SLURM_LOCALID": str(rank),
            "SLURM_NODEID": "0", "SLURM_NTASKS": str(size), "SLURM_STEP_NUM_TASKS": str(size),
            "SLURM_STEP_TASKS_PER_NODE": str(size), "SLURM_STEP_NODELIST": "localhost"}


def clean_environment():
    """Without the variables of a launcher that runs the tests."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("SLURM_", "TORCHELASTIC_", "MASTER_", "LOCAL_")) and name not in ("RANK", "WORLD_SIZE")}


class Job:
    """Processes that run at the same time."""

    def __init__(self, processes):
        self.processes = processes

    def wait(self, timeout=120):
        """What each wrote, once all have ended."""
        self.begun = time.monotonic()
        errors = []
        try:
            for process in self.processes:
                errors.append(process.communicate(timeout=max(1.0, self.begun + timeout - time.monotonic()))[1])
        finally:
            for process in self.processes:
                process.kill()
        self.seconds = time.monotonic() - self.begun
        return errors

    @property
    def codes(self):
        return [process.returncode for process in self.processes]


class ProcessesTest(TrainTest):
    def start(self, commands, launcher=torchrun, ranks=None, prefixes=None, limits=None, **variables):
        """A process for each command. `limits`: by number, what a process calls before it begins."""
        port = free_port()
        size = len(commands) if ranks is None else max(ranks) + 1
        processes = []
        for number, command in enumerate(commands):
            rank = number if ranks is None else ranks[number]
            environment = {**clean_environment(), **launcher(rank, size, port), **variables}
            prefix = [] if prefixes is None else prefixes[number]
            processes.append(subprocess.Popen([*prefix, *command], env=environment, stdout=subprocess.DEVNULL,
                                              stderr=subprocess.PIPE, text=True,
                                              preexec_fn=(limits or {}).get(number)))
        job = Job(processes)
        for process in processes:
            self.addCleanup(self.removed, process)
        return job

    @staticmethod
    def removed(process):
        process.kill()
        process.wait()
        process.stderr.close()

    @staticmethod
    def children(pid):
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def finished(self, job, code=0, timeout=120):
        errors = job.wait(timeout)
        self.assertEqual(job.codes, [code] * len(job.codes), errors)
        return errors

    def one_line(self, errors, *words):
        """All processes wrote one line together, and it holds the words."""
        text = "".join(errors)
        self.assertEqual(text.count("\n"), 1, text)
        for word in words:
            self.assertIn(word, text)

    def train_together(self, out, size, *options, launcher=torchrun, **more):
        errors = self.finished(self.start([self.command(out, *options, **more)] * size, launcher))
        self.assertEqual("".join(errors), "")


class CurveTest(ProcessesTest):
    """Losses of the same global batches."""

    def nudged(self, run, seed):
        """A copy of a run at its first checkpoint, with every parameter one unit in the last place off."""
        copy = self.folder / f"nudged-{seed}"
        shutil.copytree(self.folder / run, copy)
        (copy / "model.safetensors").unlink()
        first, *others = sorted((copy / "checkpoints").iterdir())
        for other in others:
            shutil.rmtree(other)
        tensors, metadata = fixture_files.read_safetensors(first / "state.safetensors")
        dtype, parameters = tensors["parameters"]
        ends = np.random.default_rng(seed).choice(np.array([-np.inf, np.inf], np.float32), size=parameters.shape)
        tensors["parameters"] = (dtype, np.nextafter(parameters, ends))
        fixture_files.write_safetensors(first / "state.safetensors", tensors, metadata)
        state = json.loads((first / "state.json").read_text())
        state["sha256"] = hashlib.sha256((first / "state.safetensors").read_bytes()).hexdigest()
        (first / "state.json").write_text(json.dumps(state))
        return copy.name

    def losses(self, run):
        return np.array([line["loss"] for line in self.metrics(run)])

    def tolerance(self, run, *options, **more):
        """Of the losses of `run`, made by one process, for sums in another order.

        Such a sum is off by some last places, and the step that is made of it ends in other last places of the
        parameters: in each of k steps by one unit, say, of each. To first order the loss at step k is then off by
        at most k times what one unit in the last place of every parameter has done to it by then, which is measured:
        from the first checkpoint, and taken to grow. The loss itself, a mean of fp32 squares, is off by some units
        too: those of a sum as long as the widest layer.
        """
        base = self.losses(run)
        effect = np.zeros_like(base)
        for seed in range(3):
            copy = self.nudged(run, seed)
            self.train(copy, *options, "--resume", **more)
            effect = np.maximum(effect, np.abs(self.losses(copy) - base))
        effect[0] = effect[1]  # the nudge came after this line
        steps = np.array([line["step"] for line in self.metrics(run)])
        return steps * np.maximum.accumulate(effect) + 64 * 2.0**-24 * base

    def compare(self, runs, *options, **more):
        """Each of the runs against the one process's in "one"."""
        tolerance = self.tolerance("one", *options, **more)
        base = self.losses("one")
        self.assertLess(base[-1], 0.75 * base[0])
        self.assertLess(np.max(tolerance / base), 1e-3)
        for run in runs:
            with self.subTest(run):
                off = np.abs(self.losses(run) - base)
                print(f"{self.id()}, {run}: at most {np.max(off / tolerance):.2g} of the tolerance, "
                      f"{np.max(off / base):.1g} of the loss", flush=True)
                self.assertTrue(np.all(off <= tolerance), f"{off / tolerance}")


class FailingTest(ProcessesTest):
    """Something goes wrong."""

    def failed(self, job, code, *words):
        """All ended within a minute from now with that exit code and one line."""
        errors = job.wait(timeout=A_MINUTE + 10)
        print(f"{self.id()}: all ended after {job.seconds:.1f} s", flush=True)
        self.assertLess(job.seconds, A_MINUTE)
        self.assertEqual({found for found in job.codes if found != -signal.SIGKILL}, {code}, errors)
        self.one_line(errors, *words)

    def running(self, size, out="run", *options, **more):
        """A job that is amid its training, with a checkpoint."""
        command = self.command(out, *options, steps=10**6, **more)
        job = self.start([command] * size)
        self.wait_for_checkpoint(job, out)
        return job

    def wait_until(self, job, condition):
        """While all of a job run."""
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            self.assertEqual(job.codes, [process.poll() for process in job.processes])
            time.sleep(0.02)

    def wait_for_checkpoint(self, job, out):
        self.wait_until(job, lambda: list((self.folder / out).glob("checkpoints/step-*[0-9]/state.json")))

    def running_without_checkpoint(self, size, out="run", **more):
        """A job that is amid its training, and whose first checkpoint is far away."""
        options = as_options("train.checkpoint_every=1000000", "train.variance_batches=0")
        job = self.start([self.command(out, *options, steps=10**6)] * size, **more)
        metrics = self.folder / out / "metrics.jsonl"
        self.wait_until(job, lambda: metrics.is_file() and metrics.read_bytes().count(b"\n") > 2)
        return job

    def kept_what_was_trained(self, out="run"):
        """Though no checkpoint was due."""
        self.assertGreaterEqual(self.last_step(out), self.metrics(out)[-1]["step"])

    def last_step(self, out="run"):
        return max(int(name.removeprefix("step-")) for name in self.checkpoints(out) if name[-1].isdigit())
