#include <train/gradient_variance.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>
#include <train/interpolant.hpp>

#include <cmath>
#include <limits>
#include <numeric>

namespace straightedge::train {
namespace {

// Beyond every training's steps, which are at most 10^9; sizes and bins are kept apart too.
constexpr std::int64_t first_step = std::int64_t{1} << 40U;

std::int64_t step_of(std::int64_t k, std::int64_t batch, const std::optional<TimeBin>& bin) {
  // A recipe has at most 2^10 bins, 2^20 samples in a batch, and 10^8 < 2^27 batches.
  return first_step + ((bin ? bin->number : 0) << 48U) + (batch << 27U) + k;
}

at::Tensor times_in(const std::optional<TimeBin>& bin, const at::Tensor& u) {
  return bin ? bin->from + (bin->to - bin->from) * u : u;
}

struct Moments {
  double mean;
  double squared_error;  // of the mean
};

Moments moments_of(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return {mean, squares / (n - 1.0) / n};
}

}  // namespace

std::vector<TimeBin> time_bins(std::int64_t count) {
  std::vector<TimeBin> bins;
  const auto n = static_cast<double>(count);
  for (std::int64_t k = 0; k < count; ++k) {
    bins.push_back({k + 1, static_cast<double>(k) / n, static_cast<double>(k + 1) / n});
  }
  return bins;
}

std::vector<double> squared_gradient_norms(const MeasuredField& field, std::int64_t seed, std::int64_t batch,
                                           std::int64_t batches, const std::optional<TimeBin>& bin) {
  const Processes& processes = field.processes;
  // Each batch is one process's: how many there are changes no bit. The sum with zeros is exact.
  const at::Tensor norms = at::zeros({batches}, at::TensorOptions().dtype(at::kDouble));
  at::Tensor gradient = at::empty_like(field.parameters);
  for (std::int64_t k = processes.rank(); k < batches; k += processes.size()) {
    const std::int64_t step = step_of(k, batch, bin);
    const PairSampler::Batch drawn = field.sampler.draw(seed, step, {0, batch});
    const at::Tensor t = times_in(bin, times_of(seed, step, {0, batch}, field.parameters.device()));
    at::Tensor xt = at::empty_like(drawn.x0);
    at::Tensor target = at::empty_like(drawn.x0);
    interpolate(drawn, t, field.noise, seed, step, xt, target);
    (void)field.model.gradient(field.parameters, xt, t, target, gradient);
    norms[k] = at::linalg_vector_norm(gradient.to(at::kDouble)).square().item<double>();
  }
  processes.sum(norms);
  return {norms.const_data_ptr<double>(), norms.const_data_ptr<double>() + batches};
}

std::optional<double> VarianceEstimate::half_width_99() const {
  if (standard_error == 0.0) {
    return 0.0;
  }
  if (degrees_of_freedom < 10.0) {
    return std::nullopt;
  }
  // Abramowitz and Stegun 26.7.5 from the normal quantile of 0.995; off by 3e-5 of itself at 10 degrees of freedom.
  constexpr double x = 2.5758293035489004;
  constexpr double x2 = x * x;
  constexpr double g1 = x * (x2 + 1.0) / 4.0;
  constexpr double g2 = x * ((5.0 * x2 + 16.0) * x2 + 3.0) / 96.0;
  constexpr double g3 = x * (((3.0 * x2 + 19.0) * x2 + 17.0) * x2 - 15.0) / 384.0;
  constexpr double g4 = x * ((((79.0 * x2 + 776.0) * x2 + 1482.0) * x2 - 1920.0) * x2 - 945.0) / 92160.0;
  const double r = 1.0 / degrees_of_freedom;
  return standard_error * (x + r * (g1 + r * (g2 + r * (g3 + r * g4))));
}

VarianceEstimate estimate_variance(const std::vector<double>& norms_b, std::int64_t b,
                                   const std::vector<double>& norms_B, std::int64_t B) {
  const Moments small = moments_of(norms_b);
  const Moments large = moments_of(norms_B);
  const double factor = 1.0 / (1.0 / static_cast<double>(b) - 1.0 / static_cast<double>(B));
  const double squared_error = small.squared_error + large.squared_error;
  double degrees = std::numeric_limits<double>::infinity();
  if (squared_error > 0.0) {
    const double share_b = small.squared_error / squared_error;
    const double share_B = large.squared_error / squared_error;
    degrees = 1.0 / (share_b * share_b / static_cast<double>(norms_b.size() - 1) +
                     share_B * share_B / static_cast<double>(norms_B.size() - 1));
  }
  return {factor * (small.mean - large.mean), factor * std::sqrt(squared_error), degrees};
}

}  // namespace straightedge::train
