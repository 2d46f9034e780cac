#include <guarded_tensor.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <data/tensor_files.hpp>

namespace straightedge::train {
namespace {

// A prime: no vector width divides it, so neither end of the elements is aligned to more than an element. And 256 bytes
// of the smallest type.
constexpr std::size_t odd_guard = 67;
constexpr std::size_t aligned_guard = 256;

}  // namespace

GuardedTensor::GuardedTensor(const fixtures::Tensor& values, const at::Device& device, Placement placement) {
  const at::Tensor elements = to_torch(values);
  const std::size_t guard_elements = placement == Placement::odd ? odd_guard : aligned_guard;
  const at::Tensor guard = to_torch(fixtures::Tensor::unwritten(values.type(), {guard_elements}));
  original_ = at::cat({guard, elements.flatten(), guard});
  buffer_ = original_.clone().to(device);
  view_ = buffer_.narrow(0, guard.numel(), elements.numel()).view(elements.sizes());
}

GuardedTensor GuardedTensor::unwritten(fixtures::DataType type, const fixtures::Shape& shape, const at::Device& device,
                                       Placement placement) {
  return {fixtures::Tensor::unwritten(type, shape), device, placement};
}

fixtures::Tensor GuardedTensor::values() const {
  return from_torch(view_);
}

bool GuardedTensor::guards_are_intact() const {
  // As bytes: the sentinels are NaN, which equal nothing.
  const at::Tensor now = buffer_.cpu().view(at::kByte);
  const at::Tensor before = original_.view(at::kByte);
  const auto guard = static_cast<std::int64_t>(original_.nbytes() - view_.nbytes()) / 2;
  return at::equal(now.narrow(0, 0, guard), before.narrow(0, 0, guard)) &&
         at::equal(now.narrow(0, now.numel() - guard, guard), before.narrow(0, before.numel() - guard, guard));
}

bool GuardedTensor::is_unchanged() const {
  return at::equal(buffer_.cpu().view(at::kByte), original_.view(at::kByte));
}

}  // namespace straightedge::train
