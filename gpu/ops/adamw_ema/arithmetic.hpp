// AdamW with decoupled weight decay and an exponential moving average (EMA) of the parameters, in one pass:
//
//   m' = b1 m + (1 - b1) g       v' = b2 v + (1 - b2) g g
//   p' = (1 - lr weight_decay) p - (lr / (1 - b1^step)) (m' / (sqrt(v') / sqrt(1 - b2^step) + eps))
//   ema' = ema_decay ema + (1 - ema_decay) p'
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>

namespace straightedge::ops {

struct AdamwEmaSettings {
  std::int64_t step;  ///< from 1
  double lr;
  double b1;
  double b2;
  double eps;
  double weight_decay;
  double ema_decay;
};

/// The scalars of a step: formed in fp64, rounded once to the arithmetic.
template <class S>
struct AdamwEmaStep {
  S b1;
  S one_minus_b1;
  S b2;
  S one_minus_b2;
  S kept;       ///< 1 - lr weight_decay
  S step_size;  ///< lr / (1 - b1^step)
  S root;       ///< sqrt(1 - b2^step)
  S eps;
  S ema_decay;
  S one_minus_ema_decay;

  AdamwEmaStep() = default;
  STRAIGHTEDGE_HOST_DEVICE explicit AdamwEmaStep(const AdamwEmaSettings& of)
      : b1(static_cast<S>(of.b1)),
        one_minus_b1(static_cast<S>(1.0 - of.b1)),
        b2(static_cast<S>(of.b2)),
        one_minus_b2(static_cast<S>(1.0 - of.b2)),
        kept(static_cast<S>(1.0 - of.lr * of.weight_decay)),
        step_size(static_cast<S>(of.lr / (1.0 - std::pow(of.b1, static_cast<double>(of.step))))),
        root(static_cast<S>(std::sqrt(1.0 - std::pow(of.b2, static_cast<double>(of.step))))),
        eps(static_cast<S>(of.eps)),
        ema_decay(static_cast<S>(of.ema_decay)),
        one_minus_ema_decay(static_cast<S>(1.0 - of.ema_decay)) {}

  STRAIGHTEDGE_HOST_DEVICE void apply(S g, S& p, S& m, S& v, S& ema) const {
    using std::sqrt;
    m = b1 * m + one_minus_b1 * g;
    v = b2 * v + one_minus_b2 * g * g;
    p = kept * p - step_size * (m / (sqrt(v) / root + eps));
    ema = ema_decay * ema + one_minus_ema_decay * p;
  }
};

}  // namespace straightedge::ops
