// The gradient variance as the paper measures it: by sampling, with a test. Replicates of the sample variance of single
// training samples' gradients, straight from their definition, for two fields; Welch's test says which is lower.
#pragma once

#include <case.hpp>

#include <straightedge/field.hpp>
#include <straightedge/statistics.hpp>

#include <cstdint>

namespace straightedge::proofs {

/// What is sampled: `replicates` estimates for each field, each from `samples` training samples, from Philox with
/// `seed`.
struct SamplingPlan {
  int replicates;
  int samples;
  std::uint64_t seed;
};

/// Welch's test of replicates of tr Cov(g) for (field a, coupling a) against (field b, coupling b) under constant noise
/// s. The alternative of `p_less` is that a's variance is the lower. Deterministic couplings only.
[[nodiscard]] WelchTest compare_sampled_variances(const Coupling<double>& coupling_a, const PairField<double>& field_a,
                                                  const Coupling<double>& coupling_b, const PairField<double>& field_b,
                                                  double sigma, const SamplingPlan& plan);

/// Replicates of the unbiased sample variance tr Cov(g) of one field.
[[nodiscard]] std::vector<double> sampled_variances(const Coupling<double>& coupling, const PairField<double>& field,
                                                    double sigma, const SamplingPlan& plan, std::uint64_t stream);

}  // namespace straightedge::proofs
