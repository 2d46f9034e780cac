#include "schur_eigenvalues.hpp"

namespace straightedge {

template std::vector<Eigenvalue<Real150>> eigenvalues<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
