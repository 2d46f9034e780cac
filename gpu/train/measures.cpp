#include <train/measures.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/pdist.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>
#include <data/random.hpp>

#include <algorithm>

namespace straightedge::train {

at::Tensor flow_by_euler(const Velocity& velocity, const at::Tensor& x0, std::int64_t steps) {
  at::Tensor x = x0.clone();
  const double h = 1.0 / static_cast<double>(steps);
  for (std::int64_t k = 0; k < steps; ++k) {
    x = x + h * velocity(x, at::full({x.size(0)}, static_cast<double>(k) * h, x.options()));
  }
  return x;
}

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

double median_distance(const at::Tensor& x) {
  const at::Tensor rows = x.narrow(0, 0, std::min<std::int64_t>(1000, x.size(0))).to(at::kDouble);
  return at::pdist(rows).median().item<double>();
}

double sliced_wasserstein_squared(const at::Tensor& x, const at::Tensor& y, std::int64_t directions,
                                  std::int64_t seed) {
  at::Tensor along = normals(seed, offset_of(0, Stream::order), directions, x.size(1), at::kDouble).to(x.device());
  along = along / at::linalg_vector_norm(along, 2, at::IntArrayRef{1}, true);
  const auto sorted = [&along](const at::Tensor& points) {
    return std::get<0>(at::sort(at::matmul(along, points.to(at::kDouble).t()), 1));
  };
  return (sorted(x) - sorted(y)).square().mean().item<double>();
}

NearestTwo nearest_two(const at::Tensor& q, const at::Tensor& bank) {
  // By differences: a matrix product would lose what is near beside what is far from the origin.
  constexpr std::int64_t direct = 2;
  const at::Tensor distances = at::cdist(q.to(at::kDouble), bank.to(at::kDouble), 2.0, direct);
  const at::Tensor two = std::get<0>(at::topk(distances, std::min<std::int64_t>(2, bank.size(0)), 1, false));
  return {two.select(1, 0), two.select(1, two.size(1) - 1)};
}

}  // namespace straightedge::train
