#include "exact_roots.hpp"

#include <algorithm>

#include "problem_checks.hpp"
#include "problem_rational.hpp"
#include "quantities_decimal.hpp"

namespace straightedge::cli {
namespace {

void trim(Polynomial& p) {
  while (!p.empty() && p.back() == 0) {
    p.pop_back();
  }
}

Rational value_at(const Polynomial& p, const Rational& t) {
  Rational result(0);
  for (auto c = p.rbegin(); c != p.rend(); ++c) {
    result = result * t + *c;
  }
  return result;
}

Polynomial derivative(const Polynomial& p) {
  Polynomial result;
  for (std::size_t k = 1; k < p.size(); ++k) {
    result.push_back(Rational(k) * p[k]);
  }
  return result;
}

/// Quotient and remainder of a by b != 0.
struct Division {
  Polynomial quotient;
  Polynomial remainder;
};
Division divide(Polynomial a, const Polynomial& b) {
  Polynomial quotient(a.size() >= b.size() ? a.size() - b.size() + 1 : 0, Rational(0));
  while (a.size() >= b.size()) {
    const std::size_t shift = a.size() - b.size();
    const Rational factor = a.back() / b.back();
    quotient[shift] = factor;
    for (std::size_t k = 0; k < b.size(); ++k) {
      a[shift + k] -= factor * b[k];
    }
    a.pop_back();  // the leading term cancels exactly
    trim(a);
  }
  return {quotient, a};
}

/// p, p', and the negated remainders: Sturm's chain, which ends with gcd(p, p').
std::vector<Polynomial> sturm_chain(const Polynomial& p) {
  std::vector<Polynomial> chain{p, derivative(p)};
  while (chain.back().size() > 1) {
    Polynomial remainder = divide(chain[chain.size() - 2], chain.back()).remainder;
    if (remainder.empty()) {
      break;
    }
    // Scaled by a positive factor, which leaves every sign: coefficients would grow without it.
    const Rational scale = remainder.back() < 0 ? Rational(-remainder.back()) : remainder.back();
    for (Rational& c : remainder) {
      c = -c / scale;
    }
    chain.push_back(std::move(remainder));
  }
  return chain;
}

int sign_changes(const std::vector<Polynomial>& chain, const Rational& t) {
  int changes = 0;
  int last = 0;
  for (const Polynomial& p : chain) {
    const Rational value = value_at(p, t);
    const int sign = value > 0 ? 1 : (value < 0 ? -1 : 0);
    if (sign != 0 && last != 0 && sign != last) {
      ++changes;
    }
    last = sign != 0 ? sign : last;
  }
  return changes;
}

/// p without repeated roots.
Polynomial square_free(const Polynomial& p) {
  const std::vector<Polynomial> chain = sturm_chain(p);
  return chain.back().size() > 1 ? divide(p, chain.back()).quotient : p;
}

/// Splits (lower, upper], in which the chain counts `count` roots, until each part holds one.
void isolate(const std::vector<Polynomial>& chain, const Rational& lower, const Rational& upper, int below, int above,
             std::vector<RootInterval>& found) {
  if (below == above) {
    return;
  }
  if (below - above == 1) {
    found.push_back({lower, upper});
    return;
  }
  const Rational middle = (lower + upper) / 2;
  const int between = sign_changes(chain, middle);
  isolate(chain, lower, middle, below, between, found);
  isolate(chain, middle, upper, between, above, found);
}

/// The one root of the square-free p in (lower, upper], to `width`.
RootInterval narrow(const Polynomial& p, RootInterval root, const Rational& width) {
  if (value_at(p, root.upper) == 0) {
    return {root.upper, root.upper};
  }
  const bool rises = value_at(p, root.upper) > 0;
  while (root.upper - root.lower > width) {
    const Rational middle = (root.lower + root.upper) / 2;
    const Rational value = value_at(p, middle);
    if (value == 0) {
      return {middle, middle};
    }
    ((value > 0) == rises ? root.upper : root.lower) = middle;
  }
  const std::optional<Rational> guess = rational_near(from_rational<Real100>(root.upper));
  if (guess && *guess > root.lower && *guess <= root.upper && value_at(p, *guess) == 0) {
    return {*guess, *guess};
  }
  return root;
}

/// Bernstein coefficients on [0, 1], times a positive integer: of t^k,  C(i, k) / C(n, k)  for i >= k.
std::vector<Integer> bernstein(const Polynomial& p) {
  const std::size_t n = p.size() - 1;
  Integer scale(1);
  for (const Rational& c : p) {
    scale = lcm(scale, denominator(c));
  }
  std::vector<Integer> result(n + 1, Integer(0));
  for (std::size_t k = 0; k <= n; ++k) {
    Integer weight = numerator(p[k]) * (scale / denominator(p[k]));
    for (std::size_t j = 2; j <= n - k; ++j) {
      weight *= j;
    }
    for (std::size_t i = k; i <= n; ++i) {
      Integer falling(1);  // i! / (i-k)!; with (n-k)! above it is n! C(i, k) / C(n, k)
      for (std::size_t j = i - k + 1; j <= i; ++j) {
        falling *= j;
      }
      result[i] += weight * falling;
    }
  }
  return result;
}

/// De Casteljau at 1/2, with sums in place of means: both halves, each times 2^n.
std::pair<std::vector<Integer>, std::vector<Integer>> halves(std::vector<Integer> b) {
  const std::size_t n = b.size() - 1;
  std::vector<Integer> left(n + 1);
  std::vector<Integer> right(n + 1);
  for (std::size_t k = 0; k <= n; ++k) {
    left[k] = b.front() << (n - k);
    right[n - k] = b[n - k] << (n - k);
    for (std::size_t i = 0; i + k < n; ++i) {
      b[i] += b[i + 1];
    }
  }
  return {left, right};
}

}  // namespace

// For Th = T / s, T of integers: e_k(Th) = e_k(T) / s^k, and every division by k comes out even. Integers, since
// rationals would be reduced at every step.
Polynomial determinant_polynomial(const Matrix<Rational>& th) {
  const Eigen::Index d = th.rows();
  const auto [t, s] = over_common_denominator(th);
  Polynomial result{Rational(1)};
  Matrix<Integer> n = Matrix<Integer>::Identity(d, d);
  Integer scale(1);
  for (Eigen::Index k = 1; k <= d; ++k) {
    const Matrix<Integer> next = t * n;
    const Integer e = next.trace() / k;
    scale *= s;
    result.push_back(Rational(e, scale));
    n = e * Matrix<Integer>::Identity(d, d) - next;
  }
  trim(result);
  return result;
}

std::vector<RootInterval> roots_in_unit_interval(const Polynomial& p, const Rational& width) {
  if (p.size() < 2) {
    return {};
  }
  const Polynomial simple = square_free(p);
  const std::vector<Polynomial> chain = sturm_chain(simple);
  std::vector<RootInterval> roots;
  isolate(chain, Rational(0), Rational(1), sign_changes(chain, Rational(0)), sign_changes(chain, Rational(1)), roots);
  for (RootInterval& root : roots) {
    root = narrow(simple, root, width);
  }
  return roots;
}

bool is_positive_on_unit_interval(const Polynomial& p) {
  constexpr int kMostHalvings = 500;
  if (p.empty()) {
    return false;
  }
  std::vector<std::vector<Integer>> parts{bernstein(p)};
  for (int halvings = 0; !parts.empty(); ++halvings) {
    const std::vector<Integer> part = std::move(parts.back());
    parts.pop_back();
    if (std::all_of(part.begin(), part.end(), [](const Integer& c) { return c > 0; })) {
      continue;
    }
    // The outermost coefficients are values of p.
    if (part.front() <= 0 || part.back() <= 0 || halvings == kMostHalvings) {
      return false;
    }
    auto [left, right] = halves(part);
    parts.push_back(std::move(left));
    parts.push_back(std::move(right));
  }
  return true;
}

Result singular_times_result(const Matrix<Rational>& th, int digits) {
  // Far below the last printed digit, and below the resolution of rational_near.
  const Rational width = Rational(1) / Rational(pow(Integer(10), static_cast<unsigned>(std::max(digits + 10, 90))));
  std::vector<Rational> lower;
  std::vector<Rational> upper;
  for (const RootInterval& root : roots_in_unit_interval(determinant_polynomial(th), width)) {
    lower.push_back(root.lower);
    upper.push_back(root.upper);
  }
  return enclosed_result(lower, upper, digits);
}

}  // namespace straightedge::cli
