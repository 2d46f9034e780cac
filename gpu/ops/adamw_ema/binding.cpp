// straightedge::adamw_ema_: see arithmetic.hpp. It changes lists of tensors in place.
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/VariableTypeUtils.h>
#include <torch/library.h>

#include <adamw_ema/kernels.hpp>
#include <common/arguments.hpp>
#include <string>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr const char* name = "adamw_ema_";

struct Lists {
  at::TensorList p;
  at::TensorList g;
  at::TensorList m;
  at::TensorList v;
  at::TensorList ema;
};

void check_constants(const AdamwEmaSettings& of) {
  TORCH_CHECK_VALUE(of.b1 >= 0.0 && of.b1 < 1.0 && of.b2 >= 0.0 && of.b2 < 1.0, name,
                    ": b1 and b2 must lie in [0, 1), and are ", of.b1, " and ", of.b2);
  TORCH_CHECK_VALUE(of.eps >= 0.0 && of.weight_decay >= 0.0, name,
                    ": eps and weight_decay must not be negative, and are ", of.eps, " and ", of.weight_decay);
}

void check_scalars(const AdamwEmaSettings& of) {
  TORCH_CHECK_VALUE(of.step >= 1, name, ": step counts from 1, and is not ", of.step);
  TORCH_CHECK_VALUE(of.ema_decay >= 0.0 && of.ema_decay <= 1.0, name, ": ema_decay must lie in [0, 1], and is ",
                    of.ema_decay);
  TORCH_CHECK_VALUE(of.lr >= 0.0, name, ": lr must not be negative, and is ", of.lr);
}

/// What is changed in place must be dense and laid out as p is: an element of p and its own lie at the same offset.
void check_changed(const std::string& label, const at::Tensor& tensor, const at::Tensor& p) {
  check_shape(name, label.c_str(), tensor, p.sizes());
  check_like(name, label.c_str(), tensor, "p", p);
  TORCH_CHECK_VALUE(tensor.strides() == p.strides(), name, ": ", label, " must be laid out as p is, with strides ",
                    p.strides(), ", not ", tensor.strides());
}

void check(const Lists& of) {
  for (const auto& [label, list] : {std::pair{"g", of.g}, {"m", of.m}, {"v", of.v}, {"ema", of.ema}}) {
    TORCH_CHECK_VALUE(list.size() == of.p.size(), name, ": ", label, " must have as many tensors as p, ", of.p.size(),
                      ", not ", list.size());
  }
  for (std::size_t k = 0; k < of.p.size(); ++k) {
    const std::string at = std::to_string(k);
    const at::Tensor& p = of.p[k];
    const at::Tensor& g = of.g[k];
    check_like(name, ("p." + at).c_str(), p, "p.0", of.p[0]);
    TORCH_CHECK_VALUE(p.scalar_type() == at::kDouble || p.scalar_type() == at::kFloat, name, ": p.", at,
                      " must be float64 or float32, not ", p.scalar_type());
    TORCH_CHECK_VALUE(p.is_non_overlapping_and_dense(), name, ": p.", at, " must be dense");
    check_changed("m." + at, of.m[k], p);
    check_changed("v." + at, of.v[k], p);
    check_changed("ema." + at, of.ema[k], p);
    check_shape(name, ("g." + at).c_str(), g, p.sizes());
    check_device(name, ("g." + at).c_str(), g, "p", p);
    check_like(name, ("g." + at).c_str(), g, "g.0", of.g[0]);
    TORCH_CHECK_VALUE(
        g.scalar_type() == p.scalar_type() || (g.scalar_type() == at::kBFloat16 && p.scalar_type() == at::kFloat), name,
        ": g.", at, " must have the dtype of p, ", p.scalar_type(), ", or be bfloat16 beside float32, not ",
        g.scalar_type());
  }
}

/// Gradients that are laid out otherwise are copied.
at::Tensor in_layout_of(const at::Tensor& p, const at::Tensor& g) {
  return g.strides() == p.strides() ? g : at::empty_like(p, g.options()).copy_(g);
}

/// `scalars`: see adamw_ema_cuda; null on the CPU.
template <class T, class G>
void launch(const Lists& of, const AdamwEmaSettings& settings, [[maybe_unused]] const AdamwEmaScalars* scalars) {
  std::vector<at::Tensor> gradients;
  std::vector<AdamwEmaTensor<T, G>> tensors;
  for (std::size_t k = 0; k < of.p.size(); ++k) {
    gradients.push_back(in_layout_of(of.p[k], of.g[k]));
    tensors.push_back({write<T>(of.p[k]), read<G>(gradients[k]), write<T>(of.m[k]), write<T>(of.v[k]),
                       write<T>(of.ema[k]), of.p[k].numel()});
  }
  const auto count = static_cast<std::int64_t>(tensors.size());
  if (of.p[0].is_cpu()) {
    adamw_ema_cpu(tensors.data(), count, settings);
    return;
  }
#ifdef STRAIGHTEDGE_CUDA
  adamw_ema_cuda(tensors.data(), count, settings, scalars, current_stream(of.p[0]));
#endif
}

