// Draws of Gaussian cases for the tests of generators and of builders.
#pragma once

#include <generators.hpp>

#include <rapidcheck/Random.h>

#include <cmath>

namespace straightedge::proofs {

constexpr int kSize = 100;

inline GaussianCaseOptions everything() {
  GaussianCaseOptions options;
  options.rotation = true;
  options.sigma = true;
  options.time = true;
  return options;
}

inline Case draw(const rc::Gen<Case>& generator, std::uint64_t key) {
  return generator(rc::Random(key), kSize).value();
}

inline std::vector<Case> drawn(const GaussianCaseOptions& options, std::uint64_t count) {
  const auto generator = gaussian_case(options);
  std::vector<Case> cases;
  for (std::uint64_t key = 0; key < count; ++key) {
    cases.push_back(draw(generator, key));
  }
  return cases;
}

template <class T>
double largest_entry(const Matrix<T>& a) {
  double largest = 0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(a(i, j))));
    }
  }
  return largest;
}

template <class T>
double orthogonality_defect(const Matrix<T>& q) {
  return largest_entry<T>(product<T>(Matrix<T>(q.transpose()), q) - Matrix<T>::Identity(q.rows(), q.cols()));
}

}  // namespace straightedge::proofs
