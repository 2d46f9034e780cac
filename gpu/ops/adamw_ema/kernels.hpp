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

template <class T, class G>
void adamw_ema_cuda(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const AdamwEmaSettings& settings,
                    void* stream);

}  // namespace straightedge::ops
