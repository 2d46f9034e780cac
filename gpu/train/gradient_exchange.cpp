#include <train/gradient_exchange.hpp>

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/comm.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>
#include <tuple>

namespace straightedge::train {
namespace {

// Those of DistributedDataParallel: the first bucket is small, so that the exchange begins early.
constexpr std::int64_t first_bucket_bytes = 1 << 20;
constexpr std::int64_t bucket_bytes = 25 << 20;

/// The sum, where the reducer's own way is the mean: each process divides its rows by the whole batch already, and may
/// have other numbers of rows.
class Sum final : public c10d::CppCommHookInterface<c10::intrusive_ptr<c10d::ProcessGroup>> {
 public:
  using CppCommHookInterface::CppCommHookInterface;

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<at::Tensor> numbers{bucket.getBufferRef()};
    return state_->allreduce(numbers)->getFuture();
  }
};

/// A step on the way back whose gradients are 0, and are not added.
struct Nothing final : torch::autograd::Node {
  torch::autograd::variable_list apply(torch::autograd::variable_list&&) override {
    return torch::autograd::variable_list(num_outputs());
  }
};

}  // namespace

GradientExchange::GradientExchange(const Processes& processes, const Model& model, const at::Tensor& flat,
                                   const at::Tensor& gradient)
    : processes_(processes) {
  std::int64_t begin = 0;
  for (const ParameterPart& part : model.parts()) {
    const std::int64_t numbers = part.numbers();
    leaves_.push_back(flat.narrow(0, begin, numbers).view(part.shape).detach().requires_grad_());
    leaves_.back().mutable_grad() = gradient.narrow(0, begin, numbers).view(part.shape);
    begin += numbers;
  }
  totals_ = at::zeros({2}, flat.options().dtype(at::kFloat));
  leaf_of_totals_ = at::zeros_like(totals_).requires_grad_();
  leaf_of_totals_.mutable_grad() = totals_;
  std::vector<at::Tensor> all{leaf_of_totals_};  // the first, which is reduced last
  all.insert(all.end(), leaves_.begin(), leaves_.end());
  const std::vector<bool> none_is_sparse(all.size(), false);
  std::vector<std::vector<std::size_t>> buckets;
  std::tie(buckets, std::ignore) =
      c10d::compute_bucket_assignment_by_size(all, {first_bucket_bytes, bucket_bytes}, none_is_sparse);
  std::reverse(buckets.begin(), buckets.end());
  reducer_ = std::make_unique<c10d::Reducer>(all, buckets, processes.group(), none_is_sparse, bucket_bytes,
                                             /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/false,
                                             std::unordered_map<std::size_t, std::string>(), first_bucket_bytes,
                                             /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false,
                                             std::vector<std::int64_t>());
  reducer_->register_comm_hook(std::make_unique<Sum>(processes.group()));
}

GradientExchange::~GradientExchange() = default;

void GradientExchange::begin() {
  reducer_->rebuild_buckets();
  reducer_->prepare_for_forward();
  reducer_->prepare_for_backward({});
}

const at::Tensor& GradientExchange::finish(const at::Tensor& loss, bool flag) {
  totals_.narrow(0, 0, 1).copy_(loss);
  totals_.narrow(0, 1, 1).fill_(flag ? 1.0 : 0.0);
  processes_.wait_in([this] { tell(leaf_of_totals_); });
  return totals_;
}

void GradientExchange::written(std::size_t first, std::size_t count) {
  tell(at::TensorList(leaves_).slice(first, count));
}

// The reducer listens to autograd alone: a way back that goes to the leaves, and brings nothing, tells it.
void GradientExchange::tell(at::TensorList leaves) {
  const at::Tensor nothing = at::zeros({}, leaves.front().options());
  const auto node = std::make_shared<Nothing>();
  node->add_input_metadata(nothing);
  for (const at::Tensor& leaf : leaves) {
    node->add_next_edge(torch::autograd::impl::gradient_edge(leaf));
  }
  torch::autograd::Engine::get_default_engine().execute({{node, 0}}, {nothing}, /*keep_graph=*/false,
                                                        /*create_graph=*/false, /*accumulate_grad=*/true);
}

}  // namespace straightedge::train
