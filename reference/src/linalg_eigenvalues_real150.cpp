#include "schur_eigenvalues.hpp"

namespace straightedge {

template Matrix<Real150> detail::schur_form<Real150>(const Matrix<Real150>&);
template std::vector<Eigenvalue<Real150>> eigenvalues<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
