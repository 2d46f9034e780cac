// The matrices of a problem in balls of the working precision.
#pragma once

#include <optional>

#include "structure.hpp"

namespace straightedge::enclosure {

struct Model {
  RealMatrix mean;          ///< mu, d x 1
  RealMatrix covariance;    ///< M
  RealMatrix root;          ///< M^{1/2}
  RealMatrix cross;         ///< C
  RealMatrix spread;        ///< W = M - C C^T; zero where there is none
  RealMatrix field_matrix;  ///< Th; zero where the problem has no such field
  RealMatrix mean_gap;      ///< mu - th, d x 1
  RealBall sigma_squared;   ///< s^2; 0 without noise
};

/// Empty where the root of M, or a polar factor, cannot be certified at this precision.
[[nodiscard]] std::optional<Model> model_of(const Problem& problem, const Structure& structure);

}  // namespace straightedge::enclosure
