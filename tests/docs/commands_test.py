"""Every command in the documents is run, those of a document in its order, and ends and prints as the document says.

Blocks of commands are marked ```sh, a line a command, or ```console: there lines that begin with "$ " are commands, the
others are what they print, and a line … stands for what is left out. Files that a page tells its reader to save are there
from the start.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import typing
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["STRAIGHTEDGE"]
TRAIN = os.environ.get("STRAIGHTEDGE_TRAIN")
TORCH_PYTHON = os.environ.get("STRAIGHTEDGE_TORCH_PYTHON") or sys.executable
TORCH_SITE = os.environ.get("STRAIGHTEDGE_TORCH_SITE", "")
DOCUMENTS = [path.relative_to(ROOT).as_posix()
             for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/*/*.md")))]
FEWEST = 50
SECONDS_A_COMMAND = 300

# A line that begins like this is a command, whatever its block is marked as.
LOOKS_LIKE_A_COMMAND = re.compile(
    r"\s*(\$ |(\w+=\S+ )*((straightedge(-train)?|python3?|sbatch|srun|torchrun|gnuplot|cmake|ctest|doxygen|jsonschema|git"
    r"|sudo|apt-get|pip3?) |\./|build/bin/|docs/batch/|tests/\S+/run\b|tests/\S+\.py( |$)))")

# What recipes for images of 64 x 64 need to be trained in seconds.
SMALL = ("--set data.height=16 --set data.width=16 --set model.channels=8 --set model.groups=8 --set model.head_width=8 "
         "--set 'model.multipliers=[1,2]' --set model.blocks=1 --set train.precision=fp32")
ONE_RUN = "--set reproduce.seeds=1 --set 'reproduce.sigmas=[0.0]'"

# What takes minutes, in small: patterns in commands, and what takes their place.
SHORTER = {
    r"^\./bootstrap prove$": r"\g<0> --cases 20",
    r"--effort deep$": "--effort quick",
    r"^docs/batch/prove-array\.sh local 7": r"PROVE_OPTIONS='--cases 20 --claims crossover,figure-5' \g<0>",
    r"^cp campaign/certificate\.json docs/certificates/deep\.json": "cp campaign/certificate.json docs/certificates/mine.json",
    r"fixtures (generate|verify)": r"\g<0> --only 'mmd/*'",
    r"tests/cross/twins_test\.py": r"\g<0> Twins.test_names_are_distinct_and_every_operation_has_some",
    r"--synthetic 5000": "--synthetic 50",
    r"prepare celeba .*": r"\g<0> --size 16",
    r"-train train (gpu/recipes/rotation|gpu/recipes/celeba-tiny|mine)\.toml .*":
        r"\g<0> --set train.steps=20 --set evaluate.batches=10",
    r"--count 100000": "--count 100",
    r"torchrun (.*) --nproc-per-node 4 (.*)": rf"torchrun --standalone \1 --nproc-per-node 2 \2 {SMALL} --set train.steps=2 "
                                              "--set train.batch=8 --set train.variance_batches=0 --set pairs.count=64 "
                                              "--set evaluate.fresh=16",
    r"reproduce celeba-tiny .*": rf"\g<0> --smoke {ONE_RUN}",
    r"reproduce (celeba-5k|celeba-50k|celeba-1reflow) (.*?)( --smoke)?$": rf"reproduce \1 \2 --smoke {SMALL} {ONE_RUN}",
    r"reproduce celeba-50k .*": r"\g<0> --set pairs.count=80",
}

# What a page takes for granted, made before its first command.
SETUP = {
    "docs/certify.md": ["python3 three_runs.py build/rotation/runs"],
    "docs/images.md": ["straightedge-train prepare --synthetic 20 --out ~/data/celeba"],
    "docs/many-devices.md": ["straightedge-train prepare --synthetic 200 --out celeba",
                             "straightedge-train prepare celeba --out celeba-64.safetensors --size 16"],
    "docs/reproducing.md": ["straightedge-train prepare --synthetic 200 --out celeba",
                            "straightedge-train prepare celeba --out images.safetensors --size 16",
                            "straightedge-train pairs gpu/recipes/celeba-5k.toml --out w2-benchmark.safetensors "
                            f"--set data.file=images.safetensors --set pairs.kind=brenier --set pairs.count=64 {SMALL} "
                            "--set evaluate.fresh=16",
                            "torch-python3 -c 'import torch; torch.jit.trace(torch.nn.Sequential(torch.nn.AvgPool2d(4), "
                            "torch.nn.Flatten()), torch.rand(2, 3, 16, 16)).save(\"inception.pt\")'",
                            "ln -s build/w2/runs/noise-0-seed-1 RUN"],
}

# Commands that end otherwise than by 0, and why they should.
EXITS = {
    "straightedge check results.safetensors": (1, "the page's script has three of the twelve operations"),
    "straightedge check --json results.safetensors": (1, "the same"),
    "straightedge certify build/celeba-5k-full/runs/* build/celeba-50k/runs/* build/celeba-1reflow/runs/* --out build/certify":
        (3, "one run of a few steps decides nothing"),
}

# Commands that are left out: why, and the test that has them instead, if there is one.
NOT_RUN = {
    "./bootstrap prove --replay build/prove/counterexamples/isotropic-ot-variance-drawn.json":
        ("a judge that was broken on purpose makes this file", "tests/cli/prove_test.py"),
    "straightedge check cpu.safetensors gpu.safetensors --require-gpu": ("needs a GPU", "tests/cross/cross_test.py"),
    "srun --ntasks-per-node 8 --gpus-per-task 1 build/bin/straightedge-train train gpu/recipes/celeba-50k.toml --out RUN":
        ("needs Slurm", "tests/train/processes_test.py"),
    "RECIPE=gpu/recipes/celeba-50k.toml RUN=runs/celeba-50k sbatch --nodes 2 docs/batch/train.sh":
        ("needs Slurm", "tests/train/processes_test.py"),
    "sbatch --array=1-64 docs/batch/prove-array.sh": ("needs Slurm", "tests/cli/prove_array_test.py"),
    "sbatch --dependency=afterok:JOB docs/batch/prove-array.sh merge": ("needs Slurm", "tests/cli/prove_array_test.py"),
    "tests/bench/run": ("takes many minutes: timings are no tests", None),
    "tests/bench/run --only exact": ("the same", None),
    "tests/bench/run scaling predict": ("the same", None),
    "tests/bench/run scaling check": ("the same, as root", None),
    "tests/bench/run scaling here": ("the same", None),
}

# `bootstrap` builds, installs and tests; here it is known to have these commands, and the built program does the others.
STUBS = {
    "bootstrap": f"""case $1 in
  build | test | format | tidy | mutate) '{ROOT}/bootstrap' --help | grep -q "bootstrap $1 " ;;
  *) exec straightedge "$@" ;;
