"""The pages that `prove`, `certify` and `exact --sweep` write, as a reader's browser shows them: without scripts, without a
network, wide and narrow, light and dark, and printed."""

import base64
import csv
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest
import urllib.parse
from xml.etree import ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]
from browser import NARROW, WIDE, Browser  # noqa: E402
from run_folders import PAIRS, RunFolder, gaussian  # noqa: E402
from straightedge_program import PROGRAM, ProgramTest  # noqa: E402

SCRIPT = (HERE / "looked_at.js").read_text()
EXAMPLES = HERE.parents[1] / "docs" / "examples"
# Cheap ones with all figures but that of figure 4's boxes, which needs a whole proof.
CLAIMS = "prop-2,counterexample-1,figure-5,figure-6,crossover,noisy-reflow-contracts,noise-alone-memorises,loss-against-variance"


SVG = "{http://www.w3.org/2000/svg}"
# Plots that may have nothing to draw: boxes left open, claims that fail, and gnuplot's `keyentry`, a line of the key
# alone.
MAY_BE_EMPTY = re.compile(r"open|fails|noise [\d.]+")


def empty_plots(uri):
    """The titles of a picture's plots that draw no more than their sample in the key."""
    kind, text = uri.split(",", 1)
    assert kind == "data:image/svg+xml;base64", kind
    empty = []
    for plot in ElementTree.fromstring(base64.b64decode(text)).iter(SVG + "g"):
        if plot.get("id", "").startswith("gnuplot_plot_"):
            points = len(plot.findall(f".//{SVG}use"))
            corners = sum(len(polygon.get("points").split()) for polygon in plot.iter(SVG + "polygon"))
            ends = sum(path.get("d").count(",") for path in plot.iter(SVG + "path"))
            in_the_key = plot.find(f".//{SVG}text") is not None
            sample = 0 if not in_the_key else 4 if corners else 7 if points and ends else 1 if points else 2
            least = 1 if points or corners else 2  # a line has two ends
            title = plot.findtext(SVG + "title", "")
            if points + corners + ends < sample + least and not MAY_BE_EMPTY.fullmatch(title):
                empty.append(title)
    return empty


def table_of(uri):
    """The rows of a data link, without its comments."""
    kind, text = uri.split(",", 1)
    assert kind == "data:text/csv;base64", kind
    lines = base64.b64decode(urllib.parse.unquote(text)).decode().splitlines()
    return list(csv.reader(line for line in lines if line and not line.startswith("#")))


