"""Who may use whom: docs/architecture.md, as functions from the build graph to a list of violations."""

from pathlib import Path

from build_graph import BuildGraph

# For each folder the other folders that it may include and link. A path belongs to the longest prefix listed here.
MAY_USE: dict[str, set[str]] = {
    "fixtures/tolerance": set(),
    "fixtures": {"fixtures/tolerance"},
    "fixtures/generator": {"fixtures", "fixtures/tolerance", "reference"},
    "reference": {"fixtures/tolerance"},
    "reference/enclosure": {"reference", "fixtures/tolerance"},
    "proofs_check": {"reference", "reference/enclosure", "fixtures", "fixtures/tolerance", "fixtures/generator"},
    "gpu/ops": {"fixtures", "fixtures/tolerance"},
    "gpu/images": {"fixtures", "fixtures/tolerance"},
    "gpu": {"gpu/ops", "gpu/images", "fixtures", "fixtures/tolerance"},
}
# Tests may use what they test, but none may put the oracle and what it judges into one program.
MAY_USE["tests"] = set(MAY_USE)

# All of the reference that its second witness may include: types and names, no formulas. It links none of it.
WITNESS_MAY_INCLUDE = {f"reference/include/straightedge/{name}.hpp" for name in ("kinds", "matrix", "scalar")}

# Libraries that the code shared by both sides keeps out, as parts of header paths.
FOREIGN_TO_FIXTURES = ("/boost/", "/eigen3/", "/Eigen/", "/torch/", "/ATen/")

LONGEST_FILE = 400
SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".cu", ".cuh", ".py", ".sh", ".cmake"}


def folder_of(path: str) -> str | None:
    """The folder of MAY_USE that holds `path`, or None."""
    holders = [folder for folder in MAY_USE if path == folder or path.startswith(folder + "/")]
    return max(holders, key=len, default=None)


def allowed(user: str, used: str) -> bool:
    return used == user or used in MAY_USE[user]


def include_violations(graph: BuildGraph) -> list[str]:
    """Includes in a direction that is not allowed, and folders that nobody has placed."""
    found = []
    for source, headers in sorted(graph.includes.items()):
        user = folder_of(source)
        if user is None:
            if not source.startswith("/"):
                found.append(f"{source}: its folder has no place in MAY_USE")
            continue
        for header in sorted(headers):
            used = folder_of(header)
            if used is None and not header.startswith("/"):
                found.append(f"{source} includes {header}, whose folder has no place in MAY_USE")
            elif used is not None and not allowed(user, used):
                found.append(f"{source} includes {header}: {user} may not use {used}")
    return found


def foreign_header_violations(graph: BuildGraph) -> list[str]:
    """Boost, Eigen or LibTorch in the code that both sides share."""
    return [
        f"{source} includes {header}: fixtures/ is free of Boost, Eigen and LibTorch"
        for source, headers in sorted(graph.includes.items())
        if folder_of(source) in ("fixtures", "fixtures/tolerance")
        for header in sorted(headers)
        if any(part in header for part in FOREIGN_TO_FIXTURES)
    ]


def link_violations(graph: BuildGraph) -> list[str]:
    """Links, direct or not, in a direction that is not allowed."""
    found = []
    for name, target in sorted(graph.targets.items()):
        user = folder_of(target.folder)
        if user is None:
            found.append(f"target {name}: its folder {target.folder} has no place in MAY_USE")
            continue
        for other in sorted(graph.reached_from(name)):
            used = folder_of(graph.targets[other].folder)
            if used is not None and not allowed(user, used):
                found.append(f"target {name} reaches {other}: {user} may not use {used}")
    return found


def judge_and_judged_violations(graph: BuildGraph) -> list[str]:
    """Targets that hold both the reference and the device path, tests included."""
    found = []
    for name, target in sorted(graph.targets.items()):
        folders = {target.folder} | {graph.targets[other].folder for other in graph.reached_from(name)}
        judge = {f for f in folders if f == "reference" or f.startswith("reference/")}
        judged = {f for f in folders if f == "gpu" or f.startswith("gpu/")}
        if judge and judged:
            found.append(f"target {name} holds {sorted(judge)} and {sorted(judged)}: the device path never meets its oracle")
    return found


def witness_violations(graph: BuildGraph) -> list[str]:
    """Formulas of the reference in the library that witnesses them, as headers or as a linked target."""
    found = [
        f"{source} includes {header}: the witness shares no formula with what it witnesses"
        for source, headers in sorted(graph.includes.items())
        if folder_of(source) == "reference/enclosure"
        for header in sorted(headers)
        if folder_of(header) == "reference" and header not in WITNESS_MAY_INCLUDE
    ]
    for name, target in sorted(graph.targets.items()):
        if folder_of(target.folder) == "reference/enclosure":
            found += [
                f"target {name} reaches {other}: the witness shares no formula with what it witnesses"
                for other in sorted(graph.reached_from(name))
                if folder_of(graph.targets[other].folder) == "reference"
            ]
    return found


def unseen_violations(graph: BuildGraph) -> list[str]:
    """Sources of targets that the compiler reported no includes for: the rules above would have looked past them."""
    sources = {source for target in graph.targets.values() for source in target.sources}
    if not sources:
        return ["the build has no sources: nothing was checked"]
    return [f"{source} was not compiled: build everything first" for source in sorted(sources - set(graph.includes))]


def graph_violations(graph: BuildGraph) -> list[str]:
    return [
        *include_violations(graph),
        *foreign_header_violations(graph),
        *link_violations(graph),
        *judge_and_judged_violations(graph),
        *witness_violations(graph),
        *unseen_violations(graph),
    ]


def length_violations(root: Path, files: list[str]) -> list[str]:
    """Source files of more than LONGEST_FILE lines."""
    lengths = {f: len((root / f).read_bytes().splitlines()) for f in files if Path(f).suffix in SOURCE_SUFFIXES}
    return [f"{f} has {n} lines; {LONGEST_FILE} are allowed" for f, n in sorted(lengths.items()) if n > LONGEST_FILE]
