#include <train/step_inputs.hpp>

#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <data/random.hpp>

#include <cstring>
#include <train/interpolant.hpp>
#include <train/schedules.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t alignment = 64;  // bytes: that of LibTorch's own tensors

std::int64_t room_for(const at::Tensor& tensor) {
  return (static_cast<std::int64_t>(tensor.nbytes()) + alignment - 1) / alignment * alignment;
}

// In the order in which they lie in memory. `Inputs`: StepInputs, const or not.
template <class Inputs>
auto defined_tensors(Inputs& of) {
  using Pointer = decltype(&of.step);
  std::vector<Pointer> tensors{&of.step, &of.noise_offset, &of.rate, &of.average_decay, &of.times};
  for (const Pointer drawn : {&of.drawn.rows, &of.drawn.source_rows, &of.drawn.x0, &of.drawn.x1}) {
    if (drawn->defined()) {
      tensors.push_back(drawn);
    }
  }
  return tensors;
}

}  // namespace

StepInputs step_inputs(const Recipe& recipe, const PairSampler& sampler, std::int64_t step, const Range& rows) {
  const std::int64_t seed = recipe.train.seed;
  const auto integer = at::TensorOptions().dtype(at::kLong);
  const auto real = at::TensorOptions().dtype(at::kDouble);
  return {at::scalar_tensor(step, integer),
          at::scalar_tensor(offset_of(step, Stream::noise), integer),
          at::scalar_tensor(learning_rate(recipe.optimiser, recipe.train.steps, step), real),
          at::scalar_tensor(average_decay(recipe.optimiser, step), real),
          times_of(seed, step, rows, at::kCPU),
          sampler.draw_on_host(seed, step, rows)};
}

FixedInputs::FixedInputs(const StepInputs& like, const at::Device& device) : inputs_(like) {
  std::int64_t bytes = 0;
  for (const at::Tensor* tensor : defined_tensors(like)) {
    bytes += room_for(*tensor);
  }
  memory_ = at::empty({bytes}, at::TensorOptions().dtype(at::kByte).device(device));
  std::int64_t begin = 0;
  for (at::Tensor* tensor : defined_tensors(inputs_)) {
    const at::Tensor part = memory_.narrow(0, begin, static_cast<std::int64_t>(tensor->nbytes()));
    begin += room_for(*tensor);
    *tensor = part.view(tensor->scalar_type()).view(tensor->sizes());
  }
}

void FixedInputs::write(const StepInputs& values) {
  // LibTorch hands page-locked memory out again only when the copies from it are made. So each step takes a piece of
  // its own, however far the GPU is behind.
  const at::TensorOptions bytes = at::TensorOptions().dtype(at::kByte);
  const at::Tensor host = memory_.is_cpu() ? memory_ : at::empty(memory_.sizes(), bytes.pinned_memory(true));
  auto* to = host.mutable_data_ptr<std::uint8_t>();
  for (const at::Tensor* tensor : defined_tensors(values)) {
    const at::Tensor value = tensor->contiguous();
    std::memcpy(to, value.const_data_ptr(), value.nbytes());
    to += room_for(value);
  }
  if (!memory_.is_cpu()) {
    memory_.copy_(host, /*non_blocking=*/true);
  }
}

}  // namespace straightedge::train
