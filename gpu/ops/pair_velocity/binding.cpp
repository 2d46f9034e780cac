// straightedge::pair_velocity: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <linalg/lowest_rows.hpp>
#include <pair_velocity/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* name = "pair_velocity";

void check(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, const at::Tensor& t) {
  check_shape(name, "th", th, {-1, -1});
  const std::int64_t groups = th.size(0);
  const std::int64_t d = th.size(1);
  TORCH_CHECK_VALUE(d >= 1, name, ": th must have a column");
  check_shape(name, "Th", Th, {groups, d, d});
  check_shape(name, "x", x, {groups, -1, d});
  check_shape(name, "t", t, {groups, x.size(1)});
  check_like(name, "Th", Th, "th", th);
  check_like(name, "x", x, "th", th);
  check_like(name, "t", t, "th", th);
}

template <class T>
void launch(const PairVelocityArguments<T>& arguments, [[maybe_unused]] const at::Tensor& x) {
  if (x.is_cpu()) {
    pair_velocity_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const at::Tensor memory = workspace(pair_velocity_cuda_workspace(arguments), x.device());
  pair_velocity_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
#endif
}

/// The output has been checked.
void run(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, const at::Tensor& t, const at::Tensor& v) {
  with_stored_type(name, "x", x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (x.is_meta() || x.numel() == 0) {
      return;
    }
    const c10::OptionalDeviceGuard guard(x.device());
    const at::Tensor shifts = th.contiguous();
    const at::Tensor matrices = Th.contiguous();
    const at::Tensor points = x.contiguous();
    const at::Tensor times = t.contiguous();
    const std::int64_t batch = x.size(1);
    const auto singular = lowest_rows(1, x, [&](std::int64_t* rows) {
      launch<T>({read<T>(shifts), read<T>(matrices), read<T>(points), read<T>(times), write<T>(v), x.size(0), batch,
                 x.size(2), rows},
                x);
    });
    TORCH_CHECK_VALUE(singular[0] == no_row_named, name,
                      ": singular time: a pivot of I + t Th is 0 or not finite at row (", singular[0] / batch, ", ",
                      singular[0] % batch, ") of t");
  });
}

at::Tensor pair_velocity(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, const at::Tensor& t) {
  check(th, Th, x, t);
  at::Tensor v = at::empty_symint(x.sym_sizes(), x.options());
  run(th, Th, x, t, v);
  return v;
}

at::Tensor& pair_velocity_out(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, const at::Tensor& t,
                              at::Tensor& v) {
  check(th, Th, x, t);
  check_output(name, "v", v, x.sizes(), x.scalar_type(), x.device());
  run(th, Th, x, t, v);
  return v;
}

void implement(torch::Library& library) {
  library.impl("pair_velocity", TORCH_FN(pair_velocity));
  library.impl("pair_velocity.out", TORCH_FN(pair_velocity_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("pair_velocity(Tensor th, Tensor Th, Tensor x, Tensor t) -> Tensor");
  library.def("pair_velocity.out(Tensor th, Tensor Th, Tensor x, Tensor t, *, Tensor(a!) v) -> Tensor(a!)");
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
  library.impl("pair_velocity", torch::autograd::autogradNotImplementedFallback());
  library.impl("pair_velocity.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("pair_velocity.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
