// The claims that `certify` decides from training runs: registered here so that every list has them, judged there.
#include <claim.hpp>

#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::proofs {
namespace {

class CertifiedClaim final : public Claim {
 public:
  explicit CertifiedClaim(ClaimInfo info) : info_(std::move(info)) {
    info_.by = DecidedBy::certify;
    info_.expected = Verdict::needs_runs;
    info_.when_cases_hold = Verdict::needs_runs;
  }
  [[nodiscard]] const ClaimInfo& info() const override { return info_; }
  [[nodiscard]] rc::Gen<Case> generator() const override { refuse(); }
  [[nodiscard]] std::vector<Case> planted() const override { return {}; }
  [[nodiscard]] std::vector<std::string> classes(const Case&) const override { return {}; }
  [[nodiscard]] Judgement judge(const Case&, Tier, Variant) const override { refuse(); }

 private:
  [[noreturn]] void refuse() const { throw DoesNotExist(info_.id + " has no cases: it is decided by training runs"); }

  ClaimInfo info_;
};

Registration certified(ClaimInfo info) {
  return Registration(std::make_unique<CertifiedClaim>(std::move(info)));
}

constexpr const char* kHolmAgainst = "A Holm-adjusted p < 0.01 in the opposite direction.";
constexpr const char* kHolmHypotheses =
    "At least three seeds with and without noise; paired bootstrap and Welch's test, Holm's correction over all claims "
    "that training runs decide.";

const Registration figure_6 = certified(
    {.id = "figure-6",
     .label = "Fig. 6",
     .order = 192,
     .statement = "Rotation by 180 degrees: a network trained without noise reproduces its training pairs, although "
                  "all of their "
                  "lines cross in one point.",
     .hypotheses = "M = I, mu = 0, frozen pairs, no noise; runs from at least one seed.",
     .margin =
         "The lower 99 % Clopper-Pearson bound of the fraction of training sources that end within 0.05 RMS of their "
         "partner, less 0.95.",
     .refuted_by = "An upper 99 % bound of that fraction below 0.95.",
     .paper = "holds",
     .mutant = "The partners are shuffled before they are compared."});

const Registration table_1 = certified(
    {.id = "table-1",
     .label = "Table 1",
     .order = 193,
     .statement =
         "Mixture of Gaussians, d = 3 and 50: with noise s = 0.05 the samples are nearer to the data and farther from "
         "the training pairs than without noise.",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference in squared MMD, to the data and to the training pairs, between s = 0 and s = 0.05.",
     .refuted_by = kHolmAgainst,
     .paper = "d=3: s=0 0.0034 / 1.758e-6, s=.05 0.0018 / 3.105e-5; d=50: 0.0021 / 9.089e-6, 0.0020 / 6.09e-5",
     .mutant = "The runs with and without noise are exchanged."});

const Registration table_2 = certified(
    {.id = "table-2",
     .label = "Table 2",
     .order = 194,
     .statement = "CelebA with shuffled optimal pairs: with noise the images are nearer to the optimal partner "
                  "(generalisation), "
                  "without noise nearer to the shuffled training partner (memorisation).",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference in L2 distance to the optimal image and to the training partner between s = 0 and s = 0.05.",
     .refuted_by = kHolmAgainst,
     .paper =
         "5K pairs: s=.05 34.25+-7.54 / 55.02+-16.51, s=0 50.40+-16.73 / 28.57+-5.49; 50K: 30.05+-6.77 / 56.48+-18.55 "
         "and 46.78+-14.87 / 45.98+-11.85",
     .mutant = "The runs with and without noise are exchanged."});

const Registration table_3 = certified(
    {.id = "table-3",
     .label = "Table 3",
     .order = 195,
     .statement =
         "CelebA with simulated 1-ReFlow pairs: the same as in Table 2, noise against memorisation of the pairs.",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference in L2 distance to the optimal image and to the training partner between s = 0 and s = 0.05.",
     .refuted_by = kHolmAgainst,
     .paper = "5K: s=.05 31.35+-7.38 / 25.08+-8.59, s=0 43.35+-14.21 / 8.63+-1.76",
     .mutant = "The runs with and without noise are exchanged."});

const Registration counterexample_1_trained = certified(
    {.id = "counterexample-1/trained",
     .label = "Counter Example 1",
     .order = 145,
     .statement =
         "A network trained without noise on T(x) = -x + 5, whose lines all meet at t = 1/2, reproduces its training "
         "pairs.",
     .hypotheses = "M = I, mu = (5, 5), frozen pairs, no noise; runs from at least one seed.",
     .margin =
         "The lower 99 % Clopper-Pearson bound of the fraction of training sources that end within 0.05 RMS of their "
         "partner, less 0.95.",
     .refuted_by = "An upper 99 % bound of that fraction below 0.95.",
     .paper = "states the exact version",
     .mutant = "The partners are shuffled before they are compared."});

const Registration figure_4_trained = certified(
    {.id = "figure-4/trained",
     .label = "Fig. 4",
     .order = 175,
     .statement =
         "With noise, of two networks each trained on its own pairs, the one on optimal pairs has the lower gradient "
         "variance.",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference of the unbiased estimates of the gradient variance from two batch sizes.",
     .refuted_by = kHolmAgainst,
     .paper = "holds for affine fields",
     .mutant = "The two networks are exchanged."});

const Registration figure_5_trained = certified(
    {.id = "figure-5/trained",
     .label = "Fig. 5",
     .order = 185,
     .statement =
         "d = 2: at a network trained towards the optimal-transport field, independent pairing has a lower gradient "
         "variance than the pairing rotated by 120 degrees.",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference of the unbiased estimates of the gradient variance from two batch sizes.",
     .refuted_by = kHolmAgainst,
     .paper = "holds for affine fields",
     .mutant = "The two pairings are exchanged."});

const Registration affine_agrees = certified(
    {.id = "affine-agrees",
     .label = "beyond the paper",
     .order = 330,
     .statement =
         "The gradient variance that training measures on an affine field agrees with the exact one of the reference.",
     .hypotheses =
         "A run whose model is affine, with its parameters and the squared gradient norms at two batch sizes.",
     .margin =
         "Half width of the measured 99 % confidence interval, less the distance of the exact value from its middle.",
     .refuted_by = "An exact value outside the interval after Holm's correction.",
     .paper = "not in the paper",
     .mutant = "The exact value times 1.5."});

const Registration noise_by_pairing = certified(
    {.id = "noise-by-pairing",
     .label = "beyond the paper",
     .order = 340,
     .statement =
         "Of the four trainings {no noise, noise} x {frozen, resampled sources}, which ones memorise: resampling ends "
         "memorisation with or without noise.",
     .hypotheses = kHolmHypotheses,
     .margin = "Difference in the fraction of training sources that end within 0.05 RMS of their partner.",
     .refuted_by = kHolmAgainst,
     .paper = "not in the paper",
     .mutant = "Frozen and resampled runs are exchanged."});

}  // namespace
}  // namespace straightedge::proofs
