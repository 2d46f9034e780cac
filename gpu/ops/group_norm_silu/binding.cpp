// straightedge::group_norm_silu, with its derivative, and group_norm_silu_backward: see arithmetic.hpp.
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <common/arguments.hpp>
#include <group_norm_silu/kernels.hpp>
#include <tuple>

namespace straightedge::ops {
namespace {

constexpr const char* name = "group_norm_silu";
constexpr const char* backward_name = "group_norm_silu_backward";

GroupNormSizes sizes_of(const at::Tensor& x, std::int64_t groups, double eps) {
  return {x.size(0), x.size(1) * x.size(2), x.size(3), groups, eps};
}

void check(const char* op, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
           double eps) {
  check_shape(op, "x", x, {-1, -1, -1, -1});
  check_shape(op, "gamma", gamma, {x.size(3)});
  check_shape(op, "beta", beta, {x.size(3)});
  check_like(op, "beta", beta, "gamma", gamma);
  check_device(op, "gamma", gamma, "x", x);
  TORCH_CHECK_VALUE(
      gamma.scalar_type() == x.scalar_type() || (x.scalar_type() == at::kBFloat16 && gamma.scalar_type() == at::kFloat),
      op, ": gamma must have the dtype of x, ", x.scalar_type(), ", or be float32 beside bfloat16, not ",
      gamma.scalar_type());
  TORCH_CHECK_VALUE(groups >= 1 && x.size(3) % groups == 0, op, ": groups must divide the ", x.size(3),
                    " channels, and is ", groups);
  TORCH_CHECK_VALUE(eps >= 0.0 && eps - eps == 0.0, op, ": eps must be finite and not negative, and is ", eps);
}

/// work(Stored<T>{}, Stored<P>{}) for the stored types of x and gamma.
template <class Work>
void with_types(const char* op, const at::Tensor& x, const at::Tensor& gamma, const Work& work) {
  with_stored_type(op, "x", x, [&](auto stored) {
    using T = typename decltype(stored)::type;
    if constexpr (std::is_same_v<T, Bf16>) {
      if (gamma.scalar_type() == at::kFloat) {
        work(stored, Stored<float>{});
        return;
      }
    }
    work(stored, stored);
  });
}

void run(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups, double eps,
         const at::Tensor& y) {
  with_types(name, x, gamma, [&](auto stored, auto parameter) {
    using T = typename decltype(stored)::type;
    using P = typename decltype(parameter)::type;
    if (x.is_meta() || x.numel() == 0) {
      return;
    }
    const at::Tensor in = x.contiguous();
    const at::Tensor scale = gamma.contiguous();
    const at::Tensor shift = beta.contiguous();
    const GroupNormArguments<T, P> arguments{read<T>(in), read<P>(scale), read<P>(shift), write<T>(y),
                                             sizes_of(x, groups, eps)};
    if (x.is_cpu()) {
      group_norm_silu_cpu(arguments);
      return;
    }
#ifdef STRAIGHTEDGE_CUDA
    const c10::DeviceGuard guard(x.device());
    group_norm_silu_cuda(arguments, current_stream(x));
#endif
  });
}

void run_backward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                  std::int64_t groups, double eps, const at::Tensor& dx, const at::Tensor& dgamma,
                  const at::Tensor& dbeta) {
  with_types(backward_name, x, gamma, [&](auto stored, auto parameter) {
    using T = typename decltype(stored)::type;
    using P = typename decltype(parameter)::type;
    if (x.is_meta()) {
      return;
    }
    if (x.numel() == 0) {
      dgamma.zero_();
      dbeta.zero_();
      return;
    }
    const at::Tensor out = dy.contiguous();
    const at::Tensor in = x.contiguous();
    const at::Tensor scale = gamma.contiguous();
    const at::Tensor shift = beta.contiguous();
    const GroupNormBackwardArguments<T, P> arguments{
        read<T>(out), read<T>(in),      read<P>(scale),  read<P>(shift),
        write<T>(dx), write<P>(dgamma), write<P>(dbeta), sizes_of(x, groups, eps)};
    if (x.is_cpu()) {
      group_norm_silu_backward_cpu(arguments);
      return;
    }
#ifdef STRAIGHTEDGE_CUDA
    const c10::DeviceGuard guard(x.device());
    const at::Tensor memory =
        workspace(group_norm_silu_backward_workspace(arguments.sizes, sizeof(Arithmetic<T>)), x.device());
    group_norm_silu_backward_cuda(arguments, memory.mutable_data_ptr(), current_stream(x));
#endif
  });
}

at::Tensor forward(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
                   double eps) {
  check(name, x, gamma, beta, groups, eps);
  at::Tensor y = at::empty(x.sizes(), x.options());
  run(x, gamma, beta, groups, eps, y);
  return y;
}

at::Tensor& forward_out(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
                        double eps, at::Tensor& y) {
  check(name, x, gamma, beta, groups, eps);
  check_output(name, "y", y, x.sizes(), x.scalar_type(), x.device());
  run(x, gamma, beta, groups, eps, y);
  return y;
}

void check_backward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta,
                    std::int64_t groups, double eps) {
  check(backward_name, x, gamma, beta, groups, eps);
  check_shape(backward_name, "dy", dy, x.sizes());
  check_like(backward_name, "dy", dy, "x", x);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> backward(const at::Tensor& dy, const at::Tensor& x,
                                                        const at::Tensor& gamma, const at::Tensor& beta,
                                                        std::int64_t groups, double eps) {
  check_backward(dy, x, gamma, beta, groups, eps);
  at::Tensor dx = at::empty(x.sizes(), x.options());
  at::Tensor dgamma = at::empty(gamma.sizes(), gamma.options());
  at::Tensor dbeta = at::empty(beta.sizes(), beta.options());
  run_backward(dy, x, gamma, beta, groups, eps, dx, dgamma, dbeta);
  return {std::move(dx), std::move(dgamma), std::move(dbeta)};
}

std::tuple<at::Tensor&, at::Tensor&, at::Tensor&> backward_out(const at::Tensor& dy, const at::Tensor& x,
                                                               const at::Tensor& gamma, const at::Tensor& beta,
                                                               std::int64_t groups, double eps, at::Tensor& dx,
                                                               at::Tensor& dgamma, at::Tensor& dbeta) {
  check_backward(dy, x, gamma, beta, groups, eps);
  check_output(backward_name, "dx", dx, x.sizes(), x.scalar_type(), x.device());
  check_output(backward_name, "dgamma", dgamma, gamma.sizes(), gamma.scalar_type(), x.device());
  check_output(backward_name, "dbeta", dbeta, beta.sizes(), beta.scalar_type(), x.device());
  run_backward(dy, x, gamma, beta, groups, eps, dx, dgamma, dbeta);
  return {dx, dgamma, dbeta};
}

/// Through the dispatcher, so that whatever else listens there sees both operators.
at::Tensor call_forward(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
                        double eps) {
  static const auto handle =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::group_norm_silu", "").typed<decltype(forward)>();
  return handle.call(x, gamma, beta, groups, eps);
}
std::tuple<at::Tensor, at::Tensor, at::Tensor> call_backward(const at::Tensor& dy, const at::Tensor& x,
                                                             const at::Tensor& gamma, const at::Tensor& beta,
                                                             std::int64_t groups, double eps) {
  static const auto handle = c10::Dispatcher::singleton()
                                 .findSchemaOrThrow("straightedge::group_norm_silu_backward", "")
                                 .typed<decltype(backward)>();
  return handle.call(dy, x, gamma, beta, groups, eps);
}

/// Keeps x and the parameters alone; statistics are cheaper to form again than to read.
struct Differentiable : torch::autograd::Function<Differentiable> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& gamma,
                            const at::Tensor& beta, std::int64_t groups, double eps) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({x, gamma, beta});
    context->saved_data["groups"] = groups;
    context->saved_data["eps"] = eps;
    return call_forward(x, gamma, beta, groups, eps);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& dy) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    auto [dx, dgamma, dbeta] = call_backward(dy[0], saved[0], saved[1], saved[2], context->saved_data["groups"].toInt(),
                                             context->saved_data["eps"].toDouble());
    return {dx, dgamma, dbeta, at::Tensor(), at::Tensor()};
  }
};

