// straightedge::gradient_moments: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <gradient_moments/kernels.hpp>
#include <linalg/lowest_rows.hpp>
#include <tuple>

namespace straightedge::ops {
namespace {

constexpr const char* name = "gradient_moments";

struct Inputs {
  const at::Tensor& th;
  const at::Tensor& Th;
  const at::Tensor& x0;
  const at::Tensor& x1;
  const at::Tensor& z;
  const at::Tensor& t;
  Schedule schedule;
};

Inputs checked(const at::Tensor& th, const at::Tensor& Th, const at::Tensor& x0, const at::Tensor& x1,
               const at::Tensor& z, const at::Tensor& t, std::string_view schedule, double s, std::string_view target) {
  check_shape(name, "th", th, {-1});
  const std::int64_t d = th.size(0);
  TORCH_CHECK_VALUE(d >= 1, name, ": th must have an element");
  check_shape(name, "Th", Th, {d, d});
  check_shape(name, "x0", x0, {-1, d});
  check_shape(name, "x1", x1, x0.sizes());
  check_shape(name, "z", z, x0.sizes());
  check_shape(name, "t", t, {x0.size(0)});
  check_like(name, "Th", Th, "th", th);
  check_like(name, "x0", x0, "th", th);
  check_like(name, "x1", x1, "th", th);
  check_like(name, "z", z, "th", th);
  check_like(name, "t", t, "th", th);
  return {th, Th, x0, x1, z, t, schedule_of(name, schedule, s, target)};
}

template <class T>
void launch(const GradientMomentsArguments<T>& arguments, [[maybe_unused]] const at::Tensor& x0) {
  if (x0.is_cpu()) {
    gradient_moments_cpu(arguments);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const at::Tensor memory = workspace(gradient_moments_cuda_workspace(arguments), x0.device());
  gradient_moments_cuda(arguments, memory.mutable_data_ptr(), current_stream(x0));
#endif
}

/// The outputs have been checked.
void run(const Inputs& in, const at::Tensor& sum_squared, const at::Tensor& sum_th, const at::Tensor& sum_Th) {
  with_stored_type(name, "x0", in.x0, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (in.x0.is_meta()) {
      return;
    }
    const c10::OptionalDeviceGuard guard(in.x0.device());
    const at::Tensor th = in.th.contiguous();
    const at::Tensor Th = in.Th.contiguous();
    const at::Tensor x0 = in.x0.contiguous();
    const at::Tensor x1 = in.x1.contiguous();
    const at::Tensor z = in.z.contiguous();
    const at::Tensor t = in.t.contiguous();
    const auto refused = lowest_rows(2, x0, [&](std::int64_t* rows) {
      launch<T>({read<T>(th), read<T>(Th), read<T>(x0), read<T>(x1), read<T>(z), read<T>(t), write<double>(sum_squared),
                 write<double>(sum_th), write<double>(sum_Th), x0.size(0), x0.size(1), in.schedule, rows},
                x0);
    });
    TORCH_CHECK_VALUE(
        refused[1] == no_row_named, name, ": f(t) or f'(t) is not finite at row ", refused[1],
        " of t: with the bridge t must lie in [0, 1], and strictly between where the target is interpolant");
    TORCH_CHECK_VALUE(refused[0] == no_row_named, name,
                      ": singular time: a pivot of I + t Th is 0 or not finite at row ", refused[0], " of t");
  });
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> gradient_moments(const at::Tensor& th, const at::Tensor& Th,
                                                                const at::Tensor& x0, const at::Tensor& x1,
                                                                const at::Tensor& z, const at::Tensor& t,
                                                                std::string_view schedule, double s,
                                                                std::string_view target) {
  const Inputs inputs = checked(th, Th, x0, x1, z, t, schedule, s, target);
  const at::TensorOptions fp64 = th.options().dtype(at::kDouble);
  at::Tensor sum_squared = at::empty({}, fp64);
  at::Tensor sum_th = at::empty_symint(th.sym_sizes(), fp64);
  at::Tensor sum_Th = at::empty_symint(Th.sym_sizes(), fp64);
  run(inputs, sum_squared, sum_th, sum_Th);
  return {std::move(sum_squared), std::move(sum_th), std::move(sum_Th)};
}

std::tuple<at::Tensor&, at::Tensor&, at::Tensor&> gradient_moments_out(const at::Tensor& th, const at::Tensor& Th,
                                                                       const at::Tensor& x0, const at::Tensor& x1,
                                                                       const at::Tensor& z, const at::Tensor& t,
                                                                       std::string_view schedule, double s,
                                                                       std::string_view target, at::Tensor& sum_squared,
                                                                       at::Tensor& sum_th, at::Tensor& sum_Th) {
  const Inputs inputs = checked(th, Th, x0, x1, z, t, schedule, s, target);
  check_output(name, "sum_squared", sum_squared, {}, at::kDouble, th.device());
  check_output(name, "sum_th", sum_th, th.sizes(), at::kDouble, th.device());
  check_output(name, "sum_Th", sum_Th, Th.sizes(), at::kDouble, th.device());
  run(inputs, sum_squared, sum_th, sum_Th);
  return {sum_squared, sum_th, sum_Th};
}

void implement(torch::Library& library) {
  library.impl("gradient_moments", TORCH_FN(gradient_moments));
  library.impl("gradient_moments.out", TORCH_FN(gradient_moments_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def(
      "gradient_moments(Tensor th, Tensor Th, Tensor x0, Tensor x1, Tensor z, Tensor t, str schedule, float s, str "
      "target) -> (Tensor sum_squared, Tensor sum_th, Tensor sum_Th)");
  library.def(
      "gradient_moments.out(Tensor th, Tensor Th, Tensor x0, Tensor x1, Tensor z, Tensor t, str schedule, float s, str "
      "target, *, Tensor(a!) sum_squared, Tensor(b!) sum_th, Tensor(c!) sum_Th) -> (Tensor(a!), Tensor(b!), "
      "Tensor(c!))");
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
  library.impl("gradient_moments", torch::autograd::autogradNotImplementedFallback());
  library.impl("gradient_moments.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("gradient_moments.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
