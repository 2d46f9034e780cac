#include "schur_eigenvalues.hpp"

namespace straightedge {

template Matrix<Real50> detail::schur_form<Real50>(const Matrix<Real50>&);
template std::vector<Eigenvalue<Real50>> eigenvalues<Real50>(const Matrix<Real50>&);

}  // namespace straightedge
