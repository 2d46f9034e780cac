#include "problem_limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <straightedge/error.hpp>
#include <straightedge/scalar.hpp>

namespace straightedge::cli {
namespace {

constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;

// d x d matrices alive at once: those of the problem (some ten in each of the two tiers and as exact rationals) and the
// temporaries of an evaluation at one time (some twenty).
constexpr double kMatricesOfProblem = 10;
constexpr double kMatricesOfEvaluation = 20;

}  // namespace

double available_memory() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
  }
  return bytes;
}

void require_memory(double bytes, const std::string& place, const std::string& remedy) {
  const double available = available_memory();
  if (bytes > available) {
    throw InputError(fmt::format("{}: needs about {:.3g} GiB of memory and this machine has {:.3g} GiB; {}", place,
                                 bytes / kGibi, available / kGibi, remedy));
  }
}

double evaluation_memory(Eigen::Index dimension, int digits) {
  const double low = digits <= 50 ? sizeof(Real50) : sizeof(Real100);
  const double high = digits <= 50 ? sizeof(Real100) : sizeof(Real150);
  const double entry = kMatricesOfProblem * (low + high + sizeof(Rational)) + kMatricesOfEvaluation * high;
  return entry * static_cast<double>(dimension) * static_cast<double>(dimension);
}

}  // namespace straightedge::cli
