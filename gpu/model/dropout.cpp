#include <model/dropout.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <data/range.hpp>

namespace straightedge::train {
namespace {

constexpr std::int64_t word = std::int64_t{1} << 32U;
constexpr std::int64_t lanes = 4;  // words of a block

at::Tensor philox(const at::Tensor& counter, const at::Tensor& key) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("straightedge::philox4x32", "")
                             .typed<at::Tensor(const at::Tensor&, const at::Tensor&)>();
  return op.call(counter, key);
}

// Words 2^36 layer + i of the stream for i in a range, on the device of the offset.
at::Tensor words_of(const Dropout& dropout, std::int64_t layer, const Range& range) {
  const std::int64_t first = (layer << 34U) + range.first / lanes;  // a block has four words
  const std::int64_t skipped = range.first % lanes;
  const at::Tensor block =
      at::arange(first, first + (skipped + range.count + lanes - 1) / lanes, dropout.offset.options());
  const at::Tensor offset = dropout.offset.expand_as(block);
  const auto low = [](const at::Tensor& value) { return value.remainder(word); };
  const auto high = [](const at::Tensor& value) { return value.floor_divide(word); };
  const at::Tensor counter = at::stack({low(block), high(block), low(offset), high(offset)}, 1);
  const at::Tensor key =
      at::stack({at::full_like(block, dropout.seed % word), at::full_like(block, dropout.seed / word)}, 1);
  return philox(counter, key).flatten().narrow(0, skipped, range.count);
}

}  // namespace

at::Tensor dropped(const at::Tensor& h, const Dropout& dropout, std::int64_t layer) {
  if (!dropout.is_on()) {
    return h;
  }
  const auto threshold = static_cast<std::int64_t>(std::llround(dropout.probability * static_cast<double>(word)));
  const at::Tensor kept =
      words_of(dropout, layer, {dropout.first_row * h.size(1) * h.size(2) * h.size(3), h.numel()}) >= threshold;
  const at::Tensor mask =
      kept.view({h.size(0), h.size(2), h.size(3), h.size(1)}).permute({0, 3, 1, 2}).to(h.scalar_type());
  return h * (mask / (1.0 - dropout.probability));
}

}  // namespace straightedge::train
