"""Each rule, fed a build graph that breaks it in one place: a check that could not fail would check nothing."""

import sys
import tempfile
import unittest
from pathlib import Path

import rules
from build_graph import BuildGraph, Target, parse_includes, parse_target


def sound_graph() -> BuildGraph:
    """A small build that keeps every rule, with the device path in it."""
    return BuildGraph(
        targets={
            "tolerance": Target("fixtures/tolerance/src", frozenset({"fixtures/tolerance/src/bound.cpp"})),
            "fixtures": Target("fixtures", frozenset({"fixtures/digest.cpp"}), frozenset({"tolerance"})),
            "reference": Target("reference/src", frozenset({"reference/src/loss.cpp"}), frozenset({"tolerance"})),
            "enclosure": Target("reference/enclosure/src", frozenset({"reference/enclosure/src/witness.cpp"})),
            "proofs": Target("proofs_check", frozenset({"proofs_check/campaign.cpp"}),
                             frozenset({"reference", "enclosure", "fixtures"})),
            "straightedge": Target("proofs_check", frozenset({"proofs_check/main.cpp"}), frozenset({"proofs"})),
            "ops": Target("gpu/ops", frozenset({"gpu/ops/nearest/cpu.cpp"}), frozenset({"fixtures"})),
            "straightedge-train": Target("gpu", frozenset({"gpu/main.cpp"}), frozenset({"ops"})),
        },
        includes={
            "fixtures/tolerance/src/bound.cpp": frozenset({"fixtures/tolerance/include/bound.hpp", "/usr/include/math.h"}),
            "fixtures/digest.cpp": frozenset({"fixtures/digest.hpp", "fixtures/tolerance/include/bound.hpp"}),
            "reference/src/loss.cpp": frozenset({"reference/include/loss.hpp", "/usr/include/boost/rational.hpp"}),
            "reference/enclosure/src/witness.cpp": frozenset({"reference/include/straightedge/scalar.hpp"}),
            "proofs_check/campaign.cpp": frozenset({"reference/include/loss.hpp", "proofs_check/claim.hpp"}),
            "proofs_check/main.cpp": frozenset({"proofs_check/claim.hpp"}),
            "gpu/ops/nearest/cpu.cpp": frozenset({"fixtures/digest.hpp"}),
            "gpu/main.cpp": frozenset({"gpu/ops/nearest/nearest.hpp"}),
        },
    )


