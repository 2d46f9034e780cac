// For bindings: the rows that a kernel names as those without a solution, on any device.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>

#include <common/arguments.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace straightedge::ops {

/// What a number of lowest_rows is where no row was named.
inline constexpr std::int64_t no_row_named = std::numeric_limits<std::int64_t>::max();

/// work(p) with p[0 .. count - 1] = no_row_named where `like` is, for kernels to lower. Returns what they then are.
template <class Work>
[[nodiscard]] std::vector<std::int64_t> lowest_rows(std::size_t count, const at::Tensor& like, const Work& work) {
  std::vector<std::int64_t> rows(count, no_row_named);
  if (like.is_cpu()) {
    work(rows.data());
    return rows;
  }
  const at::Tensor on_device =
      at::full({static_cast<std::int64_t>(count)}, no_row_named, like.options().dtype(at::kLong));
  work(write<std::int64_t>(on_device));
  const at::Tensor on_host = on_device.cpu();
  const auto* named = read<std::int64_t>(on_host);
  rows.assign(named, named + count);
  return rows;
}

}  // namespace straightedge::ops
