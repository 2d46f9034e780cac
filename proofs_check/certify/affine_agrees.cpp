// affine-agrees: the gradient variance measured on a trained affine field, against the exact one.
//
// The field is v(x,t) = th + Th (I + t Th)^{-1} (x - t th) with the run's th and Th, its parameters those of the
// gradient; the exact value is gradient_variance.hpp's, under the Gaussian coupling and the noise of the run. Pairs
// must be resampled: frozen ones are a finite set, whose gradient variance is another number.
//
// Agreement is shown by two tests: of the exact value, which must not be rejected (p_against), and of 1.5 times the
// exact value, which must be (p_for): an interval so wide that it holds both has shown nothing.
#include <certify/judges.hpp>
#include <certify/trained_variance.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <straightedge/gradient_variance.hpp>

namespace straightedge::certify {
namespace {

constexpr double kMutantFactor = 1.5;

NoiseSchedule<Real50> noise_of(const Run& run) {
  return {.kind = run.noise.kind, .sigma = Real50(run.noise.sigma), .target = run.noise.target};
}

double exact_variance(const Run& run, const GradientNorms& norms) {
  const Coupling<Real50> coupling = coupling_of(norms.coupling.value_or(run.pairs));
  const PairField<Real50> field{convert<Real50>(Matrix<double>(run.affine->shift)).col(0),
                                convert<Real50>(run.affine->matrix)};
  return static_cast<double>(gradient_variance(coupling, noise_of(run), field));
}

bool has_exact_value(const Pairs& pairs) {
  return pairs.target && !pairs.frozen;
}

std::string coupling_text(const GradientNorms& norms) {
  if (!norms.coupling) {
    return "its training pairs";
  }
  return norms.coupling->kind == "gaussian-rotated"
             ? fmt::format("pairs rotated by {:g} degrees", norms.coupling->degrees)
             : norms.coupling->kind + " pairs";
}

Part part_of(const Run& run, const GradientNorms& norms, double exact, proofs::Variant variant) {
  const VarianceEstimate estimate = estimate_of(norms);
  const double stated = variant == proofs::Variant::mutant ? kMutantFactor * exact : exact;
  const double half_width = (estimate.interval(kConfidence).upper - estimate.interval(kConfidence).lower) / 2.0;
  // The interval shrinks with the root of the number of batches; a quarter of the exact value tells it from 1.5 times
  // it.
  const double batches = std::ceil(std::pow(half_width / (0.25 * exact), 2.0));
  return {
      .name = fmt::format("{} under {}, noise {}", run.folder, coupling_text(norms), run.noise.sigma),
      .estimate = estimate.value,
      .interval = estimate.interval(kConfidence),
      .p_for = estimate.p_two_sided(kMutantFactor * stated),
      .p_against = estimate.p_two_sided(stated),
      .detail = fmt::format("exact {:.6g}, whose p is the opposite one; measured from {} batches of {} and {} of {}",
                            stated, norms.norms_b.size(), norms.b, norms.norms_big.size(), norms.big),
      .paper = {},
      .would_suffice = batches > 1.0 && std::isfinite(batches)
                           ? fmt::format("about {:.0f} times as many batches would do", batches)
                           : "more batches would tell"};
}

void judge_run(const Run& run, proofs::Variant variant, Evidence& evidence) {
  const auto wanted = [&run](const std::optional<Pairs>& coupling) {
    return has_exact_value(coupling.value_or(run.pairs));
  };
  const std::vector<const GradientNorms*> found = measured(run, "affine", wanted);
  for (const GradientNorms* norms : found) {
    const double exact = exact_variance(run, *norms);
    if (!std::isfinite(exact)) {
      evidence.notes.push_back(
          fmt::format("{} under {}: the exact value is infinite, the field has a singular time; left "
                      "out",
                      run.folder, coupling_text(*norms)));
      continue;
    }
    evidence.parts.push_back(part_of(run, *norms, exact, variant));
    evidence.use({&run});
  }
  if (found.empty()) {
    evidence.notes.push_back(
        fmt::format("{}: left out: no gradient variance of its affine field at step {} under "
                    "resampled Gaussian pairs",
                    run.folder, run.step));
  }
}

}  // namespace

Evidence judge_affine_agrees(const Groups& groups, proofs::Variant variant) {
  Evidence evidence;
  for (const Group& group : groups) {
    for (const Run* run : group.runs) {
      if (run->model == "affine") {
        judge_run(*run, variant, evidence);
      }
    }
  }
  if (evidence.parts.empty()) {
    evidence.lacking.emplace_back(
        "no run of an affine model with gradient variances under resampled Gaussian pairs; one run would do");
  }
  return evidence;
}

}  // namespace straightedge::certify
