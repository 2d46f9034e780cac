// The generators cover the classes that they promise, shrink inside what they draw, and build what the keys say.
#include <generators.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/Random.h>
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

constexpr int kSize = 100;

GaussianCaseOptions everything() {
  GaussianCaseOptions options;
  options.rotation = true;
  options.sigma = true;
  options.time = true;
  return options;
}

Case draw(const rc::Gen<Case>& generator, std::uint64_t key) {
  return generator(rc::Random(key), kSize).value();
}

std::vector<Case> drawn(const GaussianCaseOptions& options, std::uint64_t count) {
  const auto generator = gaussian_case(options);
  std::vector<Case> cases;
  for (std::uint64_t key = 0; key < count; ++key) {
    cases.push_back(draw(generator, key));
  }
  return cases;
}

template <class T>
double largest_entry(const Matrix<T>& a) {
  double largest = 0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(a(i, j))));
    }
  }
  return largest;
}

template <class T>
double orthogonality_defect(const Matrix<T>& q) {
  return largest_entry<T>(product<T>(Matrix<T>(q.transpose()), q) - Matrix<T>::Identity(q.rows(), q.cols()));
}

// Whether the lists have the lengths and ranges that `options` can draw.
bool could_have_been_drawn(const Case& value, const GaussianCaseOptions& options) {
  const std::int64_t d = value.integer("d");
  const auto length = [&](const char* key) { return static_cast<std::int64_t>(value.list(key).size()); };
  bool valid = d >= options.smallest_d && d <= options.largest_d && (!options.even_d || d % 2 == 0);
  valid = valid && length("root") == d && length("mean") == d && length("frame") == d * (d - 1) / 2;
  valid = valid && condition_of(value) <= (options.isotropic ? 1.0 : options.largest_condition);
  if (options.rotation) {
    valid = valid && length("angles") == d / 2 && length("planes") == d * (d - 1) / 2;
    for (const auto angle : value.list("angles")) {
      valid = valid && std::abs(static_cast<double>(angle)) <= 16 * options.largest_angle;
      valid = valid && (!options.one_angle || angle == value.list("angles").front());
    }
  }
  if (options.sigma || options.positive_sigma) {
    valid = valid && value.integer("sigma") >= (options.positive_sigma ? 1 : 0);
  }
  if (options.time) {
    valid = valid && value.integer("time") >= 0 && value.integer("time") <= 4096;
  }
  return valid;
}

// Follows the first shrink that still satisfies `fails`, as a search for the simplest counterexample does.
Case shrunk(const rc::Gen<Case>& generator, std::uint64_t key, const std::function<bool(const Case&)>& fails) {
  auto current = generator(rc::Random(key), kSize);
  for (bool found = true; found;) {
    found = false;
    auto candidates = current.shrinks();
    for (auto next = candidates.next(); next; next = candidates.next()) {
      if (fails(next->value())) {
        current = *next;
        found = true;
        break;
      }
    }
  }
  return current.value();
}

TEST(GaussianCase, CoversEveryClassOnPurpose) {
  constexpr int kDraws = 4000;
  std::map<std::string, int> counts;
  for (const auto& value : drawn(everything(), kDraws)) {
    for (const auto& name : gaussian_classes(value)) {
      ++counts[name];
    }
  }
  for (const char* name : {"d=1",
                           "d=2",
                           "d=3",
                           "d=4",
                           "d=5",
                           "d=6",
                           "d=7",
                           "d=8",
                           "condition=1",
                           "condition<=10",
                           "condition<=1e6",
                           "condition>1e6",
                           "mean zero",
                           "mean moderate",
                           "mean large",
                           "angle<5",
                           "angle generic",
                           "angle>175",
                           "nearly singular",
                           "singular"}) {
    EXPECT_GE(counts[name], kDraws * 3 / 100) << name;
    RecordProperty(name, counts[name]);
  }
}

TEST(GaussianCase, DrawsTheEndsOfNoiseAndTimeAndTheHardestConditions) {
  double largest_condition = 0;
  std::set<std::int64_t> times;
  int silent = 0;
  const auto cases = drawn(everything(), 2000);
  for (const auto& value : cases) {
    largest_condition = std::max(largest_condition, condition_of(value));
    times.insert(value.integer("time"));
    silent += value.integer("sigma") == 0 ? 1 : 0;
  }
  EXPECT_GT(largest_condition, 1e11);
  EXPECT_TRUE(times.contains(0));
  EXPECT_TRUE(times.contains(4096));
  EXPECT_GT(silent, 100);
}

TEST(GaussianCase, StaysInsideItsOptions) {
  auto options = everything();
  options.smallest_d = 2;
  options.largest_d = 6;
  options.even_d = true;
  options.one_angle = true;
  options.positive_sigma = true;
  options.largest_condition = 1e4;
  options.largest_angle = 120;
  for (const auto& value : drawn(options, 500)) {
    EXPECT_TRUE(could_have_been_drawn(value, options));
  }
  options.isotropic = true;
  for (const auto& value : drawn(options, 200)) {
    EXPECT_TRUE(could_have_been_drawn(value, options));
    EXPECT_EQ(root_of<double>(value), Matrix<double>::Identity(value.integer("d"), value.integer("d")));
  }
}

TEST(GaussianCase, SameKeySameCaseAndOtherKeyOtherCase) {
  const auto cases = drawn(everything(), 200);
  const auto again = gaussian_case(everything());
  std::set<std::map<std::string, Case::List>> different;
  for (std::uint64_t key = 0; key < cases.size(); ++key) {
    EXPECT_EQ(draw(again, key), cases[key]);
    different.insert(cases[key].values());
  }
  EXPECT_GT(different.size(), 190U);
}

