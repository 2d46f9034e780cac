"""straightedge-train by several processes where something is wrong: all end soon, with one line that names the rank."""

import resource
import shutil
import signal
import socket
import time
import unittest

from processes_program import A_MINUTE, FailingTest, Job, as_options, free_port
from train_program import PROGRAM, fixture_files
from unet_train_test import write_pairs

np = fixture_files.np

class Losses(FailingTest):
    def goes_on(self, out="run"):
        """By other numbers of processes, from what the failure left."""
        step = self.last_step(out)
        for number, size in enumerate((1, 3)):
            copy = self.folder / f"{out}-{size}"
            shutil.copytree(self.folder / out, copy)
            recipe = (copy / "recipe.toml").read_text()
            self.assertIn("steps = 1000000", recipe)
            (copy / "recipe.toml").write_text(recipe.replace("steps = 1000000", f"steps = {step + 20}"))
            self.finished(self.start([[PROGRAM, "train", str(copy / "recipe.toml"), "--out", str(copy), "--resume",
                                       "--quiet"]] * size))
            self.assertEqual(self.metrics(copy.name)[-1]["step"], step + 20, number)

    def test_a_process_is_killed(self):
        job = self.running_without_checkpoint(3)
        job.processes[1].kill()
        job.processes[1].wait()
        self.failed(job, 4, "rank 1", "is lost", "the checkpoint of step", "--resume, by any number of processes")
        self.kept_what_was_trained()
        self.goes_on()

    def test_the_first_is_killed(self):
        job = self.running(2)
        job.processes[0].kill()
        self.failed(job, 4, "rank 0 is lost", "127.0.0.1")
        self.goes_on()

    def test_a_process_hangs(self):
        job = self.running_without_checkpoint(2)
        job.processes[1].send_signal(signal.SIGSTOP)
        self.failed(Job(job.processes[:1]), 4, "rank 1", "is lost", "no sign of life", "the checkpoint of step")
        self.kept_what_was_trained()
        self.goes_on()

    def test_the_first_hangs(self):
        job = self.running(2)
        job.processes[0].send_signal(signal.SIGSTOP)
        self.failed(Job(job.processes[1:]), 4, "rank 0 is lost", "does not answer")
        self.goes_on()

    def test_a_job_that_was_halted_as_a_whole_goes_on(self):
        job = self.running(2)
        for process in job.processes:
            process.send_signal(signal.SIGSTOP)
        time.sleep(25)  # longer than a process alone may be silent
        step = self.last_step()
        for process in job.processes:
            process.send_signal(signal.SIGCONT)
        while self.last_step() < step + 100:
            self.assertEqual([process.poll() for process in job.processes], [None, None])
            time.sleep(0.1)
        job.processes[0].send_signal(signal.SIGTERM)
        self.finished(job, code=3)

    def test_the_disk_of_the_first_is_full(self):
        self.train("run", *as_options("train.checkpoint_every=20"), steps=20)
        (self.folder / "run" / "model.safetensors").unlink()

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        recipe = self.folder / "run" / "recipe.toml"
        recipe.write_text(recipe.read_text().replace("steps = 20", "steps = 40"))
        words = [PROGRAM, "train", str(recipe), "--out", str(self.folder / "run"), "--resume", "--quiet"]
        job = self.start([words] * 2, limits={0: small_files})
        self.failed(job, 4, "run/", "cannot be written")
        self.assertEqual(self.last_step(), 20)


