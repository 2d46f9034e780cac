#include <singular_decision.hpp>

#include <gtest/gtest.h>

#include <exact_roots.hpp>
#include <problem_source.hpp>

namespace straightedge::cli {
namespace {

Polynomial times(const Polynomial& a, const Polynomial& b) {
  Polynomial result(a.size() + b.size() - 1, Rational(0));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      result[i + j] += a[i] * b[j];
    }
  }
  return result;
}

Polynomial minus_root(const char* root) {
  return {-parse_rational(root), Rational(1)};
}

TEST(IsPositiveOnUnitInterval, IsDecidedByTheLastOf60DigitsAtADoubleRoot) {
  for (const char* root : {"1/2", "1/3", "0", "1", "0.123456789"}) {
    Polynomial p = times(times(minus_root(root), minus_root(root)), {Rational(2), Rational(-1), Rational(3)});
    EXPECT_FALSE(is_positive_on_unit_interval(p)) << root;
    p.front() += parse_rational("1e-60");
    EXPECT_TRUE(is_positive_on_unit_interval(p)) << root;
    p.front() -= parse_rational("2e-60");
    EXPECT_FALSE(is_positive_on_unit_interval(p)) << root;
  }
}

TEST(IsPositiveOnUnitInterval, AgreesWithTheCountOfRoots) {
  int positive = 0;
  for (const char* a : {"-0.2", "0.3", "1.1", "0.999"}) {
    for (const char* b : {"-3", "2", "0.7", "0"}) {
      // (t - a)(t - b)((t - 1/2)^2 + 1/1000), with the sign that it has outside of [a, b].
      const Polynomial narrow{parse_rational("0.251"), Rational(-1), Rational(1)};
      Polynomial p = times(times(minus_root(a), minus_root(b)), narrow);
      if (p.front() < 0) {
        p = times(p, {Rational(-1)});
      }
      const bool has_roots = p.front() == 0 || !roots_in_unit_interval(p, parse_rational("1e-10")).empty();
      EXPECT_EQ(is_positive_on_unit_interval(p), !has_roots) << a << ' ' << b;
      positive += has_roots ? 0 : 1;
    }
  }
  EXPECT_EQ(positive, 4);
  EXPECT_TRUE(is_positive_on_unit_interval({Rational(1)}));
  EXPECT_FALSE(is_positive_on_unit_interval({}));
}

std::string target(const std::string& covariance) {
  const auto d = std::count(covariance.begin(), covariance.end(), '[') - 1;
  std::string mean;
  for (std::ptrdiff_t i = 0; i < d; ++i) {
    mean += std::string(i == 0 ? "" : ", ") + "\"1/3\"";
  }
  return "[target]\nmean = [" + mean + "]\ncovariance = " + covariance + "\n";
}

std::optional<Result> decided(const std::string& text) {
  const Problem problem = ProblemSource(text, "test", ".").read({}, 50).problem;
  return decided_singular_times(problem, rational_parts(problem), 50);
}

std::optional<Result> rotated(const std::string& covariance, const std::string& degrees) {
  return decided(target(covariance) + "[coupling]\nkind = \"rotated\"\ndegrees = \"" + degrees +
                 "\"\nplane = [0, 1]\n");
}

bool is_none(const std::optional<Result>& result, ResultKind kind) {
  return result && result->exists() && result->entries.empty() && result->radius == "0" && result->kind == kind;
}

const char* const kIrrational = R"([["2", "1/2", "0"], ["1/2", "1", "0.1"], ["0", "0.1", "3"]])";

TEST(DecidedSingularTimes, AreNoneByStructureForOptimalTransport) {
  EXPECT_TRUE(is_none(decided(target(kIrrational) + "[coupling]\nkind = \"optimal\"\n"), ResultKind::exact));
  EXPECT_TRUE(is_none(
      decided(target(kIrrational) + "[coupling]\nkind = \"independent\"\n[field]\n" + "kind = \"optimal-transport\"\n"),
      ResultKind::exact));
}

// In the plane the field of a rotation by 120 degrees is singular iff the eigenvalues of M differ by a factor of
// (2 + sqrt 3)^4 = 97 + 56 sqrt 3 or more: between these two.
TEST(DecidedSingularTimes, AreNoneTo80DigitsBeforeTheFieldTurnsSingular) {
  const std::string digits = "193.99484522385712843753699512432885254879709421338131517112519084930824894689280207";
  EXPECT_TRUE(is_none(rotated("[[\"1\", \"0\"], [\"0\", \"" + digits + "\"]]", "120"), ResultKind::enclosed));
  for (const std::string& beyond : {digits + "7", digits.substr(0, 20) + "4", std::string("1e9")}) {
    EXPECT_FALSE(rotated("[[\"1\", \"0\"], [\"0\", \"" + beyond + "\"]]", "120").has_value()) << beyond;
  }
}

TEST(DecidedSingularTimes, AreNoneForRationalRootsAndForTypedRotations) {
  EXPECT_TRUE(is_none(rotated(R"([["1", "0"], ["0", "1"]])", "179.9999999999"), ResultKind::enclosed));
  EXPECT_TRUE(is_none(rotated(kIrrational, "100"), ResultKind::enclosed));
  const std::string typed = target(R"([["2", "1/2"], ["1/2", "1"]])") + "[coupling]\nkind = \"rotated\"\n";
  EXPECT_TRUE(is_none(decided(typed + R"(rotation = [["3/5", "-4/5"], ["4/5", "3/5"]])"), ResultKind::enclosed));
  // A reflection is singular at some time; a polar factor is not enclosed.
  EXPECT_FALSE(decided(typed + R"(rotation = [["3/5", "4/5"], ["4/5", "-3/5"]])").has_value());
  EXPECT_FALSE(decided(typed + R"(rotation = [["0.6000000000000001", "-0.8"], ["0.8", "0.6"]])").has_value());
}

TEST(DecidedSingularTimes, AreExactForARationalFieldInMoreDimensionsThanItsRootsAreCountedIn) {
  std::string covariance;
  std::string planes;
  for (int i = 0; i < 20; ++i) {
    covariance += covariance.empty() ? "[" : ", [";
    for (int j = 0; j < 20; ++j) {
      covariance += std::string(j == 0 ? "" : ", ") + (i == j ? "\"4\"" : "\"0\"");
    }
    covariance += "]";
    planes += i % 2 == 0 ? (planes.empty() ? "[" : ", [") + std::to_string(i) + ", " + std::to_string(i + 1) + "]" : "";
  }
  const std::string coupling = "[coupling]\nkind = \"rotated\"\nplanes = [" + planes + "]\ndegrees = ";
  EXPECT_TRUE(is_none(decided(target("[" + covariance + "]") + coupling + "\"90\"\n"), ResultKind::exact));
  EXPECT_FALSE(decided(target("[" + covariance + "]") + coupling + "\"180\"\n").has_value());
}

}  // namespace
}  // namespace straightedge::cli
