// Memory for time in a gradient by autograd.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace straightedge::train {

/// f of tensors, by operations that autograd knows. It is computed twice, so it gives the same bits each time, and it
/// keeps alive what it refers to.
using Recomputable = std::function<at::Tensor(at::TensorList)>;

/// f(inputs). Of what f computes nothing is kept for the backward pass, which computes it once more from the inputs;
/// gradients have the same bits as without.
[[nodiscard]] at::Tensor recomputed(Recomputable f, at::TensorList inputs);

}  // namespace straightedge::train
