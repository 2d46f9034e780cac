// Whether one arm of an experiment has a lower mean than another: over seeds by Welch's test, and over samples by a
// bootstrap, where each seed measured samples.
//
//   estimate = mean(higher) - mean(lower), over seeds; positive in the stated direction
//   p_for, p_against: one-sided, the larger of both tests'
//
// The bootstrap draws samples with replacement, kResamples times, from a counter-based generator of a fixed seed, so
// that it always draws the same. Where both arms saw the same sources it is paired: a source is drawn with its values
// in both arms. p is (1 + the number of resampled differences <= 0, for p_against >= 0) / (1 + kResamples).
//
// Where neither arm varies over its seeds Welch's statistic is infinite, and its p 0 in the direction of the
// difference: then the bootstrap alone decides, and without samples nothing does (p = 1).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <straightedge/statistics.hpp>
#include <string>
#include <vector>

namespace straightedge::certify {

inline constexpr std::uint64_t kResamples = 9999;
inline constexpr std::uint64_t kBootstrapSeed = 1;
inline constexpr double kConfidence = 0.99;

struct Arm {
  std::string name;             ///< "s = 0.05"
  std::vector<double> seeds;    ///< one value a run
  std::vector<double> samples;  ///< one value a source, its mean over the runs; or one a source and run; or none
  /// What tells the sources of `samples` apart from others: equal and not empty where the samples can be paired.
  std::string sources;
};

struct Comparison {
  double lower_mean;
  double higher_mean;
  double estimate;
  ConfidenceInterval interval;  ///< of the estimate, Welch's, kConfidence
  double p_for;
  double p_against;
  double p_welch;                     ///< in the stated direction
  std::optional<double> p_bootstrap;  ///< in the stated direction; nothing without samples
  bool paired;
  /// The least number of seeds in each arm at which Welch's test would reach the p that is needed, if they vary as
  /// these do; nothing where no number up to 1000 does.
  std::optional<int> seeds_that_suffice;
};

struct BootstrapTails {
  double p_for;
  double p_against;
};
/// Bootstrap of mean(higher) - mean(lower); `paired` needs equal lengths. Throws InputError for an empty sample.
[[nodiscard]] BootstrapTails bootstrap(std::span<const double> lower, std::span<const double> higher, bool paired);

/// Compares two arms of at least two seeds each. `p_needed`: the p for which the number of seeds is sought.
[[nodiscard]] Comparison compare(const Arm& lower, const Arm& higher, double p_needed);

}  // namespace straightedge::certify
