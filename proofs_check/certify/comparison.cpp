#include <certify/comparison.hpp>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <philox.hpp>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

using boost::math::cdf;
using boost::math::complement;
using boost::math::quantile;
using boost::math::students_t;

constexpr int kMostSeeds = 1000;  // beyond it "more seeds" is no advice

// An index in [0, n), n < 2^32: the high half of a product, whose bias of n / 2^32 no resampling can see.
std::size_t index_of(std::uint32_t word, std::size_t n) {
  return static_cast<std::size_t>((static_cast<std::uint64_t>(word) * n) >> 32U);
}

// The mean of values drawn with replacement; `stream` says which draw.
double resampled_mean(std::span<const double> values, std::uint64_t stream) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const auto words = fixtures::philox_block_of(kBootstrapSeed, stream, i);
    const std::size_t block = std::min<std::size_t>(4, values.size() - i);
    for (std::size_t k = 0; k < block; ++k) {
      sum += values[index_of(words[k], values.size())];
    }
  }
  return sum / static_cast<double>(values.size());
}

// Of Comparison.
std::optional<int> seeds_that_suffice(double difference, const SampleMoments& a, const SampleMoments& b,
                                      double p_needed) {
  const double spread = a.variance + b.variance;
  if (!(difference > 0.0) || spread == 0.0) {
    return std::nullopt;
  }
  const double part = a.variance / spread;
  for (int n = 3; n <= kMostSeeds; ++n) {
    const students_t distribution((n - 1.0) / (part * part + (1.0 - part) * (1.0 - part)));
    if (cdf(complement(distribution, difference / std::sqrt(spread / n))) < p_needed) {
      return n;
    }
  }
  return std::nullopt;
}

}  // namespace

BootstrapTails bootstrap(std::span<const double> lower, std::span<const double> higher, bool paired) {
  if (lower.empty() || higher.empty() || (paired && lower.size() != higher.size())) {
    throw InputError("a bootstrap needs samples in both arms, and equally many where they are paired");
  }
  std::vector<double> differences;
  if (paired) {
    std::transform(higher.begin(), higher.end(), lower.begin(), std::back_inserter(differences), std::minus<>());
  }
  std::uint64_t not_for = 0;
  std::uint64_t not_against = 0;
  for (std::uint64_t k = 0; k < kResamples; ++k) {
    const double difference =
        paired ? resampled_mean(differences, 2 * k) : resampled_mean(higher, 2 * k) - resampled_mean(lower, 2 * k + 1);
    not_for += difference <= 0.0 ? 1U : 0U;
    not_against += difference >= 0.0 ? 1U : 0U;
  }
  const auto tail = [](std::uint64_t count) {
    return static_cast<double>(1 + count) / static_cast<double>(1 + kResamples);
  };
  return {tail(not_for), tail(not_against)};
}

Comparison compare(const Arm& lower, const Arm& higher, double p_needed) {
  const SampleMoments a = sample_moments(lower.seeds);
  const SampleMoments b = sample_moments(higher.seeds);
  const double estimate = b.mean - a.mean;
  Comparison result{a.mean, b.mean, estimate, {estimate, estimate}, 1.0, 1.0, 1.0, {}, false, {}};
  const bool has_samples = !lower.samples.empty() && !higher.samples.empty();
  if (a.variance + b.variance > 0.0) {
    const WelchTest welch = welch_test(lower.seeds, higher.seeds);
    const double error = std::sqrt(a.variance / static_cast<double>(lower.seeds.size()) +
                                   b.variance / static_cast<double>(higher.seeds.size()));
    const double half_width =
        error * quantile(complement(students_t(welch.degrees_of_freedom), (1.0 - kConfidence) / 2.0));
    result.interval = {estimate - half_width, estimate + half_width};
    result.p_for = welch.p_less;
    // Each one-sided p is half the two-sided one on its own side: 1 - p would lose the digits of a small one.
    result.p_against = estimate < 0.0 ? welch.p_two_sided / 2.0 : 1.0 - welch.p_two_sided / 2.0;
  } else if (has_samples) {
    result.p_for = estimate > 0.0 ? 0.0 : 1.0;
    result.p_against = estimate < 0.0 ? 0.0 : 1.0;
  }
  result.p_welch = result.p_for;
  if (has_samples) {
    result.paired = !lower.sources.empty() && lower.sources == higher.sources;
    const BootstrapTails tails = bootstrap(lower.samples, higher.samples, result.paired);
    result.p_bootstrap = tails.p_for;
    result.p_for = std::max(result.p_for, tails.p_for);
    result.p_against = std::max(result.p_against, tails.p_against);
  }
  result.seeds_that_suffice = seeds_that_suffice(estimate, a, b, p_needed);
  return result;
}

}  // namespace straightedge::certify
