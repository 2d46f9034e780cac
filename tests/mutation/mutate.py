"""Builds `straightedge` with one formula of the reference made wrong, and requires that `exact --witness` says so.

usage: mutate.py SOURCE BUILD [NAME...]      (BUILD: a Ninja build of the program, up to date; NAME: of mutations.py)

Nothing in SOURCE or BUILD is changed: the mutated file, its object, a copy of the reference's archive with it, and a
program of that archive are made in a scratch folder, with the build's own commands. Exits 1 if a mutation goes
unnoticed, or if the program as it is does not agree with its witness on the problems.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mutations import MUTATIONS, Mutation

PROBLEMS = sorted((Path(__file__).parent / "problems").glob("*.toml"))
ARCHIVE = "libstraightedge_reference.a"


def run(command: list[str], folder: Path) -> None:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if finished.returncode:
        sys.exit(f"{shlex.join(command)}\nexit {finished.returncode}\n{finished.stdout}{finished.stderr}")


def mutated_text(source: Path, mutation: Mutation) -> str:
    text = (source / "reference/src" / mutation.file).read_text()
    if text.count(mutation.before) != 1:
        sys.exit(f"{mutation.name}: {mutation.file} does not hold exactly once: {mutation.before}")
    return text.replace(mutation.before, mutation.after)


def compile_command(source: Path, build: Path, file: str, mutant: Path, output: Path) -> list[str]:
    """The build's command for `file`, for `mutant` in its place."""
    original = source / "reference/src" / file
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if Path(entry["file"]) == original:
            command = shlex.split(entry["command"])
            command[command.index("-o") + 1] = str(output)
            command[command.index(str(original))] = str(mutant)
            return [*command, "-iquote", str(original.parent)]
    sys.exit(f"{build} does not compile {original}")


def link_command(build: Path, archive: Path, program: Path) -> list[str]:
    """The build's last command for the program, with `archive` in place of the reference's."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "straightedge"], check=True, capture_output=True,
                              text=True).stdout.splitlines()
    command = re.sub(r"\S*" + re.escape(ARCHIVE), shlex.quote(str(archive)), commands[-1])
    words = shlex.split(command)
    words = words[words.index("&&") + 1:] if words[0] == ":" else words
    words = words[:words.index("&&")] if "&&" in words else words
    words[words.index("-o") + 1] = str(program)
    return words


def build_mutant(source: Path, build: Path, mutation: Mutation, scratch: Path) -> Path:
    mutant = scratch / mutation.file
    mutant.write_text(mutated_text(source, mutation))
    output = scratch / f"{mutation.file}.o"
    run(compile_command(source, build, mutation.file, mutant, output), build)
    archive = scratch / ARCHIVE
    shutil.copy(build / "reference" / ARCHIVE, archive)
    run(["ar", "r", str(archive), str(output)], scratch)
    program = scratch / "straightedge"
    run(link_command(build, archive, program), build)
    return program


def contradicted(program: Path) -> dict[str, list[str]]:
    """For each problem on which the witness contradicts the program, what it contradicts."""
    found = {}
    for problem in PROBLEMS:
        finished = subprocess.run([program, "exact", problem, "--witness", "--json"], capture_output=True, text=True)
        if finished.returncode not in (0, 1, 3):
            sys.exit(f"{program} {problem}: exit {finished.returncode}\n{finished.stderr}")
        quantities = json.loads(finished.stdout)["quantities"]
        wrong = [name for name, value in quantities.items() if value["witness"]["overlaps"] is False]
        if bool(wrong) != (finished.returncode == 1):
            sys.exit(f"{problem}: exit {finished.returncode} with {wrong} contradicted")
        if wrong:
            found[problem.stem] = wrong
    return found


def main() -> int:
    source, build = (Path(argument).resolve() for argument in sys.argv[1:3])
    names = sys.argv[3:]
    unknown = set(names) - {mutation.name for mutation in MUTATIONS}
    if unknown:
        sys.exit(f"no mutation {', '.join(sorted(unknown))}; there are {', '.join(m.name for m in MUTATIONS)}")
    if wrong := contradicted(build / "bin/straightedge"):
        print(f"the program as it is: contradicted: {wrong}")
        return 1
    print(f"the program as it is: agrees with its witness on {len(PROBLEMS)} problems", flush=True)
    survivors = 0
    for mutation in MUTATIONS:
        if names and mutation.name not in names:
            continue
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            wrong = contradicted(build_mutant(source, build, mutation, Path(scratch)))
        survivors += not wrong
        where = "; ".join(f"{problem}: {', '.join(quantities)}" for problem, quantities in wrong.items())
        print(f"{mutation.name} ({mutation.file}, {time.monotonic() - start:.0f} s): "
              f"{'caught by ' + where if wrong else 'NOT CAUGHT'}", flush=True)
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
