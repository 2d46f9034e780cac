// What a problem needs of the machine.
#pragma once

#include <Eigen/Core>

namespace straightedge::cli {

/// Bytes at the peak of the evaluation of a problem in dimension d at 50 or 100 digits (its check tier included).
[[nodiscard]] double evaluation_memory(Eigen::Index dimension, int digits);

}  // namespace straightedge::cli
