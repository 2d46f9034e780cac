// Bounds of moduli: a formula made of sums, differences and products, sent through this type, bounds its own modulus
// for all complex arguments whose moduli are bounded by what is put in. Rounded up by a factor 1 + 2^-48 in each
// operation.
#pragma once

#include <cmath>

namespace straightedge::proofs {

class Magnitude {
 public:
  explicit Magnitude(double bound) : bound_(std::abs(bound)) {}
  [[nodiscard]] double bound() const { return bound_; }

  friend Magnitude operator+(const Magnitude& x, const Magnitude& y) { return rounded_up(x.bound_ + y.bound_); }
  friend Magnitude operator-(const Magnitude& x, const Magnitude& y) { return x + y; }
  friend Magnitude operator*(const Magnitude& x, const Magnitude& y) { return rounded_up(x.bound_ * y.bound_); }

 private:
  static Magnitude rounded_up(double bound) { return Magnitude(bound * (1 + 0x1p-48) + 0x1p-1000); }
  double bound_;
};

}  // namespace straightedge::proofs
