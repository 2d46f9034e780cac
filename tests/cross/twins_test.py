"""Every twin is caught by `straightedge check`, in each type in which it says so, and in no other."""

import unittest

import twins
import write_results
from check_program import CheckTest


class Twins(CheckTest):
    def test_names_are_distinct_and_every_operation_has_some(self):
        names = [twin.name for twin in twins.TWINS]
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual({twin.operation for twin in twins.TWINS}, {fixture.operation for fixture in self.fixtures})

    def test_every_twin_is_caught(self):
        paths = []
        for twin in twins.TWINS:
            tensors, refused = write_results.compute(self.fixtures.of(twin.operation), twin.operations())
            paths.append(self.write(tensors, refused, f"{len(paths)}.safetensors"))
        document = self.check(1, "--partial", *paths)
        for twin, results in zip(twins.TWINS, document["results"], strict=True):
            with self.subTest(twin.name, unseen=twin.unseen):
                caught = {fixture_id.rsplit("/", 1)[1] for fixture_id in self.failures(results)}
                # A refusal that is missing is no failure with --partial; without it, it is.
                caught |= {fixture.type for fixture in self.fixtures.of(twin.operation)
                           if fixture.outputs is None and fixture.id not in self.refused_by(results)}
                self.assertEqual(caught & {*twin.types, *twin.unseen}, set(twin.types))

    def refused_by(self, results):
        return {fixture["id"] for fixture in results["fixtures"] if fixture["outcome"] == "pass"}


if __name__ == "__main__":
    unittest.main()
