// Runs the registered operators on fixtures, through LibTorch's dispatcher, on one device.
#pragma once

#include <c10/core/Device.h>
#include <fixture.hpp>
#include <map>
#include <string>
#include <vector>

namespace straightedge::train {

struct DeviceRun {
  std::map<std::string, fixtures::Tensor> tensors;  ///< FIXTURE-ID/OUTPUT
  std::vector<std::string> refused;                 ///< ids of fixtures that the operator refused
  std::vector<std::string> refusals;                ///< for each of them what it said, in one line
  std::vector<std::string> trespasses;  ///< outputs and inputs around which, or in which, something else was written
};

/// Runs every fixture. Throws Error for an operation that is not registered.
[[nodiscard]] DeviceRun run_fixtures(const std::vector<fixtures::Fixture>& fixtures, const c10::Device& device);

}  // namespace straightedge::train
