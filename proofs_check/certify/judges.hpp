// How each claim is judged from groups of runs. One file a claim, or two claims of one kind.
//
// Which runs speak for a claim follows from what run.json says they are, not from the claim that it names: a run cannot
// be kept out of a claim by a label. The tables of images are the exception, since run.json does not say what an image
// is. Where several groups qualify, all of them must agree with the claim.
//
// Variant::mutant judges the same runs with the falsification that the registered claim names: it must not be
// supported.
#pragma once

#include <certify/evidence.hpp>

#include <claim.hpp>
#include <string>
#include <vector>

namespace straightedge::certify {

using Groups = std::vector<Group>;

/// Rotation by 180 degrees without noise: training partners reproduced within 0.05 RMS, by Clopper and Pearson's bound.
[[nodiscard]] Evidence judge_figure_6(const Groups& groups, proofs::Variant variant);
[[nodiscard]] Evidence judge_counterexample_1(const Groups& groups, proofs::Variant variant);
/// Mixtures: squared MMD to the data and to the training pairs, with noise against without.
[[nodiscard]] Evidence judge_table_1(const Groups& groups, proofs::Variant variant);
/// Images: L2 to the optimal image and to the training partner, with noise against without.
[[nodiscard]] Evidence judge_table_2(const Groups& groups, proofs::Variant variant);
[[nodiscard]] Evidence judge_table_3(const Groups& groups, proofs::Variant variant);
/// Gradient variance of networks on optimal and on rotated pairs, each under its own pairs.
[[nodiscard]] Evidence judge_figure_4(const Groups& groups, proofs::Variant variant);
/// Gradient variance of a network trained on optimal pairs, under independent and under rotated pairs.
[[nodiscard]] Evidence judge_figure_5(const Groups& groups, proofs::Variant variant);
/// Measured gradient variance of affine fields against the exact one.
[[nodiscard]] Evidence judge_affine_agrees(const Groups& groups, proofs::Variant variant);
/// Memorisation with frozen against resampled sources, with and without noise.
[[nodiscard]] Evidence judge_noise_by_pairing(const Groups& groups, proofs::Variant variant);

/// The judge of a registered claim. Throws std::logic_error for a claim that has none.
using Judge = Evidence (*)(const Groups&, proofs::Variant);
[[nodiscard]] Judge judge_of(const std::string& claim);

}  // namespace straightedge::certify
