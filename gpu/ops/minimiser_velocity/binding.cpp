// straightedge::minimiser_velocity: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <linalg/lowest_rows.hpp>
#include <minimiser_velocity/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* name = "minimiser_velocity";

struct Inputs {
  const at::Tensor& pi;
  const at::Tensor& mu;
  const at::Tensor& M;
  const at::Tensor& C;
  const at::Tensor& x;
  const at::Tensor& t;
  Schedule schedule;
};

Inputs checked(const at::Tensor& pi, const at::Tensor& mu, const at::Tensor& M, const at::Tensor& C,
               const at::Tensor& x, const at::Tensor& t, std::string_view schedule, double s, std::string_view target) {
  check_shape(name, "mu", mu, {-1, -1});
  const std::int64_t components = mu.size(0);
  const std::int64_t d = mu.size(1);
  TORCH_CHECK_VALUE(components >= 1 && d >= 1, name, ": mu must have a row, for a component, and a column");
  check_shape(name, "pi", pi, {components});
  check_shape(name, "M", M, {components, d, d});
  check_shape(name, "C", C, {components, d, d});
  check_shape(name, "x", x, {-1, d});
  check_shape(name, "t", t, {x.size(0)});
  check_like(name, "pi", pi, "mu", mu);
  check_like(name, "M", M, "mu", mu);
  check_like(name, "C", C, "mu", mu);
  check_like(name, "x", x, "mu", mu);
  check_like(name, "t", t, "mu", mu);
  return {pi, mu, M, C, x, t, schedule_of(name, schedule, s, target)};
}

template <class T>
void launch(const MinimiserVelocityArguments<T>& arguments, [[maybe_unused]] const at::Tensor& x) {
  if (x.is_cpu()) {
    minimiser_velocity_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const at::Tensor memory = workspace(minimiser_velocity_cuda_workspace(arguments), x.device());
  minimiser_velocity_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
#endif
}

/// The output has been checked.
void run(const Inputs& in, const at::Tensor& v) {
  with_stored_type(name, "x", in.x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (in.x.is_meta() || in.x.numel() == 0) {
      return;
    }
    const c10::OptionalDeviceGuard guard(in.x.device());
    const at::Tensor pi = in.pi.contiguous();
    const at::Tensor mu = in.mu.contiguous();
    const at::Tensor M = in.M.contiguous();
    const at::Tensor C = in.C.contiguous();
    const at::Tensor x = in.x.contiguous();
    const at::Tensor t = in.t.contiguous();
    const auto singular = lowest_rows(1, x, [&](std::int64_t* rows) {
      launch<T>({read<T>(pi), read<T>(mu), read<T>(M), read<T>(C), read<T>(x), read<T>(t), write<T>(v), mu.size(0),
                 x.size(0), x.size(1), in.schedule, rows},
                x);
    });
    TORCH_CHECK_VALUE(singular[0] == no_row_named, name,
                      ": no density: a pivot of some Sigma_k is not positive and finite at row ", singular[0], " of t");
  });
}

at::Tensor minimiser_velocity(const at::Tensor& pi, const at::Tensor& mu, const at::Tensor& M, const at::Tensor& C,
                              const at::Tensor& x, const at::Tensor& t, std::string_view schedule, double s,
                              std::string_view target) {
  const Inputs inputs = checked(pi, mu, M, C, x, t, schedule, s, target);
  at::Tensor v = at::empty_symint(x.sym_sizes(), x.options());
  run(inputs, v);
  return v;
}

at::Tensor& minimiser_velocity_out(const at::Tensor& pi, const at::Tensor& mu, const at::Tensor& M, const at::Tensor& C,
                                   const at::Tensor& x, const at::Tensor& t, std::string_view schedule, double s,
                                   std::string_view target, at::Tensor& v) {
  const Inputs inputs = checked(pi, mu, M, C, x, t, schedule, s, target);
  check_output(name, "v", v, x.sizes(), x.scalar_type(), x.device());
  run(inputs, v);
  return v;
}

void implement(torch::Library& library) {
  library.impl("minimiser_velocity", TORCH_FN(minimiser_velocity));
  library.impl("minimiser_velocity.out", TORCH_FN(minimiser_velocity_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def(
      "minimiser_velocity(Tensor pi, Tensor mu, Tensor M, Tensor C, Tensor x, Tensor t, str schedule, float s, str "
      "target) -> Tensor");
  library.def(
      "minimiser_velocity.out(Tensor pi, Tensor mu, Tensor M, Tensor C, Tensor x, Tensor t, str schedule, float s, str "
      "target, *, Tensor(a!) v) -> Tensor(a!)");
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
  library.impl("minimiser_velocity", torch::autograd::autogradNotImplementedFallback());
  library.impl("minimiser_velocity.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("minimiser_velocity.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
