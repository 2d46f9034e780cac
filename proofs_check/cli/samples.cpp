#include "samples.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory.hpp>
#include <straightedge/error.hpp>

namespace straightedge::cli {
namespace {

// Bytes that one number takes while the table is read and fitted: a rational, and its integer numerator over the
// column's common denominator.
constexpr std::uintmax_t kBytesPerNumber = sizeof(Rational) + sizeof(Integer);
// The least text that a CSV spends on a number: a digit and a separator.
constexpr std::uintmax_t kCsvBytesPerNumber = 2;

/// The integer columns X_j = L_j x_j with L_j the common denominator of column j: sums of integers are fast, and exact.
struct IntegerColumns {
  std::vector<Integer> values;  // column by column
  std::vector<Integer> scales;
};

IntegerColumns integer_columns(const SampleTable& table) {
  const auto n = static_cast<std::size_t>(table.points);
  const auto d = static_cast<std::size_t>(table.dimension);
  IntegerColumns result{std::vector<Integer>(n * d), std::vector<Integer>(d, Integer(1))};
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      result.scales[j] = lcm(result.scales[j], denominator(table.values[i * d + j]));
    }
    for (std::size_t i = 0; i < n; ++i) {
      const Rational& x = table.values[i * d + j];
      result.values[j * n + i] = numerator(x) * (result.scales[j] / denominator(x));
    }
  }
  return result;
}

}  // namespace

SampleTable read_samples(const std::filesystem::path& path, const std::vector<ColumnSelector>& columns) {
  const std::string name = path.string();
  const bool npy = path.extension() == ".npy";
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    throw InputError(name + ": is a directory; samples must be a CSV or .npy file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw InputError(
        fmt::format("{}: cannot be read ({}); samples must be a CSV or .npy file, its path relative to the "
                    "problem file",
                    name, std::strerror(errno)));
  }
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (!failure && !npy) {
    require_memory(static_cast<double>(size) + static_cast<double>(size / kCsvBytesPerNumber * kBytesPerNumber), name,
                   "use fewer points or columns");
  }
  return npy ? read_npy(in, name, columns) : read_csv(in, name, columns);
}

FittedGaussian fit_gaussian(const SampleTable& table, const std::string& name) {
  const Eigen::Index n = table.points;
  const Eigen::Index d = table.dimension;
  if (n < d + 1) {
    throw InputError(
        fmt::format("{}: {} points in dimension {}, so that the covariance is singular; at least {} points "
                    "are needed",
                    name, n, d, d + 1));
  }
  const IntegerColumns columns = integer_columns(table);
  const auto column = [&](Eigen::Index j) { return columns.values.data() + j * n; };
  const auto scale = [&](Eigen::Index j) -> const Integer& { return columns.scales[static_cast<std::size_t>(j)]; };
  std::vector<Integer> sums;
  FittedGaussian result{Vector<Rational>(d), Matrix<Rational>(d, d), n};
  const Integer count(n);
  for (Eigen::Index j = 0; j < d; ++j) {
    Integer sum(0);
    for (Eigen::Index i = 0; i < n; ++i) {
      sum += column(j)[i];
    }
    result.mean(j) = Rational(sum, count * scale(j));
    sums.push_back(sum);
    for (Eigen::Index k = 0; k <= j; ++k) {
      Integer products(0);
      for (Eigen::Index i = 0; i < n; ++i) {
        products += column(j)[i] * column(k)[i];
      }
      const Integer centred = count * products - sums[static_cast<std::size_t>(j)] * sums[static_cast<std::size_t>(k)];
      result.covariance(j, k) = Rational(centred, count * count * scale(j) * scale(k));
      result.covariance(k, j) = result.covariance(j, k);
    }
  }
  return result;
}

}  // namespace straightedge::cli
