// The pair field of an affine coupling, v(x, t) = th + Th (I + t Th)^{-1} (x - t th), with parameters th [d], Th [d,
// d].
//
// With S = I + t Th, y = S^{-1} (x - t th) and the residual r = v - target, the gradient of |r|^2 is
//   by th: 2 S^{-T} r,   by Th: 2 S^{-T} r y^T.
// Of this field the reference knows the exact gradient variance: claim `affine-agrees`.
#pragma once

#include <model/model.hpp>

namespace straightedge::train {

class AffineModel final : public Model {
 public:
  explicit AffineModel(std::int64_t dimension);

  /// 0: the field that stands still.
  [[nodiscard]] at::Tensor initial(std::int64_t seed) const override;
  [[nodiscard]] at::Tensor velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const override;
  at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                      const GradientPass& pass, at::Tensor& gradient) const override;
  using Model::gradient;
  /// The solver reads back whether it met a singular matrix.
  [[nodiscard]] bool can_be_captured() const override { return false; }
};

}  // namespace straightedge::train
