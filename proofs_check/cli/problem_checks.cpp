#include "problem_checks.hpp"

#include <utility>

namespace straightedge::cli {
namespace {

constexpr int kMessageDigits = 6;

void swap_symmetrically(Matrix<Integer>& a, Eigen::Index i, Eigen::Index j) {
  for (Eigen::Index k = 0; i != j && k < a.rows(); ++k) {
    std::swap(a(i, k), a(j, k));
  }
  for (Eigen::Index k = 0; i != j && k < a.rows(); ++k) {
    std::swap(a(k, i), a(k, j));
  }
}

bool is_zero_from(const Matrix<Integer>& a, Eigen::Index k) {
  for (Eigen::Index i = k; i < a.rows(); ++i) {
    for (Eigen::Index j = k; j < a.cols(); ++j) {
      if (a(i, j) != 0) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

OverCommonDenominator over_common_denominator(const Matrix<Rational>& a) {
  OverCommonDenominator result{Matrix<Integer>(a.rows(), a.cols()), Integer(1)};
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    result.denominator = lcm(result.denominator, denominator(a.data()[i]));
  }
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    result.numerators.data()[i] = numerator(a.data()[i]) * (result.denominator / denominator(a.data()[i]));
  }
  return result;
}

// After k steps the entry (i, j) is the minor of rows 0..k-1, i and columns 0..k-1, j: the Schur complement times the
// leading minor, which is positive; so signs on the diagonal are those of the Schur complement.
Definiteness definiteness(const Matrix<Rational>& a) {
  Matrix<Integer> m = over_common_denominator(a).numerators;
  const Eigen::Index d = m.rows();
  Integer previous(1);
  for (Eigen::Index k = 0; k < d; ++k) {
    Eigen::Index pivot = k;
    for (Eigen::Index i = k; i < d; ++i) {
      if (m(i, i) < 0) {
        return Definiteness::indefinite;
      }
      if (m(i, i) > m(pivot, pivot)) {
        pivot = i;
      }
    }
    if (m(pivot, pivot) == 0) {
      return is_zero_from(m, k) ? Definiteness::semidefinite : Definiteness::indefinite;
    }
    swap_symmetrically(m, k, pivot);
    for (Eigen::Index i = k + 1; i < d; ++i) {
      for (Eigen::Index j = k + 1; j < d; ++j) {
        m(i, j) = (m(k, k) * m(i, j) - m(i, k) * m(k, j)) / previous;
      }
    }
    previous = m(k, k);
  }
  return Definiteness::positive;
}

std::pair<Eigen::Index, Eigen::Index> first_asymmetry(const Matrix<Rational>& a) {
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = i + 1; j < a.cols(); ++j) {
      if (a(i, j) != a(j, i)) {
        return {i, j};
      }
    }
  }
  return {-1, -1};
}

Matrix<Rational> exact_product(const Matrix<Rational>& a, const Matrix<Rational>& b) {
  return product<Rational>(a, b);
}

std::string smallest_eigenvalue_text(const Matrix<Rational>& a) {
  return to_decimal<Real50>(symmetric_eigen<Real50>(convert<Real50>(a)).values(0), kMessageDigits);
}

std::string norm_text(const Matrix<Rational>& a) {
  return to_decimal<Real50>(sqrt(squared_norm<Real50>(convert<Real50>(a))), 3);
}

std::string polar_distance_text(const Matrix<Rational>& r) {
  const Matrix<Real50> matrix = convert<Real50>(r);
  const Matrix<Real50> difference = matrix - polar_factor<Real50>(matrix);
  return to_decimal<Real50>(sqrt(squared_norm<Real50>(difference)), 3);
}

}  // namespace straightedge::cli
