#include "schur_eigenvalues.hpp"

namespace straightedge {

template std::vector<Eigenvalue<Real100>> eigenvalues<Real100>(const Matrix<Real100>&);

}  // namespace straightedge
