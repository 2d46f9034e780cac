"""The pages of the public headers: doxygen makes them without a warning, and would warn."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
INSTALL_RULES = (SOURCE / "cmake/Install.cmake").read_text()
INSTALLED = re.search(r"install\(DIRECTORY\s+(.*?)\s+DESTINATION", INSTALL_RULES, re.S)[1].split()


def page(name: str) -> str:
    """The file that doxygen gives the page of a header or, after "struct", of a structure."""
    return name.replace("_", "__").replace(".", "_8").replace("::", "_1_1") + ".html"


class Pages(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def doxygen(self, root: Path) -> subprocess.CompletedProcess:
        """Pages of the headers below `root`, in html/ of the test's folder."""
        settings = f'@INCLUDE = docs/doxygen/Doxyfile\nOUTPUT_DIRECTORY = "{self.folder}"\n'
        return subprocess.run(["doxygen", "-"], cwd=root, input=settings, capture_output=True, text=True)

    def copy(self) -> Path:
        root = self.folder / "copy"
        for part in ("docs/doxygen", *INSTALLED):
            shutil.copytree(SOURCE / part, root / part)
        return root

    def assert_warning(self, header: str, old: str, new: str, warning: str) -> None:
        root = self.copy()
        path = root / header
        text = path.read_text()
        self.assertEqual(text.count(old), 1, f"{header} has no single {old!r}")
        path.write_text(text.replace(old, new))
        made = self.doxygen(root)
        self.assertNotEqual(made.returncode, 0, made.stderr)
        self.assertEqual({line.partition("error: ")[2] for line in made.stderr.splitlines() if line}, {warning})

    def test_are_made_without_a_warning(self):
        made = self.doxygen(SOURCE)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        headers = [path for part in INSTALLED for path in (SOURCE / part).rglob("*.hpp")]
        self.assertGreater(len(headers), 20)
        for name in [path.name for path in headers] + ["structstraightedge::GradientMoments"]:
            self.assertTrue((self.folder / "html" / page(name)).is_file(), f"no page of {name}")

    def test_show_the_mathematics_that_a_header_begins_with(self):
        self.doxygen(SOURCE)
        text = (self.folder / "html" / page("gaussian.hpp")).read_text()
        self.assertIn('<pre class="fragment">  W2^2(N(m0, S0), N(m1, S1)) = |m0 - m1|^2 + tr S0', text)

    def test_a_function_without_a_comment_is_noticed(self):
        self.assert_warning("reference/include/straightedge/loss.hpp", "\n}  // namespace", "\nint bare(int x);\n}  //",
                            "Member bare(int x) (function) of namespace straightedge is not documented.")

    def test_a_member_without_a_comment_is_noticed(self):
        self.assert_warning("reference/include/straightedge/gradient_variance.hpp", "///< E|g|^2", "",
                            "Member second_moment (variable) of struct straightedge::GradientMoments is not documented.")


if __name__ == "__main__":
    unittest.main()