esac""",
    "build/bin/python3": f"exec '{sys.executable}' -B \"$@\"",
    "build/bin/jsonschema": f"exec '{sys.executable}' -m jsonschema \"$@\"",
    "build/bin/torch-python3": f"PYTHONPATH='{TORCH_SITE}' exec '{TORCH_PYTHON}' -B \"$@\"",
    "build/bin/torchrun": 'exec torch-python3 -m torch.distributed.run "$@"',
}


class Block(typing.NamedTuple):
    language: str
    first: int  # the number of its first line
    lines: list[str]


class Command(typing.NamedTuple):
    place: str
    text: str
    printed: list[str]


def blocks_of(document):
    blocks, is_open = [], False
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        if fence := re.fullmatch(r"\s*```(.*)", line):
            is_open = not is_open
            if is_open:
                blocks.append(Block(fence[1].strip(), number + 1, []))
        elif is_open:
            blocks[-1].lines.append(line)
    return blocks


def commands_of(document):
    commands = []
    for block in blocks_of(document):
        begun = ""
        for number, line in enumerate(block.lines, block.first):
            if block.language == "console" and not begun and not line.startswith("$ "):
                commands[-1].printed.append(line)
            elif block.language in ("sh", "console"):
                begun += line.strip().removeprefix("$ ")
                if begun.endswith("\\"):
                    begun = begun[:-1]
                    continue
                if text := re.sub(r"(^|\s+)#.*", "", begun):
                    commands.append(Command(f"{document}:{number}", text, []))
                begun = ""
    return commands


def saved_files(document):
    """What the page tells its reader to save: the block that follows or, where that is none of the kind, the one before."""
    text = (ROOT / document).read_text()
    blocks = blocks_of(document)
    for found in re.finditer(r"[Ss]ave (?:it|this) as\s+`([\w-]+\.(py|toml))`", text):
        number = text.count("\n", 0, found.end()) + 1
        language = {"py": "python", "toml": "toml"}[found[2]]
        before = [block for block in blocks if block.first < number and block.language == language]
        after = [block for block in blocks if block.first > number][:1]
        block = after[0] if after and after[0].language == language else before[-1]
        yield found[1], "\n".join(block.lines) + "\n"


def shortened(command):
    for pattern, replacement in SHORTER.items():
        command = re.sub(pattern, replacement, command)
    return command


def lines_of(text):
    """Without blank lines, and whatever the number of blanks or seconds."""
    lines = (re.sub(r"\d[\d.]* (s|ms|seconds|minutes)\b", r"N \1", " ".join(line.split())) for line in text.splitlines())
    return [line for line in lines if line]


def prints(found, printed):
    pattern = "".join("(?:.*\n)*?" if line == "…" else re.escape(line) + "\n" for line in lines_of("\n".join(printed)))
    return re.fullmatch(pattern, "".join(line + "\n" for line in lines_of(found))) is not None


def make_checkout(folder, document):
    """A folder in which a page's commands find what they would in a checkout that is built; docs/ may be written to."""
    for entry in ROOT.iterdir():
        if not entry.name.startswith(("build", "docs", "bootstrap", ".git")):
            (folder / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "docs", folder / "docs")
    (folder / "build" / "bin").mkdir(parents=True)
    for name, program in (("straightedge", PROGRAM), ("straightedge-train", TRAIN)):
        if program:
            (folder / "build" / "bin" / name).symlink_to(program)
    for name, script in STUBS.items():
        (folder / name).write_text("#!/bin/sh\n" + script + "\n")
        (folder / name).chmod(0o755)
    for name, text in saved_files(document):
        (folder / name).write_text(text)


