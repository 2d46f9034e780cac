"""The script in docs/certify.md does what the page says: run as it stands, it writes runs that support figure-6."""

import pathlib
import re
import subprocess
import sys
import unittest

from straightedge_program import SCHEMAS, ProgramTest

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "certify.md").read_text()


class DocsScript(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.script,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    def runs_of(self, script):
        (self.folder / "three_runs.py").write_text(script)
        subprocess.run([sys.executable, "-B", "three_runs.py", "mine"], cwd=self.folder, check=True)
        return sorted((self.folder / "mine").iterdir())

    def test_the_script_supports_the_claim(self):
        # The seeds share sources, but not the fresh ones: three different runs, even of one field.
        runs = self.runs_of(self.script)
        self.assertEqual(len(runs), 3)
        result = self.assert_exit(0, "certify", *runs)
        self.assertRegex(result.stdout, r"figure-6 +supported +supported +1 \[0\.99.* 3 +3\n")
        self.assertTrue((self.folder / "build" / "certify" / "certify.json").exists(), "the default of --out")

    def test_the_script_with_another_field_does_not(self):
        right, wrong = "-2 * x / (1 - 2 * t)", "-2 * x"  # x exp(-2) at the end, not -x
        self.assertEqual(self.script.count(right), 1)
        result = self.assert_exit(1, "certify", *self.runs_of(self.script.replace(right, wrong)))
        self.assertRegex(result.stdout, r"figure-6 +refuted")

    def test_partners_of_other_pairs_are_refused(self):
        right = "-source, unknown"
        self.assertEqual(self.script.count(right), 1)
        runs = self.runs_of(self.script.replace(right, "source, unknown"))
        self.assert_refused("certify", *runs, names=["seed-1/outputs.safetensors: partner[0]", "RMS away"])

    def test_the_page_names_every_member_of_the_schemas(self):
        for name in ("run", "evaluation"):
            text = (SCHEMAS / f"{name}.schema.json").read_text()
            for members in re.findall(r'"required": \[(.*?)\]', text, re.DOTALL):
                for member in re.findall(r'"([\w-]+)"', members):
                    self.assertIn(f"`{member}`", PAGE, f"{member} of {name}.schema.json")


if __name__ == "__main__":
    unittest.main()
