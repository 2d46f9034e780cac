// straightedge::philox4x32 and straightedge::standard_normal: see common/noise.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <noise/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* philox_name = "philox4x32";
constexpr const char* normal_name = "standard_normal";

void check_integers(const char* op, const char* name, const at::Tensor& tensor) {
  TORCH_CHECK_VALUE(tensor.scalar_type() == at::kLong, op, ": ", name, " must be int64, not ", tensor.scalar_type());
}

void check_philox(const at::Tensor& counter, const at::Tensor& key) {
  check_integers(philox_name, "counter", counter);
  check_shape(philox_name, "counter", counter, {-1, 4});
  check_shape(philox_name, "key", key, {counter.size(0), 2});
  check_like(philox_name, "key", key, "counter", counter);
}

void run_philox(const at::Tensor& counter, const at::Tensor& key, const at::Tensor& words) {
  if (counter.is_meta() || counter.numel() == 0) {
    return;
  }
  const at::Tensor counters = counter.contiguous();
  const at::Tensor keys = key.contiguous();
  const PhiloxArguments arguments{read<std::int64_t>(counters), read<std::int64_t>(keys), write<std::int64_t>(words),
                                  counter.size(0)};
  if (counter.is_cpu()) {
    philox_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const c10::DeviceGuard guard(counter.device());
  philox_cuda(arguments, current_stream(counter));
#endif
}

at::Tensor philox4x32(const at::Tensor& counter, const at::Tensor& key) {
  check_philox(counter, key);
  at::Tensor words = at::empty(counter.sizes(), counter.options());
  run_philox(counter, key, words);
  return words;
}

at::Tensor& philox4x32_out(const at::Tensor& counter, const at::Tensor& key, at::Tensor& words) {
  check_philox(counter, key);
  check_output(philox_name, "words", words, counter.sizes(), at::kLong, counter.device());
  run_philox(counter, key, words);
  return words;
}

void check_element(const at::Tensor& element) {
  check_integers(normal_name, "element", element);
  check_shape(normal_name, "element", element, {-1});
}

void run_normal(const at::Tensor& element, std::int64_t seed, std::int64_t offset, const at::Tensor& z) {
  with_stored_type(normal_name, "z", z, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (element.is_meta() || element.numel() == 0) {
      return;
    }
    const at::Tensor elements = element.contiguous();
    const StandardNormalArguments<T> arguments{read<std::int64_t>(elements), write<T>(z), element.size(0),
                                               static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(offset)};
    if (element.is_cpu()) {
      standard_normal_cpu(arguments);
      return;
    }
#ifdef STRAIGHTEDGE_CUDA
    const c10::DeviceGuard guard(element.device());
    standard_normal_cuda(arguments, current_stream(element));
#endif
  });
}

at::Tensor standard_normal(const at::Tensor& element, std::int64_t seed, std::int64_t offset, at::ScalarType dtype) {
  check_element(element);
  at::Tensor z = at::empty(element.sizes(), element.options().dtype(dtype));
  run_normal(element, seed, offset, z);
  return z;
}

at::Tensor& standard_normal_out(const at::Tensor& element, std::int64_t seed, std::int64_t offset, at::ScalarType dtype,
                                at::Tensor& z) {
  check_element(element);
  check_output(normal_name, "z", z, element.sizes(), dtype, element.device());
  run_normal(element, seed, offset, z);
  return z;
}

void implement(torch::Library& library) {
  library.impl("philox4x32", TORCH_FN(philox4x32));
  library.impl("philox4x32.out", TORCH_FN(philox4x32_out));
  library.impl("standard_normal", TORCH_FN(standard_normal));
  library.impl("standard_normal.out", TORCH_FN(standard_normal_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("philox4x32(Tensor counter, Tensor key) -> Tensor words");
  library.def("philox4x32.out(Tensor counter, Tensor key, *, Tensor(a!) words) -> Tensor(a!)");
  library.def("standard_normal(Tensor element, int seed, int offset, ScalarType dtype) -> Tensor z");
  library.def(
      "standard_normal.out(Tensor element, int seed, int offset, ScalarType dtype, *, Tensor(a!) z) -> Tensor(a!)");
}
TORCH_LIBRARY_IMPL(straightedge, CPU, library) {
  implement(library);
}
#ifdef STRAIGHTEDGE_CUDA
TORCH_LIBRARY_IMPL(straightedge, CUDA, library) {
  implement(library);
}
#endif
TORCH_LIBRARY_IMPL(straightedge, Meta, library) {
  implement(library);
}
// No autograd: integers have no gradient.
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("philox4x32.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
  library.impl("standard_normal.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