/// The arguments have been checked.
void run(const Lists& of, const AdamwEmaSettings& settings, const AdamwEmaScalars* scalars) {
  const c10::DeviceGuard guard(of.p[0].device());
  if (of.p[0].scalar_type() == at::kDouble) {
    launch<double, double>(of, settings, scalars);
  } else if (of.g[0].scalar_type() == at::kFloat) {
    launch<float, float>(of, settings, scalars);
  } else {
    launch<float, Bf16>(of, settings, scalars);
  }
}

void adamw_ema(at::TensorList p, at::TensorList g, at::TensorList m, at::TensorList v, at::TensorList ema,
               std::int64_t step, double lr, double b1, double b2, double eps, double weight_decay, double ema_decay) {
  const Lists lists{p, g, m, v, ema};
  const AdamwEmaSettings settings{step, lr, b1, b2, eps, weight_decay, ema_decay};
  check_constants(settings);
  check_scalars(settings);
  check(lists);
  if (!p[0].is_meta()) {
    run(lists, settings, nullptr);
  }
}

/// With scalars that lie where p is. On a GPU nobody sees their values before the kernel does: they are not checked.
void adamw_ema_of_tensors(at::TensorList p, at::TensorList g, at::TensorList m, at::TensorList v, at::TensorList ema,
                          const at::Tensor& step, const at::Tensor& lr, double b1, double b2, double eps,
                          double weight_decay, const at::Tensor& ema_decay) {
  TORCH_CHECK_VALUE(!p.empty(), name, ": p must have a tensor");
  const Lists lists{p, g, m, v, ema};
  AdamwEmaSettings settings{1, 0.0, b1, b2, eps, weight_decay, 0.0};
  check_constants(settings);
  check(lists);
  check_scalar(name, "step", step, at::kLong, "p", p[0]);
  check_scalar(name, "lr", lr, at::kDouble, "p", p[0]);
  check_scalar(name, "ema_decay", ema_decay, at::kDouble, "p", p[0]);
  if (p[0].is_meta()) {
    return;
  }
  const AdamwEmaScalars scalars{read<std::int64_t>(step), read<double>(lr), read<double>(ema_decay)};
  if (!p[0].is_cpu()) {
    run(lists, settings, &scalars);
    return;
  }
  settings.step = *scalars.step;
  settings.lr = *scalars.lr;
  settings.ema_decay = *scalars.ema_decay;
  check_scalars(settings);
  run(lists, settings, nullptr);
}

void implement(torch::Library& library) {
  library.impl("adamw_ema_", TORCH_FN(adamw_ema));
  library.impl("adamw_ema_.Tensor", TORCH_FN(adamw_ema_of_tensors));
}

/// The autograd kernel. Tells autograd that the state has changed, so that a backward pass through what it was is
/// refused: PyTorch's own fallback passes lists of tensors over.
void run_and_count_changes(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
  const std::size_t first = stack->size() - op.schema().arguments().size();
  std::vector<at::Tensor> changed;
  for (const char* list : {"p", "m", "v", "ema"}) {
    const auto index = static_cast<std::size_t>(op.schema().argumentIndexWithName(list).value());
    const std::vector<at::Tensor> tensors = (*stack)[first + index].toTensorVector();
    changed.insert(changed.end(), tensors.begin(), tensors.end());
  }
  for (const at::Tensor& tensor : changed) {
    TORCH_CHECK(!(at::GradMode::is_enabled() && tensor.requires_grad()), name,
                ": has no gradient: call it where gradients are off, as under torch.no_grad()");
  }
  {
    const at::AutoDispatchBelowADInplaceOrView below;
    op.redispatchBoxed(keys & c10::after_ADInplaceOrView_keyset, stack);
  }
  for (const at::Tensor& tensor : changed) {
    torch::autograd::increment_version(tensor);
  }
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(straightedge, library) {
  library.def(
      "adamw_ema_(Tensor(a!)[] p, Tensor[] g, Tensor(b!)[] m, Tensor(c!)[] v, Tensor(d!)[] ema, int step, float lr, "
      "float b1, float b2, float eps, float weight_decay, float ema_decay) -> ()");
  library.def(
      "adamw_ema_.Tensor(Tensor(a!)[] p, Tensor[] g, Tensor(b!)[] m, Tensor(c!)[] v, Tensor(d!)[] ema, Tensor step, "
      "Tensor lr, float b1, float b2, float eps, float weight_decay, Tensor ema_decay) -> ()");
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
  library.impl("adamw_ema_", torch::CppFunction::makeFromBoxedFunction<&run_and_count_changes>());
  library.impl("adamw_ema_.Tensor", torch::CppFunction::makeFromBoxedFunction<&run_and_count_changes>());
}

}  // namespace straightedge::ops
