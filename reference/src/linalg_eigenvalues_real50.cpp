#include "schur_eigenvalues.hpp"

namespace straightedge {

template std::vector<Eigenvalue<Real50>> eigenvalues<Real50>(const Matrix<Real50>&);

}  // namespace straightedge
