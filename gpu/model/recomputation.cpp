#include <model/recomputation.hpp>

#include <ATen/core/ivalue.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace straightedge::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Held : torch::CustomClassHolder {
  explicit Held(Recomputable function) : f(std::move(function)) {}
  Recomputable f;
};

struct Recomputation : torch::autograd::Function<Recomputation> {
  static at::Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Held>& held, at::TensorList inputs) {
    context->save_for_backward(inputs.vec());
    context->saved_data["f"] = c10::IValue::make_capsule(held);
    return held->f(inputs);
  }

  static variable_list backward(AutogradContext* context, const variable_list& slopes) {
    variable_list inputs;
    for (const at::Tensor& input : context->get_saved_variables()) {
      inputs.push_back(input.detach().requires_grad_(input.requires_grad()));
    }
    const auto capsule = context->saved_data["f"].toCapsule();
    const at::Tensor value = [&] {
      const c10::AutoGradMode recorded(true);
      return c10::static_intrusive_pointer_cast<Held>(capsule)->f(inputs);
    }();
    variable_list gradients = torch::autograd::grad({value}, inputs, slopes);
    gradients.insert(gradients.begin(), at::Tensor());  // of f itself there is none
    return gradients;
  }
};

}  // namespace

at::Tensor recomputed(Recomputable f, at::TensorList inputs) {
  return Recomputation::apply(c10::make_intrusive<Held>(std::move(f)), inputs);
}

}  // namespace straightedge::train
