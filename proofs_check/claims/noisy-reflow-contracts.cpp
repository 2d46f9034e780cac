// The minimiser's flow under an isotropic rotation by phi with constant f is the rotation by
// phi' = 2c / sqrt(c^2 + F) atan(k / sqrt(c^2 + F)) < phi; with bridge noise another such formula.
#include <fmt/format.h>
#include <isotropic.hpp>
#include <isotropic_identities.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

Case planted_case(int d, int degrees, std::int64_t sigma, bool bridge) {
  Case value = isotropic(d, degrees * 16, sigma);
  return value.set("bridge", bridge ? 1 : 0);
}

class NoisyReflowContracts final : public TieredClaim<NoisyReflowContracts> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "noisy-reflow-contracts",
        .label = "beyond the paper",
        .order = 250,
        .statement =
            "One round of noisy ReFlow takes the rotation by phi to the rotation by phi' = 2c/sqrt(c^2+F) "
            "atan(k/sqrt(c^2+F)), and 0 < phi' < phi (phi = 180 degrees: phi' = 0); with bridge noise phi' = "
            "sin(phi)/sqrt(alpha beta) atan sqrt(beta/alpha), alpha = c^2 + s^2/4, beta = k^2 - s^2/4.",
        .hypotheses =
            "M = I, d even, rotation by one angle in (0, 180] degrees in every plane, constant or bridge noise "
            "s > 0, target displacement.",
        .margin =
            "The smaller of 1 - |Phi - R(phi')|_F / (rounding bound) and (phi - phi')/phi, Phi the integrated flow of "
            "the minimiser.",
        .refuted_by = "An angle and noise at which the flow is not that rotation, or the angle does not shrink.",
        .paper = "not in the paper",
        .mutant = "F is taken as F (1 + 1e-9) in the formula (bridge: s^2)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = gaussian_case({.smallest_d = 2,
                                     .largest_d = 6,
                                     .even_d = true,
                                     .rotation = true,
                                     .one_angle = true,
                                     .positive_sigma = true,
                                     .isotropic = true});
    return with_list(base, "bridge", integers_in(1, 0, 1));
  }
  std::vector<Case> planted() const override {
    return {planted_case(2, 120, 128, false), planted_case(2, 120, 128, true), planted_case(4, 60, 256, false),
            planted_case(2, 20, 256, true),   planted_case(2, 180, 64, false), planted_case(2, 180, 64, true)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "every even d, phi in (0, 180] degrees, every constant and every bridge noise s > 0",
        {reflow_identity(2, NoiseKind::constant), reflow_identity(2, NoiseKind::bridge),
         reflow_identity(4, NoiseKind::constant), reflow_identity(4, NoiseKind::bridge), rotation_identity()});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    // Below 1/16 the poles come so near the real axis that one flow takes seconds at 50 digits.
    return has_one_angle(value) && angle > 0 && angle <= 180 * 16 && value.integer("sigma") >= 16;
  }
  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result = gaussian_classes(value);
    result.emplace_back(value.integer("bridge") != 0 ? "bridge" : "constant");
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    using std::abs;
    using std::sqrt;
    const bool bridge = value.integer("bridge") != 0;
    const T angle = isotropic_angle<T>(value);
    NoiseSchedule<T> noise = constant_noise_of<T>(value);
    noise.kind = bridge ? NoiseKind::bridge : NoiseKind::constant;
    T squared = noise.sigma * noise.sigma;
    const double bound = rounding_bound<T>(static_cast<int>(value.integer("d")), squared);
    if (variant == Variant::mutant) {
      squared += squared / T(1000000000);
    }
    const T turned = bridge ? bridge_reflow_angle<T>(angle, squared) : noisy_reflow_angle<T>(angle, squared);
    const Matrix<T> found = minimiser_flow<T>(rotated_of<T>(value), noise).map;
    const Matrix<T> expected = rotation_by<T>(value, turned);
    const double error = static_cast<double>(T(sqrt(squared_norm<T>(found - expected))));
    const double contraction = static_cast<double>(T((angle - abs(turned)) / angle));
    return {
        std::min(1 - error / bound, contraction), 0.0,
        fmt::format("angle {:.12g} -> {:.12g} degrees, |Phi - R| = {:.3g}", degrees(angle), degrees(turned), error)};
  }

 private:
  template <RealScalar T>
  static double degrees(const T& radians) {
    return static_cast<double>(T(radians * T(180) / pi<T>()));
  }

  /// The rotation by `angle` in the planes of the case: R = Q D(phi) Q^T, so cos(angle) I + sin(angle) J with the
  /// complex structure J = (R - R^T) / (2 sin phi) of those planes, built from the quarter turn.
  template <RealScalar T>
  static Matrix<T> rotation_by(const Case& value, const T& angle) {
    using std::cos;
    using std::sin;
    Case quarter = value;
    quarter.set("angles", Case::List(value.list("angles").size(), 90 * 16));
    const Matrix<T> structure = rotation_of<T>(quarter);
    const Eigen::Index d = structure.rows();
    return T(cos(angle)) * Matrix<T>::Identity(d, d) + T(sin(angle)) * structure;
  }

  /// Sigma_t >= F I has condition at most (1 + F)/F (bridge: its least value is at t = 1/2, F = s^2/4), and the flow's
  /// rounding accumulates over a few hundred products of d x d matrices.
  template <RealScalar T>
  static double rounding_bound(int d, const T& squared) {
    return static_cast<double>(T(T(4000 * d) * unit_roundoff<T>() * (T(1) + squared) / squared));
  }
};

const Registration registered{std::make_unique<NoisyReflowContracts>()};

}  // namespace
}  // namespace straightedge::proofs
