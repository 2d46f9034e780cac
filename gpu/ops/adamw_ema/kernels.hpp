// Entry points of the optimiser's step on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <adamw_ema/arithmetic.hpp>
#include <common/number.hpp>
#include <cstdint>

namespace straightedge::ops {

/// One parameter tensor and what belongs to it: `count` numbers each, in the same order.
template <class T, class G>
struct AdamwEmaTensor {
  T* p;
  const G* g;
  T* m;
  T* v;
  T* ema;
  std::int64_t count;
};

/// All tensors together, so that many small ones cost no more than a large one. (T, G): (double, double),
/// (float, float), (float, Bf16).
template <class T, class G>
void adamw_ema_cpu(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const AdamwEmaSettings& settings);

/// Scalars of a step that its kernel reads when it runs: a launch that is recorded can be replayed with others.
struct AdamwEmaScalars {
  const std::int64_t* step;  ///< in device memory, as the others
  const double* lr;
  const double* ema_decay;
};

/// `scalars`: in the place of the settings' step, lr and ema_decay, or null.
template <class T, class G>
void adamw_ema_cuda(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const AdamwEmaSettings& settings,
                    const AdamwEmaScalars* scalars, void* stream);

}  // namespace straightedge::ops
