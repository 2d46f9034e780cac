// straightedge::integrate: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <integrate/kernels.hpp>
#include <linalg/lowest_rows.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* name = "integrate";

TimeGrid grid_of(double t0, double t1, std::int64_t steps, std::string_view method) {
  TORCH_CHECK_VALUE(is_finite(t0) && is_finite(t1), name, ": t0 and t1 must be finite, not ", t0, " and ", t1);
  TORCH_CHECK_VALUE(steps >= 1, name, ": steps must be positive, not ", steps);
  TORCH_CHECK_VALUE(method == "euler" || method == "heun" || method == "rk4", name,
                    ": method must be euler, heun or rk4, not ", method);
  return {t0, t1, steps, method == "euler" ? Method::euler : method == "heun" ? Method::heun : Method::rk4};
}

void check(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x) {
  check_shape(name, "th", th, {-1});
  const std::int64_t d = th.size(0);
  TORCH_CHECK_VALUE(d >= 1, name, ": th must have an element");
  check_shape(name, "Th", Th, {d, d});
  check_shape(name, "x", x, {-1, d});
  check_like(name, "Th", Th, "th", th);
  check_like(name, "x", x, "th", th);
}

template <class T>
void launch(const IntegrateArguments<T>& arguments, [[maybe_unused]] const at::Tensor& x) {
  if (x.is_cpu()) {
    integrate_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const at::Tensor memory = workspace(integrate_cuda_workspace(arguments), x.device());
  integrate_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
#endif
}

/// The output has been checked.
void run(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, const TimeGrid& grid, const at::Tensor& x1) {
  with_stored_type(name, "x", x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (x.is_meta() || x.numel() == 0) {
      return;
    }
    const c10::OptionalDeviceGuard guard(x.device());
    const at::Tensor shift = th.contiguous();
    const at::Tensor matrix = Th.contiguous();
    const at::Tensor points = x.contiguous();
    const auto singular = lowest_rows(1, x, [&](std::int64_t* times) {
      launch<T>({read<T>(shift), read<T>(matrix), read<T>(points), write<T>(x1), x.size(0), x.size(1), grid, times}, x);
    });
    const std::int64_t step = singular[0] / grid.times_a_step();
    TORCH_CHECK_VALUE(singular[0] == no_row_named, name,
                      ": singular time: a pivot of I + t Th is 0 or not finite at t = ",
                      grid.time(step, singular[0] % grid.times_a_step()), " in step ", step);
  });
}

at::Tensor integrate(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, double t0, double t1,
                     std::int64_t steps, std::string_view method) {
  check(th, Th, x);
  const TimeGrid grid = grid_of(t0, t1, steps, method);
  at::Tensor x1 = at::empty_symint(x.sym_sizes(), x.options());
  run(th, Th, x, grid, x1);
  return x1;
}

at::Tensor& integrate_out(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x, double t0, double t1,
                          std::int64_t steps, std::string_view method, at::Tensor& x1) {
  check(th, Th, x);
  const TimeGrid grid = grid_of(t0, t1, steps, method);
  check_output(name, "x1", x1, x.sizes(), x.scalar_type(), x.device());
  run(th, Th, x, grid, x1);
  return x1;
}

void implement(torch::Library& library) {
  library.impl("integrate", TORCH_FN(integrate));
  library.impl("integrate.out", TORCH_FN(integrate_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("integrate(Tensor th, Tensor Th, Tensor x, float t0, float t1, int steps, str method) -> Tensor");
  library.def(
      "integrate.out(Tensor th, Tensor Th, Tensor x, float t0, float t1, int steps, str method, *, Tensor(a!) x1) -> "
      "Tensor(a!)");
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
  library.impl("integrate", torch::autograd::autogradNotImplementedFallback());
  library.impl("integrate.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("integrate.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
