#include "schur_eigenvalues.hpp"

namespace straightedge {

template std::vector<Eigenvalue<double>> eigenvalues<double>(const Matrix<double>&);

}  // namespace straightedge
