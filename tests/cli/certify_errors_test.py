"""`straightedge certify` on RUN folders that are broken: exit 2, one line with file, place and what would be right."""

import json
import pickle
import unittest

import numpy as np

from run_folders import PAIRS, affine_run, half_turn, mixture
from straightedge_program import ProgramTest


class Broken(ProgramTest):
    def refused(self, run, *names, arguments=()):
        folder = run.write(self.folder / f"run-{len(list(self.folder.iterdir()))}")
        self.assert_refused("certify", folder, *arguments, names=names)

    def refused_with(self, change, *names):
        """A run on which `change` was made."""
        run = half_turn()
        change(run)
        self.refused(run, *names)


class BrokenRunDocuments(Broken):
    def test_a_newer_schema(self):
        self.refused_with(lambda run: run.run.update(schema="straightedge/run/2"),
                          "run.json", "'straightedge/run/2' is of another version", "reads 'straightedge/run/1'")

    def test_an_unknown_schema(self):
        self.refused_with(lambda run: run.evaluation.update(schema="mine"), "evaluation.json", "'mine'",
                          "straightedge/evaluation/1")

    def test_a_missing_member(self):
        for name in ("seed", "claim", "pairs", "noise", "model", "dimension"):
            with self.subTest(name):
                run = half_turn()
                del run.run[name]
                folder = run.write(self.folder / name)
                self.assert_refused("certify", folder, names=["run.json", f"'{name}' is missing"])

    def test_a_missing_member_of_the_pairs(self):
        self.refused_with(lambda run: run.run["pairs"].pop("degrees"), "run.json: pairs: 'degrees' is missing")

    def test_a_misspelt_member_is_corrected(self):
        self.refused_with(lambda run: run.run.update(sead=3), "run.json: 'sead'", "seed")

    def test_an_unknown_kind_or_mode(self):
        self.refused_with(lambda run: run.run["pairs"].update(kind="gaussian-roated"), "pairs.kind", "gaussian-rotated")

    def test_an_unknown_claim(self):
        self.refused_with(lambda run: run.run.update(claim="lemma-1"), "claim", "lemma-1", "figure-6")

    def test_wrong_kinds_and_shapes(self):
        self.refused_with(lambda run: run.run.update(seed=-1), "seed", "-1 is not an integer from 0")
        self.refused_with(lambda run: run.run["pairs"].update(mean=[0.0]), "pairs.mean", "has 1 numbers; 2 are needed")
        self.refused_with(lambda run: run.run["pairs"].update(covariance=[[1, 0]]), "pairs.covariance", "1 rows")
        self.refused_with(lambda run: run.run["noise"].update(sigma="0"), "noise.sigma", "a number is needed")

    def test_a_covariance_that_is_none(self):
        self.refused_with(lambda run: run.run["pairs"].update(covariance=[[1, 2], [2, 1]]), "pairs.covariance",
                          "eigenvalue")

    def test_negative_noise(self):
        self.refused_with(lambda run: run.run["noise"].update(sigma=-0.1), "noise.sigma", "-0.1 is negative")

    def test_a_mixture_that_is_missing_or_does_not_add_up(self):
        run = mixture(3)
        run.run["mixture"]["weights"] = [0.5, 0.4]
        self.refused(run, "mixture.weights", "sum to 0.9")
        run = mixture(3)
        del run.run["mixture"]
        self.refused(run, "'mixture' is missing")

    def test_text_that_is_not_json(self):
        folder = half_turn().write(self.folder / "run")
        (folder / "run.json").write_text('{"schema": ')
        self.assert_refused("certify", folder, names=["run.json", "not JSON, or truncated"])

    def test_numbers_beyond_double_precision(self):
        folder = half_turn().write(self.folder / "run")
        text = (folder / "run.json").read_text()
        (folder / "run.json").write_text(text.replace('"degrees": 180.0', '"degrees": 1e999'))
        self.assert_refused("certify", folder, names=["run.json", "beyond double precision"])

    def test_a_folder_that_is_none_or_is_not_whole(self):
        self.assert_refused("certify", "nowhere",
                            names=["nowhere", "run.json, evaluation.json and outputs.safetensors"])
        folder = half_turn().write(self.folder / "run")
        (folder / "evaluation.json").unlink()
        self.assert_refused("certify", folder, names=["evaluation.json", "cannot be read"])


class BrokenEvaluations(Broken):
    def test_nan_among_squared_norms(self):
        run = half_turn().measure(1.0)
        run.evaluation["gradient_variance"][0]["squared_norms_b"][3] = float("nan")
        self.refused(run, "evaluation.json", "NaN and Infinity are no numbers of JSON")

    def test_a_null_among_squared_norms(self):
        run = half_turn().measure(1.0)
        run.evaluation["gradient_variance"][0]["squared_norms_B"][3] = None
        self.refused(run, "gradient_variance[0].squared_norms_B[3]", "a number is needed")

    def test_negative_or_too_few_squared_norms(self):
        run = half_turn().measure(1.0)
        run.evaluation["gradient_variance"][0]["squared_norms_b"][0] = -1.0
        self.refused(run, "squared_norms_b", "[0] is -1")
        self.refused(half_turn().measure(1.0, batches=1), "squared_norms_b", "at least 2 batches")

    def test_batches_of_one_size(self):
        run = half_turn().measure(1.0)
        run.evaluation["gradient_variance"][0]["B"] = 1
        self.refused(run, "gradient_variance[0]", "1 <= b < B is needed")

    def test_a_bin_of_times_outside_of_the_unit_interval(self):
        self.refused(half_turn().measure(1.0, t_bin=[0.5, 1.5]), "t_bin", "0 <= from < to <= 1")

    def test_affine_parameters_that_are_missing_or_misshapen(self):
        run = affine_run((0.0, 0.0), np.zeros((2, 2)), 1.0)
        del run.evaluation["affine"]
        self.refused(run, "evaluation.json", "'affine' is missing")
        self.refused(affine_run((0.0,), np.zeros((2, 2)), 1.0), "affine.th", "has 1 numbers; 2 are needed")

    def test_bandwidths_that_differ_within_a_group(self):
        runs = [mixture(3, seed=seed, sigma=sigma).mmd(1.0, 1.0) for seed in (1, 2) for sigma in (0.0, 0.05)]
        runs[2].evaluation["mmd"][0]["bandwidth"] = 2.0
        folders = [run.write(self.folder / f"run-{i}") for i, run in enumerate(runs)]
        self.assert_refused("certify", *folders, names=["run-2/evaluation.json", "other bandwidths"])


