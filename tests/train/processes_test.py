"""straightedge-train by several processes: the same training and the same files as by one."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

import processes_program
from processes_program import LEARNS, STEPS, CurveTest, ProcessesTest, as_options, clean_environment, srun, torchrun
from train_program import PROGRAM, ROOT
from unet_train_test import RECIPE as IMAGES, TINY, write_pairs

class Curves(CurveTest):
    def all_sizes(self, *settings, **more):
        options = as_options("train.checkpoint_every=10", "train.keep=100", *LEARNS, *settings)
        self.train("one", *options, steps=STEPS, **more)
        for size in (2, 3, 4):
            launcher = srun if size == 3 else torchrun
            self.train_together(f"by-{size}", size, *options, launcher=launcher, steps=STEPS, **more)
        self.compare([f"by-{size}" for size in (2, 3, 4)], *options, steps=STEPS, **more)

    def test_of_frozen_pairs(self):
        self.all_sizes("noise.kind=bridge", "noise.sigma=0.1")

    def test_of_pairs_drawn_anew(self):
        self.all_sizes("pairs.mode=resampled", "pairs.kind=independent", "noise.kind=constant",
                       "noise.sigma=0.05")

    def test_of_three_dimensions_where_rows_are_shared_in_fours(self):
        self.all_sizes("data.kind=mixture", "pairs.kind=independent", "data.dimension=3", "pairs.mode=resampled",
                       "noise.kind=constant", "noise.sigma=0.05", "data.mean_variance=9")

    def test_of_an_affine_field(self):
        self.all_sizes("model.kind=affine", "pairs.kind=gaussian-ot", "optimiser.rate=0.1")

    def test_of_images_with_dropout_and_checkpointing(self):
        write_pairs(self.folder / "pairs.safetensors")
        self.all_sizes(*TINY, f"pairs.file={self.folder}/pairs.safetensors", "train.batch=16", "model.dropout=0.2",
                       "model.checkpointing=blocks", "optimiser.rate=0.01", recipe=IMAGES)

    def test_runs_go_on_from_each_others_checkpoints(self):
        options = as_options("train.checkpoint_every=10", "train.keep=100", *LEARNS)
        self.train("one", *options, steps=STEPS)
        # What a run by all numbers of processes has in between are the checkpoints of others.
        for number, sizes in enumerate(((1, 4, 2, 1), (2, 1, 4, 2), (4, 2, 1, 4))):
            run = self.folder / f"mixed-{number}"
            for part, size in enumerate(sizes):
                steps = STEPS // len(sizes) * (part + 1)
                self.until(run.name, steps, size, [*options, "--resume", *as_options(f"train.steps={STEPS}")])
        self.compare([f"mixed-{number}" for number in range(3)], *options, steps=STEPS)

    def until(self, run, steps, size, words):
        """Trains to the end, then takes back what is behind `steps`, as if it had been killed there."""
        self.finished(self.start([self.command(run, *words)] * size))
        if steps < STEPS:
            (self.folder / run / "model.safetensors").unlink()
            for checkpoint in (self.folder / run / "checkpoints").iterdir():
                if int(checkpoint.name.removeprefix("step-")) > steps:
                    shutil.rmtree(checkpoint)

    def test_a_run_goes_on_to_the_same_bits_by_as_many_processes(self):
        options = as_options("train.checkpoint_every=10", "train.keep=100", *LEARNS)
        self.train_together("whole", 2, *options, steps=STEPS)
        shutil.copytree(self.folder / "whole", self.folder / "parts")
        (self.folder / "parts" / "model.safetensors").unlink()
        for checkpoint in sorted((self.folder / "parts" / "checkpoints").iterdir())[1:]:
            shutil.rmtree(checkpoint)
        self.train_together("parts", 2, *options, "--resume", steps=STEPS)
        self.assertEqual(self.model("whole"), self.model("parts"))
        self.assertEqual(self.losses("whole").tolist(), self.losses("parts").tolist())


class Launching(ProcessesTest):
    def torchrun_itself(self, command, *options):
        environment = {**clean_environment(), "PYTHONPATH": os.environ["STRAIGHTEDGE_TORCH_SITE"], "OMP_NUM_THREADS": "1"}
        words = [os.environ["STRAIGHTEDGE_TORCH_PYTHON"], "-m", "torch.distributed.run", "--no-python",
                 "--nproc-per-node", "2", "--master-port", str(processes_program.free_port()), *options]
        job = subprocess.Popen([*words, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
        self.addCleanup(self.removed, job)
        return job

    def test_torchrun_itself(self):
        job = self.torchrun_itself(self.command("run", steps=40))
        errors = job.communicate(timeout=120)[1]
        self.assertEqual(job.returncode, 0, errors)
        self.assertIn("2 processes", json.loads((self.folder / "run" / "run.json").read_text())["device"])
        self.train_together("ours", 2, steps=40)
        self.assertEqual(self.model("run"), self.model("ours"))

    def test_torchrun_starts_a_job_again_that_lost_a_process(self):
        steps = 3000
        job = self.torchrun_itself(self.command("run", "--resume", steps=steps), "--max-restarts", "1")
        while not list((self.folder / "run").glob("checkpoints/step-*[0-9]/state.json")):
            self.assertIsNone(job.poll())
            time.sleep(0.02)
        os.kill(self.children(job.pid)[-1], signal.SIGKILL)
        errors = job.communicate(timeout=120)[1]
        self.assertEqual(job.returncode, 0, errors)
        self.train_together("whole", 2, steps=steps)
        self.assertEqual(self.model("run"), self.model("whole"))

    def test_one_process_of_a_launcher_is_one_process(self):
        self.train("alone", steps=40)
        for launcher in (torchrun, srun):
            self.train_together(launcher.__name__, 1, launcher=launcher, steps=40)
            self.assertEqual(self.model(launcher.__name__), self.model("alone"))

    def test_what_is_written_once_is_written_by_the_first(self):
        self.train_together("run", 3, steps=40)
        self.train("alone", steps=40)
        names = lambda run: {path.name for path in (self.folder / run).rglob("*")}  # noqa: E731
        self.assertEqual(names("run"), names("alone"))
        self.assertEqual([line["step"] for line in self.metrics("run")], [10, 20, 30, 40])

    def test_one_that_is_told_to_stop_stops_all(self):
        job = self.start([self.command("run", steps=10**6)] * 3)
        while not (self.folder / "run" / "metrics.jsonl").exists():
            time.sleep(0.05)
        job.processes[1].send_signal(signal.SIGTERM)
        errors = self.finished(job, code=3)
        self.one_line(errors, "stopped", "--resume")
        step = int(self.checkpoints("run")[-1].removeprefix("step-"))
        self.assertGreater(step, 0)
        self.assertEqual(self.metrics("run")[-1]["step"], step)

    def test_commands_of_one_process_say_so(self):
        for command in (["prepare", "x", "--out", "y"], ["reproduce", "rotation", "--out", str(self.folder / "x")]):
            with self.subTest(command[0]):
                errors = self.finished(self.start([[PROGRAM, *command]] * 2), code=2)
                self.assertIn(f"{command[0]}: is one process's work", errors[0])


# What docs/batch/train.sh asks of Slurm: tasks with its variables, of which the greatest exit code counts.
SRUN = """#!{python}
import os, signal, subprocess, sys
sys.path.insert(0, {folder!r})
os.environ.setdefault("STRAIGHTEDGE_TRAIN", sys.argv[2])
import processes_program
assert sys.argv[1] == "--kill-on-bad-exit=0"
size = 2
tasks = [subprocess.Popen(sys.argv[2:], env={{**os.environ, **processes_program.srun(rank, size, {port})}})
         for rank in range(size)]
