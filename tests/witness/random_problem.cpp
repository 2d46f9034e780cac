#include "random_problem.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <random>
#include <straightedge/linalg.hpp>
#include <vector>

namespace straightedge::cli {
namespace {

/// Draws that do not depend on the standard library's distributions.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  /// Uniform in [low, high].
  int integer(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(int n) { return integer(1, n) == 1; }
  template <class T>
  T any_of(std::initializer_list<T> choices) {
    return *(choices.begin() + integer(0, static_cast<int>(choices.size()) - 1));
  }

 private:
  std::mt19937_64 random_;
};

using Square = Matrix<Rational>;

std::string quoted(const Rational& value) {
  return '"' + to_string(value) + '"';
}

template <class Range>
std::string list(const Range& values) {
  std::string text;
  for (const auto& value : values) {
    text += (text.empty() ? "" : ", ") + quoted(value);
  }
  return '[' + text + ']';
}

std::string rows(const Square& a) {
  std::string text;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    std::vector<Rational> row;
    for (Eigen::Index j = 0; j < a.cols(); ++j) {
      row.push_back(a(i, j));
    }
    text += (text.empty() ? "" : ", ") + list(row);
  }
  return '[' + text + ']';
}

Square random_matrix(Draw& draw, int d, int largest, int denominator) {
  Square a(d, d);
  for (int i = 0; i < d; ++i) {
    for (int j = 0; j < d; ++j) {
      a(i, j) = Rational(draw.integer(-largest, largest), denominator);
    }
  }
  return a;
}

/// A product of rational plane rotations, by half-angle tangents n / 8.
Square random_orthogonal(Draw& draw, int d) {
  Square q = Square::Identity(d, d);
  for (int i = 0; i < d; ++i) {
    for (int j = i + 1; j < d; ++j) {
      const Rational h(draw.integer(-8, 8), 8);
      const Rational c = (1 - h * h) / (1 + h * h);
      const Rational s = 2 * h / (1 + h * h);
      const Square old = q;
      for (int k = 0; k < d; ++k) {
        q(k, i) = c * old(k, i) - s * old(k, j);
        q(k, j) = s * old(k, i) + c * old(k, j);
      }
    }
  }
  return q;
}

/// The spectrum is that of M^{1/2} where the root is to be rational, else of M.
Square random_covariance(Draw& draw, int d) {
  const int kind = draw.integer(1, 10);
  if (kind <= 2) {
    return Square::Identity(d, d) * draw.any_of({Rational(1), Rational(1), Rational(2), Rational(9, 4)});
  }
  const Square q = random_orthogonal(draw, d);
  Square diagonal = Square::Zero(d, d);
  const int spread = kind == 10 ? 6 : 0;  // decades, each way
  for (int i = 0; i < d; ++i) {
    const int decade = draw.integer(-spread, spread);
    const Rational scale = decade < 0 ? Rational(1) / Rational(pow(Integer(10), static_cast<unsigned>(-decade)))
                                      : Rational(pow(Integer(10), static_cast<unsigned>(decade)));
    diagonal(i, i) = scale * Rational(draw.integer(2, 24), 8);
  }
  const Square m = q * diagonal * q.transpose();
  return kind <= 5 ? Square(m * m) : m;
}

std::string random_degrees(Draw& draw, const Square& m) {
  switch (draw.integer(1, 6)) {
    case 1:
      return draw.any_of({"0", "90", "120", "180", "-60", "540"});
    case 2:
      return fmt::format("{}e-{}", draw.integer(1, 9), draw.integer(1, 9));
    case 3: {  // near the angle at which lines begin to meet, in the plane of the first two axes
      const double a = std::sqrt(static_cast<double>(m(0, 0)));
      const double b = std::sqrt(static_cast<double>(m(m.rows() - 1, m.rows() - 1)));
      const double critical = std::acos(-2 * std::sqrt(a * b) / (a + b)) * 180 / 3.14159265358979323846;
      return fmt::format("{:.9f}", critical + draw.any_of({-1.0, 1.0}) * std::pow(10.0, -draw.integer(0, 7)));
    }
    case 4:
      return fmt::format("{:.8f}", 180 - std::pow(10.0, -draw.integer(0, 6)));
    default:
      return fmt::format("{}/7", draw.integer(-1259, 1259));
  }
}

std::string rotation_text(Draw& draw, const Square& m) {
  const auto d = static_cast<int>(m.rows());
  if (d == 1) {
    return fmt::format("rotation = [[\"{}\"]]\n", draw.any_of({1, -1}));
  }
  if (draw.one_in(5)) {
    Square q = random_orthogonal(draw, d);
    if (draw.one_in(4)) {
      q.col(0) *= Rational(-1);
    }
    if (draw.one_in(2)) {  // typed to 15 digits: its polar factor is meant
      const Integer scale = pow(Integer(10), 15U);
      for (Eigen::Index i = 0; i < q.size(); ++i) {
        const Rational scaled = q.data()[i] * Rational(scale);
        q.data()[i] = Rational(Integer(numerator(scaled) / denominator(scaled)), scale);
      }
    }
    return "rotation = " + rows(q) + '\n';
  }
  std::string planes;
  for (int i = 0; i + 1 < d && (i == 0 || draw.one_in(2)); i += 2) {
    planes += fmt::format("{}[{}, {}]", planes.empty() ? "" : ", ", i, i + 1);
  }
  return fmt::format("degrees = \"{}\"\nplanes = [{}]\n", random_degrees(draw, m), planes);
}

/// Coupling, with the covariance that belongs to it. `cross` becomes A of an affine coupling.
std::string coupling_text(Draw& draw, const std::string& kind, Square& m, std::optional<Square>& cross) {
  const auto d = static_cast<int>(m.rows());
  std::string text = fmt::format("[coupling]\nkind = \"{}\"\n", kind);
  if (kind == "rotated") {
    text += rotation_text(draw, m);
  } else if (kind == "affine") {
    Square a = random_matrix(draw, d, 8, 4);
    while (determinant<Rational>(a) == 0) {
      a = random_matrix(draw, d, 8, 4);
    }
    cross = draw.one_in(2) ? Square(a * a.transpose() + Square::Identity(d, d) / Rational(8)) : a;
    m = *cross * cross->transpose();
    text += "matrix = " + rows(*cross) + '\n';
  } else if (kind == "gaussian") {
    const Square c = random_matrix(draw, d, 4, 4);
    Square root = random_matrix(draw, d, 4, 4);
    if (draw.one_in(3)) {
      root.col(0).setZero();  // X1 given X0 is degenerate in a direction
    } else {
      root += Square::Identity(d, d) * Rational(2);
    }
    m = c * c.transpose() + root * root.transpose();
    text += "cross_covariance = " + rows(c) + '\n';
  }
  return text;
}

std::string noise_text(Draw& draw, std::string& kind) {
  kind = draw.any_of({"none", "none", "constant", "constant", "constant", "bridge", "bridge"});
  if (kind == "none") {
    return "[noise]\nkind = \"none\"\n";
  }
  const std::string target = draw.one_in(4) ? "interpolant" : "displacement";
  const std::string sigma = draw.any_of({"1/20", "3/10", "1", "1/1000", "5", "0"});
  return fmt::format("[noise]\nkind = \"{}\"\nsigma = \"{}\"\ntarget = \"{}\"\n", kind, sigma, target);
}

std::string field_text(Draw& draw, const std::string& kind, const std::vector<Rational>& mean,
                       const std::optional<Square>& cross) {
  const auto d = static_cast<int>(mean.size());
  std::string text = fmt::format("[field]\nkind = \"{}\"\n", kind);
  if (kind == "affine") {
    const Square identity = Square::Identity(d, d);
    std::vector<Rational> shift = mean;
    Square th = random_matrix(draw, d, 4, 8);
    if (cross && draw.one_in(2)) {
      th = *cross - identity;  // the coupling's own, given by its numbers
    } else if (draw.one_in(2)) {
      th = random_matrix(draw, d, 12, 4);  // often with singular times
      shift.front() += Rational(1, 3);
    }
    text += "shift = " + list(shift) + "\nmatrix = " + rows(th) + '\n';
  }
  return text;
}

}  // namespace