class Beginnings(FailingTest):
    def test_a_store_that_does_not_answer(self):
        job = self.start([self.command("run", "--patience", "3")], ranks=[1])
        self.failed(job, 4, "rank 1", "the store at 127.0.0.1:", "does not answer", "MASTER_ADDR")

    def test_an_address_that_is_none(self):
        job = self.start([self.command("run", "--patience", "3")], ranks=[1], MASTER_ADDR="no-such-host.invalid")
        self.failed(job, 4, "rank 1", "the store at no-such-host.invalid:", "does not answer")

    def test_a_process_that_does_not_come(self):
        job = self.start([self.command("run", "--patience", "3")] * 2, ranks=[0, 2])
        self.failed(job, 4, "rank 1 of 3 did not come within 3 s", "127.0.0.1:")

    def test_two_processes_of_one_rank(self):
        job = self.start([self.command("run")] * 3, ranks=[0, 1, 1], WORLD_SIZE="3")
        self.failed(job, 2, "two processes are rank 1 of 3")

    def test_two_processes_of_the_first_rank(self):
        job = self.start([self.command("run", "--patience", "5")] * 2, ranks=[0, 0], WORLD_SIZE="2")
        errors = job.wait()
        self.assertLess(job.seconds, A_MINUTE)
        self.assertEqual(sorted(job.codes), [2, 4])
        self.assertIn("is there a second process of rank 0", "".join(errors))
        self.assertIn("rank 1 of 2 did not come", "".join(errors))
        self.assertEqual("".join(errors).count("\n"), 2)

    def test_a_port_of_another_program_that_says_nothing(self):
        with socket.socket() as other:
            port = free_port()
            other.bind(("127.0.0.1", port))
            other.listen()
            for rank, code, words in ((0, 2, ["rank 0 cannot serve the store at 127.0.0.1:", "MASTER_PORT"]),
                                      (1, 4, ["rank 1", "the store at 127.0.0.1:", "does not answer"])):
                with self.subTest(rank):
                    job = self.start([self.command("run", "--patience", "3")], ranks=[rank], WORLD_SIZE="2",
                                     MASTER_PORT=str(port))
                    self.failed(job, code, *words)

    def test_a_process_of_another_job_does_not_disturb_one_that_runs(self):
        port = free_port()
        job = self.start([self.command("run", steps=10**6)] * 2, MASTER_PORT=str(port))
        self.wait_for_checkpoint(job, "run")
        stray = self.start([self.command("stray", "--patience", "3")], ranks=[2], WORLD_SIZE="4", MASTER_PORT=str(port))
        self.failed(stray, 4, "rank 0 of 4 did not come within 3 s")
        step = self.last_step()
        while self.last_step() <= step:
            self.assertEqual([process.poll() for process in job.processes], [None, None])
            time.sleep(0.05)
        job.processes[1].send_signal(signal.SIGTERM)
        self.finished(job, code=3)

    def test_a_second_process_of_a_rank_does_not_disturb_a_job_that_runs(self):
        port = free_port()
        job = self.start([self.command("run", steps=10**6)] * 2, MASTER_PORT=str(port))
        self.wait_for_checkpoint(job, "run")
        late = self.start([self.command("run")], ranks=[1], MASTER_PORT=str(port))
        self.failed(late, 2, "two processes are rank 1 of 2", "goes on")
        step = self.last_step()
        while self.last_step() <= step:
            time.sleep(0.05)
        job.processes[1].send_signal(signal.SIGTERM)
        self.finished(job, code=3)

    def test_variables_that_are_missing_or_wrong(self):
        for variables, words in (({"RANK": "2"}, ["RANK is \"2\"", "from 0 to 1"]),
                                 ({"WORLD_SIZE": "two"}, ["WORLD_SIZE is \"two\""]),
                                 ({"MASTER_PORT": "70000"}, ["MASTER_PORT is \"70000\""]),
                                 ({"MASTER_ADDR": ""}, ["MASTER_ADDR is not set", "torchrun or srun"])):
            with self.subTest(variables):
                self.failed(self.start([self.command("run")], **{"WORLD_SIZE": "2", **variables}), 2, *words)
        self.assertFalse((self.folder / "run").exists())


