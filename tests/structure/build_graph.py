"""The build as it is: which target links which, and which files each source really includes.

Targets come from CMake's file API (a throw-away configuration of the source tree), includes from the dependencies that
the compiler reported to Ninja. Nothing is guessed from the text of the sources.
"""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """A library or program: the folder that holds its sources, those that are compiled, the targets it links."""

    folder: str
    sources: frozenset[str] = frozenset()
    depends: frozenset[str] = frozenset()


@dataclass
class BuildGraph:
    """Targets by name, and for each compiled source the files it includes, directly or not.

    Paths inside the source tree are relative to it; others, generated files among them, are absolute.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    includes: dict[str, frozenset[str]] = field(default_factory=dict)

    def reached_from(self, name: str) -> set[str]:
        """All targets that `name` links, directly or not."""
        reached, waiting = set(), [name]
        while waiting:
            for other in self.targets[waiting.pop()].depends - reached:
                reached.add(other)
                waiting.append(other)
        return reached


def read_targets(source: Path, scratch: Path, cmake: str) -> dict[str, Target]:
    """Configures `source` in `scratch`, everything switched on, and reads the targets from the codemodel."""
    (scratch / ".cmake/api/v1/query").mkdir(parents=True, exist_ok=True)
    (scratch / ".cmake/api/v1/query/codemodel-v2").touch()
    command = [cmake, "-S", source, "-B", scratch, "-G", "Ninja", "-DBUILD_TESTING=ON"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    reply = scratch / ".cmake/api/v1/reply"
    index = json.loads(max(reply.glob("index-*.json")).read_text())
    codemodel = json.loads((reply / index["reply"]["codemodel-v2"]["jsonFile"]).read_text())
    replies = [json.loads((reply / t["jsonFile"]).read_text()) for t in codemodel["configurations"][0]["targets"]]
    names = {r["id"]: r["name"] for r in replies if r["type"] != "UTILITY"}
    return {r["name"]: parse_target(r, names) for r in replies if r["type"] != "UTILITY"}


def parse_target(reply: dict, names: dict[str, str]) -> Target:
    """One target of the codemodel. `names` has the name of each id that is a library or a program.

    Generated sources, which the codemodel gives by absolute paths, are left out: they belong to no folder of the tree.
    """
    compiled = (s["path"] for s in reply.get("sources", []) if "compileGroupIndex" in s)
    sources = frozenset(path for path in compiled if not os.path.isabs(path))
    folder = os.path.commonpath([os.path.dirname(s) for s in sources]) if sources else reply["paths"]["source"]
    return Target(folder, sources, frozenset(names[d["id"]] for d in reply.get("dependencies", []) if d["id"] in names))


def parse_includes(text: str, build: Path, source: Path) -> dict[str, frozenset[str]]:
    """Reads what `ninja -t deps` prints: blocks of an object and, indented, the source and everything it includes."""
    includes: dict[str, frozenset[str]] = {}
    for block in text.strip().split("\n\n"):
        paths = [place((build / line.strip()).resolve(), build, source) for line in block.splitlines()[1:]]
        if paths:
            includes[paths[0]] = includes.get(paths[0], frozenset()) | frozenset(paths[1:])
    return includes


def place(path: Path, build: Path, source: Path) -> str:
    """Relative to the source tree for what lies in it; what the build generates does not, wherever the build is."""
    in_tree = path.is_relative_to(source) and not path.is_relative_to(build)
    return str(path.relative_to(source)) if in_tree else str(path)


def read_build_graph(source: Path, build: Path, scratch: Path, cmake: str, ninja: str) -> BuildGraph:
    """The graph of the build in `build`, which must be up to date."""
    deps = subprocess.run([ninja, "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout
    return BuildGraph(read_targets(source, scratch, cmake), parse_includes(deps, build, source))
