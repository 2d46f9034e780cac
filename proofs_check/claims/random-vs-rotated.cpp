// At the OT field without noise rotated and independent pairing tie at k^2 = (3n - sqrt(n^2 + 12n)) / (4n - 6), n = d +
// 2; below that angle the rotated pairing has the lower gradient variance, above it the independent one.
#include <fmt/format.h>
#include <rapidcheck.h>
#include <isotropic.hpp>
#include <isotropic_identities.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

Case at_offset(int d, std::int64_t offset) {
  return Case{{"d", {d}}, {"offset", {offset}}};
}

class RandomVsRotated final : public TieredClaim<RandomVsRotated> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "random-vs-rotated",
        .label = "beyond the paper",
        .order = 230,
        .statement =
            "At the OT field the rotated pairing has a lower gradient variance than the independent one iff "
            "k^2 < (3n - sqrt(n^2 + 12n))/(4n - 6), n = d + 2; the tie lies below 90 degrees in every dimension.",
        .hypotheses = "M = I, d even, rotation by one angle in (0, 180] degrees in every plane, no noise.",
        .margin =
            "(v_rotated - v_independent)/(v_rotated + v_independent) divided by (k^2 - tie)/tie: positive iff the "
            "order "
            "changes at the tie.",
        .refuted_by = "An angle on the wrong side of the tie, or a tie at or above 90 degrees.",
        .paper = "states one side of it, at 120 degrees (Fig. 5)",
        .mutant = "The tie's n^2 + 12 n is taken as (n^2 + 12 n)(1 + 1e-3)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto dimension = rc::gen::map(integer_in(1, 8), [](std::int64_t half) { return Case{{"d", {2 * half}}}; });
    return with_list(dimension, "offset", integers_in(1, -4000, 4000));
  }
  std::vector<Case> planted() const override {
    // offset -1 lies between the mutant's tie and the true one: sqrt(1 + 1e-3) lowers k^2 by more than 2e-4 of itself.
    return {at_offset(2, -1), at_offset(2, 1), at_offset(4, -1), at_offset(8, -2048), at_offset(32, 256)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "every even d, phi in (0, 180] degrees",
        {zero_field_identity(2), zero_field_identity(4), rotation_identity(), tie_identity()});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t d = value.integer("d");
    const std::int64_t offset = value.integer("offset");
    return d >= 2 && d % 2 == 0 && offset != 0 && offset > -4096 &&
           tie<double>(static_cast<int>(d), Variant::claim) * (1 + static_cast<double>(offset) / 4096) <= 1;
  }
  std::vector<std::string> classes(const Case& value) const override {
    const std::int64_t offset = value.integer("offset");
    std::vector<std::string> result{fmt::format("d={}", value.integer("d")),
                                    offset > 0 ? "above the tie" : "below the tie"};
    if (std::abs(offset) < 64) {
      result.emplace_back("near the tie");
    }
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    using std::asin;
    using std::sqrt;
    const int d = static_cast<int>(value.integer("d"));
    const T k_squared = tie<T>(d, Variant::claim) * (T(1) + T(static_cast<int>(value.integer("offset"))) / T(4096));
    const T angle = T(2) * asin(T(sqrt(k_squared)));
    Matrix<T> rotation = Matrix<T>::Identity(d, d);
    for (int i = 0; i < d; i += 2) {
      rotation.block(i, i, 2, 2) = plane_rotation<T>(2, 0, 1, angle);
    }
    const Gaussian<T> target = standard_gaussian<T>(d);
    const auto field = optimal_transport_field<T>(target);
    const T rotated = gradient_variance<T>(rotated_coupling<T>(target, rotation), {}, field);
    const T independent = gradient_variance<T>(independent_coupling<T>(target), {}, field);
    const T claimed = tie<T>(d, variant);
    const double gap = static_cast<double>(T((k_squared - claimed) / claimed));
    const double slope = relative_excess<T>(rotated, independent) / gap;
    const double below_right_angle = static_cast<double>(T(T(1) / T(2) - claimed));
    const double bound = static_cast<double>(T(T(64 * d) * unit_roundoff<T>() / sqrt(k_squared))) / std::abs(gap);
    return {
        std::min(slope, below_right_angle > 0 ? slope : -1.0), bound,
        fmt::format("k^2 {:.12g}, tie {:.12g}: rotated {:.12g}, independent {:.12g}", static_cast<double>(k_squared),
                    static_cast<double>(claimed), static_cast<double>(rotated), static_cast<double>(independent))};
  }

 private:
  template <RealScalar T>
  static T tie(int d, Variant variant) {
    using std::sqrt;
    const T n(d + 2);
    T radicand = n * n + T(12) * n;
    if (variant == Variant::mutant) {
      radicand += radicand / T(1000);
    }
    return (T(3) * n - sqrt(radicand)) / (T(4) * n - T(6));
  }
};

const Registration registered{std::make_unique<RandomVsRotated>()};

}  // namespace
}  // namespace straightedge::proofs