class Page(ProgramTest):
    """A page and what every page must be."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def ask(self, question):
        return self.browser.driver.execute_script(SCRIPT, question)

    def look_at(self, path, figures):
        """On each kind of screen. Returns the HTML."""
        for width in (WIDE, NARROW):
            for dark in (False, True):
                with self.subTest(width=width, dark=dark):
                    self.browser.look(path, width, dark)
                    self.assertEqual(self.browser.console(), [])
                    across = self.ask("width")
                    self.assertLessEqual(across["page"], across["screen"])
                    self.assertEqual(across["over"], [])
                    contrast = self.ask("contrast")
                    self.assertGreater(contrast["seen"], 20)
                    self.assertEqual(contrast["found"], [])
                    pictures = self.ask("pictures")
                    self.assertEqual([picture["figure"] for picture in pictures if not picture["drawn"]], [])
                    self.assertTrue(all(picture["alt"] and picture["width"] > 250 for picture in pictures))
                    form = f"{'narrow' if width == NARROW else 'wide'}-{'dark' if dark else 'light'}"
                    self.assertEqual([picture["form"] for picture in pictures if picture["form"] != "grid"],
                                     [form] * len(figures))
        self.assertEqual(self.ask("outside"), [])
        self.assertEqual(self.ask("links"), [])
        found = self.ask("figures")
        self.assertEqual([figure["id"].removeprefix("figure-") for figure in found if figure["id"]], figures)
        for figure in found:
            if figure["id"]:
                self.assertEqual([picture["form"] for picture in figure["pictures"]],
                                 ["wide-light", "wide-dark", "narrow-light", "narrow-dark"])
                self.assertEqual([empty_plots(picture["source"]) for picture in figure["pictures"]], [[]] * 4, figure["id"])
                header, *rows = table_of(figure["data"][0])
                self.assertGreater(len(rows), 0, figure["id"])
                self.assertEqual({len(row) for row in rows}, {len(header)}, figure["id"])
        text = pathlib.Path(path).read_text()
        self.assertNotIn("<script", text)
        self.assertNotIn("Not drawn", text)
        self.assertNotIn("<pre>straightedge ", text)  # a command has a class, by which `commands` finds it
        return text

    def printed(self, path):
        """The text of the page on paper, which is white whatever the screen is."""
        self.browser.look(path, dark=True, media="print")
        self.assertEqual({picture["form"] for picture in self.ask("pictures")}, {"wide-light"})
        self.assertEqual(self.ask("contrast")["found"], [])
        self.browser.pdf(self.folder / "page.pdf")
        return subprocess.run(["pdftotext", "-layout", "page.pdf", "-"], cwd=self.folder, capture_output=True, text=True,
                              check=True).stdout

    def run_command(self, command, code=0):
        words = shlex.split(command)
        self.assertEqual(words[0], "straightedge")
        return self.assert_exit(code, *words[1:])


class OfProve(Page):
    def test_is_readable_and_replays(self):
        self.assert_exit(0, "prove", "--claims", CLAIMS, "--cases", "50", "--seed", "3", "--quiet", "--out", "out")
        report = self.folder / "out" / "report.html"
        text = self.look_at(report, ["crossing-lines", "variance-over-time", "variance-over-noise", "phase-diagram",
                                     "reflow-contraction", "memorisation", "margins"])
        commands = self.ask("commands")
        replays = [command for command in commands if "--replay" in command]
        self.assertEqual(len(replays), len(list((self.folder / "out" / "counterexamples").iterdir())), commands)
        self.assertGreater(len(replays), 1)
        for command in replays:
            self.assertIn("fails", self.run_command(command).stdout)
        verified = [command for command in commands if "--verify" in command]
        self.assertEqual(len(verified), 1)
        self.run_command(verified[0])
        again = [command for command in commands if "--claims crossover" in command]
        self.run_command(again[0])
        row = next(line for line in text.splitlines() if 'href="#crossover">' in line)
        margin = row.split('<td class="number">')[1].split("<")[0]
        repeated = (self.folder / "build" / "crossover" / "report.html").read_text()
        self.assertIn(f'<td class="number">{margin}<', repeated)
        paper = self.printed(report)
        self.assertIn("How to read this", paper)
        self.assertIn("Proposition 2", paper)

    def test_commands_are_those_of_the_caller(self):
        done = subprocess.run([PROGRAM, "prove", "--claims", "figure-4/rotated", "--cases", "5", "--quiet", "--out", "out"],
                              cwd=self.folder, env={**os.environ, "STRAIGHTEDGE_CALLED_AS": "./bootstrap"}, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.browser.look(self.folder / "out" / "report.html")
        commands = self.ask("commands")
        self.assertGreater(len(commands), 2)
        for command in commands:
            self.assertTrue(command.startswith("./bootstrap prove "), command)

    def test_says_first_what_holds(self):
        self.assert_exit(0, "prove", "--claims", "figure-4/rotated,figure-5,crossover,noise-alone-memorises", "--cases", "5",
                         "--quiet", "--out", "out")
        text = (self.folder / "out" / "report.html").read_text()
        overview = text[:text.index('id="reading"')]
        for words in ("Of the paper's claims: <span class=\"good\">As expected: 1 proved, 1 refuted.</span>",
                      "Of ours, beyond the paper: <span class=\"good\">As expected: 1 proved, 1 not implied.</span>",
                      'Refuted as it is stated: <a href="#figure-4/rotated">',
                      'Not implied by its hypotheses: <a href="#noise-alone-memorises">',
                      'Holds where it is stated, and not more generally: <a href="#figure-5">',
                      "every even d, phi in [1, 179] degrees", "2 counterexamples; where it does hold, 5 cases"):
            self.assertIn(words, overview)
        row = next(line for line in overview.splitlines() if line.startswith('<tr><td><a href="#figure-4/rotated">'))
        self.assertLess(float(row.split('<td class="number">')[1].split("<")[0]), 0)
        self.assertIn("M^(1/2) with eigenvalues", text)

    def test_boxes_of_a_whole_proof(self):
        self.assert_exit(0, "prove", "--claims", "loss-against-variance", "--cases", "5", "--quiet", "--out", "out")
        self.look_at(self.folder / "out" / "report.html", ["phase-diagram", "margins"])

    def test_without_gnuplot_the_data_is_there(self):
        away = self.folder / "bin"
        away.mkdir()
        done = subprocess.run([PROGRAM, "prove", "--claims", "noisy-reflow-contracts", "--cases", "5", "--quiet", "--out", "out"],
                              cwd=self.folder, env={**os.environ, "PATH": str(away)}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "straightedge: 2 of the report's figures not drawn, their data is there: "
                                      "reflow-contraction: gnuplot is not installed\n")
        text = (self.folder / "out" / "report.html").read_text()
        self.assertEqual(text.count("Not drawn: gnuplot is not installed"), 2)
        self.assertEqual(text.count('download="reflow-contraction.csv"'), 1)


class OfASweep(Page):
    SWEEP = ("exact", "problem.toml", "--sweep", "noise.sigma=log:0.01:1:9", "--quiet")

    def setUp(self):
        super().setUp()
        shutil.copy(EXAMPLES / "rotated-120.toml", self.folder / "problem.toml")

    def test_is_readable_and_repeats(self):
        printed = self.assert_exit(0, *self.SWEEP, "--sweep", "coupling.degrees=60:150:3", "--witness", "--out", "out").stdout
        self.assertEqual((self.folder / "out" / "sweep.csv").read_text(), printed)
        self.look_at(self.folder / "out" / "report.html",
                     ["transport_cost", "loss", "minimum_loss", "gradient_second_moment", "gradient_mean_squared_norm",
                      "gradient_variance", "gradient_variance_time_local", "gradient_variance_functional", "rectified_cost",
                      "angle"])
        self.assertEqual(self.run_command(self.ask("commands")[0]).stdout, printed)
        values = {(float(row[0]), row[1]) for row in csv.reader(printed.splitlines()[1:])}
        figure = next(figure for figure in self.ask("figures") if figure["id"] == "figure-gradient_variance")
        self.assertEqual(len(table_of(figure["data"][0])) - 1, len(values))

    def test_of_a_field_that_does_not_exist_everywhere(self):
        self.assert_exit(0, "exact", "problem.toml", "--sweep", "coupling.degrees=150:180:4", "--quiet", "--out", "out")
        self.look_at(self.folder / "out" / "report.html", ["transport_cost", "loss", "minimum_loss", "gradient_second_moment",
                     "gradient_mean_squared_norm", "gradient_variance", "gradient_variance_time_local",
                     "gradient_variance_functional", "rectified_cost", "angle"])
        self.assertIn("0 where it exists", (self.folder / "out" / "report.html").read_text())

    def test_refuses_a_folder_without_a_sweep_or_with_other_files(self):
        self.assert_refused("exact", "problem.toml", "--out", "out", names=("--out", "--sweep"))
        (self.folder / "other").mkdir()
        (self.folder / "other" / "mine.txt").write_text("mine")
        self.assert_refused(*self.SWEEP, "--out", "other", names=("other", "--out"))
        self.assertEqual((self.folder / "other" / "mine.txt").read_text(), "mine")


class OfCertify(Page):
    def runs(self):
        names = []
        for sigma in (0.0, 0.05):
            for seed in (1, 2, 3):
                run = RunFolder(gaussian("gaussian-rotated", degrees=180.0), seed=seed, sigma=sigma, claim="figure-6")
                run.reproduce(1.0 if sigma == 0 else 0.1)
                run.tensors["optimal"][:PAIRS] = run.tensors["source"][:PAIRS]
                name = f"run-{sigma}-{seed}"
                run.write(self.folder / name)
                lines = [f'{{"step": {step}, "loss": {2 / step + sigma}}}' for step in range(10, 200, 10)]
                lines += [f'{{"step": {step}, "gradient_variance": {50 / step + sigma}, "gradient_variance_error": 0.02}}'
                          for step in (50, 100, 150)]
                (self.folder / name / "metrics.jsonl").write_text("\n".join(lines) + "\nnot a line of ours\n[1]\n")
                names.append(name)
        return names

    def test_is_readable_and_repeats(self):
        names = self.runs()
        self.assert_exit(0, "certify", *names, "--claims", "figure-6", "--out", "out")
        report = self.folder / "out" / "report.html"
        text = self.look_at(report, ["loss-1", "gradient_variance-1", "distances-1"])
        self.assertIn("supported", text)
        figure = next(figure for figure in self.ask("figures") if figure["id"] == "figure-loss-1")
        self.assertEqual(len(table_of(figure["data"][0])) - 1, 6 * 19)
        commands = self.ask("commands")
        self.assertEqual(len(commands), 1)
        self.assertIn("figure-6", self.run_command(commands[0]).stdout)

    def test_of_runs_without_metrics(self):
        names = self.runs()
        for name in names:
            (self.folder / name / "metrics.jsonl").unlink()
        self.assert_exit(0, "certify", *names, "--claims", "figure-6", "--out", "out")
        self.look_at(self.folder / "out" / "report.html", ["distances-1"])


if __name__ == "__main__":
    unittest.main()
