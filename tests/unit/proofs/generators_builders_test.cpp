// The builders that turn a case into mathematics, and the classes that cases fall into.
#include <drawn_cases.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <straightedge/error.hpp>
#include <straightedge/field.hpp>
#include <thread>

namespace straightedge::proofs {
namespace {

// --- Builders

TEST(Builders, FramesAndRotationsAreOrthogonalToWorkingAccuracy) {
  for (const auto& value : drawn(everything(), 200)) {
    const int d = static_cast<int>(value.integer("d"));
    const double turns = 30.0 + 8;
    EXPECT_LE(orthogonality_defect<double>(orthogonal_frame<double>(d, value.list("frame"))), turns * 8 * 0x1p-53);
    EXPECT_LE(orthogonality_defect<double>(rotation_of<double>(value)), 3 * turns * 8 * 0x1p-53);
  }
  for (const auto& value : drawn(everything(), 10)) {
    const int d = static_cast<int>(value.integer("d"));
    EXPECT_LE(orthogonality_defect<Real50>(orthogonal_frame<Real50>(d, value.list("frame"))), 1e-48);
    EXPECT_LE(orthogonality_defect<Real50>(rotation_of<Real50>(value)), 1e-48);
  }
}

TEST(Builders, RootIsPositiveDefiniteWithTheListedEigenvaluesAndSquaresToTheCovariance) {
  for (const auto& value : drawn({}, 60)) {
    const auto root = root_of<Real50>(value);
    const auto target = target_of<Real50>(value);
    EXPECT_EQ(root, Matrix<Real50>(root.transpose()));
    EXPECT_EQ(target.covariance, Matrix<Real50>(target.covariance.transpose()));
    EXPECT_LE(largest_entry<Real50>(product<Real50>(root, root) - target.covariance),
              1e-48 * largest_entry<Real50>(target.covariance));
    EXPECT_NO_THROW((void)cholesky<Real50>(target.covariance));
    // Ascending eigenvalues of the matrix against the sorted list.
    Vector<Real50> expected = root_eigenvalues<Real50>(value);
    std::sort(expected.begin(), expected.end());
    const auto found = symmetric_eigen<Real50>(root).values;
    EXPECT_LE(largest_entry<Real50>(found - expected), 1e-47 * static_cast<double>(expected(expected.size() - 1)));
  }
}

TEST(Builders, EigenvaluesOfTheRootAreDyadicAndIncreaseWithTheirKey) {
  EXPECT_EQ(root_eigenvalues<double>({{"d", {1}}, {"root", {0}}})(0), 1);
  EXPECT_EQ(root_eigenvalues<double>({{"d", {1}}, {"root", {8}}})(0), 2);
  EXPECT_EQ(root_eigenvalues<double>({{"d", {1}}, {"root", {-1}}})(0), 0.9375);
  EXPECT_EQ(root_eigenvalues<double>({{"d", {1}}, {"root", {13}}})(0), 3.25);
  double previous = 0;
  for (std::int64_t e = -79; e <= 79; ++e) {
    const double eigenvalue = root_eigenvalues<double>({{"d", {1}}, {"root", {e}}})(0);
    EXPECT_GT(eigenvalue, previous);
    previous = eigenvalue;
  }
}

TEST(Builders, RotationTurnsTheFirstAxisOfAPlaneTowardsTheSecond) {
  const auto r = rotation_of<double>({{"d", {3}}, {"angles", {30 * 16}}});
  EXPECT_NEAR(r(0, 0), std::sqrt(3) / 2, 1e-15);
  EXPECT_NEAR(r(1, 0), 0.5, 1e-15);
  EXPECT_NEAR(r(0, 1), -0.5, 1e-15);
  EXPECT_EQ(r(2, 2), 1);
}

TEST(Builders, HalfAndQuarterTurnsAreExact) {
  const Case half{{"d", {4}}, {"angles", {180 * 16, -180 * 16}}};
  EXPECT_EQ(rotation_of<Real50>(half), Matrix<Real50>(-Matrix<Real50>::Identity(4, 4)));
  Matrix<double> quarter(2, 2);
  quarter << 0, -1, 1, 0;
  EXPECT_EQ(rotation_of<double>({{"d", {2}}, {"angles", {90 * 16}}}), quarter);
  EXPECT_EQ(rotation_of<double>({{"d", {2}}, {"angles", {-90 * 16}}}), Matrix<double>(quarter.transpose()));
}

TEST(Builders, RotationHasDeterminantOneUnlessReflected) {
  auto options = everything();
  options.reflection = true;
  int reflected = 0;
  for (const auto& value : drawn(options, 300)) {
    const bool mirror = value.integer("reflect") != 0;
    reflected += mirror ? 1 : 0;
    EXPECT_NEAR(determinant<double>(rotation_of<double>(value)), mirror ? -1 : 1, 1e-12);
    if (mirror) {
      EXPECT_TRUE(has_singular_time(value));
    }
  }
  EXPECT_GT(reflected, 20);
}

TEST(Builders, AnglesOfTheRotationAreThoseOfTheList) {
  // tr R = sum of 2 cos(angle) over the planes, plus 1 for an odd dimension: free of the basis.
  for (const auto& value : drawn(everything(), 100)) {
    double trace = value.integer("d") % 2 == 1 ? 1 : 0;
    for (std::size_t j = 0; j < value.list("angles").size(); ++j) {
      trace += 2 * std::cos(angle_of<double>(value, j));
    }
    EXPECT_NEAR(rotation_of<double>(value).trace(), trace, 1e-12);
  }
}

TEST(Builders, CouplingsHaveTheTargetsCovariance) {
  for (const auto& value : drawn(everything(), 20)) {
    for (const auto& coupling : {optimal_of<Real50>(value), rotated_of<Real50>(value)}) {
      EXPECT_TRUE(coupling.is_deterministic());
      const Matrix<Real50> square = product<Real50>(coupling.cross, Matrix<Real50>(coupling.cross.transpose()));
      EXPECT_LE(largest_entry<Real50>(square - coupling.target.covariance),
                1e-47 * largest_entry<Real50>(coupling.target.covariance));
    }
  }
}

TEST(Builders, MeanNoiseAndTimeAreDyadic) {
  const Case value{{"d", {2}}, {"root", {0, 0}}, {"mean", {-3, 32}}, {"sigma", {64}}, {"time", {1024}}};
  EXPECT_EQ(target_of<double>(value).mean(0), -0.1875);
  EXPECT_EQ(target_of<double>(value).mean(1), 2);
  EXPECT_EQ(constant_noise_of<double>(value).squared(0.3), 0.0625);
  EXPECT_EQ(time_of<double>(value), 0.25);
  EXPECT_FALSE(constant_noise_of<double>({{"sigma", {0}}}).is_noisy());
}

TEST(Builders, RefuseListsOfTheWrongLength) {
  EXPECT_THROW((void)root_of<double>({{"d", {2}}, {"root", {0}}}), InputError);
  EXPECT_THROW((void)target_of<double>({{"d", {2}}, {"root", {0, 0}}, {"mean", {1, 2, 3}}}), InputError);
  EXPECT_THROW((void)rotation_of<double>({{"d", {4}}, {"angles", {1}}}), InputError);
  EXPECT_THROW((void)orthogonal_frame<double>(3, {1, 2}), InputError);
  EXPECT_THROW((void)root_of<double>({{"d", {0}}, {"root", {}}}), InputError);
}

// --- Classes

TEST(Classes, SingularityOfTheIsotropicRotationIsTheSquaredHalfCosine) {
  for (const std::int64_t degrees : {0, 10, 90, 150, 179}) {
    const Case value{{"d", {2}}, {"root", {0, 0}}, {"angles", {degrees * 16}}};
    const double cosine = std::cos(static_cast<double>(degrees) * std::acos(-1.0) / 360);
    EXPECT_NEAR(singularity_of(value), cosine * cosine, 1e-14);
    EXPECT_FALSE(has_singular_time(value));
  }
  EXPECT_TRUE(has_singular_time({{"d", {2}}, {"root", {0, 0}}, {"angles", {180 * 16}}}));
}

TEST(Classes, APlaneTurnsSingularAtTheAngleOfTheEigenvalues) {
  // cos(angle) <= -2 sqrt(ab)/(a+b): for eigenvalues 1 and 4 of M^{1/2}, -0.8, 143.13 degrees.
  const auto at = [](std::int64_t sixteenths) {
    return Case{{"d", {2}}, {"root", {0, 16}}, {"frame", {17}}, {"angles", {sixteenths}}};
  };
  EXPECT_FALSE(has_singular_time(at(143 * 16 + 2)));
  EXPECT_TRUE(has_singular_time(at(143 * 16 + 3)));
  EXPECT_EQ(gaussian_classes(at(143 * 16 + 2)).back(), "nearly singular");
  EXPECT_EQ(gaussian_classes(at(143 * 16 + 3)).back(), "singular");
}

TEST(Classes, SingularTimesAreSignChangesOrZerosOfTheDeterminant) {
  // An independent route: det((1-t) I + t A) at t in (0,1) never vanishes without a real eigenvalue <= 0.
  auto options = everything();
  options.largest_condition = 1e4;
  int singular = 0;
  for (const auto& value : drawn(options, 300)) {
    const auto a = rotated_of<Real50>(value).cross;
    const auto identity = Matrix<Real50>::Identity(a.rows(), a.cols());
    bool changes_sign = false;
    for (int k = 1; k < 400; ++k) {
      // Times that are even in log(t / (1-t)), where a wide spectrum has its zeros.
      const Real50 odds = Real50(std::exp(0.05 * (k - 200)));
      changes_sign = changes_sign || determinant<Real50>(Matrix<Real50>(identity + odds * a)) <= Real50(0);
    }
    if (changes_sign) {
      EXPECT_TRUE(has_singular_time(value));
      ++singular;
    }
  }
  EXPECT_GT(singular, 20);
}

TEST(Classes, PoleDistanceOfTheIsotropicRotation) {
  // det(I + t Th) = c^2 + k^2 (1-2t)^2 vanishes at t = 1/2 +- i c / (2k).
  const Case value{{"d", {2}}, {"root", {0, 0}}, {"angles", {120 * 16}}};
  EXPECT_NEAR(pole_distance_of(value), 0.5 / std::sqrt(3), 1e-13);
}

TEST(Classes, ConditionIsTheSquaredRatioOfTheExtremeEigenvalues) {
  EXPECT_EQ(condition_of({{"d", {2}}, {"root", {-8, 16}}}), 64);
  EXPECT_EQ(condition_of({{"d", {3}}, {"root", {5, 5, 5}}}), 1);
}

TEST(GaussianClasses, OfARotationOnWhichTheIterationForItsEigenvaluesStallsAreFound) {
  // The same angle in three planes, in a frame in which Eigen's real Schur iteration in double returns to where it was.
  const Case stalled{
      {"d", {6}},
      {"root", {0, 0, 0, 0, 0, 0}},
      {"angles", {1710, 1710, 1710}},
      {"planes", {-22, 35, -60, 36, -30, 37, -29, -14, 7, -50, -37, 16, 5, -31, -50}},
  };
  const auto found = eigenvalues<double>(rotated_of<double>(stalled).cross);
  ASSERT_EQ(found.size(), 6U);
  const double angle = 1710.0 / 16 * pi<double>() / 180;
  for (const auto& [real, imaginary] : found) {
    EXPECT_NEAR(real, std::cos(angle), 1e-14);
    EXPECT_NEAR(std::abs(imaginary), std::sin(angle), 1e-14);
  }
  EXPECT_FALSE(gaussian_classes(stalled).empty());
}

}  // namespace
}  // namespace straightedge::proofs