at::Tensor differentiable(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta, std::int64_t groups,
                          double eps) {
  return Differentiable::apply(x, gamma, beta, groups, eps);
}

void implement(torch::Library& library) {
  library.impl("group_norm_silu", TORCH_FN(forward));
  library.impl("group_norm_silu.out", TORCH_FN(forward_out));
  library.impl("group_norm_silu_backward", TORCH_FN(backward));
  library.impl("group_norm_silu_backward.out", TORCH_FN(backward_out));
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def("group_norm_silu(Tensor x, Tensor gamma, Tensor beta, int groups, float eps) -> Tensor y");
  library.def(
      "group_norm_silu.out(Tensor x, Tensor gamma, Tensor beta, int groups, float eps, *, Tensor(a!) y) -> Tensor(a!)");
  library.def(
      "group_norm_silu_backward(Tensor dy, Tensor x, Tensor gamma, Tensor beta, int groups, float eps) -> (Tensor dx, "
      "Tensor dgamma, Tensor dbeta)");
  library.def(
      "group_norm_silu_backward.out(Tensor dy, Tensor x, Tensor gamma, Tensor beta, int groups, float eps, *, "
      "Tensor(a!) dx, Tensor(b!) dgamma, Tensor(c!) dbeta) -> (Tensor(a!), Tensor(b!), Tensor(c!))");
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
  library.impl("group_norm_silu", TORCH_FN(differentiable));
  library.impl("group_norm_silu.out", torch::autograd::autogradNotImplementedFallback());
  library.impl("group_norm_silu_backward", torch::autograd::autogradNotImplementedFallback());
  library.impl("group_norm_silu_backward.out", torch::autograd::autogradNotImplementedFallback());
}
TORCH_LIBRARY_IMPL(straightedge, ADInplaceOrView, library) {
  library.impl("group_norm_silu.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
  library.impl("group_norm_silu_backward.out", torch::autograd::autogradNotImplementedInplaceOrViewFallback());
}

}  // namespace straightedge::ops
