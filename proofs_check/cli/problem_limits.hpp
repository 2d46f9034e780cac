// What this machine can hold: asked before the work starts, so that a problem too large is refused in one line.
#pragma once

#include <Eigen/Core>
#include <string>

namespace straightedge::cli {

/// Bytes of memory that this process may use: the machine's, or less under a resource limit on the address space.
[[nodiscard]] double available_memory();

/// Throws InputError "PLACE: needs about X GiB of memory, this machine has Y GiB; REMEDY" if `bytes` are more than
/// that.
void require_memory(double bytes, const std::string& place, const std::string& remedy);

/// Bytes at the peak of the evaluation of a problem in dimension d at 50 or 100 digits (its check tier included).
[[nodiscard]] double evaluation_memory(Eigen::Index dimension, int digits);

}  // namespace straightedge::cli
