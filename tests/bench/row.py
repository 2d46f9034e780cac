"""A row of the table, and what is wrong where there can be none."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """ratio: how many times faster ours is; None where there is no peer. agreement: relative difference of results."""

    work: str
    ours: float
    peer: float | None
    ratio: float | None
    goal: str
    met: bool | None
    by: str
    agreement: float | None = None

    def as_json(self) -> dict:
        return asdict(self)


class Disagreement(Exception):
    """Ours and a peer did not compute the same number: their times compare nothing."""
