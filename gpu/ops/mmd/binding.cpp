// straightedge::mmd: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <mmd/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* name = "mmd";

void check(const at::Tensor& x, const at::Tensor& y, const at::Tensor& h) {
  check_shape(name, "x", x, {-1, -1});
  check_shape(name, "y", y, {-1, x.size(1)});
  check_shape(name, "h", h, {-1});
  check_like(name, "y", y, "x", x);
  check_like(name, "h", h, "x", x);
  TORCH_CHECK_VALUE(x.size(0) >= 2 && y.size(0) >= 2, name, ": x and y must have two rows at least, not ", x.size(0),
                    " and ", y.size(0), ": an unbiased estimate needs pairs");
  TORCH_CHECK_VALUE(x.size(1) >= 1, name, ": x and y must have a column");
}

template <class T>
void launch(const MmdArguments<T>& arguments, [[maybe_unused]] const at::Tensor& x) {
  if (x.is_cpu()) {
    mmd_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const c10::DeviceGuard guard(x.device());
  const at::Tensor memory = workspace(mmd_cuda_workspace(arguments), x.device());
  mmd_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
#endif
}

/// The output has been checked.
void run(const at::Tensor& x, const at::Tensor& y, const at::Tensor& h, const at::Tensor& mmd2) {
  with_stored_type(name, "x", x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (x.is_meta() || h.size(0) == 0) {
      return;
    }
    const at::Tensor a = x.contiguous();
    const at::Tensor b = y.contiguous();
    const at::Tensor bandwidths = h.contiguous();
    launch<T>({read<T>(a), read<T>(b), read<T>(bandwidths), write<T>(mmd2), x.size(0), y.size(0), x.size(1), h.size(0)},
              x);
  });
}

at::Tensor mmd(const at::Tensor& x, const at::Tensor& y, const at::Tensor& h) {
  check(x, y, h);
  at::Tensor mmd2 = at::empty({h.size(0)}, x.options());
  run(x, y, h, mmd2);
  return mmd2;
}

at::Tensor& mmd_out(const at::Tensor& x, const at::Tensor& y, const at::Tensor& h, at::Tensor& mmd2) {
  check(x, y, h);
  check_output(name, "mmd2", mmd2, {h.size(0)}, x.scalar_type(), x.device());
  run(x, y, h, mmd2);
  return mmd2;
}

void implement(torch::Library& library) {
  library.impl("mmd", TORCH_FN(mmd));
  library.impl("mmd.out", TORCH_FN(mmd_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("mmd(Tensor x, Tensor y, Tensor h) -> Tensor");
  library.def("mmd.out(Tensor x, Tensor y, Tensor h, *, Tensor(a!) mmd2) -> Tensor(a!)");
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
  library.impl("mmd", torch::autograd::autogradNotImplementedFallback());
  library.impl("mmd.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("mmd.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
