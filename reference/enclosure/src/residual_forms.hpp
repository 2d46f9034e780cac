// What the loss and its gradient are made of at one time t, straight from the definitions.
//
//   X_t - t mu = ((1-t) I + t C) X0 + t U + f Z
//   target     = mu + (C - I) X0 + U [+ f' Z]
//   v(x, t)    = th + Th y,   y = S (x - t th),   S = (I + t Th)^{-1}
//   r          = target - v(X_t, t)
// On its own coupling, Th = C - I, th = mu, U = 0, the field has y = X0 + f S Z and r = -f Th S Z [+ f' Z]: nothing is
// left to cancel there.
#pragma once

#include "latents.hpp"
#include "model.hpp"

namespace straightedge::enclosure {

/// The data of a field, real or with imaginary parts of 0.
template <class Number>
struct FieldData {
  BallMatrix<Number> cross;     ///< C
  BallMatrix<Number> spread;    ///< W
  BallMatrix<Number> matrix;    ///< Th
  BallMatrix<Number> mean_gap;  ///< mu - th, d x 1
  bool is_own = false;
  bool has_spread = false;
  bool is_noisy = false;
  bool noise_in_target = false;
};

[[nodiscard]] FieldData<RealBall> real_field_data(const Model& model, const Structure& structure);
[[nodiscard]] FieldData<ComplexBall> complex_field_data(const FieldData<RealBall>& data);

template <class Number>
struct ResidualForms {
  LinearForm<Number> position;       ///< X_t - t mu
  LinearForm<Number> residual;       ///< r - E r
  LinearForm<Number> weighted;       ///< S^T (r - E r): P w
  LinearForm<Number> preimage;       ///< y - E y: Q w
  BallMatrix<Number> residual_mean;  ///< E r, d x 1
  BallMatrix<Number> weighted_mean;  ///< p = S^T E r, d x 1
  BallMatrix<Number> preimage_mean;  ///< q = E y, d x 1
};

/// S and Th S, with infinite radii where I + t Th comes near to a singular matrix.
template <class Number>
struct Resolvent {
  BallMatrix<Number> s;
  BallMatrix<Number> th_s;
};
/// At a point t.
[[nodiscard]] Resolvent<RealBall> resolvent_at(const FieldData<RealBall>& field, const RealBall& t);
/// On a wide ball t = t0 + h: S = S0 (I + h Th S0)^{-1}, where S0 at t0 and Th S0 are narrow. The balls of I + t Th
/// itself are so wide in ill-conditioned problems that they hold singular matrices far from the poles.
[[nodiscard]] Resolvent<ComplexBall> resolvent_around(const FieldData<RealBall>& field, const ComplexBall& t);

template <class Number>
[[nodiscard]] ResidualForms<Number> residual_forms(const FieldData<Number>& field, const Resolvent<Number>& resolvent,
                                                   const Number& t) {
  using Matrix = BallMatrix<Number>;
  const slong d = field.matrix.rows();
  const Matrix identity = Matrix::identity(d);
  const Matrix& s = resolvent.s;
  const Matrix s_transposed = transpose(s);
  ResidualForms<Number> forms;

  forms.position.source = (Number(1) - t) * identity + t * field.cross;
  if (field.has_spread) {
    forms.position.spread = t * identity;
  }
  if (field.is_noisy) {
    forms.position.noise = identity;
  }

  if (field.is_own) {
    forms.preimage.source = identity;
  } else {
    forms.preimage.source = s * *forms.position.source;
    forms.residual.source = (field.cross - identity) - resolvent.th_s * *forms.position.source;
  }
  if (field.has_spread) {
    forms.preimage.spread = t * s;
    forms.residual.spread = identity - t * resolvent.th_s;
  }
  if (field.is_noisy) {
    forms.preimage.noise = s;
    forms.residual.noise = Number(-1) * resolvent.th_s;
  }
  if (field.noise_in_target) {
    forms.residual.target_noise = identity;
  }
  const auto weigh = [&](const std::optional<Matrix>& a) {
    return a ? std::optional<Matrix>(s_transposed * *a) : std::nullopt;
  };
  forms.weighted = {weigh(forms.residual.source), weigh(forms.residual.spread), weigh(forms.residual.noise),
                    weigh(forms.residual.target_noise)};

  forms.preimage_mean = t * (s * field.mean_gap);
  forms.residual_mean = field.mean_gap - t * (resolvent.th_s * field.mean_gap);
  forms.weighted_mean = s_transposed * forms.residual_mean;
  return forms;
}

}  // namespace straightedge::enclosure
