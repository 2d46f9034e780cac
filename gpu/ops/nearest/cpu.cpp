#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <common/lanes.hpp>
#include <nearest/arithmetic.hpp>
#include <nearest/kernels.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t block_bytes = std::int64_t{1} << 17;

}  // namespace

template <class T>
void nearest_cpu(const NearestArguments<T>& arguments) {
  using S = Arithmetic<T>;
  const std::int64_t d = arguments.dimension;
  const std::int64_t rows_a_block = std::max<std::int64_t>(1, block_bytes / (d * static_cast<std::int64_t>(sizeof(T))));
  at::parallel_for(0, arguments.queries, 1, [&](std::int64_t begin, std::int64_t end) {
    // A block of the bank serves all queries of the thread while it is in the cache.
    std::vector<Neighbour<S>> best(static_cast<std::size_t>(end - begin), no_neighbour<S>());
    for (std::int64_t first = 0; first < arguments.bank; first += rows_a_block) {
      const std::int64_t last = std::min(first + rows_a_block, arguments.bank);
      for (std::int64_t b = begin; b < end; ++b) {
        Neighbour<S>& nearest = best[static_cast<std::size_t>(b - begin)];
        for (std::int64_t i = first; i < last; ++i) {
          const Neighbour<S> candidate{squared_distance(arguments.q + b * d, arguments.rows + i * d, d), i};
          if (is_before(candidate, nearest)) {
            nearest = candidate;
          }
        }
      }
    }
    for (std::int64_t b = begin; b < end; ++b) {
      const Neighbour<S>& nearest = best[static_cast<std::size_t>(b - begin)];
      arguments.index[b] = nearest.index;
      arguments.distance[b] = store<T>(std::sqrt(nearest.squared));
    }
  });
}

template void nearest_cpu(const NearestArguments<double>& arguments);
template void nearest_cpu(const NearestArguments<float>& arguments);
template void nearest_cpu(const NearestArguments<Bf16>& arguments);

}  // namespace straightedge::ops
