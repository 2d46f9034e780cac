"""straightedge-train by several processes for tests: what torchrun and srun would set, and what became of each."""

import os
import random
import socket
import subprocess
import time

from train_program import TrainTest


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
    def start(self, commands, launcher=torchrun, ranks=None, prefixes=None, **variables):
        """A process for each command."""
        port = free_port()
        size = len(commands) if ranks is None else max(ranks) + 1
        processes = []
        for number, command in enumerate(commands):
            rank = number if ranks is None else ranks[number]
            environment = {**clean_environment(), **launcher(rank, size, port), **variables}
            prefix = [] if prefixes is None else prefixes[number]
            processes.append(subprocess.Popen([*prefix, *command], env=environment, stdout=subprocess.DEVNULL,
                                              stderr=subprocess.PIPE, text=True))
        job = Job(processes)
        for process in processes:
            self.addCleanup(process.kill)
        return job

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
