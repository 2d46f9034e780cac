"""The script in docs/fixtures.md does what the page says: run as it stands, it makes what `straightedge check` passes."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "fixtures.md").read_text()


class DocsScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.script,) = re.findall(r"```python\n(import hashlib.*?)```", PAGE, re.DOTALL)

    def results_of(self, script):
        (self.folder / "regression.py").write_text(script)
        results = self.folder / "results.safetensors"
        subprocess.run([sys.executable, "-B", self.folder / "regression.py", ROOT / "fixtures", results], check=True)
        return results

    def check(self, results):
        command = [os.environ["STRAIGHTEDGE"], "check", "--partial", "--fixtures", ROOT / "fixtures", results]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_the_script_passes(self):
        done = self.check(self.results_of(self.script))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        passed = int(re.search(r"(\d+) pass, 0 fail", done.stdout).group(1))
        self.assertGreater(passed, 30)

    def test_the_script_with_a_mistake_fails(self):
        for right, wrong in {"2 * h[:": "3 * h[:", "np.argmin(squared": "np.argmax(squared",
                             "th + (Th @ y)": "th - (Th @ y)"}.items():
            self.assertEqual(self.script.count(right), 1)
            done = self.check(self.results_of(self.script.replace(right, wrong)))
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("FAIL, beyond the bound", done.stdout)

    def test_the_page_names_every_key_of_the_schemas(self):
        for name in ("fixture", "fixture-manifest"):
            text = (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text()
            for keys in re.findall(r'"required": \[(.*?)\]', text, re.DOTALL):
                for key in re.findall(r'"(\w+)"', keys):
                    self.assertIn(f"`{key}`", PAGE.replace('"', "`"), f"{key} of {name}.schema.json")


if __name__ == "__main__":
    unittest.main()
