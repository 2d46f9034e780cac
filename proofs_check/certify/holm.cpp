#include <certify/holm.hpp>

#include <algorithm>
#include <numeric>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::certify {

std::vector<double> holm_adjusted(std::span<const double> p) {
  for (const double value : p) {
    if (!(value >= 0.0 && value <= 1.0)) {
      throw InputError("Holm's correction: " + std::to_string(value) + " is not a p-value in [0, 1]");
    }
  }
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto remaining = static_cast<double>(p.size() - rank);
    largest = std::max(largest, std::min(1.0, remaining * p[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace straightedge::certify
