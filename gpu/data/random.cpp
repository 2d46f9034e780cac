#include <data/random.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <philox.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace straightedge::train {
namespace {

// work(k, word(first + k)) for k < count: a block of the generator serves four.
template <class Work>
void for_each_word(std::int64_t seed, std::int64_t offset, const Range& range, const Work& work) {
  const std::int64_t end = range.first + range.count;
  for (std::int64_t begin = range.first / 4 * 4; begin < end; begin += 4) {
    const std::array<std::uint32_t, 4> block = fixtures::philox_block_of(
        static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(begin));
    for (std::int64_t i = std::max(begin, range.first); i < std::min(begin + 4, end); ++i) {
      work(i - range.first, block[static_cast<std::size_t>(i - begin)]);
    }
  }
}

template <class T>
void fill_uniform(std::int64_t seed, std::int64_t offset, std::int64_t first, at::Tensor& values) {
  T* to = values.mutable_data_ptr<T>();
  const T largest = std::nextafter(T(1), T(0));
  for_each_word(seed, offset, {first, values.numel()}, [&](std::int64_t i, std::uint32_t word) {
    to[i] = std::min(largest, static_cast<T>((static_cast<double>(word) + 0.5) * 0x1p-32));
  });
}

}  // namespace

at::Tensor offset_of(const at::Tensor& step, Stream stream) {
  return 16 * step + static_cast<std::int64_t>(stream);
}

at::Tensor uniform(std::int64_t seed, std::int64_t offset, const Range& range, at::ScalarType type) {
  at::Tensor values = at::empty({range.count}, at::TensorOptions().dtype(type));
  if (type == at::kDouble) {
    fill_uniform<double>(seed, offset, range.first, values);
  } else {
    fill_uniform<float>(seed, offset, range.first, values);
  }
  return values;
}

at::Tensor integers(std::int64_t seed, std::int64_t offset, const Range& range, std::int64_t bound) {
  at::Tensor values = at::empty({range.count}, at::TensorOptions().dtype(at::kLong));
  auto* to = values.mutable_data_ptr<std::int64_t>();
  for_each_word(seed, offset, range, [&](std::int64_t i, std::uint32_t word) {
    to[i] = static_cast<std::int64_t>((static_cast<std::uint64_t>(word) * static_cast<std::uint64_t>(bound)) >> 32U);
  });
  return values;
}

at::Tensor normals(std::int64_t seed, std::int64_t offset, const Range& rows, std::int64_t d, at::ScalarType type) {
  static const auto standard_normal =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("straightedge::standard_normal", "")
          .typed<at::Tensor(const at::Tensor&, std::int64_t, std::int64_t, at::ScalarType)>();
  const at::Tensor elements =
      at::arange(rows.first * d, (rows.first + rows.count) * d, at::TensorOptions().dtype(at::kLong));
  return standard_normal.call(elements, seed, offset, type).view({rows.count, d});
}

}  // namespace straightedge::train
