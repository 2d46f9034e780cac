// straightedge::empirical_velocity: see arithmetic.hpp.
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <empirical_velocity/products.hpp>

namespace straightedge::ops {
namespace {

constexpr const char* name = "empirical_velocity";

struct Inputs {
  const at::Tensor& x;
  const at::Tensor& t;
  const at::Tensor& x0;
  const at::Tensor& x1;
  Schedule schedule;
  Pairing pairing;
};

Inputs checked(const at::Tensor& x, const at::Tensor& t, const at::Tensor& x0, const at::Tensor& x1,
               std::string_view schedule, double s, std::string_view target, std::string_view pairing) {
  check_shape(name, "x", x, {-1, -1});
  check_shape(name, "t", t, {x.size(0)});
  check_shape(name, "x1", x1, {-1, x.size(1)});
  check_like(name, "t", t, "x", x);
  check_like(name, "x1", x1, "x", x);
  TORCH_CHECK_VALUE(x1.size(0) >= 1, name, ": x1 must have a row");
  TORCH_CHECK_VALUE(x.size(1) >= 1, name, ": x must have a column");
  TORCH_CHECK_VALUE(pairing == "frozen" || pairing == "resampled", name, ": pairing must be frozen or resampled, not ",
                    pairing);
  if (pairing == "frozen") {
    check_shape(name, "x0", x0, x1.sizes());
    check_like(name, "x0", x0, "x", x);
  }
  return {
      x, t, x0, x1, schedule_of(name, schedule, s, target), pairing == "frozen" ? Pairing::frozen : Pairing::resampled};
}

void refuse(bool is_singular, Pairing pairing) {
  TORCH_CHECK_VALUE(!is_singular, name, ": at some time of t ",
                    pairing == Pairing::frozen ? "f(t)^2" : "(1 - t)^2 + f(t)^2",
                    " is not positive and finite, so that the bank has no weights");
}

template <class T>
void launch(EmpiricalVelocityArguments<T> arguments, [[maybe_unused]] const at::Tensor& x) {
  if (x.is_cpu()) {
    int singular = 0;
    arguments.singular = &singular;
    if (has_products(arguments)) {
      empirical_velocity_by_products(arguments);
    } else {
      empirical_velocity_cpu(arguments);
    }
    refuse(singular != 0, arguments.pairing);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  const c10::DeviceGuard guard(x.device());
  const at::Tensor singular = at::zeros({1}, x.options().dtype(at::kInt));
  arguments.singular = write<int>(singular);
  const at::Tensor memory = workspace(empirical_velocity_cuda_workspace(arguments), x.device());
  empirical_velocity_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
  refuse(singular.item<int>() != 0, arguments.pairing);
#endif
}

/// The output has been checked.
void run(const Inputs& in, const at::Tensor& v) {
  with_stored_type(name, "x", in.x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (in.x.is_meta() || in.x.size(0) == 0) {
      return;
    }
    const bool is_frozen = in.pairing == Pairing::frozen;
    const at::Tensor x = in.x.contiguous();
    const at::Tensor t = in.t.contiguous();
    const at::Tensor x0 = is_frozen ? in.x0.contiguous() : at::Tensor();
    const at::Tensor x1 = in.x1.contiguous();
    launch<T>({read<T>(x), read<T>(t), is_frozen ? read<T>(x0) : nullptr, read<T>(x1), write<T>(v), x.size(0),
               x1.size(0), x.size(1), in.schedule, in.pairing, nullptr},
              x);
  });
}

at::Tensor empirical_velocity(const at::Tensor& x, const at::Tensor& t, const at::Tensor& x0, const at::Tensor& x1,
                              std::string_view schedule, double s, std::string_view target, std::string_view pairing) {
  const Inputs inputs = checked(x, t, x0, x1, schedule, s, target, pairing);
  at::Tensor v = at::empty(x.sizes(), x.options());
  run(inputs, v);
  return v;
}

at::Tensor& empirical_velocity_out(const at::Tensor& x, const at::Tensor& t, const at::Tensor& x0, const at::Tensor& x1,
                                   std::string_view schedule, double s, std::string_view target,
                                   std::string_view pairing, at::Tensor& v) {
  const Inputs inputs = checked(x, t, x0, x1, schedule, s, target, pairing);
  check_output(name, "v", v, x.sizes(), x.scalar_type(), x.device());
  run(inputs, v);
  return v;
}

void implement(torch::Library& library) {
  library.impl("empirical_velocity", TORCH_FN(empirical_velocity));
  library.impl("empirical_velocity.out", TORCH_FN(empirical_velocity_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def(
      "empirical_velocity(Tensor x, Tensor t, Tensor x0, Tensor x1, str schedule, float s, str target, str pairing) -> "
      "Tensor");
  library.def(
      "empirical_velocity.out(Tensor x, Tensor t, Tensor x0, Tensor x1, str schedule, float s, str target, str "
      "pairing, "
      "*, Tensor(a!) v) -> Tensor(a!)");
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
  library.impl("empirical_velocity", torch::autograd::autogradNotImplementedFallback());
  library.impl("empirical_velocity.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("empirical_velocity.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