signal.signal(signal.SIGTERM, lambda *_: [task.send_signal(signal.SIGTERM) for task in tasks])
open("started", "w").close()
codes = [task.wait() for task in tasks]
sys.exit(max(code if code >= 0 else 128 - code for code in codes))
"""


class SlurmScript(ProcessesTest):
    def setUp(self):
        super().setUp()
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        text = SRUN.format(python=sys.executable, folder=str(pathlib.Path(__file__).parent),
                           port=processes_program.free_port())
        self.tool("srun", text)
        self.tool("scontrol", '#!/bin/sh\necho "$@" >> scontrol.log\n')

    def tool(self, name, text):
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def script(self, steps, **variables):
        options = [word for word in self.command("run", steps=steps)[5:] if word != "--quiet"]
        environment = {**clean_environment(), "PATH": f"{self.tools}:{os.environ['PATH']}", "SLURM_JOB_ID": "77",
                       "RECIPE": str(ROOT / "gpu/recipes/rotation.toml"), "RUN": "run", "STRAIGHTEDGE_TRAIN": PROGRAM,
                       "TRAIN_OPTIONS": " ".join(options), **variables}
        return subprocess.Popen([ROOT / "docs" / "batch" / "train.sh"], cwd=self.folder, env=environment,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def signal_tasks(self, job):
        """Slurm signals them, not the script."""
        os.kill(self.children(job.pid)[0], signal.SIGTERM)

    def test_a_job_whose_time_is_up_goes_back_into_the_queue(self):
        steps = 3000
        job = self.script(steps)
        self.addCleanup(lambda: os.killpg(job.pid, signal.SIGKILL) if job.poll() is None else None)
        while not list((self.folder / "run").glob("checkpoints/step-*[0-9]/state.json")):
            self.assertIsNone(job.poll())
            time.sleep(0.02)
        self.signal_tasks(job)
        errors = job.communicate(timeout=60)[1]
        self.assertEqual(job.returncode, 3, errors)
        self.assertEqual((self.folder / "scontrol.log").read_text(), "requeue 77\n")
        again = self.script(steps, SLURM_RESTART_COUNT="1")
        errors = again.communicate(timeout=120)[1]
        self.assertEqual(again.returncode, 0, errors)
        self.train_together("whole", 2, steps=steps)
        self.assertEqual(self.model("run"), self.model("whole"))

    def test_a_job_that_lost_a_process_goes_back(self):
        job = self.script(10**6)
        while not list((self.folder / "run").glob("checkpoints/step-*[0-9]/state.json")):
            self.assertIsNone(job.poll())
            time.sleep(0.02)
        srun_itself = self.children(job.pid)[0]
        os.kill(self.children(srun_itself)[1], signal.SIGKILL)
        errors = job.communicate(timeout=60)[1]
        self.assertEqual(job.returncode, 128 + signal.SIGKILL, errors)
        self.assertIn("rank 1", errors)
        self.assertEqual((self.folder / "scontrol.log").read_text(), "requeue 77\n")

    def test_a_wrong_recipe_does_not_go_back(self):
        job = self.script(10, TRAIN_OPTIONS="--set optimiser.rat=1")
        errors = job.communicate(timeout=60)[1]
        self.assertEqual(job.returncode, 2, errors)
        self.assertFalse((self.folder / "scontrol.log").exists())
        job = self.script(10**6, SLURM_RESTART_COUNT="20")
        while not list((self.folder / "run").glob("checkpoints/step-*[0-9]/state.json")):
            time.sleep(0.02)
        self.signal_tasks(job)
        job.communicate(timeout=60)
        self.assertEqual(job.returncode, 3)
        self.assertFalse((self.folder / "scontrol.log").exists(), "it has gone back often enough")


class SharedWork(ProcessesTest):
    """What a flow makes does not depend on how many processes make it."""

    def setUp(self):
        super().setUp()
        self.train("run", *as_options("evaluate.fresh=50", "evaluate.batches=5", "evaluate.large_batch=64",
                                      "evaluate.t_bins=2"), steps=40)
        self.run_folder = self.folder / "run"

    def together(self, size, *words):
        errors = self.finished(self.start([[PROGRAM, *map(str, words), "--quiet"]] * size))
        return "".join(errors)

    def test_samples(self):
        for size in (1, 2, 3):
            self.together(size, "sample", self.run_folder, "--out", self.folder / f"{size}.safetensors",
                          "--count", 20000, "--method", "heun", "--steps", 3)
        one = (self.folder / "1.safetensors").read_bytes()
        for size in (2, 3):
            self.assertEqual((self.folder / f"{size}.safetensors").read_bytes(), one)
        self.assertFalse(list(self.folder.glob("*.parts")))

    def test_stopped_samples_are_continued_by_another_number(self):
        words = ["sample", self.run_folder, "--count", 200000, "--steps", 60, "--out"]
        job = self.start([[PROGRAM, *map(str, words), str(self.folder / "parts.safetensors")]] * 2)
        parts = self.folder / "parts.safetensors.parts"
        while not list(parts.glob("block-*")):
            time.sleep(0.02)
        job.processes[1].send_signal(signal.SIGINT)
        errors = self.finished(job, code=3)
        self.assertIn("the same command continues", "".join(errors))
        self.assertTrue(list(parts.glob("block-*")))
        self.together(3, *words, self.folder / "parts.safetensors")
        self.together(1, *words, self.folder / "whole.safetensors")
        self.assertEqual((self.folder / "parts.safetensors").read_bytes(),
                         (self.folder / "whole.safetensors").read_bytes())

    def test_pairs_of_a_flow(self):
        recipe = self.folder / "reflow.toml"
        recipe.write_text(f'[data]\ndimension = 2\n[pairs]\nkind = "1-reflow"\nrun = "{self.run_folder}"\n'
                          'count = 10000\n[train]\nthreads = 1\ndevice = "cpu"\n[evaluate]\nfresh = 10\n')
        for size in (1, 2, 3):
            self.together(size, "pairs", recipe, "--out", self.folder / f"{size}.safetensors")
        one = (self.folder / "1.safetensors").read_bytes()
        for size in (2, 3):
            self.assertEqual((self.folder / f"{size}.safetensors").read_bytes(), one)
        # A training on such pairs makes them itself.
        options = as_options("pairs.kind=1-reflow", f"pairs.run={self.run_folder}", "pairs.count=10000")
        self.train("alone", *options, steps=20)
        self.train_together("together", 2, *options, steps=20)
        digest = lambda run: json.loads((self.folder / run / "run.json").read_text())["data"]  # noqa: E731
        self.assertEqual(digest("alone"), digest("together"))

    def test_measurements(self):
        found = []
        for size in (1, 2, 4):
            self.together(size, "evaluate", self.run_folder)
            found.append(((self.run_folder / "evaluation.json").read_text(),
                          (self.run_folder / "outputs.safetensors").read_bytes()))
        self.assertEqual(found[1], found[0])
        self.assertEqual(found[2], found[0])


    def test_measurements_of_a_copy_without_checkpoints(self):
        shutil.copytree(self.run_folder, self.folder / "copy")
        shutil.rmtree(self.folder / "copy" / "checkpoints")
        self.together(1, "evaluate", self.run_folder)
        alone = (self.run_folder / "evaluation.json").read_text()
        self.finished(self.start([[PROGRAM, "evaluate", str(self.folder / run), "--quiet"] for run in ("run", "copy")]))
        self.assertEqual((self.run_folder / "evaluation.json").read_text(), alone)

    def test_of_a_run_that_has_not_ended(self):
        (self.run_folder / "model.safetensors").unlink()
        job = self.start([[PROGRAM, "evaluate", str(self.run_folder)]] * 2)
        self.one_line(self.finished(job, code=2), "rank", "the training has not ended; --resume it")


if __name__ == "__main__":
    unittest.main()
