"""`straightedge merge`: shards of a campaign, joined, are the campaign."""

import json
import unittest

from straightedge_program import ProgramTest

RUN = ("prove", "--claims", "isotropic-*,crossover,table-1", "--cases", "60", "--quiet")


class Merge(ProgramTest):
    def shard(self, index, count, *more):
        out = f"shard-{index}-of-{count}{''.join(more)}"
        self.assert_exit(0, *RUN, "--shard", f"{index}/{count}", *more, "--out", out)
        return self.folder / out / "certificate.json"

    def digest(self, file):
        return json.loads((self.folder / file).read_text())["digest"]

    def test_of_seven_shards_is_the_whole(self):
        self.assert_exit(0, *RUN, "--out", "whole")
        shards = [self.shard(index, 7) for index in range(1, 8)]
        result = self.assert_exit(0, "merge", *shards, "--out", "all.json")
        self.assertEqual(self.digest("all.json"), self.digest("whole/certificate.json"))
        self.assertEqual(result.stdout.count("supported"), 3, result.stdout)
        self.assertIn("proved", result.stdout)
        self.assert_exit(0, "prove", "--verify", "all.json")
        # Again: a certificate may be replaced.
        self.assert_exit(0, "merge", *reversed(shards), "--out", "all.json")

    def test_refuses_what_is_not_one_campaign(self):
        one, two = self.shard(1, 2), self.shard(2, 2)
        self.assert_refused("merge", one, "--out", "all.json", names=["2/2 is missing"])
        self.assert_refused("merge", two, "--out", "all.json", names=["1/2 is missing"])
        self.assert_refused("merge", one, two, two, "--out", "all.json", names=["2/2 is given twice"])
        self.assert_refused("merge", one, self.shard(2, 3), "--out", "all.json", names=["a shard of 3"])
        self.assert_refused("merge", one, self.shard(2, 2, "--seed=5"), "--out", "all.json", names=["seed"])
        self.assert_refused("merge", one, self.shard(2, 2, "--digits=100"), "--out", "all.json", names=["settings"])
        self.assert_exit(0, *RUN, "--out", "whole")
        self.assert_refused("merge", "whole/certificate.json", "--out", "all.json", names=["not of a shard"])

    def test_refuses_altered_certificates_and_other_output(self):
        one, two = self.shard(1, 2), self.shard(2, 2)
        altered = self.folder / "altered.json"
        altered.write_text(two.read_text().replace('"cases": 60', '"cases": 61', 1))
        self.assert_refused("merge", one, altered, "--out", "all.json", names=["altered.json"])
        self.assert_refused("merge", one, self.folder / "nothing.json", "--out", "all.json", names=["nothing.json"])
        self.assert_refused("merge", one, two, "--out", one, names=["certificate.json"])
        (self.folder / "thesis.tex").write_text("years of work")
        self.assert_refused("merge", one, two, "--out", "thesis.tex", names=["thesis.tex"])
        self.assert_refused("merge", "--out", "all.json")
        self.assert_refused("merge", one, two, names=["--out"])


if __name__ == "__main__":
    unittest.main()
