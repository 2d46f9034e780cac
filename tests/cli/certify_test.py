"""`straightedge certify` on RUN folders that somebody else wrote: verdicts, exit codes, messages, JSON.

Statistical runs are drawn once from fixed seeds, so that no test can fail by chance.
"""

import hashlib
import json
import unittest

import jsonschema
import numpy as np

from run_folders import COVARIANCE, PAIRS, RunFolder, affine_run, gaussian, half_turn, mixture, root
from straightedge_program import SCHEMAS, ProgramTest

SEEDS = (1, 2, 3)
OT_FIELD = root(COVARIANCE) - np.eye(2)
# Field OT, pairs rotated by 120 degrees, s = 0.3: also checked by tests/unit/reference/gradient_variance_test.cpp.
OT_FIELD_AT_120 = 73.0959360168


def validate(document, name):
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


class CertifyTest(ProgramTest):
    def certify(self, code, runs, *arguments):
        """Writes the runs, certifies them, returns rows by claim."""
        folders = [run.write(self.folder / f"run-{index}") for index, run in enumerate(runs)]
        for run in runs:
            validate(run.run, "run")
            validate(run.evaluation, "evaluation")
        self.result = self.assert_exit(code, "certify", *folders, *arguments, "--out", "out")
        self.document = json.loads((self.folder / "out" / "certify.json").read_text())
        validate(self.document, "certify")
        self.assertEqual(self.document["exit_code"], code)
        return {row["claim"]: row for row in self.document["rows"]}


