"""straightedge-train by processes in two network namespaces: hosts of their own, with a cable between them."""

import os
import shutil
import signal
import subprocess
import time
import unittest

from processes_program import LEARNS, STEPS, CurveTest, FailingTest, Job, as_options, srun, torchrun

ADDRESSES = ("10.213.77.1", "10.213.77.2")


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)


class TwoHosts:
    """Network namespaces that live as long as a test."""

    def __init__(self):
        self.names = [f"straightedge-{os.getpid()}-{number}" for number in range(2)]
        self.cables = [f"se{os.getpid() % 10**6}x{number}" for number in range(2)]

    def begin(self):
        """Why there are none, or nothing."""
        if shutil.which("ip") is None:
            return "there is no `ip`, of Debian's iproute2"
        for name in self.names:
            if (made := ip("netns", "add", name)).returncode != 0:
                return f"no network namespace can be made here: {made.stderr.strip()}"
        made = ip("link", "add", self.cables[0], "netns", self.names[0], "type", "veth",
                  "peer", "name", self.cables[1], "netns", self.names[1])
        if made.returncode != 0:
            return f"no pair of network devices can be made here: {made.stderr.strip()}"
        for name, cable, address in zip(self.names, self.cables, ADDRESSES):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", cable)
            ip("-n", name, "link", "set", cable, "up")
            ip("-n", name, "link", "set", "lo", "up")
        return None

    def prefix(self, number):
        return ["ip", "netns", "exec", self.names[number]]

    def cut(self):
        ip("-n", self.names[0], "link", "set", self.cables[0], "down")

    def end(self):
        for name in self.names:
            ip("netns", "del", name)


