// Samples of a target and the Gaussian fitted to them, exactly:
//
//   mean = (1/n) sum_i x_i,   covariance = (1/n) sum_i (x_i - mean)(x_i - mean)^T   (divisor n)
//
// Files: CSV (comma, semicolon or tab; a header if no field of the first row is a number; quoted fields; CRLF; a byte
// order mark) with decimals read exactly, and NumPy's .npy (versions 1 to 3; integers, float32 and float64 of either
// byte order; C and Fortran order) with each number read as the binary number that it is.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <straightedge/linalg.hpp>
#include <string>
#include <variant>
#include <vector>

namespace straightedge::cli {

/// A column by index (from 0) or by its name in the header.
using ColumnSelector = std::variant<Eigen::Index, std::string>;

/// n points of dimension d, row by row.
struct SampleTable {
  Eigen::Index points = 0;
  Eigen::Index dimension = 0;
  std::vector<Rational> values;  ///< n d numbers; coordinate j of point i is values[i d + j]
};

/// Mean (length d) and covariance (d x d, divisor n) of a table.
struct FittedGaussian {
  Vector<Rational> mean;
  Matrix<Rational> covariance;
  Eigen::Index points = 0;
};

/// Reads the chosen columns, in the order given; all columns if none is. `name` is how errors call the file. Errors
/// (InputError) say line and column, or for .npy the row, column or byte.
[[nodiscard]] SampleTable read_csv(std::istream& in, const std::string& name,
                                   const std::vector<ColumnSelector>& columns);
[[nodiscard]] SampleTable read_npy(std::istream& in, const std::string& name,
                                   const std::vector<ColumnSelector>& columns);

/// Either, by the extension (.npy, else CSV). Throws InputError for a file that cannot be read, for one too large for
/// this machine's memory, and for any defect in it.
[[nodiscard]] SampleTable read_samples(const std::filesystem::path& path, const std::vector<ColumnSelector>& columns);

/// Throws InputError for fewer than d + 1 points, with which the covariance is singular. `name` as above.
[[nodiscard]] FittedGaussian fit_gaussian(const SampleTable& table, const std::string& name);

}  // namespace straightedge::cli
