"""docs/batch/prove-array.sh: a campaign as a batch array."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from straightedge_program import PROGRAM, ProgramTest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "batch" / "prove-array.sh"
OPTIONS = ("--claims", "crossover,figure-5", "--cases", "30", "--quiet")


class ProveArray(ProgramTest):
    @staticmethod
    def environment(**variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
        return environment | {"STRAIGHTEDGE": PROGRAM, "PROVE_OPTIONS": " ".join(OPTIONS), **variables}

    def run_script(self, *arguments, **variables):
        return subprocess.run([SCRIPT, *arguments], cwd=self.folder, env=self.environment(**variables),
                              capture_output=True, text=True, timeout=300)

    def digest(self, file):
        return json.loads((self.folder / file).read_text())["digest"]

    def test_of_local_shards_gives_the_whole_campaigns_certificate(self):
        self.assert_exit(0, "prove", *OPTIONS, "--out", "whole")
        result = self.run_script("local", "3")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.digest("campaign/certificate.json"), self.digest("whole/certificate.json"))
        self.assertTrue((self.folder / "campaign" / "report" / "figures" / "figure-5-boxes.csv").exists())
        self.assertTrue((self.folder / "campaign" / "report" / "report.html").exists())

    def test_of_seven_shards_one_killed_and_resumed_is_the_unsharded_certificate(self):
        self.assert_exit(0, "prove", *OPTIONS, "--out", "whole")
        script = subprocess.Popen([SCRIPT, "local", "7"], cwd=self.folder, env=self.environment(), start_new_session=True,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(script.wait)
        journal = self.folder / "campaign" / "shard-4" / "journal.jsonl"
        while not (journal.exists() and journal.read_bytes().count(b"\n") > 2):
            self.assertIsNone(script.poll(), "no shard was met before its end")
            time.sleep(0.002)
        os.killpg(script.pid, signal.SIGKILL)
        script.wait()
        self.assertFalse((journal.parent / "certificate.json").exists(), "the shard was killed too late")
        resumed = self.run_script("local", "7")
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertEqual(self.digest("campaign/certificate.json"), self.digest("whole/certificate.json"))
        # All but the one member that says when, where and how long.
        texts = []
        for file in ("campaign/certificate.json", "whole/certificate.json"):
            document = json.loads((self.folder / file).read_text())
            self.assertIsNotNone(document.pop("run"))
            texts.append(json.dumps(document))
        self.assertEqual(*texts)

    def test_of_array_tasks_and_of_variables_makes_one_shard_each(self):
        slurm = {"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_CPUS_PER_TASK": "1"}
        self.assertEqual(self.run_script(CAMPAIGN="mine", **slurm).returncode, 0)
        incomplete = self.run_script("merge", CAMPAIGN="mine")
        self.assertEqual(incomplete.returncode, 2)
        self.assertIn("2/2 is missing", incomplete.stderr)
        self.assertEqual(self.run_script(CAMPAIGN="mine", SHARD="2", SHARDS="2").returncode, 0)
        self.assertEqual(self.run_script("merge", CAMPAIGN="mine").returncode, 0)

    def test_goes_on_where_a_shard_stopped(self):
        self.assertEqual(self.run_script(SHARD="1", SHARDS="2").returncode, 0)
        journal = self.folder / "campaign" / "shard-1" / "journal.jsonl"
        lines = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join(lines[: len(lines) // 2]))
        first = self.digest("campaign/shard-1/certificate.json")
        self.assertEqual(self.run_script(SHARD="1", SHARDS="2").returncode, 0)
        self.assertEqual(self.digest("campaign/shard-1/certificate.json"), first)

    def test_says_how_it_is_used(self):
        self.assertEqual(self.run_script("merg").returncode, 2)
        self.assertIn("sbatch --array", self.run_script("merg").stderr)
        self.assertIn("SHARD", self.run_script().stderr)


if __name__ == "__main__":
    unittest.main()
