#include <train/measures.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pdist.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <data/random.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::train {
namespace {

// Of two sets at a time: all distances at once may need more memory than there is.
constexpr std::int64_t most_distances = std::int64_t{1} << 24U;

// h^d det(C)^{-1/2} exp(-|z|^2 / 2) with z [n, d] = L^{-1} (x - m), for the Cholesky factors L [d, d] or [n, d, d] of
// C.
at::Tensor expected_kernel(const at::Tensor& z, const at::Tensor& factor, double h) {
  const at::Tensor log_root_of_determinant = factor.diagonal(0, -2, -1).log().sum(-1);
  return (static_cast<double>(z.size(1)) * std::log(h) - log_root_of_determinant - 0.5 * z.square().sum(1)).exp();
}

// Mean of k over distinct rows, some rows at a time.
double mean_kernel_of_distinct(const at::Tensor& x, double h) {
  constexpr std::int64_t direct = 2;  // by differences, as below
  const std::int64_t n = x.size(0);
  const std::int64_t block = std::max<std::int64_t>(1, most_distances / n);
  double sum = -static_cast<double>(n);  // each row with itself
  for (std::int64_t first = 0; first < n; first += block) {
    const at::Tensor rows = x.narrow(0, first, std::min(block, n - first));
    sum += at::cdist(rows, x, 2.0, direct).square().mul_(-0.5 / (h * h)).exp_().sum().item<double>();
  }
  return sum / (static_cast<double>(n) * static_cast<double>(n - 1));
}

}  // namespace

at::Tensor row_rms(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).square().mean(1).sqrt();
}

std::vector<double> squared_mmd(const at::Tensor& x, const at::Tensor& y, const std::vector<double>& bandwidths) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("straightedge::mmd", "")
                             .typed<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&)>();
  const at::Tensor h = at::tensor(bandwidths).to(x.device(), at::kDouble);
  const at::Tensor values = op.call(x.to(at::kDouble), y.to(at::kDouble), h).cpu();
  const auto* data = values.const_data_ptr<double>();
  return {data, data + values.numel()};
}

std::vector<double> squared_mmd_to_mixture(const at::Tensor& x, const Mixture& mixture,
                                           const std::vector<double>& bandwidths) {
  const at::Tensor points = x.to(at::kDouble);
  const at::Tensor weights = mixture.weights.to(points.device());
  const at::Tensor means = mixture.means.to(points.device());
  const at::Tensor covariances = mixture.covariances.to(points.device());
  const at::Tensor identity = at::eye(points.size(1), points.options());
  std::vector<double> values;
  for (const double h : bandwidths) {
    at::Tensor cross = at::zeros({}, points.options());
    at::Tensor own = at::zeros({}, points.options());
    for (std::int64_t k = 0; k < weights.size(0); ++k) {
      const at::Tensor wide = covariances[k] + h * h * identity;
      const at::Tensor to_points = at::linalg_cholesky(wide);
      const at::Tensor z = at::linalg_solve_triangular(to_points, (points - means[k]).t(), /*upper=*/false).t();
      cross += weights[k] * expected_kernel(z, to_points, h).mean();
      const at::Tensor to_means = at::linalg_cholesky(covariances + wide);
      const at::Tensor y =
          at::linalg_solve_triangular(to_means, (means - means[k]).unsqueeze(2), /*upper=*/false).squeeze(2);
      own += weights[k] * (weights * expected_kernel(y, to_means, h)).sum();
    }
    values.push_back(mean_kernel_of_distinct(points, h) + own.item<double>() - 2.0 * cross.item<double>());
  }
  return values;
}

double median_distance(const at::Tensor& x) {
  const at::Tensor rows = x.narrow(0, 0, std::min<std::int64_t>(1000, x.size(0))).to(at::kDouble);
  return at::pdist(rows).median().item<double>();
}

// A step of no pairs and no training: the directions share no word with their orders.
constexpr std::int64_t directions_step = std::int64_t{1} << 39U;

double sliced_wasserstein_squared(const at::Tensor& x, const at::Tensor& y, std::int64_t directions,
                                  std::int64_t seed) {
  at::Tensor along =
      normals(seed, offset_of(directions_step, Stream::order), {0, directions}, x.size(1), at::kDouble).to(x.device());
  along = along / at::linalg_vector_norm(along, 2, at::IntArrayRef{1}, true);
  const auto sorted = [&along](const at::Tensor& points) {
    return std::get<0>(at::sort(at::matmul(along, points.to(at::kDouble).t()), 1));
  };
  return (sorted(x) - sorted(y)).square().mean().item<double>();
}

NearestTwo nearest_two(const at::Tensor& q, const at::Tensor& bank) {
  // By differences: a matrix product would lose what is near beside what is far from the origin.
  constexpr std::int64_t direct = 2;
  const at::Tensor points = q.to(at::kDouble);
  const at::Tensor targets = bank.to(at::kDouble);
  const std::int64_t kept = std::min<std::int64_t>(2, bank.size(0));
  std::vector<at::Tensor> distances;
  std::vector<at::Tensor> indices;
  for (const at::Tensor& rows : points.split(std::max<std::int64_t>(1, most_distances / bank.size(0)))) {
    const auto [least, index] = at::topk(at::cdist(rows, targets, 2.0, direct), kept, 1, false);
    distances.push_back(least);
    indices.push_back(index);
  }
  const at::Tensor two = at::cat(distances);
  return {two.select(1, 0), two.select(1, kept - 1), at::cat(indices).select(1, 0)};
}

}  // namespace straightedge::train