class Verdicts(CertifyTest):
    def test_partners_that_are_reproduced_support_figure_6(self):
        row = self.certify(0, [half_turn(seed=seed, claim="figure-6") for seed in SEEDS])["figure-6"]
        self.assertEqual(row["verdict"], "supported")
        self.assertEqual([part["estimate"] for part in row["parts"]], [1.0] * 3)
        self.assertEqual(row["seeds"], [1, 2, 3])
        self.assertFalse(row["mutant"]["survives"])
        self.assertNotEqual(row["mutant"]["verdict"], "supported")
        self.assertRegex(self.result.stdout, r"figure-6 +supported +supported +1 \[0\.98")

    def test_partners_that_are_not_reproduced_refute_it(self):
        row = self.certify(1, [half_turn(seed=seed).reproduce(0.5) for seed in SEEDS])["figure-6"]
        self.assertEqual(row["verdict"], "refuted")
        self.assertLess(row["p_opposite_holm"], 0.01)

    def test_a_fraction_at_the_bound_is_inconclusive_and_says_what_would_do(self):
        row = self.certify(3, [half_turn(claim="figure-6").reproduce(0.96)])["figure-6"]
        self.assertEqual(row["verdict"], "inconclusive")
        self.assertIn("training sources would do", row["reason"])
        self.assertIn(row["reason"], self.result.stdout)

    def test_a_shift_decides_between_figure_6_and_counterexample_1(self):
        rows = self.certify(0, [half_turn(mean=5.0)])
        self.assertEqual(rows["counterexample-1/trained"]["verdict"], "supported")
        self.assertEqual(rows["figure-6"]["verdict"], "inconclusive")

    def mixtures(self, data, pairs, dimensions=(3, 50), seeds=SEEDS):
        return [mixture(d, seed=seed, sigma=sigma, claim="table-1").mmd(data[sigma], pairs[sigma])
                for d in dimensions for seed in seeds for sigma in (0.0, 0.05)]

    def test_table_1_is_supported_in_the_papers_direction_and_compares_sizes(self):
        row = self.certify(0, self.mixtures({0.0: 4e-3, 0.05: 2e-3}, {0.0: 1e-6, 0.05: 3e-5}))["table-1"]
        self.assertEqual(row["verdict"], "supported")
        self.assertEqual(len(row["parts"]), 4)
        self.assertEqual(row["mutant"]["verdict"], "refuted")
        self.assertRegex(self.result.stdout, r"the paper has 0\.0018 against 0\.0034 \(ratio 0\.529\); "
                                             r"ours are 1\.1\d* and 1\.1\d* times as large \(ratio 0\.5")

    def test_one_part_of_table_1_in_the_opposite_direction_refutes_it(self):
        row = self.certify(1, self.mixtures({0.0: 2e-3, 0.05: 4e-3}, {0.0: 1e-6, 0.05: 3e-5}))["table-1"]
        self.assertEqual(row["verdict"], "refuted")
        self.assertTrue(any(part["p"] < 0.01 for part in row["parts"]))

    def test_table_1_needs_both_dimensions_and_three_seeds(self):
        sizes = {0.0: 4e-3, 0.05: 2e-3}, {0.0: 1e-6, 0.05: 3e-5}
        row = self.certify(3, self.mixtures(*sizes, dimensions=(3,), seeds=(1, 2)))["table-1"]
        self.assertIn("2 of at least 3 seeds; 1 more would do", row["reason"])
        self.assertIn("no runs on frozen pairs of a mixture in d = 50", row["reason"])

    def networks(self, optimal, rotated):
        target = {"mean": (0.7, -0.3), "covariance": COVARIANCE}
        kinds = ((gaussian("gaussian-ot", **target), optimal),
                 (gaussian("gaussian-rotated", **target, degrees=120.0), rotated))
        return [RunFolder(pairs, seed=seed, sigma=sigma, claim="figure-4/trained").measure(variance)
                for pairs, variance in kinds for seed in SEEDS for sigma in (0.0, 0.05)]

    def test_figure_4_follows_the_two_variances(self):
        row = self.certify(0, self.networks(1.0, 5.0))["figure-4/trained"]
        self.assertEqual((row["verdict"], row["mutant"]["verdict"]), ("supported", "refuted"))
        self.assertEqual(len(row["runs"]), 12)

    def test_figure_4_is_refuted_by_the_opposite_order(self):
        row = self.certify(1, self.networks(5.0, 1.0))["figure-4/trained"]
        self.assertEqual(row["verdict"], "refuted")
        self.assertFalse(row["mutant"]["survives"], "a refuted claim's mutant may hold")

    def test_figure_4_is_open_where_the_variances_are_equal(self):
        row = self.certify(3, self.networks(2.0, 2.0))["figure-4/trained"]
        self.assertEqual(row["verdict"], "inconclusive")

    def test_figure_5_compares_two_pairings_at_one_network(self):
        target = {"mean": (0.7, -0.3), "covariance": COVARIANCE}
        runs = [RunFolder(gaussian("gaussian-ot", **target), seed=seed, sigma=sigma)
                .measure(44.0, coupling=gaussian("independent", "resampled", **target))
                .measure(69.0, coupling=gaussian("gaussian-rotated", "resampled", **target, degrees=120.0))
                for seed in SEEDS for sigma in (0.0, 0.05)]
        row = self.certify(0, runs)["figure-5/trained"]
        self.assertEqual((row["verdict"], row["mutant"]["verdict"]), ("supported", "refuted"))

    def test_affine_runs_agree_with_the_exact_variance_or_do_not(self):
        run = affine_run((0.7, -0.3), OT_FIELD, OT_FIELD_AT_120, claim="affine-agrees")
        row = self.certify(0, [run])["affine-agrees"]
        self.assertEqual((row["verdict"], row["mutant"]["verdict"]), ("supported", "refuted"))
        self.assertIn("exact 73.0959", row["parts"][0]["detail"])
        part = row["parts"][0]
        self.assertLess(part["interval"][0], OT_FIELD_AT_120)
        self.assertLess(OT_FIELD_AT_120, part["interval"][1])

    def test_affine_runs_that_measure_something_else_refute_it(self):
        row = self.certify(1, [affine_run((0.7, -0.3), OT_FIELD, 1.5 * OT_FIELD_AT_120)])["affine-agrees"]
        self.assertEqual(row["verdict"], "refuted")

    def test_affine_runs_with_few_batches_decide_nothing(self):
        run = affine_run((0.7, -0.3), OT_FIELD, OT_FIELD_AT_120, claim="affine-agrees")
        run.evaluation["gradient_variance"].clear()
        row = self.certify(3, [run.measure(OT_FIELD_AT_120, field="affine", batches=8)])["affine-agrees"]
        self.assertIn("times as many batches would do", row["reason"])

    def test_affine_runs_on_frozen_pairs_are_left_out(self):
        row = self.certify(3, [affine_run((0.7, -0.3), OT_FIELD, 1.0, mode="frozen", claim="affine-agrees")])
        self.assertIn("resampled", row["affine-agrees"]["reason"])

    def by_pairing(self, frozen, resampled):
        return [mixture(3, mode, seed=seed, sigma=sigma, claim="noise-by-pairing").reproduce(fraction)
                for mode, fraction in (("frozen", frozen), ("resampled", resampled))
                for seed in SEEDS for sigma in (0.0, 0.05)]

    def test_noise_by_pairing_sees_memorisation_end(self):
        row = self.certify(0, self.by_pairing(1.0, 0.0))["noise-by-pairing"]
        self.assertEqual((row["verdict"], row["mutant"]["verdict"]), ("supported", "refuted"))
        self.assertIn("paired bootstrap of 9999 resamples p 0.0001", row["parts"][0]["detail"])

    def test_noise_by_pairing_is_refuted_where_resampling_memorises_more(self):
        self.assertEqual(self.certify(1, self.by_pairing(0.1, 0.9))["noise-by-pairing"]["verdict"], "refuted")

    def images(self, sigma, seed, optimal, partner):
        run = RunFolder({"kind": "shuffled", "mode": "frozen", "count": PAIRS, "seed": 0,
                         "of": {"kind": "file", "mode": "frozen", "count": PAIRS}},
                        seed=seed, sigma=sigma, dimension=12, claim="table-2", model="unet")
        best = np.random.default_rng(5).standard_normal((PAIRS, 12))
        run.tensors["optimal"][:PAIRS] = best
        away = run.rng.standard_normal((PAIRS, 12)) * 0.01
        mixed = optimal * best + partner * run.tensors["partner"][:PAIRS] + away
        run.tensors["generated"][:PAIRS] = mixed
        return run

    def test_table_2_is_judged_by_distances_of_images(self):
        runs = [self.images(sigma, seed, *weights) for seed in SEEDS
                for sigma, weights in ((0.0, (0.1, 0.9)), (0.05, (0.9, 0.1)))]
        row = self.certify(0, runs)["table-2"]
        self.assertEqual((row["verdict"], row["mutant"]["verdict"]), ("supported", "refuted"))
        self.assertIn("paired bootstrap", row["parts"][0]["detail"])


