"""`straightedge claims`: the registry, for people and as docs/claims.md."""

import unittest

from straightedge_program import ProgramTest


class Claims(ProgramTest):
    def test_lists_each_claim_once_with_its_expected_verdict(self):
        rows = [line.split() for line in self.assert_exit(0, "claims").stdout.splitlines()[1:]]
        names = [row[0] for row in rows]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("crossover", names)
        (table,) = [row for row in rows if row[0] == "table-1"]
        self.assertEqual(table[-3:], ["certify", "needs", "runs"])

    def test_writes_every_claim_in_full(self):
        names = [line.split()[0] for line in self.assert_exit(0, "claims").stdout.splitlines()[1:]]
        text = self.assert_exit(0, "claims", "--markdown").stdout
        sections = text.split("\n### ")[1:]
        self.assertEqual(sorted(section.split("`")[1] for section in sections), sorted(names))
        for section in sections:
            for item in ("Hypotheses", "Margin", "Refuted by", "Mutant", "The paper", "expected"):
                self.assertIn(item, section)


if __name__ == "__main__":
    unittest.main()
