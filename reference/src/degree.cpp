#include <straightedge/degree.hpp>

namespace straightedge {

template <>
Matrix<Degree> inverse<Degree>(const Matrix<Degree>& a) {
  const auto d = static_cast<int>(a.rows());
  Degree::Degrees entry{};
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    if (a.data()[i].exponent() != 0) {
      throw std::logic_error("Degree: the inverse of a matrix with denominators has no degree bound");
    }
    for (std::size_t g = 0; g < Degree::kGroups; ++g) {
      entry[g] = std::max(entry[g], a.data()[i].degrees()[g]);
    }
  }
  Degree::Degrees cofactor{};
  Degree::Degrees determinant{};
  for (std::size_t g = 0; g < Degree::kGroups; ++g) {
    cofactor[g] = (d - 1) * entry[g];
    determinant[g] = d * entry[g];
  }
  return Matrix<Degree>::Constant(d, d, Degree::quotient(cofactor, determinant));
}

}  // namespace straightedge
