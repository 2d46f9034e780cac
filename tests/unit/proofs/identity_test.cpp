#include <gtest/gtest.h>
#include <field_identities.hpp>
#include <identity.hpp>

#include <nlohmann/json.hpp>
#include <straightedge/field.hpp>

namespace straightedge::proofs {
namespace {

PartOutcome check_all(const Proof& proof, Variant variant) {
  PartOutcome all;
  for (std::int64_t part = 0; part < proof.parts(); ++part) {
    const PartOutcome outcome = proof.check(part, variant);
    all.evaluations += outcome.evaluations;
    if (!outcome.holds && all.holds) {
      all.holds = false;
      all.note = outcome.note;
    }
  }
  return all;
}

TEST(Degree, AddsUpInProductsAndIsTheLargerInSums) {
  const Degree x = Degree::variable(0);
  const Degree y = Degree::variable(1);
  EXPECT_EQ((x * x * y + x).degrees(), (Degree::Degrees{2, 1, 0, 0}));
  EXPECT_EQ((x - x).degrees(), (Degree::Degrees{1, 0, 0, 0}));  // a bound: it does not see what cancels
  EXPECT_TRUE((x * Degree(0)).is_zero());
  EXPECT_EQ((x / Degree(2)).degrees(), (Degree::Degrees{1, 0, 0, 0}));
  EXPECT_THROW((void)(x / y), std::logic_error);
}

TEST(Degree, KeepsOneCommonDenominator) {
  const Degree x = Degree::variable(0);
  const Degree inverse = Degree::quotient({2, 0, 0, 0}, {3, 0, 0, 0});
  EXPECT_EQ((x + inverse).degrees(), (Degree::Degrees{4, 0, 0, 0}));  // (x D + P) / D
  EXPECT_EQ((x + inverse).exponent(), 1);
  EXPECT_EQ((inverse * inverse + inverse).degrees(), (Degree::Degrees{5, 0, 0, 0}));
  EXPECT_THROW((void)(inverse + Degree::quotient({0, 0, 0, 0}, {1, 0, 0, 0})), std::logic_error);
}

TEST(StraightLineIdentity, HasTheDegreesAndPointsOfTheDesign) {
  const IdentityProof proof("", {straight_line_identity(1), straight_line_identity(2), straight_line_identity(3)});
  const std::int64_t points[] = {24, 945, 45760};
  for (int d = 1; d <= 3; ++d) {
    const auto i = static_cast<std::size_t>(d - 1);
    EXPECT_EQ(proof.degrees(i), (std::vector<int>{d + 1, d, 1, 1}));
    EXPECT_EQ(proof.points(i), points[i]);
  }
}

TEST(FieldIdentities, HoldOnTheirGridsAndTheirMutantsDoNot) {
  for (int d = 1; d <= 2; ++d) {
    for (const Identity& identity : {straight_line_identity(d), minimiser_identity(d), marginal_identity(d)}) {
      const IdentityProof proof("", {identity});
      const PartOutcome holds = check_all(proof, Variant::claim);
      EXPECT_TRUE(holds.holds) << holds.note;
      EXPECT_EQ(holds.evaluations, proof.points(0));
      EXPECT_FALSE(check_all(proof, Variant::mutant).holds);
    }
  }
}

/// x y - y x + c (x^2 - x) (y - 1) (y - 2): zero wherever x is 0 or 1, so that too small a grid does not see it.
struct Tricky {
  int factor;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant) const {
    const T x = at[0][0];
    const T y = at[1][0];
    return {x * y - y * x + T(factor) * (x * x - x) * (y - T(1)) * (y - T(2))};
  }
};

TEST(IdentityProof, SeesAPolynomialThatVanishesOnSmallerGrids) {
  const IdentityProof zero("", {identity_of(1, {1, 1}, Tricky{0})});
  EXPECT_TRUE(check_all(zero, Variant::claim).holds);
  const IdentityProof other("", {identity_of(1, {1, 1}, Tricky{1})});
  EXPECT_EQ(other.degrees(0), (std::vector<int>{2, 2}));
  EXPECT_EQ(other.points(0), 9);
  const PartOutcome found = check_all(other, Variant::claim);
  EXPECT_FALSE(found.holds);
  EXPECT_NE(found.note.find("and not 0"), std::string::npos);
}

/// v(0, 1) of the field Th = x - 1, which is singular at t = 1 for x = 0.
struct Undefined {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant) const {
    const PairField<T> field{Vector<T>::Zero(1), Matrix<T>::Constant(1, 1, at[0][0] - T(1))};
    return {velocity<T>(field, Vector<T>::Zero(1), T(1))(0)};
  }
};

TEST(IdentityProof, FailsWhereAFunctionIsNotDefined) {
  const PartOutcome found = check_all(IdentityProof("", {identity_of(1, {1}, Undefined{})}), Variant::claim);
  EXPECT_FALSE(found.holds);
  EXPECT_NE(found.note.find("singular"), std::string::npos);
}

TEST(ProofRecord, IsTheSameInAnyOrderOfItsParts) {
  const PartOutcome fails{.holds = false, .evaluations = 3, .open = 0, .trace = "b", .note = "here"};
  const PartOutcome open{.holds = true, .evaluations = 5, .open = 0.3, .trace = "a", .note = "there"};
  ProofRecord one{.parts = 2};
  one.add(0, open);
  one.add(1, fails);
  ProofRecord other{.parts = 2};
  other.add(1, fails);
  other.add(0, open);
  EXPECT_EQ(nlohmann::json(one), nlohmann::json(other));
  EXPECT_EQ(one.traces.front().trace, "a");
  EXPECT_EQ(other.traces.front().trace, "a");
  EXPECT_EQ(one.note, "there");
  EXPECT_EQ(one.failing, 1);
  EXPECT_FALSE(one.complete());
  ProofRecord whole{.parts = 1};
  whole.add(0, {.evaluations = 1});
  EXPECT_TRUE(whole.complete());
}

}  // namespace
}  // namespace straightedge::proofs
