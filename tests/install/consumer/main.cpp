// A user of the installed package: W2^2(N(0, I), N(0, 4 I)) = d, so 2 in the plane, to 50 digits; and that the witness
// encloses it.
#include <iostream>
#include <straightedge/enclosure/witness.hpp>
#include <straightedge/gaussian.hpp>

int main() {
  using straightedge::Rational;
  using straightedge::Real50;
  const auto source = straightedge::standard_gaussian<Real50>(2);
  auto target = source;
  target.covariance *= Real50(4);
  std::cout << straightedge::to_decimal(straightedge::wasserstein2_squared(source, target), 40) << '\n';
  straightedge::enclosure::Problem problem;
  problem.mean = straightedge::Vector<Rational>::Zero(2);
  problem.covariance = straightedge::Matrix<Rational>::Identity(2, 2) * Rational(4);
  const auto enclosed = straightedge::enclosure::enclose(problem).wasserstein2_squared;
  const bool holds = enclosed.is_enclosed() && enclosed.entries[0].lower() <= 2 && enclosed.entries[0].upper() >= 2;
  return holds ? 0 : 1;
}
