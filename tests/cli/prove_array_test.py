"""docs/batch/prove-array.sh: a campaign as a batch array."""

import json
import os
import pathlib
import subprocess
import unittest

from straightedge_program import PROGRAM, ProgramTest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "batch" / "prove-array.sh"
OPTIONS = ("--claims", "crossover,figure-5", "--cases", "30", "--quiet")


class ProveArray(ProgramTest):
    def run_script(self, *arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
        environment |= {"STRAIGHTEDGE": PROGRAM, "PROVE_OPTIONS": " ".join(OPTIONS), **variables}
        return subprocess.run([SCRIPT, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True,
                              timeout=300)

    def digest(self, file):
        return json.loads((self.folder / file).read_text())["digest"]

    def test_of_local_shards_gives_the_whole_campaigns_certificate(self):
        self.assert_exit(0, "prove", *OPTIONS, "--out", "whole")
        result = self.run_script("local", "3")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.digest("campaign/certificate.json"), self.digest("whole/certificate.json"))
        self.assertTrue((self.folder / "campaign" / "figures" / "figure-5-boxes.csv").exists())

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
