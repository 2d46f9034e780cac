#include "problem_limits.hpp"

#include <straightedge/scalar.hpp>

namespace straightedge::cli {
namespace {

// d x d matrices alive at once: those of the problem (some ten in each of the two tiers and as exact rationals) and the
// temporaries of an evaluation at one time (some twenty).
constexpr double kMatricesOfProblem = 10;
constexpr double kMatricesOfEvaluation = 20;

}  // namespace

double evaluation_memory(Eigen::Index dimension, int digits) {
  const double low = digits <= 50 ? sizeof(Real50) : sizeof(Real100);
  const double high = digits <= 50 ? sizeof(Real100) : sizeof(Real150);
  const double entry = kMatricesOfProblem * (low + high + sizeof(Rational)) + kMatricesOfEvaluation * high;
  return entry * static_cast<double>(dimension) * static_cast<double>(dimension);
}

}  // namespace straightedge::cli
