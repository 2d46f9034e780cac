// A user of the installed package: W2^2(N(0, I), N(0, 4 I)) = d, so 2 in the plane, to 50 digits.
#include <iostream>
#include <straightedge/gaussian.hpp>

int main() {
  using straightedge::Real50;
  const auto source = straightedge::standard_gaussian<Real50>(2);
  auto target = source;
  target.covariance *= Real50(4);
  std::cout << straightedge::to_decimal(straightedge::wasserstein2_squared(source, target), 40) << '\n';
}
