#include <model/affine.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

namespace straightedge::train {
namespace {

struct Solution {
  at::Tensor S;  // [B, d, d]
  at::Tensor y;  // [B, d]
  at::Tensor v;  // [B, d]
};

Solution solve(const std::map<std::string, at::Tensor>& parameters, const at::Tensor& x, const at::Tensor& t) {
  const at::Tensor& th = parameters.at("th");
  const at::Tensor& Th = parameters.at("Th");
  const at::Tensor time = t.unsqueeze(1);
  const at::Tensor S = at::eye(th.size(0), th.options()) + time.unsqueeze(2) * Th;
  const at::Tensor y = at::linalg_solve(S, (x - time * th).unsqueeze(2)).squeeze(2);
  return {S, y, th + at::matmul(y, Th.t())};
}

}  // namespace

AffineModel::AffineModel(std::int64_t dimension) : Model({{"th", {dimension}}, {"Th", {dimension, dimension}}}) {}

at::Tensor AffineModel::initial(std::int64_t) const {
  return at::zeros({size()}, at::TensorOptions().dtype(at::kFloat));
}

at::Tensor AffineModel::velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const {
  return solve(views(flat), x, t).v;
}

at::Tensor AffineModel::gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t,
                                 const at::Tensor& target, const GradientPass& pass, at::Tensor& gradient) const {
  const auto [S, y, v] = solve(views(flat), x, t);
  const at::Tensor r = v - target;
  const double per_sample = 1.0 / static_cast<double>(pass.batch);
  const at::Tensor q = at::linalg_solve(S.transpose(1, 2), r.unsqueeze(2)).squeeze(2) * (2.0 * per_sample);
  const std::map<std::string, at::Tensor> parts = views(gradient);
  parts.at("th").copy_(q.sum(0));
  parts.at("Th").copy_(at::matmul(q.t(), y));
  if (pass.listener != nullptr) {
    pass.listener->written(0, 2);
  }
  return r.square().sum(at::kDouble) * per_sample;
}

}  // namespace straightedge::train