class Disagreements(FailingTest):
    def differing(self, different, code, *words, options=()):
        job = self.start([self.command("run", *options), self.command("run", *options),
                          self.command("run", *options, *different)])
        self.failed(job, code, *words)
        self.assertFalse((self.folder / "run").exists())

    def test_another_recipe(self):
        self.differing(as_options("optimiser.rate=0.123"), 2, "rank 2 has another recipe than rank 0", "rate = 0.123")

    def test_another_seed(self):
        self.differing(as_options("train.seed=7"), 2, "rank 2", "seed = 7")

    def test_other_pairs(self):
        for number in range(2):
            write_pairs(self.folder / f"{number}.safetensors")
        content = bytearray((self.folder / "1.safetensors").read_bytes())
        content[-1] ^= 1
        (self.folder / "1.safetensors").write_bytes(content)
        options = as_options("pairs.kind=file", "data.dimension=288", "data.mean=[]", "data.covariance=[]")
        paths = [as_options(f"pairs.file={self.folder}/{number}.safetensors") for number in range(2)]
        self.differing(paths[1], 2, "rank 2 has other pairs than rank 0, of SHA-256", options=[*options, *paths[0]])

    def test_the_same_pairs_at_another_place(self):
        for number in range(2):
            write_pairs(self.folder / f"{number}.safetensors")
        options = as_options("pairs.kind=file", "data.dimension=288", "data.mean=[]", "data.covariance=[]")
        job = self.start([self.command("run", *options, *as_options(f"pairs.file={self.folder}/{number}.safetensors"),
                                       steps=20) for number in range(2)])
        self.finished(job)

    def test_a_file_that_one_does_not_have(self):
        write_pairs(self.folder / "0.safetensors")
        options = as_options("pairs.kind=file", "data.dimension=288", "data.mean=[]", "data.covariance=[]")
        paths = [as_options(f"pairs.file={self.folder}/{number}.safetensors") for number in range(2)]
        self.differing(paths[1], 2, "1.safetensors", options=[*options, *paths[0]])

    def test_a_batch_that_cannot_be_shared(self):
        job = self.start([self.command("run", *as_options("train.batch=4"))] * 3)
        self.failed(job, 2, "train.batch is 4, too few for 3 processes", "5 or more")
        self.assertFalse((self.folder / "run").exists())

    def test_a_folder_that_is_there(self):
        self.train("run", steps=20)
        self.failed(self.start([self.command("run", steps=20)] * 2), 2, "run: is there already", "--resume")

    def test_a_loss_that_is_not_finite(self):
        write_pairs(self.folder / "pairs.safetensors")
        tensors, metadata = fixture_files.read_safetensors(self.folder / "pairs.safetensors")
        dtype, x1 = tensors["x1"]
        x1 = x1.copy()
        x1[17] = 3e30  # its square is infinite in fp32; only some of the processes meet it in a step
        fixture_files.write_safetensors(self.folder / "pairs.safetensors", {**tensors, "x1": (dtype, x1)}, metadata)
        options = as_options("pairs.kind=file", f"pairs.file={self.folder}/pairs.safetensors", "data.dimension=288",
                             "data.mean=[]", "data.covariance=[]", "train.batch=8")
        self.train("alone", *options, code=1)
        errors = self.finished(self.start([self.command("run", *options)] * 3), code=1)
        self.one_line(errors, "the loss of step", "is not finite", "nonfinite.safetensors")
        alone, together = (fixture_files.read_safetensors(self.folder / run / "nonfinite.safetensors")
                           for run in ("alone", "run"))
        self.assertEqual(alone[1], together[1])
        for name in ("x0", "x1", "t"):
            self.assertTrue(np.array_equal(alone[0][name][1], together[0][name][1]), name)

    def test_other_samples(self):
        self.train("run", steps=20)
        words = [PROGRAM, "sample", str(self.folder / "run"), "--out", str(self.folder / "samples.safetensors")]
        for different in (["--seed", "5"], ["--method", "heun"], ["--count", "77"], ["--steps", "3"]):
            with self.subTest(different):
                self.failed(self.start([words, [*words, *different]]), 2, "rank 1 was asked for other samples")
                self.assertFalse((self.folder / "samples.safetensors").exists())

    def test_another_model(self):
        self.train("run", steps=20)
        shutil.copytree(self.folder / "run", self.folder / "other")
        self.train("third", "--set", "train.seed=5", steps=20)
        shutil.copy(self.folder / "third" / "model.safetensors", self.folder / "other" / "model.safetensors")
        job = self.start([[PROGRAM, "sample", str(self.folder / run), "--out", str(self.folder / "samples.safetensors")]
                          for run in ("run", "other")])
        self.failed(job, 2, "rank 1 has another model than rank 0", "other/model.safetensors")
        self.assertFalse((self.folder / "samples.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
