// Runs the registered operators on fixtures, through LibTorch's dispatcher, on one device.
#pragma once

#include <c10/core/Device.h>
#include <fixture.hpp>
#include <guarded_tensor.hpp>
#include <map>
#include <string>
#include <vector>

namespace straightedge::train {

struct DeviceRun {
  std::map<std::string, fixtures::Tensor> tensors;  ///< FIXTURE-ID/OUTPUT
  std::vector<std::string> refused;                 ///< ids of fixtures whose inputs the operator refused
  /// What went wrong, a line each: a refusal where there are outputs, an error that is no refusal, an output or input
  /// around which, or in which, something else was written.
  std::vector<std::string> failures;
};

/// Runs every fixture. Throws std::logic_error for an operation that is not registered.
[[nodiscard]] DeviceRun run_fixtures(const std::vector<fixtures::Fixture>& fixtures, const c10::Device& device,
                                     Placement placement);

}  // namespace straightedge::train
