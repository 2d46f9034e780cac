#include <train/step_graph.hpp>

#ifdef STRAIGHTEDGE_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#endif

namespace straightedge::train {

#ifdef STRAIGHTEDGE_CUDA
class StepGraph::Recording {
 public:
  explicit Recording(const c10::Device& device)
      : device_(device), streams_(device.type()), aside_(streams_.getStreamFromGlobalPool(device)) {}

  void run(const std::function<void()>& work) {
    if (runs_ < runs_before) {
      ++runs_;
      run_aside(work);
      return;
    }
    if (!is_recorded_) {
      run_aside([&] {
        graph_.capture_begin(at::cuda::graph_pool_handle(), cudaStreamCaptureModeThreadLocal);
        work();
        graph_.capture_end();
      });
      is_recorded_ = true;
    }
    graph_.replay();
  }

 private:
  static constexpr int runs_before = 3;

  // A default stream cannot be recorded.
  void run_aside(const std::function<void()>& work) {
    const c10::Stream current = streams_.getStream(device_);
    wait(aside_, current);
    {
      const c10::StreamGuard guard(aside_);
      work();
    }
    wait(current, aside_);
  }

  void wait(const c10::Stream& later, const c10::Stream& earlier) const {
    c10::Event event(device_.type());
    event.record(earlier);
    event.block(later);
  }

  c10::Device device_;
  c10::impl::VirtualGuardImpl streams_;
  c10::Stream aside_;
  at::cuda::CUDAGraph graph_;
  int runs_ = 0;
  bool is_recorded_ = false;
};
#else
class StepGraph::Recording {
 public:
  explicit Recording(const c10::Device&) {}
  void run(const std::function<void()>& work) { work(); }
};
#endif

StepGraph::StepGraph(const c10::Device& device, bool captures)
    : recording_(captures && device.is_cuda() ? std::make_unique<Recording>(device) : nullptr) {}

StepGraph::~StepGraph() = default;

void StepGraph::run(const std::function<void()>& work) {
  if (recording_) {
    recording_->run(work);
  } else {
    work();
  }
}

}  // namespace straightedge::train
