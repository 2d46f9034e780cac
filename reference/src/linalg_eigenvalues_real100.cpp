#include "schur_eigenvalues.hpp"

namespace straightedge {

template Matrix<Real100> detail::schur_form<Real100>(const Matrix<Real100>&);
template std::vector<Eigenvalue<Real100>> eigenvalues<Real100>(const Matrix<Real100>&);

}  // namespace straightedge
