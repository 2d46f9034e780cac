#include <problem_tiers.hpp>

#include <gtest/gtest.h>

#include <problem_source.hpp>
#include <quantities.hpp>

namespace straightedge::cli {
namespace {

Problem read(const std::string& text, const std::vector<Setting>& settings = {}) {
  return ProblemSource(text, "test", ".").read(settings).problem;
}

const char* const kRotated = R"(
[target]
mean = ["0.7", "-0.3"]
covariance = [["2", "0.5"], ["0.5", "1"]]
[coupling]
kind = "rotated"
degrees = "120"
[noise]
kind = "constant"
sigma = "0.05"
[field]
kind = "pair"
)";

TEST(CosSinDegrees, AreExactAtMultiplesOf90AndAtHalves) {
  for (const auto& [degrees, c, s] : {std::tuple{0, 1, 0}, {90, 0, 1}, {180, -1, 0}, {-90, 0, -1}, {630, 0, -1}}) {
    const CosSin<Real50> turn = cos_sin_degrees<Real50>(Rational(degrees));
    EXPECT_EQ(turn.cosine, Real50(c)) << degrees;
    EXPECT_EQ(turn.sine, Real50(s)) << degrees;
  }
  EXPECT_EQ(cos_sin_degrees<Real50>(Rational(120)).cosine, Real50(-0.5));
  EXPECT_EQ(cos_sin_degrees<Real50>(Rational(-60)).cosine, Real50(0.5));
  EXPECT_EQ(cos_sin_degrees<Real50>(Rational(330)).sine, Real50(-0.5));
}

TEST(CosSinDegrees, AreThoseOfTheAngleInEveryOctant) {
  for (int degrees = -400; degrees <= 400; degrees += 7) {
    const CosSin<Real50> turn = cos_sin_degrees<Real50>(Rational(degrees));
    const Real50 radians = Real50(degrees) * pi<Real50>() / 180;
    EXPECT_LE(abs(turn.cosine - cos(radians)), Real50("1e-48")) << degrees;
    EXPECT_LE(abs(turn.sine - sin(radians)), Real50("1e-48")) << degrees;
  }
}

TEST(PrincipalDegrees, LieAboveMinus180AndUpTo180) {
  EXPECT_EQ(principal_degrees(Rational(180)), Rational(180));
  EXPECT_EQ(principal_degrees(Rational(-180)), Rational(180));
  EXPECT_EQ(principal_degrees(Rational(190)), Rational(-170));
  EXPECT_EQ(principal_degrees(Rational(-541)), Rational(179));
  EXPECT_EQ(principal_degrees(Rational(1) / 3 + 720), Rational(1) / 3);
}

TEST(InTier, PairFieldOfTheCouplingHasItsMatrixLessTheIdentity) {
  const Problem problem = read(kRotated);
  const RationalParts parts = rational_parts(problem);
  EXPECT_TRUE(parts.field_is_own);
  const TierProblem<Real50> tier = in_tier<Real50>(problem, parts);
  const Matrix<Real50> difference = tier.coupling.cross - Matrix<Real50>::Identity(2, 2) - tier.field->matrix;
  EXPECT_LE(squared_norm<Real50>(difference), Real50("1e-96"));
  const Matrix<Real50> square = product<Real50>(tier.coupling.cross, tier.coupling.cross.transpose());
  const Matrix<Real50> gap = square - tier.coupling.target.covariance;
  EXPECT_LE(squared_norm<Real50>(gap), Real50("1e-94"));
}

TEST(InTier, AffineFieldThatMatchesTheCouplingIsItsOwn) {
  const std::string text = R"(
[target]
mean = [1, 2]
[coupling]
kind = "affine"
matrix = [["1.5", "0.25"], ["0", "2"]]
[field]
kind = "affine"
shift = [1, 2]
matrix = [["0.5", "0.25"], ["0", "1"]]
)";
  EXPECT_TRUE(rational_parts(read(text)).field_is_own);
  EXPECT_FALSE(rational_parts(read(text, {{"field.matrix.0.1", Rational(1) / 3}})).field_is_own);
  EXPECT_FALSE(rational_parts(read(text, {{"field.shift.0", Rational(3)}})).field_is_own);
}

TEST(Settings, ReplaceValuesAndOpenMissingTables) {
  EXPECT_EQ(read(kRotated, {{"noise.sigma", Rational(1) / 7}}).noise.sigma, Rational(1) / 7);
  EXPECT_EQ(read(kRotated, {{"target.mean.1", Rational(9)}}).mean(1), Rational(9));
  EXPECT_EQ(read(kRotated, {{"coupling.degrees", Rational(30)}}).rotation.degrees, Rational(30));
}

TEST(Evaluator, RemembersNothingThatAnotherProblemChanges) {
  Evaluator reused({50, std::nullopt});
  const std::vector<Setting> settings[] = {{{"noise.sigma", Rational(1) / 5}},
                                           {{"coupling.degrees", Rational(90)}},
                                           {{"noise.sigma", Rational(0)}},
                                           {{"target.mean.0", Rational(4)}},
                                           {{"target.covariance.0.0", Rational(3)}}};
  for (const std::vector<Setting>& at : settings) {
    const Problem problem = read(kRotated, at);
    Evaluator fresh({50, std::nullopt});
    const Results expected = fresh.evaluate(problem);
    const Results found = reused.evaluate(problem);
    for (const Quantity quantity : kQuantities) {
      EXPECT_EQ(found.at(quantity).entries, expected.at(quantity).entries) << name_of(quantity) << at.front().key;
    }
  }
}

}  // namespace
}  // namespace straightedge::cli
