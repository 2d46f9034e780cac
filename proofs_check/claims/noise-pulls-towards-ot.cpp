// Without noise the pair field is the unique global minimum of the loss in (th, Th). With constant noise it is not even
// stationary: for the isotropic rotation the derivative of the loss along Th -> (1 - eps) Th is -4 F d k^2 (1 + phi/sin
// phi).
#include <fmt/format.h>
#include <isotropic.hpp>
#include <isotropic_identities.hpp>
#include <straightedge/quadrature.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

/// `push`: the perturbation of (th, Th), d + d^2 entries in 1/64.
Case planted_case(int d, int degrees, std::int64_t sigma, std::int64_t push) {
  Case value = isotropic(d, degrees * 16, sigma);
  Case::List entries(static_cast<std::size_t>(d + d * d), 0);
  entries[static_cast<std::size_t>(d)] = push;
  return value.set("push", entries);
}

class NoisePullsTowardsOt final : public TieredClaim<NoisePullsTowardsOt> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "noise-pulls-towards-ot",
        .label = "beyond the paper",
        .order = 300,
        .statement =
            "Without noise every other (th, Th) has a positive loss, so the pair field is the unique global minimum; "
            "with constant noise the loss falls along Th -> (1 - eps) Th at the rate 4 F d k^2 (1 + phi/sin phi).",
        .hypotheses =
            "M = I, d even, rotation by one angle in (0, 180) degrees in every plane; F > 0 for the second part.",
        .margin =
            "The smaller of: loss of the perturbed field without noise over the squared size of the perturbation; and "
            "1 - relative error of the derivative / rounding bound.",
        .refuted_by = "Another field of zero loss, or a derivative that differs from the closed form.",
        .paper = "not in the paper",
        .mutant = "The rate's factor 4 is taken as 4 (1 + 1e-9)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = gaussian_case({.smallest_d = 2,
                                     .largest_d = 4,
                                     .even_d = true,
                                     .rotation = true,
                                     .one_angle = true,
                                     .positive_sigma = true,
                                     .isotropic = true});
    return with_list(base, "push", integers_in(20, -8, 8));
  }
  std::vector<Case> planted() const override {
    return {planted_case(2, 120, 64, 1), planted_case(4, 60, 256, -3), planted_case(2, 170, 26, 2)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "the only field of zero loss: any A, d = 1 and 2; the rate: every even d, phi in (0, 180) degrees, F > 0",
        {residual_identity(1), residual_identity(2), pair_moments_identity(2), pair_moments_identity(4),
         rotation_identity()});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    const auto used = perturbation(value);
    return has_one_angle(value) && angle > 0 && angle < 180 * 16 && value.integer("sigma") > 0 &&
           value.list("push").size() >= used.size() &&
           std::any_of(used.begin(), used.end(), [](std::int64_t n) { return n != 0; }) &&
           singular_times<double>(perturbed<double>(value)).empty();
  }
  std::vector<std::string> classes(const Case& value) const override { return gaussian_classes(value); }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    using std::isinf;
    using std::sin;
    const int d = static_cast<int>(value.integer("d"));
    const T angle = isotropic_angle<T>(value);
    const auto coupling = rotated_of<T>(value);
    const auto field = pair_field<T>(coupling);
    const auto noise = constant_noise_of<T>(value);
    const T f_squared = noise.sigma * noise.sigma;
    const PairField<T> other = perturbed<T>(value);
    const T size = squared_norm<T>(other.matrix - field.matrix) + squared_norm<T>(other.shift - field.shift);
    const T excess = loss<T>(coupling, {}, other) / size;
    T rate = T(4 * d) * f_squared * sin(angle / T(2)) * sin(angle / T(2)) * (T(1) + angle / sin(angle));
    if (variant == Variant::mutant) {
      rate += rate / T(1000000000);
    }
    const T derivative = -slope_along_contraction<T>(noise, coupling, field);
    const double error = relative_error<T>(derivative, rate);
    const double bound = isotropic_rounding_bound<T>(d, angle);
    const double uniqueness = isinf(excess) ? 1.0 : static_cast<double>(excess);
    return {std::min(1 - error / bound, uniqueness), uniqueness * bound / static_cast<double>(size),
            fmt::format("loss / |perturbation|^2 = {:.6g}; falls at {:.15g}, closed form {:.15g}", uniqueness,
                        static_cast<double>(derivative), static_cast<double>(rate))};
  }

 private:
  static Case::List perturbation(const Case& value) {
    const auto d = static_cast<std::size_t>(value.integer("d"));
    const auto& push = value.list("push");
    return {push.begin(), push.begin() + static_cast<std::ptrdiff_t>(std::min(push.size(), d + d * d))};
  }

  template <RealScalar T>
  static PairField<T> perturbed(const Case& value) {
    PairField<T> field = pair_field<T>(rotated_of<T>(value));
    const Case::List push = perturbation(value);
    const Eigen::Index d = field.dimension();
    for (Eigen::Index i = 0; i < d; ++i) {
      field.shift[i] += T(static_cast<int>(push[static_cast<std::size_t>(i)])) / T(64);
      for (Eigen::Index j = 0; j < d; ++j) {
        field.matrix(i, j) += T(static_cast<int>(push[static_cast<std::size_t>(d + i * d + j)])) / T(64);
      }
    }
    return field;
  }

  /// d/d eps of the loss at Th (1 - eps), eps = 0: the inner product of E g_Th, integrated over t, with -Th.
  template <RealScalar T>
  static T slope_along_contraction(const NoiseSchedule<T>& noise, const Coupling<T>& coupling,
                                   const PairField<T>& field) {
    const auto gap = mismatch<T>(coupling, field);
    const PairField<double> working{convert<double, T>(field.shift), convert<double, T>(field.matrix)};
    const auto rule = graded_rule<T>(field_poles(working), std::numeric_limits<T>::digits10 + 2);
    T slope(0);
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const auto moments = gradient_moments_at_time<T>(noise, field, gap, rule.nodes[i]);
      slope -= rule.weights[i] * inner<T>(moments.mean_matrix, field.matrix);
    }
    return slope;
  }
};

const Registration registered{std::make_unique<NoisePullsTowardsOt>()};

}  // namespace
}  // namespace straightedge::proofs
