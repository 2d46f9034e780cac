// The proof of noise-alone-memorises: every part holds, and what is falsified is refuted.
#include <tube_proof.hpp>

#include <gtest/gtest.h>
#include <certificate.hpp>
#include <certificate_verify.hpp>
#include <finite_generators.hpp>
#include <tube_bound_proof.hpp>
#include <tube_boxes.hpp>
#include <tube_flows.hpp>

#include <cmath>
#include <straightedge/flow.hpp>

namespace straightedge::proofs {
namespace {

ProofRecord check_all(const Proof& proof, Variant variant = Variant::claim) {
  ProofRecord record{.parts = proof.parts()};
  for (std::int64_t part = 0; part < proof.parts(); ++part) {
    record.add(part, proof.check(part, variant));
  }
  return record;
}

bool encloses(const Outward& interval, const Real50& value) {
  return Real50(interval.lower()) <= value && value <= Real50(interval.upper());
}

TEST(TubeProof, HoldsInEveryPart) {
  const ProofRecord record = check_all(TubeProof());
  EXPECT_TRUE(record.complete()) << record.note;
  EXPECT_EQ(record.traces.size(), static_cast<std::size_t>(TubeProof().parts() - 28)) << "all but the flows";
}

// By points at which the field departs by more than the falsified bound.
TEST(TubeBoundProof, WithTheExponentOfTheMutantIsRefutedOnEverySetAtTheWallOfATube) {
  const TubeBoundProof proof;
  for (std::int64_t part = 0; part < proof.parts(); ++part) {
    const PartOutcome outcome = proof.check(part, Variant::mutant);
    EXPECT_FALSE(outcome.holds);
    EXPECT_NE(outcome.note.find("at the wall of its tube"), std::string::npos) << outcome.note;
  }
}

// With two lines the bound is attained up to the weight of the own line, so that any smaller exponent is refuted.
TEST(TubeBoundProof, IsSharpInItsExponent) {
  const TubeSet set{3, 2, 1};
  const LatticePairs pairs(set.pairs());
  const TubeGeometry geometry = tube_geometry(pairs);
  const Rational f = largest_noise(geometry, 2, 4, Rational(1, 1000000));
  const Interval departure = departure_next_to(pairs, 0, 1, geometry.time, f);
  EXPECT_LT(upper(departure), lower(tube_radius(geometry, 2, f, 4)));
  EXPECT_GT(lower(departure), upper(tube_radius(geometry, 2, f, Rational(4) - Rational(1, 100000))));
}

TEST(TubeBoundProof, HasTheNoisesInItsTraceAndRejectsOthers) {
  const TubeBoundProof proof;
  const PartOutcome outcome = proof.check(7, Variant::claim);
  ASSERT_NE(outcome.trace.find(' '), std::string::npos);
  EXPECT_TRUE(proof.recheck(7, outcome.trace).holds);
  for (std::size_t i = 0; i < outcome.trace.size(); ++i) {
    std::string altered = outcome.trace;
    altered[i] = altered[i] == '7' ? '8' : '7';
    EXPECT_FALSE(proof.recheck(7, altered).holds) << altered;
  }
  EXPECT_FALSE(proof.recheck(7, "").holds);
}

TEST(LineEnclosure, EnclosesExponentialsAndRoots) {
  for (const double x : {-299.5, -40.0, -1e-3, 0.0, 1e-9, 2.5, 30.0}) {
    EXPECT_TRUE(encloses(enclosed_exp(Outward(x)), exp(Real50(x)))) << x;
    const Outward wide = enclosed_exp(Outward(x - 0.5, x + 0.25));
    EXPECT_TRUE(encloses(wide, exp(Real50(x - 0.5))) && encloses(wide, exp(Real50(x + 0.25))));
    EXPECT_LT(enclosed_exp(Outward(x)).upper(), std::exp(x) * (1 + 1e-14));
  }
  EXPECT_TRUE(encloses(enclosed_exp(Outward(-1000.0)), exp(Real50(-1000))));
  EXPECT_TRUE(encloses(enclosed_exp(Outward(-1000.0, -1.0)), exp(Real50(-1000))));
  EXPECT_TRUE(encloses(enclosed_exp(Outward(-1000.0, -1.0)), exp(Real50(-1))));
  EXPECT_TRUE(encloses(enclosed(Rational(1, 3)), Real50(1) / 3));
  EXPECT_TRUE(encloses(enclosed_root(Rational(2)), sqrt(Real50(2))));
  EXPECT_LT(enclosed_root(Rational(2)).upper() - enclosed_root(Rational(2)).lower(), 1e-15);
}

/// v* - v_own at 50 digits.
Vector<Real50> precise_departure(const FiniteSet<double>& pairs, Eigen::Index own, const Real50& f,
                                 const std::vector<double>& u, double t) {
  const FiniteSet<Real50> precise{pairs.sources.cast<Real50>(), pairs.targets.cast<Real50>()};
  Vector<Real50> x = interpolants(precise, Real50(t)).col(own);
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    x(i) += u[static_cast<std::size_t>(i)];
  }
  const NoiseSchedule<Real50> noise{NoiseKind::constant, f, RegressionTarget::displacement};
  return frozen_minimiser_velocity(precise, noise, x, Real50(t)) -
         Vector<Real50>(precise.targets.col(own) - precise.sources.col(own));
}

TEST(LineEnclosure, EnclosesTheFieldOnBoxes) {
  const TubeSet set{3, 5, 9};
  const FiniteSet<double> pairs = set.pairs();
  const LineEnclosure line(pairs, 2, Rational(3, 4));
  for (const double width : {0.0, 0x1p-10, 0x1p-3}) {
    for (const double t : {0.0, 0.25, 0.75}) {
      const OutwardVector u{{0.25, 0.25 + width}, {-0.5, -0.5 + width}, {0.0, width}};
      const OutwardVector enclosure = line.velocity(u, Outward(t, t + width));
      for (const double share : {0.0, 0.375, 1.0}) {
        const double here = share * width;
        const Vector<Real50> value =
            precise_departure(pairs, 2, Real50(0.75), {0.25 + here, -0.5 + (width - here), here}, t + here);
        for (Eigen::Index i = 0; i < 3; ++i) {
          EXPECT_TRUE(encloses(enclosure[static_cast<std::size_t>(i)], value(i))) << width << " " << t << " " << share;
          if (width == 0.0) {
            EXPECT_LT(enclosure[static_cast<std::size_t>(i)].upper() - enclosure[static_cast<std::size_t>(i)].lower(),
                      1e-12);
          }
        }
      }
    }
  }
}

TEST(TubeBoxes, ProveTheFieldInequalityInAWholeTubeAndRefuteTheMutant) {
  for (const TubeSet& set : {TubeSet{2, 3, 2}, TubeSet{3, 3, 1}}) {
    const ProofRecord record = check_all(TubeBoxes(set, 0));
    EXPECT_TRUE(record.complete()) << record.note;
    bool refuted = false;
    for (Eigen::Index line = 0; line < set.size && !refuted; ++line) {
      refuted = check_all(TubeBoxes(set, line), Variant::mutant).failing > 0;
    }
    EXPECT_TRUE(refuted);
  }
}

TEST(TubeFlows, EncloseTheEndOfTheFlowAtFiftyDigits) {
  const TubeSet set{2, 4, 1};
  const FiniteSet<double> pairs = set.pairs();
  const TubeGeometry geometry = tube_geometry(LatticePairs(pairs));
  const Rational f = largest_noise(geometry, set.size, 4, Rational(1, 20));
  const auto own = geometry.first;
  const VelocityFunction<Real50> field = [&](const Vector<Real50>& u, const Real50& t) {
    return precise_departure(pairs, own, from_rational<Real50>(f),
                             {static_cast<double>(u(0)), static_cast<double>(u(1))}, static_cast<double>(t));
  };
  const Vector<Real50> start = Vector<Real50>::Zero(2);
  const double end = static_cast<double>(runge_kutta_flow<Real50>(field, start, 0, 1, 512).norm());
  double last = 1;
  for (const int steps : {256, 1024, 4096}) {
    const auto enclosure = enclosed_end(LineEnclosure(pairs, own, f), steps);
    ASSERT_TRUE(enclosure);
    EXPECT_LT(enclosure->lower(), end * (1 + 1e-6));
    EXPECT_GT(enclosure->upper(), end * (1 - 1e-6));
    EXPECT_LT(enclosure->upper() - enclosure->lower(), last / 2) << "it narrows with the steps";
    last = enclosure->upper() - enclosure->lower();
  }
  // An e with too small an exponent is refuted by where the flow ends.
  EXPECT_GT(Real50(enclosed_end(LineEnclosure(pairs, own, f), 4096)->lower()),
            upper(tube_radius(geometry, set.size, f, 1)));
}

TEST(TubeProof, LeavesTheVerdictAtNotImpliedAndAFailingPartTakesItAway) {
  const Claim* claim = find_claim("noise-alone-memorises");
  const Settings settings{.seed = 3, .cases = 10, .claims = {claim}};
  Campaign campaign = run_campaign(settings, {});
  ClaimRecord& record = campaign.records.front();
  ASSERT_TRUE(record.proof && record.proof->complete());
  EXPECT_EQ(rule(record).verdict, Verdict::not_implied);
  EXPECT_FALSE(rule(record).departure);
  const nlohmann::json certificate = make_certificate(settings, campaign.records, rule_all(campaign.records, {}), {});
  const Verification verification = verify(certificate).front();
  EXPECT_TRUE(verification.departures.empty()) << verification.departures.front();
  record.proof->failing = 1;
  record.proof->note = "some set";
  EXPECT_EQ(rule(record).verdict, Verdict::inconclusive);
  EXPECT_TRUE(rule(record).departure);
}

}  // namespace
}  // namespace straightedge::proofs
