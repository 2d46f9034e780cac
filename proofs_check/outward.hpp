// Intervals with double ends, for boxes: wide, and many of them.
//
// Boost.Interval's arithmetic with one replacement: ends are computed in the ordinary rounding to nearest and then
// moved outward by at least one unit in the last place, so that nothing depends on the rounding mode or on what a
// compiler does around a change of it. Overflow is the user's concern: an end that is not finite must be treated as
// unknown.
#pragma once

#include <boost/numeric/interval.hpp>
#include <cmath>

namespace straightedge::proofs {
namespace internal {

struct OutwardRounding {
  using unprotected_rounding = OutwardRounding;
  void init() {}

  // For x in [2^e, 2^(e+1)) the unit in the last place is 2^(e-52) <= 2^-52 x; below the normal range it is less than
  // 2^-1022. Rounding to nearest is monotone, and x - unit is a double: so the result is no more than that.
  // 2^-484 is more than is needed: what comes of moving an end at 0 is about that, and a product of two of these at
  // least 2^-968, its unit 2^-1020: in the normal range, outside of which processors are many times slower.
  static constexpr double kLeastStep = 0x1p-484;
  static double down(double x) { return x - (std::abs(x) * 0x1p-52 + kLeastStep); }
  static double up(double x) { return x + (std::abs(x) * 0x1p-52 + kLeastStep); }

  double conv_down(double x) { return x; }
  double conv_up(double x) { return x; }
  double add_down(double x, double y) { return down(x + y); }
  double add_up(double x, double y) { return up(x + y); }
  double sub_down(double x, double y) { return down(x - y); }
  double sub_up(double x, double y) { return up(x - y); }
  double mul_down(double x, double y) { return down(x * y); }
  double mul_up(double x, double y) { return up(x * y); }
  double div_down(double x, double y) { return down(x / y); }
  double div_up(double x, double y) { return up(x / y); }
  double sqrt_down(double x) { return std::max(0.0, down(std::sqrt(x))); }
  double sqrt_up(double x) { return up(std::sqrt(x)); }
  double median(double x, double y) { return (x + y) / 2; }
};

}  // namespace internal

using Outward = boost::numeric::interval<
    double, boost::numeric::interval_lib::policies<internal::OutwardRounding,
                                                   boost::numeric::interval_lib::checking_base<double>>>;

}  // namespace straightedge::proofs