class BrokenOutputs(Broken):
    def file_of(self, run):
        return run.write(self.folder / "run") / "outputs.safetensors"

    def test_a_pickle_instead_of_safetensors(self):
        file = self.file_of(half_turn())
        file.write_bytes(pickle.dumps({"source": [1.0]}))
        self.assert_refused("certify", file.parent, names=["outputs.safetensors", "pickle", "safetensors.save_file"])
        file.write_bytes(b"PK\x03\x04" + bytes(100))  # what torch.save writes
        self.assert_refused("certify", file.parent, names=["outputs.safetensors", "zip archive"])

    def test_a_truncated_file(self):
        file = self.file_of(half_turn())
        whole = file.read_bytes()
        for size in (0, 5, 40, len(whole) // 2, len(whole) - 1):
            with self.subTest(size):
                file.write_bytes(whole[:size])
                self.assert_refused("certify", file.parent, names=["outputs.safetensors"])

    def test_another_schema(self):
        self.refused_with(lambda run: run.metadata.update(schema="straightedge/outputs/2"), "straightedge/outputs/2",
                          "reads 'straightedge/outputs/1'")

    def test_a_tensor_that_is_missing(self):
        for name in ("source", "partner", "optimal", "generated", "split"):
            with self.subTest(name):
                run = half_turn()
                del run.tensors[name]
                folder = run.write(self.folder / name)
                self.assert_refused("certify", folder, names=["outputs.safetensors", name])

    def test_wrong_shapes(self):
        self.refused_with(lambda run: run.tensors.update(generated=np.zeros((PAIRS, 2))), "generated", "450 are needed")
        self.refused_with(lambda run: run.tensors.update(reference=np.zeros((5, 3))), "reference", "[5, 3]", "[n, 2]")
        self.refused_with(lambda run: run.tensors.update(split=np.zeros(7)), "split", "[450] is needed")

    def test_nan_where_it_is_not_allowed(self):
        for name in ("source", "generated", "reference"):
            with self.subTest(name):
                run = half_turn()
                run.tensors[name][3] = np.nan
                folder = run.write(self.folder / name)
                self.assert_refused("certify", folder, names=[f"{name}[3, 0] is nan", "finite numbers are needed"])

    def test_half_of_a_row_unknown(self):
        self.refused_with(lambda run: run.tensors["optimal"].__setitem__((3, 1), 1.0), "optimal[3, 1] is 1",
                          "NaN throughout")

    def test_a_frozen_pair_without_its_partner(self):
        self.refused_with(lambda run: run.tensors["partner"].__setitem__(3, np.nan), "partner[3] is NaN")

    def test_training_sources_that_are_left_out(self):
        self.refused_with(lambda run: run.tensors["split"].__setitem__(slice(0, 5), 1), "split",
                          "395 training sources", "400 frozen pairs")

    def test_an_unknown_split(self):
        self.refused_with(lambda run: run.tensors["split"].__setitem__(2, 7), "split[2] is 7")

    def test_partners_that_are_not_those_of_the_pairs(self):
        self.refused_with(lambda run: run.run["pairs"].update(degrees=90.0), "partner[0]", "RMS away", "run.json")


class RunsThatCannotStandTogether(Broken):
    def test_two_of_a_group_with_the_same_seed(self):
        first, second = half_turn().write(self.folder / "a"), half_turn().write(self.folder / "b")
        self.assert_refused("certify", first, second, names=["/a and ", "/b", "the same seed 1"])

    def test_a_copy_with_another_seed(self):
        first = half_turn().write(self.folder / "a")
        copy = half_turn()
        copy.run["seed"] = 2
        self.assert_refused("certify", first, copy.write(self.folder / "b"), names=["a copy is no second run"])

    def test_the_same_seed_in_two_groups_is_fine(self):
        runs = [half_turn(mean=mean).write(self.folder / str(mean)) for mean in (0.0, 5.0)]
        self.assert_exit(0, "certify", *runs, "--out", "out")


class Usage(Broken):
    def test_a_claim_that_runs_do_not_decide(self):
        self.refused(half_turn(), "lemma-1", arguments=("--claims", "lemma-1"))

    def test_no_runs(self):
        self.assert_refused("certify", names=["runs"])

    def test_an_output_folder_with_other_files(self):
        (self.folder / "thesis").mkdir()
        (self.folder / "thesis" / "chapter.tex").write_text("years of work")
        self.refused(half_turn(), "thesis", "was not written by `straightedge certify`", arguments=("--out", "thesis"))

    def test_nothing_is_written_before_all_input_is_read(self):
        good, bad = half_turn().write(self.folder / "good"), half_turn(seed=2).write(self.folder / "bad")
        (bad / "run.json").write_text(json.dumps({}))
        self.assert_refused("certify", good, bad, "--out", "out", names=["bad/run.json"])


if __name__ == "__main__":
    unittest.main()
