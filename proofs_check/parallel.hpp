// A loop on threads.
#pragma once

#include <cstddef>
#include <functional>

namespace straightedge::proofs {

/// Calls body(0), ..., body(count - 1) on up to `jobs` threads, each index once, in about this order, until one of the
/// calls returns false. The first exception ends the loop and is thrown here.
void for_each_index(std::size_t count, int jobs, const std::function<bool(std::size_t)>& body);

}  // namespace straightedge::proofs