TEST(GaussianCase, DoesNotDependOnTheSizeOfTheRun) {
  const auto generator = gaussian_case(everything());
  for (std::uint64_t key = 0; key < 50; ++key) {
    EXPECT_EQ(generator(rc::Random(key), 3).value(), generator(rc::Random(key), 100).value());
  }
}

TEST(GaussianCase, TwoThreadsDrawTheSameCases) {
  const auto generator = gaussian_case(everything());
  std::vector<Case> first(500);
  std::vector<Case> second(500);
  const auto fill = [&generator](std::vector<Case>& into) {
    for (std::uint64_t key = 0; key < into.size(); ++key) {
      into[key] = draw(generator, key);
      auto shrinks = generator(rc::Random(key), kSize).shrinks();
      (void)shrinks.next();
    }
  };
  std::thread one(fill, std::ref(first));
  std::thread two(fill, std::ref(second));
  one.join();
  two.join();
  EXPECT_EQ(first, second);
  EXPECT_EQ(first, drawn(everything(), 500));
}

TEST(GaussianCase, ShrinksToTheStandardProblem) {
  const auto generator = gaussian_case(everything());
  const Case simplest{{"d", {1}},     {"root", {0}},  {"frame", {}},  {"mean", {0}},
                      {"angles", {}}, {"planes", {}}, {"sigma", {0}}, {"time", {0}}};
  for (std::uint64_t key = 0; key < 30; ++key) {
    EXPECT_EQ(shrunk(generator, key, [](const Case&) { return true; }), simplest);
  }
}

TEST(GaussianCase, ShrinksToTheBoundaryOfAFailure) {
  auto options = everything();
  options.positive_sigma = true;
  const auto fails = [](const Case& value) {
    return value.integer("d") >= 3 && value.list("mean")[0] > 100 && value.list("angles")[0] < -37;
  };
  const Case expected{{"d", {3}},        {"root", {0, 0, 0}},   {"frame", {0, 0, 0}}, {"mean", {101, 0, 0}},
                      {"angles", {-38}}, {"planes", {0, 0, 0}}, {"sigma", {1}},       {"time", {0}}};
  int found = 0;
  for (std::uint64_t key = 0; key < 200 && found < 5; ++key) {
    const auto generator = gaussian_case(options);
    if (fails(draw(generator, key))) {
      EXPECT_EQ(shrunk(generator, key, fails), expected);
      ++found;
    }
  }
  EXPECT_EQ(found, 5);
}

TEST(GaussianCase, EveryShrunkCaseCouldHaveBeenDrawn) {
  auto options = everything();
  options.smallest_d = 2;
  options.even_d = true;
  options.one_angle = true;
  options.positive_sigma = true;
  options.largest_condition = 1e4;
  options.largest_angle = 120;
  const auto generator = gaussian_case(options);
  int seen = 0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    auto level = generator(rc::Random(key), kSize);
    for (int depth = 0; depth < 6; ++depth) {
      auto candidates = level.shrinks();
      int index = 0;
      for (auto next = candidates.next(); next; next = candidates.next(), ++index) {
        ASSERT_TRUE(could_have_been_drawn(next->value(), options));
        ASSERT_FALSE(next->value() == level.value());
        ++seen;
        if (index == 3 * depth) {
          level = *next;
          break;
        }
      }
    }
  }
  EXPECT_GT(seen, 500);
}

TEST(IntegerIn, IsUniformAndShrinksTowardsTheLeastMagnitude) {
  std::map<std::int64_t, int> counts;
  const auto generator = integer_in(-2, 2);
  for (std::uint64_t key = 0; key < 5000; ++key) {
    ++counts[generator(rc::Random(key), 10).value()];
  }
  ASSERT_EQ(counts.size(), 5U);
  for (const auto& [unused, count] : counts) {
    EXPECT_NEAR(count, 1000, 150);  // more than five standard deviations
  }
  for (const auto& [low, high, simplest] :
       std::vector<std::array<std::int64_t, 3>>{{3, 90, 3}, {-90, -4, -4}, {-9, 9, 0}}) {
    for (std::uint64_t key = 0; key < 50; ++key) {
      auto value = integer_in(low, high)(rc::Random(key), kSize);
      auto first = value.shrinks().next();
      EXPECT_EQ(first ? first->value() : value.value(), simplest);
    }
  }
}

TEST(WithList, AddsAListAndShrinksBoth) {
  const auto generator = with_list(gaussian_case({}), "grid", integers_in(3, 0, 9));
  const auto value = draw(generator, 4);
  EXPECT_EQ(value.list("grid").size(), 3U);
  const auto simplest = shrunk(generator, 4, [](const Case&) { return true; });
  EXPECT_EQ(simplest.list("grid"), (Case::List{0, 0, 0}));
  EXPECT_EQ(simplest.integer("d"), 1);
}

TEST(WithSource, AddsAPointOfTheCasesDimensionAndShrinksWithIt) {
  const auto generator = with_source(gaussian_case({}));
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto value = draw(generator, key);
    EXPECT_EQ(source_of<double>(value).size(), value.integer("d"));
  }
  const auto simplest = shrunk(generator, 7, [](const Case&) { return true; });
  EXPECT_EQ(simplest.list("source"), Case::List{0});
  EXPECT_EQ(source_of<double>({{"d", {2}}, {"source", {8, -16}}})(1), -1);
}

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

}  // namespace
}  // namespace straightedge::proofs
