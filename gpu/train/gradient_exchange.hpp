// The sum of a step's gradients over all processes: c10d::Reducer, the core of PyTorch's DistributedDataParallel.
//
// Parts are put together in buckets, from the end of the model, where the way back begins; a bucket is on its way to
// the others as soon as its last part is there, while the model goes on.
#pragma once

#include <model/model.hpp>
#include <processes/processes.hpp>

#include <memory>
#include <vector>

namespace c10d {
class Reducer;
}

namespace straightedge::train {

class GradientExchange final : public GradientListener {
 public:
  /// Of flat parameters and their flat gradient, which stay where they are. Of several processes.
  GradientExchange(const Processes& processes, const Model& model, const at::Tensor& flat, const at::Tensor& gradient);
  ~GradientExchange() override;
  GradientExchange(const GradientExchange&) = delete;
  GradientExchange& operator=(const GradientExchange&) = delete;

  /// Before a model is passed.
  void begin();
  /// After it: from here on the gradient is the sum. Returns the sums of `loss` and of `flag` too, fp32 [2] on the same
  /// device: they go with the last bucket, as a message of their own would take as long as a small gradient.
  [[nodiscard]] const at::Tensor& finish(const at::Tensor& loss, bool flag);

  [[nodiscard]] const std::vector<at::Tensor>& leaves() const override { return leaves_; }
  void written(std::size_t first, std::size_t count) override;

 private:
  void tell(at::TensorList leaves);

  const Processes& processes_;
  std::vector<at::Tensor> leaves_;
  at::Tensor leaf_of_totals_, totals_;
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace straightedge::train
