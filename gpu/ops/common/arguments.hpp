// What the operators' bindings share: checks of tensors, in one line that names operator and argument, and the way from
// a tensor's dtype to the stored type of a kernel.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <c10/core/DeviceGuard.h>
#include <c10/util/Exception.h>

#include <common/number.hpp>
#include <common/schedule.hpp>
#include <string_view>
#ifdef STRAIGHTEDGE_CUDA
#include <c10/cuda/CUDAStream.h>
#endif

namespace straightedge::ops {

/// Refuses a tensor of another shape. Sizes of -1 may be anything.
inline void check_shape(const char* op, const char* name, const at::Tensor& tensor, at::IntArrayRef shape) {
  bool is_equal = tensor.dim() == static_cast<std::int64_t>(shape.size());
  for (std::size_t i = 0; is_equal && i < shape.size(); ++i) {
    is_equal = shape[i] == -1 || tensor.size(static_cast<std::int64_t>(i)) == shape[i];
  }
  TORCH_CHECK_VALUE(is_equal, op, ": ", name, " must have shape ", shape, " (-1: any), not ", tensor.sizes());
}

/// Refuses a tensor that is not where `like`, the argument `like_name`, is.
inline void check_device(const char* op, const char* name, const at::Tensor& tensor, const char* like_name,
                         const at::Tensor& like) {
  TORCH_CHECK_VALUE(tensor.device() == like.device(), op, ": ", name, " must be where ", like_name, " is, on ",
                    like.device(), ", not on ", tensor.device());
}

/// Refuses a tensor that differs in dtype or device from `like`, the argument `like_name`.
inline void check_like(const char* op, const char* name, const at::Tensor& tensor, const char* like_name,
                       const at::Tensor& like) {
  TORCH_CHECK_VALUE(tensor.scalar_type() == like.scalar_type(), op, ": ", name, " must have the dtype of ", like_name,
                    ", ", like.scalar_type(), ", not ", tensor.scalar_type());
  check_device(op, name, tensor, like_name, like);
}

/// Refuses anything but one number, int64 or float64, where `like`, the argument `like_name`, is.
inline void check_scalar(const char* op, const char* name, const at::Tensor& tensor, at::ScalarType type,
                         const char* like_name, const at::Tensor& like) {
  check_shape(op, name, tensor, {});
  TORCH_CHECK_VALUE(tensor.scalar_type() == type, op, ": ", name, " must be ", type == at::kLong ? "int64" : "float64",
                    ", not ", tensor.scalar_type());
  check_device(op, name, tensor, like_name, like);
}

/// Refuses an output that kernels cannot write to as it is.
inline void check_output(const char* op, const char* name, const at::Tensor& tensor, at::IntArrayRef shape,
                         at::ScalarType type, at::Device device) {
  check_shape(op, name, tensor, shape);
  TORCH_CHECK_VALUE(tensor.scalar_type() == type && tensor.device() == device && tensor.is_contiguous(), op, ": ", name,
                    " must be contiguous, of dtype ", type, " and on ", device);
}

template <class T>
[[nodiscard]] const T* read(const at::Tensor& tensor) {
  return static_cast<const T*>(tensor.const_data_ptr());
}

template <class T>
[[nodiscard]] T* write(const at::Tensor& tensor) {
  return static_cast<T*>(tensor.mutable_data_ptr());
}

template <class T>
struct Stored {
  using type = T;
};

/// work(Stored<T>{}) for the type T that the tensor's elements are stored in.
template <class Work>
void with_stored_type(const char* op, const char* name, const at::Tensor& tensor, const Work& work) {
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return work(Stored<double>{});
    case at::kFloat:
      return work(Stored<float>{});
    case at::kBFloat16:
      return work(Stored<Bf16>{});
    default:
      TORCH_CHECK_VALUE(false, op, ": ", name, " must be float64, float32 or bfloat16, not ", tensor.scalar_type());
  }
}

[[nodiscard]] inline Schedule schedule_of(const char* op, std::string_view schedule, double s,
                                          std::string_view target) {
  TORCH_CHECK_VALUE(schedule == "none" || schedule == "constant" || schedule == "bridge", op,
                    ": schedule must be none, constant or bridge, not ", schedule);
  TORCH_CHECK_VALUE(target == "displacement" || target == "interpolant", op,
                    ": target must be displacement or interpolant, not ", target);
  TORCH_CHECK_VALUE(s >= 0.0 && s - s == 0.0, op, ": s must be finite and not negative, not ", s);
  const ScheduleKind kind = schedule == "none"       ? ScheduleKind::none
                            : schedule == "constant" ? ScheduleKind::constant
                                                     : ScheduleKind::bridge;
  return {kind, s, target == "displacement" ? TargetKind::displacement : TargetKind::interpolant};
}

/// Scratch memory of a kernel on the device.
[[nodiscard]] inline at::Tensor workspace(std::size_t bytes, at::Device device) {
  return at::empty({static_cast<std::int64_t>(bytes)}, at::TensorOptions().dtype(at::kByte).device(device));
}

#ifdef STRAIGHTEDGE_CUDA
/// A false bool on the device, for a kernel to set.
[[nodiscard]] inline at::Tensor device_flag(at::Device device) {
  return at::zeros({}, at::TensorOptions().dtype(at::kBool).device(device));
}

/// The stream that work on the device of `tensor` is to be put on.
[[nodiscard]] inline void* current_stream(const at::Tensor& tensor) {
  return c10::cuda::getCurrentCUDAStream(tensor.device().index()).stream();
}
#endif

}  // namespace straightedge::ops
