"""A twin: an operation of numpy_operations.py with one deliberate mistake, which `straightedge check` must catch.

A mistake is a change of the source text (`changes`: pairs of what is there once, and what stands in its place) or of
the results (`spoil`). `types` are those whose fixtures must fail. `unseen` says for each other type why its bound
cannot see the mistake, and cross_test.py checks that too: a twin that is seen after all has no place there.
"""

import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import fixture_files
import numpy_operations

SOURCE = pathlib.Path(numpy_operations.__file__)
ALL = ("fp64", "fp32", "bf16")


def in_bfloat16(values):
    """values rounded to bf16, in their own type."""
    return fixture_files.from_bfloat16(fixture_files.to_bfloat16(values)).astype(values.dtype)


def total_in_bfloat16(terms, axis=-1):
    """A sum whose accumulator is bf16, rounded after each addition. A long sum has 64 of them, for every 64th term each."""
    terms = np.moveaxis(terms, axis, 0)
    if len(terms) > 1024:
        whole = len(terms) // 64 * 64
        lanes = total_in_bfloat16(terms[:whole].reshape(-1, 64, *terms.shape[1:]), 0)
        terms = np.concatenate([lanes, terms[whole:]])
    accumulator = np.zeros(terms.shape[1:], dtype=terms.dtype)
    for term in terms:
        accumulator = in_bfloat16(accumulator + term)
    return accumulator


def total_without_last(terms, axis=-1):
    """A sum that misses its last term, if it has more than one."""
    count = terms.shape[axis]
    return np.sum(np.take(terms, range(max(count - 1, min(count, 1))), axis=axis), axis=axis, dtype=terms.dtype)


def total_without_tail(terms, axis=-1):
    """A sum over whole vectors of four; what is left over is forgotten."""
    count = terms.shape[axis]
    return np.sum(np.take(terms, range(count // 4 * 4 or count), axis=axis), axis=axis, dtype=terms.dtype)


def total_in_float32(terms, axis=-1):
    return np.sum(terms.astype(np.float32), axis=axis, dtype=np.float32).astype(terms.dtype)


HELPERS = {function.__name__: function for function in (
    in_bfloat16, total_in_bfloat16, total_without_last, total_without_tail, total_in_float32)}
TOTAL = "return np.sum(terms, axis=axis, dtype=terms.dtype)"


@dataclass(frozen=True)
class Twin:
    name: str  # OPERATION/MISTAKE
    changes: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = ALL  # where check must catch it; in types that are neither here nor below it is no mistake
    unseen: dict[str, str] = field(default_factory=dict)
    spoil: Callable | None = None  # {output: array} -> the same with a mistake

    @property
    def operation(self):
        return self.name.split("/")[0]

    def operations(self):
        """OPERATIONS of the changed source."""
        text = SOURCE.read_text()
        for before, after in self.changes:
            if text.count(before) != 1:
                raise ValueError(f"{self.name}: {SOURCE.name} does not hold exactly once: {before}")
            text = text.replace(before, after)
        module = {"__name__": self.name, **HELPERS}
        exec(compile(text, f"{SOURCE.name} ({self.name})", "exec"), module)
        module["Refused"] = numpy_operations.Refused  # one class, whoever raises it
        operations = module["OPERATIONS"]
        if self.spoil is None:
            return operations
        right = operations[self.operation]
        return {**operations, self.operation: lambda fixture: self.spoil(right(fixture))}


def change(name, before, after, types=ALL, **unseen):
    """A twin with one change. Types that are keywords do not see it; the value says why."""
    return changes(name, [(before, after)], types, **unseen)


def changes(name, pairs, types=ALL, **unseen):
    return Twin(name, tuple(pairs), tuple(t for t in types if t not in unseen), unseen)


def sums_by(name, total, types=ALL, **unseen):
    """A twin whose sums are another function: total_without_last, ..."""
    return change(name, TOTAL, f"return {total.__name__}(terms, axis)", types, **unseen)


def last_of_neighbour(operation, types=ALL, **unseen):
    """A twin in which a wrong stride gives the last element of each output its neighbour's value."""

    def spoil(outputs):
        spoilt = {}
        for name, values in outputs.items():
            flat = np.array(values).reshape(-1)
            flat[-1:] = flat[-2:-1] if flat.size > 1 else 0
            spoilt[name] = flat.reshape(np.shape(values))
        return spoilt

    return Twin(f"{operation}/last-of-neighbour", (), tuple(t for t in types if t not in unseen), unseen, spoil)