class GraphRules(unittest.TestCase):
    def setUp(self):
        self.graph = sound_graph()

    def include(self, source, header):
        self.graph.includes[source] |= {header}

    def link(self, name, other):
        target = self.graph.targets[name]
        self.graph.targets[name] = Target(target.folder, target.sources, target.depends | {other})

    def assert_only_violation(self, expected):
        violations = rules.graph_violations(self.graph)
        self.assertEqual(len(violations), 1, violations)
        self.assertIn(expected, violations[0])

    def test_sound_graph_has_no_violation(self):
        self.assertEqual(rules.graph_violations(self.graph), [])

    def test_device_path_may_not_include_the_reference(self):
        self.include("gpu/ops/nearest/cpu.cpp", "reference/include/loss.hpp")
        self.assert_only_violation("gpu/ops may not use reference")

    def test_device_path_may_not_link_the_reference(self):
        self.link("ops", "reference")
        violations = rules.graph_violations(self.graph)
        self.assertTrue(any("target ops reaches reference" in v for v in violations), violations)
        self.assertTrue(any("target straightedge-train reaches reference" in v for v in violations), violations)

    def test_reference_may_not_link_fixtures_beyond_tolerance(self):
        self.link("reference", "fixtures")
        self.assertIn("target reference reaches fixtures: reference may not use fixtures", rules.graph_violations(self.graph))

    def test_a_path_to_the_reference_through_fixtures_is_found(self):
        self.link("fixtures", "reference")
        violations = rules.link_violations(self.graph)
        self.assertTrue(any("target straightedge-train reaches reference" in v for v in violations), violations)

    def test_no_test_program_may_hold_oracle_and_device_path(self):
        self.graph.targets["both"] = Target("tests", frozenset(), frozenset({"ops", "reference"}))
        self.assert_only_violation("the device path never meets its oracle")

    def test_reference_may_not_include_fixtures_beyond_tolerance(self):
        self.include("reference/src/loss.cpp", "fixtures/tolerance/include/bound.hpp")
        self.assertEqual(rules.graph_violations(self.graph), [])
        self.include("reference/src/loss.cpp", "fixtures/digest.hpp")
        self.assert_only_violation("reference may not use fixtures")

    def test_reference_may_not_know_the_claims(self):
        self.include("reference/src/loss.cpp", "proofs_check/claim.hpp")
        self.assert_only_violation("reference may not use proofs_check")

    def test_the_witness_may_not_include_formulas_of_the_reference(self):
        self.include("reference/enclosure/src/witness.cpp", "reference/include/straightedge/kinds.hpp")
        self.assertEqual(rules.graph_violations(self.graph), [])
        for header in ("reference/include/straightedge/residual.hpp", "reference/src/elimination.hpp"):
            self.graph = sound_graph()
            self.include("reference/enclosure/src/witness.cpp", header)
            self.assert_only_violation("the witness shares no formula")

    def test_the_witness_may_not_link_the_reference(self):
        self.link("enclosure", "reference")
        self.assert_only_violation("target enclosure reaches reference: the witness shares no formula")

    def test_the_reference_may_not_use_its_witness(self):
        self.include("reference/src/loss.cpp", "reference/enclosure/include/straightedge/enclosure/witness.hpp")
        self.assert_only_violation("reference may not use reference/enclosure")

    def test_tolerance_uses_nothing(self):
        self.include("fixtures/tolerance/src/bound.cpp", "fixtures/digest.hpp")
        self.assert_only_violation("fixtures/tolerance may not use fixtures")

    def test_fixtures_are_free_of_boost_and_eigen(self):
        for header in ("/usr/include/boost/rational.hpp", "/usr/include/eigen3/Eigen/src/Core/Map.h"):
            self.graph = sound_graph()
            self.include("fixtures/digest.cpp", header)
            self.assert_only_violation("fixtures/ is free of Boost, Eigen and LibTorch")

    def test_a_new_folder_must_be_placed(self):
        self.include("proofs_check/main.cpp", "common/helpers.hpp")
        self.assert_only_violation("no place in MAY_USE")

    def test_a_source_that_was_not_compiled_is_reported(self):
        del self.graph.includes["proofs_check/main.cpp"]
        self.assert_only_violation("was not compiled")

    def test_an_empty_build_is_reported(self):
        self.graph = BuildGraph()
        self.assert_only_violation("nothing was checked")


class Files(unittest.TestCase):
    def test_401_lines_are_too_many_and_400_are_not(self):
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "long.cpp").write_text("//\n" * 401)
            (Path(root) / "short.cpp").write_text("//\n" * 400)
            (Path(root) / "table.md").write_text("|\n" * 401)
            violations = rules.length_violations(Path(root), ["long.cpp", "short.cpp", "table.md"])
        self.assertEqual(violations, ["long.cpp has 401 lines; 400 are allowed"])


class CodeModel(unittest.TestCase):
    def test_a_target_lives_where_its_sources_are(self):
        reply = {
            "name": "tolerance", "paths": {"source": "fixtures"}, "dependencies": [{"id": "1"}, {"id": "custom"}],
            "sources": [{"path": "fixtures/tolerance/src/a.cpp", "compileGroupIndex": 0}, {"path": "fixtures/a.hpp"},
                        {"path": "/elsewhere/generated.cpp", "compileGroupIndex": 0}],
        }
        target = Target("fixtures/tolerance/src", frozenset({"fixtures/tolerance/src/a.cpp"}), frozenset({"other"}))
        self.assertEqual(parse_target(reply, {"1": "other"}), target)


class NinjaDeps(unittest.TestCase):
    def test_paths_inside_the_tree_are_relative_however_they_were_written(self):
        text = ("a.cpp.o: #deps 3, deps mtime 1 (VALID)\n    ../gpu/a.cpp\n    /tree/reference/loss.hpp\n"
                "    /usr/include/math.h\n\nb.cpp.o: #deps 1, deps mtime 1 (VALID)\n    /tree/gpu/b.cpp\n\n"
                "c.cpp.o: #deps 1, deps mtime 1 (VALID)\n    generated.cpp\n\n")
        includes = parse_includes(text, Path("/tree/build"), Path("/tree"))
        self.assertEqual(includes, {
            "gpu/a.cpp": frozenset({"reference/loss.hpp", str(Path("/usr/include/math.h").resolve())}),
            "gpu/b.cpp": frozenset(),
            "/tree/build/generated.cpp": frozenset(),
        })


if __name__ == "__main__":
    sys.exit(unittest.main())
