#include <fixture_runner.hpp>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <algorithm>
#include <guarded_tensor.hpp>
#include <optional>
#include <stdexcept>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::train {
namespace {

using fixtures::Fixture;
using fixtures::FixtureOutput;

fixtures::DataType type_of(const FixtureOutput& output) {
  const auto* number = std::get_if<fixtures::NumberOutput>(&output);
  return number == nullptr ? fixtures::DataType::int64 : number->type;
}

fixtures::Shape shape_of(const FixtureOutput& output) {
  if (const auto* index = std::get_if<fixtures::IndexOutput>(&output)) {
    return {index->values.size()};
  }
  return std::holds_alternative<fixtures::NumberOutput>(output) ? std::get<fixtures::NumberOutput>(output).shape
                                                                : std::get<fixtures::ExactOutput>(output).shape;
}

// One call of one operator on the tensors of a fixture.
class Call {
 public:
  Call(const Fixture& fixture, const c10::Device& device, Placement placement)
      : fixture_(fixture), device_(device), placement_(placement) {
    for (const fixtures::FixtureInput& input : fixture.inputs) {
      inputs_.emplace(input.name, GuardedTensor(input.values, device, placement));
    }
  }

  // Calls `name` with the inputs and attributes that its schema names, and these outputs in their order. An overload
  // `out` writes into guarded tensors; without one the operator changes its arguments in place.
  void operator()(const char* name, const std::vector<std::string>& outputs) {
    auto& dispatcher = c10::Dispatcher::singleton();
    // Inputs that must be refused have no outputs to be written.
    auto handle = fixture_.expects_error() ? std::nullopt : dispatcher.findSchema({name, "out"});
    handle = handle ? handle : dispatcher.findSchema({name, ""});
    if (!handle) {
      throw std::logic_error(std::string("the operator ") + name + " is not registered");
    }
    std::size_t next_output = 0;
    torch::jit::Stack stack;
    for (const c10::Argument& argument : handle->schema().arguments()) {
      const bool is_output = argument.is_out();
      stack.push_back(is_output ? c10::IValue(output(outputs.at(next_output++))) : value_of(argument));
    }
    handle->callBoxed(stack);
  }

  // What the call left: results of outputs, and where something else was written.
  void collect(DeviceRun& run) const {
    for (const auto& [name, tensor] : outputs_) {
      run.tensors.emplace(fixture_.id + "/" + name, tensor.values());
      note(run, tensor.guards_are_intact(), name);
    }
    for (const auto& [name, tensor] : inputs_) {
      const bool in_place = fixture_.operation == "adamw_ema";
      note(run, in_place ? tensor.guards_are_intact() : tensor.is_unchanged(), name);
      if (in_place) {
        run.tensors.emplace(fixture_.id + "/" + name, tensor.values());
      }
    }
  }

 private:
  void note(DeviceRun& run, bool intact, const std::string& name) const {
    if (!intact) {
      run.failures.push_back(fixture_.id + "/" + name + ": written beyond its ends, or an input was changed");
    }
  }

  const at::Tensor& output(const std::string& name) {
    for (const FixtureOutput& expected : fixture_.outputs) {
      if (fixtures::name_of(expected) == name) {
        return outputs_
            .emplace(name, GuardedTensor::unwritten(type_of(expected), shape_of(expected), device_, placement_))
            .first->second.view();
      }
    }
    throw InputError(fixture_.id + ": outputs: there is no '" + name + "'");
  }

  // The fixture's inputs NAME.0, NAME.1, ...
  [[nodiscard]] c10::List<at::Tensor> tensor_list(const std::string& name) const {
    c10::List<at::Tensor> list;
    for (std::size_t k = 0; inputs_.contains(name + "." + std::to_string(k)); ++k) {
      list.push_back(inputs_.at(name + "." + std::to_string(k)).view());
    }
    return list;
  }

  [[nodiscard]] c10::IValue value_of(const c10::Argument& argument) const {
    const std::string& name = argument.name();
    if (argument.default_value() && fixture_.attributes.find(name) == fixture_.attributes.end()) {
      return *argument.default_value();
    }
    switch (argument.type()->kind()) {
      case c10::TypeKind::TensorType:
        (void)fixture_.input(name);  // throws where it is missing
        return inputs_.at(name).view();
      case c10::TypeKind::ListType:
        return tensor_list(name);
      case c10::TypeKind::FloatType:
        return fixture_.number(name);
      case c10::TypeKind::StringType:
        return fixture_.choice(name);
      default:
        return name == "dtype" ? c10::IValue(static_cast<std::int64_t>(at_type()))
                               : c10::IValue(fixture_.integer(name));
    }
  }

  // standard_normal has no floating-point input that would say what to make.
  [[nodiscard]] at::ScalarType at_type() const {
    const std::string type = fixture_.type();
    return type == "fp64" ? at::kDouble : type == "fp32" ? at::kFloat : at::kBFloat16;
  }

  const Fixture& fixture_;
  c10::Device device_;
  Placement placement_;
  std::map<std::string, GuardedTensor> inputs_;
  std::map<std::string, GuardedTensor> outputs_;
};

// The outputs of each operation in the order of its schema.
void call_operation(Call& call, const Fixture& fixture) {
  if (fixture.operation == "group_norm_silu") {
    call("straightedge::group_norm_silu", {"y"});
    call("straightedge::group_norm_silu_backward", {"dx", "dgamma", "dbeta"});
  } else if (fixture.operation == "adamw_ema") {
    call("straightedge::adamw_ema_", {});
  } else {
    static const std::map<std::string, std::vector<std::string>> outputs = {
        {"philox4x32", {"words"}},
        {"standard_normal", {"z"}},
        {"interpolate", {"xt", "target"}},
        {"pair_velocity", {"v"}},
        {"minimiser_velocity", {"v"}},
        {"empirical_velocity", {"v"}},
        {"gradient_moments", {"sum_squared", "sum_th", "sum_Th"}},
        {"integrate", {"x1"}},
        {"nearest", {"index", "distance"}},
        {"mmd", {"mmd2"}},
    };
    call(("straightedge::" + fixture.operation).c_str(), outputs.at(fixture.operation));
  }
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

DeviceRun run_fixtures(const std::vector<Fixture>& fixtures, const c10::Device& device, Placement placement) {
  DeviceRun run;
  for (const Fixture& fixture : fixtures) {
    Call call(fixture, device, placement);
    try {
      call_operation(call, fixture);
    } catch (const c10::ValueError& refusal) {
      run.refused.push_back(fixture.id);
      if (!fixture.expects_error()) {
        run.failures.push_back(fixture.id + ": refused: " + first_line(refusal.what_without_backtrace()));
      }
      continue;
    } catch (const c10::Error& error) {
      run.failures.push_back(fixture.id + ": " + first_line(error.what_without_backtrace()));
      continue;
    } catch (const std::runtime_error& error) {
      run.failures.push_back(fixture.id + ": " + first_line(error.what()));
      continue;
    }
    call.collect(run);
    if (fixture.expects_error()) {
      run.tensors.emplace(fixture.id + "/accepted", fixtures::Tensor({1}, std::vector<std::int64_t>{1}));
    }
  }
  return run;
}

}  // namespace straightedge::train
