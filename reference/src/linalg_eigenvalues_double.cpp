#include "schur_eigenvalues.hpp"

namespace straightedge {

template Matrix<double> detail::schur_form<double>(const Matrix<double>&);
template std::vector<Eigenvalue<double>> eigenvalues<double>(const Matrix<double>&);

}  // namespace straightedge
