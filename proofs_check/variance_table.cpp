#include <variance_table.hpp>

#include <fmt/format.h>
#include <cmath>
#include <rounding.hpp>
#include <straightedge/gradient_variance.hpp>

namespace straightedge::proofs {
namespace {

template <class T>
Gaussian<T> table_target() {
  Gaussian<T> target{Vector<T>(2), Matrix<T>(2, 2)};
  target.mean << T(T(7) / T(10)), T(T(-3) / T(10));
  target.covariance << T(2), T(T(1) / T(2)), T(T(1) / T(2)), T(1);
  return target;
}

}  // namespace

template <RealScalar T>
Coupling<T> table_coupling(TableCoupling kind) {
  switch (kind) {
    case TableCoupling::rotated:
      return rotated_coupling<T>(table_target<T>(), plane_rotation<T>(2, 0, 1, T(T(2) * pi<T>() / T(3))));
    case TableCoupling::independent:
      return independent_coupling<T>(table_target<T>());
    default:
      return optimal_coupling<T>(table_target<T>());
  }
}

Case table_entry(TableField field, TableCoupling coupling, std::int64_t hundredths, std::int64_t mantissa,
                 std::int64_t decimals) {
  return {{"table",
           {static_cast<std::int64_t>(field), static_cast<std::int64_t>(coupling), hundredths, mantissa, decimals}}};
}

const std::vector<Case>& variance_table() {
  using enum TableField;
  static const std::vector<Case> table = {
      table_entry(pair, TableCoupling::rotated, 0, 0, 0),
      table_entry(pair, TableCoupling::rotated, 5, 174246317121, 11),
      table_entry(pair, TableCoupling::rotated, 30, 853673519766, 10),
      table_entry(optimal, TableCoupling::rotated, 0, 688309722151, 10),
      table_entry(optimal, TableCoupling::rotated, 5, 689491428516, 10),
      table_entry(optimal, TableCoupling::rotated, 30, 730959360168, 10),
      table_entry(optimal, TableCoupling::independent, 0, 442310558396, 10),
      table_entry(optimal, TableCoupling::independent, 5, 443111162692, 10),
      table_entry(optimal, TableCoupling::independent, 30, 47124052194, 9),
      table_entry(optimal, TableCoupling::optimal, 0, 0, 0),
      table_entry(optimal, TableCoupling::optimal, 5, 384001581884, 14),
      table_entry(optimal, TableCoupling::optimal, 30, 149061459834, 12),
  };
  return table;
}

template <RealScalar T>
Judgement judge_table_entry(const Case& value) {
  const auto& entry = value.list("table");
  const auto coupling = table_coupling<T>(static_cast<TableCoupling>(entry[1]));
  const auto field = static_cast<TableField>(entry[0]) == TableField::pair
                         ? pair_field<T>(coupling)
                         : optimal_transport_field<T>(coupling.target);
  const T sigma = T(entry[2]) / T(100);
  const NoiseSchedule<T> noise{entry[2] == 0 ? NoiseKind::none : NoiseKind::constant, sigma,
                               RegressionTarget::displacement};
  const T computed = gradient_variance<T>(coupling, noise, field);
  using std::abs;
  T unit(1);
  for (std::int64_t i = 0; i < entry[4]; ++i) {
    unit /= T(10);
  }
  const T expected = T(entry[3]) * unit;
  const auto error = static_cast<double>(T(abs(T(computed - expected))));
  const auto detail =
      fmt::format("computed {:.14g}, expected {:.12g}", static_cast<double>(computed), static_cast<double>(expected));
  if (entry[3] == 0) {
    return {error == 0 ? 1.0 : -1.0, 0, detail};
  }
  const double half_unit = static_cast<double>(unit) / 2;
  // 200 nodes, each a sum of products of 2 x 2 matrices.
  const double rounding = gamma<T>(400) * static_cast<double>(computed) / half_unit;
  return {1 - error / half_unit, rounding, detail};
}

template Coupling<double> table_coupling<double>(TableCoupling);
template Judgement judge_table_entry<double>(const Case&);
template Judgement judge_table_entry<Real50>(const Case&);
template Judgement judge_table_entry<Real100>(const Case&);

}  // namespace straightedge::proofs