class Rows(CertifyTest):
    def test_are_the_same_whichever_claims_are_asked_for(self):
        runs = [half_turn(seed=seed) for seed in SEEDS]
        one = self.certify(0, runs, "--claims", "figure-6")
        self.assertEqual(list(one), ["figure-6"])
        result = self.assert_exit(0, "certify", *[self.folder / f"run-{i}" for i in range(3)], "--out", "all", "--json")
        every = {row["claim"]: row for row in json.loads(result.stdout)["rows"]}
        self.assertEqual(len(every), 9)
        self.assertEqual(every["figure-6"], one["figure-6"])

    def test_that_are_asked_for_and_lack_runs_are_inconclusive(self):
        rows = self.certify(3, [half_turn()], "--claims", "figure-6,table-*")
        self.assertIn("no image runs", rows["table-2"]["reason"])
        self.assertEqual(rows["figure-6"]["verdict"], "supported")

    def test_without_any_that_counts_the_command_is_inconclusive(self):
        self.certify(3, [RunFolder({"kind": "file", "mode": "frozen", "count": PAIRS})])

    def test_say_which_files_they_rest_on(self):
        self.certify(0, [half_turn()])
        folder = self.folder / "run-0"
        self.assertEqual(self.document["inputs"],
                         {str(folder / name): hashlib.sha256((folder / name).read_bytes()).hexdigest()
                          for name in ("run.json", "evaluation.json", "outputs.safetensors")})

    def test_are_the_same_each_time(self):
        self.certify(0, [half_turn(seed=seed) for seed in SEEDS])
        before = self.document["digest"]
        folders = [self.folder / f"run-{i}" for i in range(3)]
        self.assert_exit(0, "certify", *folders, "--out", "out")  # our own folder is replaced
        self.assertEqual(json.loads((self.folder / "out" / "certify.json").read_text())["digest"], before)

    def test_name_devices_that_differ_within_a_group(self):
        runs = [half_turn(seed=seed) for seed in SEEDS]
        runs[1].run["device"] = "cuda"
        self.certify(0, runs)
        self.assertIn("2 devices or versions", self.result.stdout)


if __name__ == "__main__":
    unittest.main()
