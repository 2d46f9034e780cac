"""The groups of rows, with the lines below the table that belong to each."""

from itertools import chain
from pathlib import Path
from typing import Iterator

from image_rows import image_rows
from measure import run_ours
from processes_rows import processes_rows
from row import Row
from rows import growth_rows, peer_rows, prove_row, scaling_rows
from training_rows import training_rows
from velocity_rows import find_operators, velocity_growth, velocity_rows

OF_TORCH = ("velocity", "training", "images", "processes")


def prove_rows(programs: Path) -> Iterator[Row]:
    for effort, goal in (("quick", 10), ("standard", 60)):
        yield prove_row(programs, effort, goal)


def rows_and_growth(groups: list[str], programs: Path) -> tuple[Iterator[Row], Iterator[str]]:
    """The rows of the table, and the lines below it, which come after all of the rows. Both are measured as they are read."""
    rows, growth, of_processes = {}, {}, []
    if "exact" in groups:
        ours = run_ours(programs)
        rows["exact"], growth["exact"] = peer_rows(ours), growth_rows(ours)
    operators = find_operators(programs.parent)
    if operators:
        site = operators.torch_site
        rows |= {"velocity": velocity_rows(operators), "training": training_rows(programs, site),
                 "images": image_rows(programs, site), "processes": processes_rows(programs, site, of_processes)}
        growth |= {"processes": of_processes, "velocity": velocity_growth(operators)}
    elif any(group in groups for group in OF_TORCH):
        print(f"{', '.join(OF_TORCH)} are left out: built without LibTorch")
    rows["prove"], growth["prove"] = prove_rows(programs), scaling_rows(programs)
    return (chain.from_iterable(rows.get(group, ()) for group in groups),
            chain.from_iterable(growth.get(group, ()) for group in groups))
