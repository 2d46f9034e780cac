#include <straight_lines.hpp>

#include <algorithm>
#include <straightedge/error.hpp>

namespace straightedge::proofs {

template <RealScalar T>
double straight_line_bound(const Matrix<T>& cross, double mean_norm, double source_norm, const T& t) {
  const Eigen::Index d = cross.rows();
  const Matrix<T> identity = Matrix<T>::Identity(d, d);
  const Matrix<T> g = (T(1) - t) * identity + t * cross;
  const double inverse_norm = norm(inverse<T>(g));
  const double m = source_norm + mean_norm + norm(cross) * source_norm;
  const double few = gamma<T>(2 * static_cast<double>(d) + 8);
  const double b_norm = norm(g) * source_norm;
  const double terms = static_cast<double>(T(T(1) - t)) * norm(identity) + static_cast<double>(t) * norm(cross);
  const double inverting = inversion<T>(d) + gamma<T>(static_cast<double>(d) + 4);
  const double solve = inverse_norm * (few * m + inverting * inverse_norm * terms * b_norm);
  return norm(Matrix<T>(cross - identity)) * solve + few * m;
}

template <RealScalar T>
RoundedEquality straight_line(const Coupling<T>& coupling, const PairField<T>& field, const Vector<T>& source,
                              const T& t) {
  const Vector<T> partner = coupling.target.mean + applied<T>(coupling.cross, source);
  const Vector<T> x = (T(1) - t) * source + t * partner;
  const Vector<T> displacement = partner - source;
  const double source_norm = norm(source);
  const double mean_norm = norm(coupling.target.mean);
  return {norm(Vector<T>(velocity<T>(field, x, t) - displacement)),
          straight_line_bound<T>(coupling.cross, mean_norm, source_norm, t),
          source_norm + mean_norm + norm(coupling.cross) * source_norm};
}

double largest_condition_on_lines(const Matrix<double>& cross) {
  const Matrix<double> identity = Matrix<double>::Identity(cross.rows(), cross.cols());
  std::vector<double> times = {0, 1};
  for (const auto& l : eigenvalues<double>(cross)) {
    times.push_back(1 / (1 + std::hypot(l.real, l.imaginary)));
  }
  double largest = 0;
  for (const double t : times) {
    const double terms = (1 - t) * norm(identity) + t * norm(cross);
    try {
      largest = std::max(largest, terms * norm(inverse<double>(Matrix<double>((1 - t) * identity + t * cross))));
    } catch (const DoesNotExist&) {
      return std::numeric_limits<double>::infinity();
    }
  }
  return largest;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                   \
  template double straight_line_bound<T>(const Matrix<T>&, double, double, const T&); \
  template RoundedEquality straight_line<T>(const Coupling<T>&, const PairField<T>&, const Vector<T>&, const T&)
STRAIGHTEDGE_INSTANTIATE(double);
STRAIGHTEDGE_INSTANTIATE(Real50);
STRAIGHTEDGE_INSTANTIATE(Real100);
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge::proofs
