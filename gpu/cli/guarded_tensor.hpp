// Tensors between guard zones: who writes beyond an end, or into an input, is found.
//
//   [ guard | elements | guard ]    the guards, and the elements of an output, hold the sentinel of fixtures/tensor.hpp
//
// The elements begin at an address that is aligned to 256 bytes, as those of a new tensor are, or at one that is a
// multiple of the element's size only, as those of a slice may be: kernels read the two differently.
#pragma once

#include <ATen/core/Tensor.h>
#include <tensor.hpp>

namespace straightedge::train {

enum class Placement { aligned, odd };

class GuardedTensor {
 public:
  /// The values on the device.
  GuardedTensor(const fixtures::Tensor& values, const at::Device& device, Placement placement);
  /// An output, to be written.
  [[nodiscard]] static GuardedTensor unwritten(fixtures::DataType type, const fixtures::Shape& shape,
                                               const at::Device& device, Placement placement);

  /// A contiguous view of the elements.
  [[nodiscard]] const at::Tensor& view() const { return view_; }

  /// The elements, on the host.
  [[nodiscard]] fixtures::Tensor values() const;

  /// Whether both guards are as they were made; and the elements too.
  [[nodiscard]] bool guards_are_intact() const;
  [[nodiscard]] bool is_unchanged() const;

 private:
  at::Tensor original_;  // on the host: guards and elements as bytes
  at::Tensor buffer_;    // on the device
  at::Tensor view_;
};

}  // namespace straightedge::train
