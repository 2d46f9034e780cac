#include <field_identities.hpp>

#include <straightedge/field.hpp>

#include <stdexcept>

namespace straightedge::proofs {
namespace {

template <class T>
Vector<T> applied_to(const Matrix<T>& a, const Vector<T>& x) {
  return product<T>(a, x);
}

struct StraightLine {
  int d;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const PairField<T> field{vector_of<T>(at[3]), matrix_of<T>(at[0], d)};
    const T t = at[1][0];
    const Vector<T> source = vector_of<T>(at[2]);
    const Vector<T> displacement = field.shift + applied_to<T>(field.matrix, source);
    const Vector<T> v = velocity<T>(field, source + displacement * t, t);
    const Vector<T> residual = v + (v - field.shift) * falsification<T>(variant) - displacement;
    return {residual.data(), residual.data() + residual.size()};
  }
};

struct Minimiser {
  int d;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const Matrix<T> theta = matrix_of<T>(at[0], d);
    const T t = at[1][0];
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    const Coupling<T> coupling = affine_coupling<T>(Vector<T>::Zero(d), identity + theta);
    const NoiseSchedule<T> silent{};
    const Matrix<T> g = identity + theta * t;
    const Matrix<T> transposed = g.transpose();
    std::vector<T> result;
    append<T>(result, target_interpolant_covariance<T>(coupling, silent, t) -
                          product<T>(theta, transposed) * (T(1) + falsification<T>(variant)));
    append<T>(result, interpolant_covariance<T>(coupling, silent, t) - product<T>(g, transposed));
    return result;
  }
};

struct Marginal {
  int d;

  template <class T>
  Coupling<T> coupling_at(const GroupedValues<T>& at) const {
    Coupling<T> coupling{
        CouplingKind::gaussian, {Vector<T>::Zero(d), Matrix<T>(d, d)}, matrix_of<T>(at[0], d), Matrix<T>::Zero(d, d)};
    auto entry = static_cast<std::size_t>(d * d);
    for (int i = 0; i < d; ++i) {
      for (int j = 0; j <= i; ++j) {
        coupling.target.covariance(i, j) = coupling.target.covariance(j, i) = at[0].at(entry++);
      }
    }
    return coupling;
  }

  // Sigma is of degree 2 in t at most, so that the central difference is its derivative: the constructor of the
  // identity has seen to that.
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const Coupling<T> coupling = coupling_at<T>(at);
    const T t = at[1][0];
    const NoiseSchedule<T> noise{NoiseKind::constant, at[2][0], RegressionTarget::displacement};
    const Matrix<T> b = target_interpolant_covariance<T>(coupling, noise, t);
    const Matrix<T> slope =
        (interpolant_covariance<T>(coupling, noise, t + T(1)) - interpolant_covariance<T>(coupling, noise, t - T(1))) /
        T(2);
    std::vector<T> result;
    append<T>(result, b + b.transpose() - slope * (T(1) + falsification<T>(variant)));
    return result;
  }
};

}  // namespace

Identity straight_line_identity(int d) {
  return identity_of(d, {d * d, 1, d, d}, StraightLine{d});
}

Identity minimiser_identity(int d) {
  return identity_of(d, {d * d, 1}, Minimiser{d});
}

Identity marginal_identity(int d) {
  const std::vector<int> variables{d * d + d * (d + 1) / 2, 1, 1};
  GroupedValues<Degree> symbols;
  for (std::size_t group = 0; group < variables.size(); ++group) {
    symbols.emplace_back(static_cast<std::size_t>(variables[group]), Degree::variable(static_cast<int>(group)));
  }
  const Marginal marginal{d};
  const NoiseSchedule<Degree> noise{NoiseKind::constant, symbols[2][0], RegressionTarget::displacement};
  for (const Degree& entry :
       entries_of<Degree>(interpolant_covariance<Degree>(marginal.coupling_at(symbols), noise, symbols[1][0]))) {
    if (entry.degrees()[1] > 2) {
      throw std::logic_error("Sigma_t is not quadratic in t");
    }
  }
  return identity_of(d, variables, marginal);
}

}  // namespace straightedge::proofs