def one_node_each(rank, size, port, _address=None):
    """Of two nodes, by Slurm, whose names are addresses here."""
    return {**srun(rank, size, port), "SLURM_LOCALID": str(rank % (size // 2)), "SLURM_NODEID": str(rank // (size // 2)),
            "SLURM_STEP_TASKS_PER_NODE": f"{size // 2}(x2)", "SLURM_STEP_NODELIST": ",".join(ADDRESSES)}


class OnTwoHosts(CurveTest, FailingTest):
    def setUp(self):
        super().setUp()
        self.hosts = TwoHosts()
        self.addCleanup(self.hosts.end)
        if why := self.hosts.begin():
            self.skipTest(why)

    def start_on_both(self, command, size, launcher=torchrun, **variables):
        """Half of the processes on each."""
        return self.start([command] * size, launcher=launcher, prefixes=[self.hosts.prefix(2 * k // size)
                                                                         for k in range(size)], **variables)

    def test_the_curve_of_one_process(self):
        options = as_options("train.checkpoint_every=10", "train.keep=100", *LEARNS)
        self.train("one", *options, steps=STEPS)
        self.finished(self.start_on_both(self.command("two", *options, steps=STEPS), 2, MASTER_ADDR=ADDRESSES[0]))
        self.finished(self.start_on_both(self.command("four", *options, steps=STEPS), 4, launcher=one_node_each))
        self.compare(["two", "four"], *options, steps=STEPS)

    def test_hosts_without_a_common_disk(self):
        """Only the first needs the folder of the run, to go on too."""
        options = as_options("train.checkpoint_every=10", *LEARNS)
        for steps in (STEPS // 2, STEPS):
            # A folder that the second cannot have: below a file.
            (self.folder / "file").touch()
            commands = [self.command("run", *options, "--resume", steps=STEPS),
                        self.command("file/run", *options, "--resume", steps=STEPS)]
            job = self.start(commands, prefixes=[self.hosts.prefix(k) for k in range(2)], MASTER_ADDR=ADDRESSES[0])
            self.finished(job)
            if steps != STEPS:
                (self.folder / "run" / "model.safetensors").unlink()
                shutil.rmtree(sorted((self.folder / "run" / "checkpoints").iterdir())[-1])
        self.train_together("beside", 2, *options, steps=STEPS)
        self.assertEqual(self.model("run"), self.model("beside"))

    def test_a_cable_that_is_cut(self):
        """Nobody is told: the packets just do not come."""
        job = self.start_on_both(self.command("run", steps=10**6), 2, MASTER_ADDR=ADDRESSES[0])
        self.wait_for_checkpoint(job, "run")
        self.hosts.cut()
        begin = time.monotonic()
        errors = job.wait()
        self.assertLess(time.monotonic() - begin, 60)
        self.assertEqual(job.codes, [4, 4], errors)
        # They cannot agree on who is lost: each names the other.
        self.assertIn("rank 1", errors[0])
        self.assertIn("is lost", errors[0])
        self.assertIn("rank 0 is lost: its store at " + ADDRESSES[0], errors[1])
        self.assertEqual([error.count("\n") for error in errors], [1, 1], errors)
        self.assertTrue(self.checkpoints("run"))

    def test_a_cable_that_is_cut_between_two_that_reach_rank_0(self):
        """Three hosts with a cable between each two."""
        hosts = [*self.hosts.names, f"{self.hosts.names[0]}-third"]
        self.assertEqual(ip("netns", "add", hosts[2]).returncode, 0)
        self.addCleanup(ip, "netns", "del", hosts[2])
        ip("-n", hosts[2], "link", "set", "lo", "up")
        for first, second, subnet in ((0, 2, "10.213.78"), (1, 2, "10.213.79")):
            ip("link", "add", f"to{second}", "netns", hosts[first], "type", "veth",
               "peer", "name", f"to{first}", "netns", hosts[second])
            for host, device, number in ((first, f"to{second}", 1), (second, f"to{first}", 2)):
                ip("-n", hosts[host], "addr", "add", f"{subnet}.{number}/24", "dev", device)
                ip("-n", hosts[host], "link", "set", device, "up")
        # Each is known by its address on the cable to rank 0's host; 1 and 2 reach these by their own cable.
        ip("-n", hosts[1], "route", "add", "10.213.78.2", "via", "10.213.79.2")
        ip("-n", hosts[2], "route", "add", ADDRESSES[1], "via", "10.213.79.1")
        ip("-n", hosts[2], "route", "add", ADDRESSES[0], "via", "10.213.78.1")
        job = self.running_without_checkpoint(3, prefixes=[["ip", "netns", "exec", host] for host in hosts],
                                              MASTER_ADDR=ADDRESSES[0])
        ip("-n", hosts[1], "link", "set", "to2", "down")
        self.failed(job, 4, "all processes wait for each other since 40 s, rank", "the checkpoint of step")
        self.kept_what_was_trained()

    def test_a_cable_that_is_slow(self):
        """An exchange that takes a minute is no standstill."""
        options = as_options("model.width=1300", "train.checkpoint_every=20", "train.variance_batches=0")
        job = self.start_on_both(self.command("run", *options, steps=10**6), 2, MASTER_ADDR=ADDRESSES[0])
        self.wait_for_checkpoint(job, "run")
        for number, cable in enumerate(self.hosts.cables):
            # Of 1,708,202 parameters an exchange is 6.8 MB.
            limited = subprocess.run(["tc", "-n", self.hosts.names[number], "qdisc", "add", "dev", cable, "root", "tbf", "rate",
                                      "1mbit", "burst", "16kb", "latency", "100ms"], capture_output=True, text=True, check=False)
            if limited.returncode != 0:
                self.skipTest(f"no cable can be made slow here: {limited.stderr.strip()}")
        time.sleep(5)
        step = self.last_step()
        time.sleep(50)
        self.assertEqual([process.poll() for process in job.processes], [None, None])
        self.assertLessEqual(self.last_step() - step, 20, "the cable is not slow")
        for number, cable in enumerate(self.hosts.cables):
            subprocess.run(["tc", "-n", self.hosts.names[number], "qdisc", "del", "dev", cable, "root"], check=True)
        while self.last_step() < step + 100:
            self.assertEqual([process.poll() for process in job.processes], [None, None])
            time.sleep(0.1)
        job.processes[1].send_signal(signal.SIGTERM)
        self.finished(job, code=3)

    def test_an_interface_that_the_others_do_not_reach(self):
        command = self.command("run", "--patience", "10")
        errors = self.finished(self.start_on_both(command, 2, MASTER_ADDR=ADDRESSES[0], GLOO_SOCKET_IFNAME="lo"), code=4)
        lines = [line for line in "".join(errors).splitlines() if line.startswith("straightedge-train: ")]
        self.assertEqual(len(lines), 1, errors)
        self.assertIn("do not reach each other", lines[0])
        self.assertIn("GLOO_SOCKET_IFNAME", lines[0])

    def test_an_interface_that_is_named(self):
        cables = iter(self.hosts.cables)
        command = self.command("run", steps=20)
        jobs = [self.start([command], ranks=[k], prefixes=[self.hosts.prefix(k)], WORLD_SIZE="2", RANK=str(k),
                           MASTER_ADDR=ADDRESSES[0], MASTER_PORT="29517", GLOO_SOCKET_IFNAME=next(cables))
                for k in range(2)]
        self.finished(Job([process for job in jobs for process in job.processes]))


if __name__ == "__main__":
    unittest.main()
