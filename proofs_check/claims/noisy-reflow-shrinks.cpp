// One round of noisy ReFlow with constant f takes the covariance M to (M + F I)/(1 + F), for every d and every
// coupling.
#include <fmt/format.h>
#include <claim.hpp>
#include <field_identities.hpp>
#include <generators.hpp>
#include <straightedge/reflow.hpp>

#include <cmath>

namespace straightedge::proofs {
namespace {

/// `contraction` n: C = (n/16) M^{1/2} R, from independent (0) to deterministic (16).
Case planted_case(Case::List root, Case::List angles, std::int64_t contraction, std::int64_t sigma) {
  Case value;
  value.set("d", static_cast<std::int64_t>(root.size())).set("root", std::move(root)).set("angles", std::move(angles));
  return value.set("contraction", contraction).set("sigma", sigma);
}

class NoisyReflowShrinks final : public TieredClaim<NoisyReflowShrinks> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "noisy-reflow-shrinks",
        .label = "beyond the paper",
        .order = 260,
        .statement =
            "One round of noisy ReFlow with constant noise takes N(mu, M) to N(mu, (M + F I)/(1 + F)), whatever the "
            "coupling: noise that is not in the regression target biases the marginal unless M = I.",
        .hypotheses =
            "Any d, any Gaussian coupling of N(0, I) and N(mu, M), constant noise F > 0, target displacement.",
        .margin = "1 - |Phi Phi^T - (M + F I)/(1 + F)|_F / (rounding bound), Phi the integrated flow of the minimiser.",
        .refuted_by = "A coupling whose flow ends with another covariance by more than rounding explains.",
        .paper = "not in the paper",
        .mutant = "1 + F in the denominator is taken as 1 + F (1 + 1e-9)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base =
        gaussian_case({.largest_d = 6, .rotation = true, .positive_sigma = true, .largest_condition = 1e8});
    return with_list(base, "contraction", integers_in(1, 0, 16));
  }
  std::vector<Case> planted() const override {
    return {planted_case({8, 0}, {120 * 16}, 16, 128), planted_case({3, -5, 9}, {75 * 16}, 8, 64),
            planted_case({-8, 4}, {0}, 0, 256), planted_case({0, 0}, {180 * 16}, 16, 64)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof("all C, M, s and t, for d = 1 to 6: B + B^T is the derivative of Sigma",
                                     {marginal_identity(1), marginal_identity(2), marginal_identity(3),
                                      marginal_identity(4), marginal_identity(5), marginal_identity(6)});
    return &proof;
  }
  bool admits(const Case& value) const override {
    // Below 1/16 the poles come so near the real axis that one flow takes seconds at 50 digits.
    return value.integer("sigma") >= 16 && value.integer("contraction") >= 0 && value.integer("contraction") <= 16;
  }
  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result = gaussian_classes(value);
    const std::int64_t n = value.integer("contraction");
    result.emplace_back(n == 0 ? "independent" : (n == 16 ? "deterministic" : "partly coupled"));
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    const auto noise = constant_noise_of<T>(value);
    const Coupling<T> coupling = coupling_of<T>(value);
    const T f_squared = noise.sigma * noise.sigma;
    const Matrix<T>& m = coupling.target.covariance;
    Matrix<T> expected = noisy_reflow_covariance<T>(m, f_squared);
    if (variant == Variant::mutant) {
      expected *= (T(1) + f_squared) / (T(1) + f_squared * (T(1) + T(1) / T(1000000000)));
    }
    const Matrix<T> found = rectify<T>(coupling, noise).target.covariance;
    using std::sqrt;
    const double error = static_cast<double>(T(sqrt(squared_norm<T>(found - expected))));
    return judge_equality(error, rounding_bound<T>(coupling, f_squared),
                          fmt::format("|Phi Phi^T - (M + F I)/(1 + F)| = {:.3g}", error));
  }

 private:
  template <RealScalar T>
  static Coupling<T> coupling_of(const Case& value) {
    const std::int64_t n = value.integer("contraction");
    Coupling<T> coupling = rotated_of<T>(value);
    if (n < 16) {
      const T scale = T(static_cast<int>(n)) / T(16);
      coupling.kind = CouplingKind::gaussian;
      coupling.cross *= scale;
      coupling.spread = (T(1) - scale * scale) * coupling.target.covariance;
    }
    return coupling;
  }

  /// Sigma_t has condition at most (1 + |M| + F)/F; its inverse enters the generator of the flow once, and the flow's
  /// rounding accumulates over the steps, at most a few hundred products of d x d matrices.
  template <RealScalar T>
  static double rounding_bound(const Coupling<T>& coupling, const T& f_squared) {
    using std::sqrt;
    const T size = T(1) + T(sqrt(squared_norm<T>(coupling.target.covariance)));
    const T condition = (size + f_squared) / f_squared;
    const T d(static_cast<int>(coupling.dimension()));
    return static_cast<double>(T(T(1000) * d * unit_roundoff<T>() * condition * size));
  }
};

const Registration registered{std::make_unique<NoisyReflowShrinks>()};

}  // namespace
}  // namespace straightedge::proofs
