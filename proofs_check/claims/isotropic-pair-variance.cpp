// The pair field under its rotation has variance 16 F d k^2 [ (1+d) I_2 + F (d+2) I_3 - F c^2 I_2^2 ], and it diverges
// as the angle tends to 180 degrees.
#include <fmt/format.h>
#include <isotropic.hpp>
#include <isotropic_identities.hpp>

namespace straightedge::proofs {
namespace {

constexpr std::int64_t half_turn = 180 * 16;

class IsotropicPairVariance final : public TieredClaim<IsotropicPairVariance> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "isotropic-pair-variance",
        .label = "beyond the paper",
        .order = 200,
        .statement =
            "The pair field's gradient variance under its own rotation is 16 F d k^2 [(1+d) I_2 + F (d+2) I_3 - "
            "F c^2 I_2^2], and infinite at 180 degrees.",
        .hypotheses = "M = I, d even, rotation by one angle in (0, 180] degrees in every plane, constant noise F > 0.",
        .margin =
            "1 - (relative error of the closed form against the integrated moments) / (rounding bound); at 180 "
            "degrees 1 or -1.",
        .refuted_by =
            "An angle, dimension and noise at which the two differ by more than rounding explains, or a finite "
            "variance at 180 degrees.",
        .paper = "not in the paper",
        .mutant = "The coefficient d+2 of I_3 is taken as (d+2)(1 + 1e-9)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    return gaussian_case({.smallest_d = 2,
                          .largest_d = 8,
                          .even_d = true,
                          .rotation = true,
                          .one_angle = true,
                          .positive_sigma = true,
                          .isotropic = true});
  }
  std::vector<Case> planted() const override {
    return {isotropic(2, 120 * 16, 64), isotropic(4, 90 * 16, 256), isotropic(8, 10 * 16, 13),
            isotropic(2, half_turn - 1, 26), isotropic(2, half_turn, 1)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof("every even d, phi in (0, 180) degrees, F >= 0",
                                     {pair_moments_identity(2), pair_moments_identity(4), rotation_identity()});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    return has_one_angle(value) && angle > 0 && angle <= half_turn && value.integer("sigma") > 0;
  }
  std::vector<std::string> classes(const Case& value) const override { return gaussian_classes(value); }
  bool needs_precision(const Case& value) const override { return value.list("angles").front() > half_turn - 16; }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    const auto coupling = rotated_of<T>(value);
    const auto noise = constant_noise_of<T>(value);
    const T found = gradient_variance<T>(coupling, noise, pair_field<T>(coupling));
    using std::isinf;
    if (value.list("angles").front() == half_turn) {
      return {isinf(found) ? 1.0 : -1.0, 0.0, isinf(found) ? "infinite at 180 degrees" : "finite at 180 degrees"};
    }
    const int d = static_cast<int>(value.integer("d"));
    const T angle = isotropic_angle<T>(value);
    const T f_squared = noise.sigma * noise.sigma;
    T expected = isotropic_pair_variance<T>(d, angle, f_squared);
    if (variant == Variant::mutant) {
      const auto integrals = isotropic_integrals<T>(angle);
      expected += T(16 * d * (d + 2)) * f_squared * f_squared * integrals.k_squared * integrals.i3 / T(1000000000);
    }
    const double error = relative_error<T>(found, expected);
    return judge_equality(error, isotropic_rounding_bound<T>(d, angle),
                          fmt::format("variance {:.17g}, closed form {:.17g}, relative error {:.3g}",
                                      static_cast<double>(found), static_cast<double>(expected), error));
  }
};

const Registration registered{std::make_unique<IsotropicPairVariance>()};

}  // namespace
}  // namespace straightedge::proofs