RandomProblem random_problem(std::uint64_t seed) {
  Draw draw(seed);
  const int d = draw.any_of({1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, draw.integer(5, 8)});
  Square m = random_covariance(draw, d);
  const int size = draw.any_of({0, 1, 10000});
  std::vector<Rational> mean;
  for (int i = 0; i < d; ++i) {
    mean.emplace_back(Rational(size * draw.integer(-9, 9), 3));
  }
  const std::string coupling =
      draw.any_of({"optimal", "rotated", "rotated", "rotated", "independent", "affine", "gaussian"});
  std::optional<Square> cross;
  const std::string coupled = coupling_text(draw, coupling, m, cross);
  if (determinant<Rational>(m) == 0) {
    return random_problem(seed + 0x9e3779b97f4a7c15ULL);
  }
  std::string noise;
  const std::string noisy = noise_text(draw, noise);
  const bool deterministic = coupling != "independent" && coupling != "gaussian";
  const std::string field = deterministic ? draw.any_of({"pair", "pair", "optimal-transport", "affine", "minimiser"})
                                          : draw.any_of({"optimal-transport", "affine", "minimiser", "pair"});
  RandomProblem problem;
  problem.text = fmt::format("[target]\nmean = {}\ncovariance = {}\n", list(mean), rows(m)) + coupled + noisy +
                 field_text(draw, field, mean, cross);
  if (draw.one_in(4)) {
    problem.time = draw.any_of({Rational(0), Rational(1), Rational(1, 2), Rational(draw.integer(0, 37), 37)});
  }
  problem.what = fmt::format("d={} {} {} {}{}", d, coupling, noise, field, problem.time ? " at a time" : "");
  return problem;
}

}  // namespace straightedge::cli
