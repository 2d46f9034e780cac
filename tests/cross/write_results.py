"""Computes the fixtures with NumPy and writes RESULTS for `straightedge check`.

usage: write_results.py FIXTURES OUT.safetensors [--twin OPERATION/NAME]      (FIXTURES: a folder with manifest.json)

With --twin, one operation is the deliberately wrong one of twins.py, and the file has that operation's fixtures only.
"""

import argparse
import pathlib

import numpy as np

import fixture_files
import numpy_operations
import twins


def compute(fixtures, operations):
    """(tensors of all outputs, ids that were refused)."""
    tensors, refused = {}, []
    for fixture in fixtures:
        try:
            with np.errstate(all="ignore"):  # a twin may divide by zero; the judge sees to it
                results = operations[fixture.operation](fixture)
        except numpy_operations.Refused:
            refused.append(fixture.id)
            continue
        for name, values in results.items():
            # Where an error is expected there is no output to take the type from: any result is a failure.
            dtype = fixture.outputs[name]["dtype"] if fixture.outputs else "fp64"
            tensors[f"{fixture.id}/{name}"] = (dtype, fixture_files.store(values, dtype))
    return tensors, refused


def write(path, fixtures, producer, tensors, refused):
    fixture_files.write_safetensors(path, tensors, fixtures.metadata(producer, f"cpu, NumPy {np.__version__}", refused))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--twin", choices=[twin.name for twin in twins.TWINS], metavar="OPERATION/NAME")
    arguments = parser.parse_args()
    fixtures = fixture_files.Fixtures(arguments.fixtures)
    chosen, operations, producer = fixtures, numpy_operations.OPERATIONS, "tests/cross/numpy_operations.py"
    if arguments.twin:
        twin = next(twin for twin in twins.TWINS if twin.name == arguments.twin)
        chosen, operations = fixtures.of(twin.operation), twin.operations()
        producer = f"tests/cross/twins.py: {twin.name}"
    write(arguments.out, fixtures, producer, *compute(chosen, operations))


if __name__ == "__main__":
    main()
