// straightedge::nearest: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <nearest/kernels.hpp>
#include <tuple>

namespace straightedge::ops {
namespace {

constexpr const char* name = "nearest";

void check(const at::Tensor& q, const at::Tensor& bank) {
  check_shape(name, "q", q, {-1, -1});
  check_shape(name, "bank", bank, {-1, q.size(1)});
  check_like(name, "bank", bank, "q", q);
  TORCH_CHECK_VALUE(bank.size(0) >= 1, name, ": bank must have a row");
  TORCH_CHECK_VALUE(q.size(1) >= 1, name, ": q and bank must have a column");
}

template <class T>
void launch(const NearestArguments<T>& arguments, [[maybe_unused]] const at::Tensor& q) {
  if (q.is_cpu()) {
    nearest_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const c10::DeviceGuard guard(q.device());
  const at::Tensor memory = workspace(nearest_cuda_workspace(arguments), q.device());
  nearest_cuda(arguments, memory.mutable_data_ptr(), current_stream(q));
#endif
}

/// The outputs have been checked.
void run(const at::Tensor& q, const at::Tensor& bank, const at::Tensor& index, const at::Tensor& distance) {
  with_stored_type(name, "q", q, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (q.is_meta() || q.size(0) == 0) {
      return;
    }
    const at::Tensor queries = q.contiguous();
    const at::Tensor rows = bank.contiguous();
    launch<T>({read<T>(queries), read<T>(rows), write<std::int64_t>(index), write<T>(distance), q.size(0), bank.size(0),
               q.size(1)},
              q);
  });
}

std::tuple<at::Tensor, at::Tensor> nearest(const at::Tensor& q, const at::Tensor& bank) {
  check(q, bank);
  at::Tensor index = at::empty({q.size(0)}, q.options().dtype(at::kLong));
  at::Tensor distance = at::empty({q.size(0)}, q.options());
  run(q, bank, index, distance);
  return {std::move(index), std::move(distance)};
}

std::tuple<at::Tensor&, at::Tensor&> nearest_out(const at::Tensor& q, const at::Tensor& bank, at::Tensor& index,
                                                 at::Tensor& distance) {
  check(q, bank);
  check_output(name, "index", index, {q.size(0)}, at::kLong, q.device());
  check_output(name, "distance", distance, {q.size(0)}, q.scalar_type(), q.device());
  run(q, bank, index, distance);
  return {index, distance};
}

void implement(torch::Library& library) {
  library.impl("nearest", TORCH_FN(nearest));
  library.impl("nearest.out", TORCH_FN(nearest_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("nearest(Tensor q, Tensor bank) -> (Tensor index, Tensor distance)");
  library.def(
      "nearest.out(Tensor q, Tensor bank, *, Tensor(a!) index, Tensor(b!) distance) -> (Tensor(a!), Tensor(b!))");
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
TORCH_LIBRARY_IMPL(straightedge, Autograd, library) {
  library.impl("nearest", torch::autograd::autogradNotImplementedFallback());
  library.impl("nearest.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("nearest.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
