// straightedge::interpolate: see arithmetic.hpp.
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <interpolate/kernels.hpp>
#include <tuple>

namespace straightedge::ops {
namespace {

constexpr const char* name = "interpolate";

struct Choices {
  Schedule schedule;
  std::uint64_t seed;
  std::uint64_t offset;
  const std::int64_t* offset_on_device = nullptr;
  std::int64_t first_block = 0;
};

void check(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t) {
  check_shape(name, "x0", x0, {-1, -1});
  check_shape(name, "x1", x1, x0.sizes());
  check_like(name, "x1", x1, "x0", x0);
  check_shape(name, "t", t, {x0.size(0)});
  check_device(name, "t", t, "x0", x0);
  TORCH_CHECK_VALUE(x0.scalar_type() == at::kByte || x0.scalar_type() == t.scalar_type(), name,
                    ": x0 must have the dtype of t, ", t.scalar_type(), ", or be uint8, not ", x0.scalar_type());
}

Choices choices(const at::Tensor&, std::string_view schedule, double s, std::string_view target, std::int64_t seed,
                std::int64_t offset) {
  return {schedule_of(name, schedule, s, target), static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(offset)};
}

Choices choices(const at::Tensor& x0, std::string_view schedule, double s, std::string_view target, std::int64_t seed,
                const at::Tensor& offset) {
  check_scalar(name, "offset", offset, at::kLong, "x0", x0);
  Choices made = choices(x0, schedule, s, target, seed, std::int64_t{0});
  if (x0.is_cpu()) {
    made.offset = static_cast<std::uint64_t>(*read<std::int64_t>(offset));
  } else if (!x0.is_meta()) {
    made.offset_on_device = read<std::int64_t>(offset);
  }
  return made;
}

/// The normals' block that a row begins with.
std::int64_t first_block(std::int64_t first_row, std::int64_t dimension) {
  TORCH_CHECK_VALUE(first_row >= 0 && first_row * dimension % 4 == 0, name, ": first_row is ", first_row,
                    "; it must be 0 or more, and first_row times the ", dimension,
                    " coordinates of a row a multiple of 4");
  return first_row * dimension / 4;
}

template <class T, class X>
void launch(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t, const Choices& choices,
            const at::Tensor& xt, const at::Tensor& target) {
  bool has_no_slope = false;
  InterpolateArguments<T, X> arguments{read<X>(x0),        read<X>(x1),    read<T>(t),    write<T>(xt),
                                       write<T>(target),   x0.size(0),     x0.size(1),    choices.schedule,
                                       choices.seed,       choices.offset, &has_no_slope, choices.offset_on_device,
                                       choices.first_block};
  if (x0.is_cpu()) {
    interpolate_cpu(arguments);
  } else {
#ifdef STRAIGHTEDGE_CUDA
    const c10::DeviceGuard guard(x0.device());
    // Reading the flag waits for the device. An offset that lies there is a promise not to.
    const bool asks = choices.schedule.adds_noise_to_target() && choices.offset_on_device == nullptr;
    const at::Tensor flag = asks ? device_flag(x0.device()) : at::Tensor();
    arguments.has_no_slope = flag.defined() ? write<bool>(flag) : nullptr;
    interpolate_cuda(arguments, current_stream(x0));
    has_no_slope = flag.defined() && flag.item().toBool();
#endif
  }
  TORCH_CHECK_VALUE(!has_no_slope, name, ": t must lie strictly between 0 and 1: the bridge has no f'(t) there");
}

/// The outputs have been checked.
void run(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t, const Choices& choices, const at::Tensor& xt,
         const at::Tensor& target) {
  with_stored_type(name, "t", t, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if (x0.is_meta() || x0.numel() == 0) {
      return;
    }
    const at::Tensor a = x0.contiguous();
    const at::Tensor b = x1.contiguous();
    const at::Tensor times = t.contiguous();
    if (x0.scalar_type() == at::kByte) {
      launch<T, std::uint8_t>(a, b, times, choices, xt, target);
    } else {
      launch<T, T>(a, b, times, choices, xt, target);
    }
  });
}

/// Offset: std::int64_t, or const at::Tensor&.
template <class Offset>
std::tuple<at::Tensor, at::Tensor> interpolate(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t,
                                               std::string_view schedule, double s, std::string_view target,
                                               std::int64_t seed, Offset offset, std::int64_t first_row) {
  check(x0, x1, t);
  Choices chosen = choices(x0, schedule, s, target, seed, offset);
  chosen.first_block = first_block(first_row, x0.size(1));
  at::Tensor xt = at::empty_symint(x0.sym_sizes(), t.options());
  at::Tensor target_out = at::empty_symint(x0.sym_sizes(), t.options());
  run(x0, x1, t, chosen, xt, target_out);
  return {std::move(xt), std::move(target_out)};
}

template <class Offset>
std::tuple<at::Tensor&, at::Tensor&> interpolate_out(const at::Tensor& x0, const at::Tensor& x1, const at::Tensor& t,
                                                     std::string_view schedule, double s, std::string_view target,
                                                     std::int64_t seed, Offset offset, std::int64_t first_row,
                                                     at::Tensor& xt, at::Tensor& target_out) {
  check(x0, x1, t);
  Choices chosen = choices(x0, schedule, s, target, seed, offset);
  chosen.first_block = first_block(first_row, x0.size(1));
  check_output(name, "xt", xt, x0.sizes(), t.scalar_type(), x0.device());
  check_output(name, "target_out", target_out, x0.sizes(), t.scalar_type(), x0.device());
  run(x0, x1, t, chosen, xt, target_out);
  return {xt, target_out};
}

void implement(torch::Library& library) {
  library.impl("interpolate", TORCH_FN(interpolate<std::int64_t>));
  library.impl("interpolate.out", TORCH_FN(interpolate_out<std::int64_t>));
  library.impl("interpolate.Tensor", TORCH_FN(interpolate<const at::Tensor&>));
  library.impl("interpolate.Tensor_out", TORCH_FN(interpolate_out<const at::Tensor&>));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def(
      "interpolate(Tensor x0, Tensor x1, Tensor t, str schedule, float s, str target, int seed, int offset, "
      "int first_row=0) -> "
      "(Tensor xt, Tensor target)");
  library.def(
      "interpolate.out(Tensor x0, Tensor x1, Tensor t, str schedule, float s, str target, int seed, int offset, "
      "int first_row=0, *, "
      "Tensor(a!) xt, Tensor(b!) target_out) -> (Tensor(a!), Tensor(b!))");
  library.def(
      "interpolate.Tensor(Tensor x0, Tensor x1, Tensor t, str schedule, float s, str target, int seed, "
      "Tensor offset, int first_row=0) -> (Tensor xt, Tensor target)");
  library.def(
      "interpolate.Tensor_out(Tensor x0, Tensor x1, Tensor t, str schedule, float s, str target, int seed, "
      "Tensor offset, int first_row=0, *, Tensor(a!) xt, Tensor(b!) target_out) -> (Tensor(a!), Tensor(b!))");
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
  for (const char* overload : {"interpolate", "interpolate.out", "interpolate.Tensor", "interpolate.Tensor_out"}) {
    library.impl(overload, torch::autograd::autogradNotImplementedFallback());
  }
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("interpolate.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
  library.impl("interpolate.Tensor_out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
