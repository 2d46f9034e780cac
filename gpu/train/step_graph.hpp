// Work that is the same at each step, but for what its tensors hold.
//
// On a GPU it is recorded as a CUDA graph and replayed: one launch in the place of dozens. Its first runs are made as
// they are, beside the current stream, as LibTorch asks: libraries then have what they keep between calls.
#pragma once

#include <c10/core/Device.h>

#include <functional>
#include <memory>

namespace straightedge::train {

class StepGraph {
 public:
  /// `captures`: whether a GPU may record the work: it reads and writes memory that stays the same, and never makes
  /// the host wait. The CPU runs it as it is.
  StepGraph(const c10::Device& device, bool captures);
  ~StepGraph();
  StepGraph(const StepGraph&) = delete;
  StepGraph& operator=(const StepGraph&) = delete;

  /// Does the work once more, in the current stream's order. It is the same work at each call.
  void run(const std::function<void()>& work);

 private:
  class Recording;
  std::unique_ptr<Recording> recording_;  ///< null: nothing is recorded
};

}  // namespace straightedge::train