def environment_of(folder):
    """Of a reader at home in the folder, without a GPU, a launcher or variables of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "STRAIGHTEDGE"))}
    return kept | {"HOME": str(folder), "PATH": f"{folder}/build/bin:{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": "",
                   "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Tables(unittest.TestCase):
    def setUp(self):
        self.commands = [command.text for document in DOCUMENTS for command in commands_of(document)]

    def test_no_command_is_outside_of_the_blocks_that_are_run(self):
        for document in DOCUMENTS:
            for block in blocks_of(document):
                if block.language not in ("sh", "console"):
                    for number, line in enumerate(block.lines, block.first):
                        self.assertIsNone(LOOKS_LIKE_A_COMMAND.match(line),
                                          f"{document}:{number}: {line}\nits block is to be marked sh or console")

    def test_every_entry_is_of_a_command_that_a_document_has(self):
        for command in (*EXITS, *NOT_RUN):
            self.assertIn(command, self.commands)
        for pattern in SHORTER:
            self.assertTrue(any(re.search(pattern, command) for command in self.commands), pattern)
        for document in SETUP:
            self.assertTrue(commands_of(document), document)
        for _, test in NOT_RUN.values():
            self.assertTrue(test is None or (ROOT / test).is_file(), test)

    def test_most_commands_are_run(self):
        self.assertGreaterEqual(len([command for command in self.commands if command not in NOT_RUN]), FEWEST)

    def test_another_output_is_noticed(self):
        self.assertTrue(prints("a  b\n\nc 1.2 s\nd\n", ["a b", "c 3 s", "…"]))
        for printed in (["a b"], ["…", "c"], ["b", "…"], ["a", "…", "b", "…"]):
            self.assertFalse(prints("a b\nc\nd\n", printed), printed)


class Commands(unittest.TestCase):
    def run_command(self, folder, place, text, code=0):
        begun = time.monotonic()
        done = subprocess.run(["bash", "-o", "pipefail", "-c", text], cwd=folder, env=environment_of(folder), text=True,
                              capture_output=True, check=False, timeout=SECONDS_A_COMMAND)
        if "-v" in sys.argv:
            print(f"\n{time.monotonic() - begun:6.1f} s  {place}: {text}", end=" ", file=sys.stderr, flush=True)
        self.assertEqual(done.returncode, code, f"{place}: {text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def run_document(self, document):
        commands = commands_of(document)
        if not TRAIN and any("straightedge-train" in command.text for command in commands):
            self.skipTest("there is no straightedge-train")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            make_checkout(folder, document)
            for text in SETUP.get(document, []):
                self.run_command(folder, document, text)
            for place, text, printed in commands:
                if text not in NOT_RUN:
                    found = self.run_command(folder, place, shortened(text), EXITS.get(text, (0,))[0])
                    if printed:
                        self.assertTrue(prints(found, printed), f"{place}: {text}\nprints\n{found}")


for of in DOCUMENTS:
    if commands_of(of):
        setattr(Commands, "test_" + re.sub(r"\W", "_", of.removeprefix("docs/").removesuffix(".md")),
                lambda self, document=of: self.run_document(document))


if __name__ == "__main__":
    unittest.main()
