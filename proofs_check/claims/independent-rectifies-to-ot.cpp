// The first rectified flow of the independent coupling, and of every symmetric C that commutes with M, is the OT map;
// with constant noise it is ((M + F I)/(1 + F))^{1/2}. A symmetric C that does not commute fails.
#include <fmt/format.h>
#include <claim.hpp>
#include <generators.hpp>
#include <isotropic_identities.hpp>
#include <straightedge/reflow.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {
namespace {

/// `correlation` n_i: C = Q diag(n_i r_i / 16) Q^T in the eigenvectors Q of M^{1/2} = Q diag(r_i) Q^T. `twist` turns
/// C's eigenvectors away from M's: such a case is on the other side of the claim.
Case planted_case(Case::List root, Case::List correlation, std::int64_t sigma, std::int64_t twist) {
  Case value;
  value.set("d", static_cast<std::int64_t>(root.size())).set("root", std::move(root)).set("sigma", sigma);
  return value.set("correlation", std::move(correlation)).set("twist", twist);
}

class IndependentRectifiesToOt final : public TieredClaim<IndependentRectifiesToOt> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "independent-rectifies-to-ot",
        .label = "beyond the paper",
        .order = 240,
        .statement =
            "The first rectified flow of the independent coupling, and of every symmetric C that commutes with M, is "
            "the OT map M^{1/2}; with constant noise it is ((M + F I)/(1 + F))^{1/2}. A symmetric C that does not "
            "commute with M misses it.",
        .hypotheses =
            "Any d; C symmetric with M - C^2 positive semidefinite; noise none or constant; no singular time.",
        .margin =
            "Commuting: 1 - |Phi - ((M + F I)/(1 + F))^{1/2}|_F / (rounding bound). Not commuting: the distance "
            "relative to |Phi|_F, less 1e-6.",
        .refuted_by =
            "A commuting C whose flow is another map, or a planted C that does not commute whose flow is the OT map.",
        .paper = "not in the paper",
        .mutant = "1 + F in the denominator is taken as 1 + F (1 + 1e-9), and M as M (1 + 1e-9) without noise."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = gaussian_case({.largest_d = 6, .sigma = true, .largest_condition = 1e6});
    return with_list(with_list(base, "correlation", integers_in(6, -12, 16)), "twist", integers_in(1, 0, 0));
  }
  std::vector<Case> planted() const override {
    return {planted_case({8, 0}, {0, 0}, 0, 0),   planted_case({8, -3, 4}, {0, 0, 0}, 128, 0),
            planted_case({8, -8}, {8, -4}, 0, 0), planted_case({8, -8}, {12, -8}, 64, 0),
            planted_case({8, -8}, {8, -8}, 0, 5), planted_case({16, 0}, {4, -10}, 64, 3)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "every symmetric C that commutes with M, with M - C^2 positive semidefinite and no singular time, d = 1 to 6, "
        "F >= 0 (not: that one that does not commute misses it)",
        {symmetric_coupling_identity(1), symmetric_coupling_identity(2), symmetric_coupling_identity(3),
         symmetric_coupling_identity(4), symmetric_coupling_identity(5), symmetric_coupling_identity(6)});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const auto& correlation = value.list("correlation");
    // n_i = -16 without noise has a singular time; near it the flow is as slow as it is ill-conditioned.
    return std::all_of(correlation.begin(), correlation.end(), [](std::int64_t n) { return n >= -12 && n <= 16; }) &&
           correlation.size() >= value.list("root").size();
  }
  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result = gaussian_classes(value);
    const auto& correlation = value.list("correlation");
    const bool independent = std::all_of(correlation.begin(), correlation.end(), [](std::int64_t n) { return n == 0; });
    result.emplace_back(value.integer("twist") != 0 ? "not commuting" : (independent ? "independent" : "commuting"));
    result.emplace_back(value.integer("sigma") == 0 ? "no noise" : "constant noise");
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    using std::sqrt;
    const bool commutes = value.integer("twist") == 0;
    const auto noise = noise_of<T>(value);
    const T f_squared = noise.squared(T(0));
    const Matrix<T> found = minimiser_flow<T>(coupling_of<T>(value), noise).map;
    T falsified(0);
    if (variant == Variant::mutant) {
      falsified = T(1) / T(1000000000);
    }
    const Matrix<T> expected = expected_map<T>(value, f_squared, falsified);
    const double size = static_cast<double>(T(sqrt(squared_norm<T>(found))));
    const double error = static_cast<double>(T(sqrt(squared_norm<T>(found - expected))));
    const std::string detail = fmt::format("|Phi - OT| = {:.3g}, |Phi| = {:.3g}", error, size);
    if (!commutes) {
      return {error / size - 1e-6, rounding_bound<T>(value) / size, detail};
    }
    return judge_equality(error, rounding_bound<T>(value), detail);
  }

 private:
  template <RealScalar T>
  static NoiseSchedule<T> noise_of(const Case& value) {
    return value.integer("sigma") == 0 ? NoiseSchedule<T>{} : constant_noise_of<T>(value);
  }

  template <RealScalar T>
  static T root_eigenvalue(std::int64_t e) {
    Case single{{"d", {1}}, {"root", {e}}};
    return root_of<T>(single)(0, 0);
  }

  template <RealScalar T>
  static Matrix<T> frame_of(const Case& value) {
    return orthogonal_frame<T>(static_cast<int>(value.integer("d")),
                               value.has("frame") ? value.list("frame") : Case::List{});
  }

  template <RealScalar T>
  static Coupling<T> coupling_of(const Case& value) {
    const int d = static_cast<int>(value.integer("d"));
    const auto& root = value.list("root");
    const auto& correlation = value.list("correlation");
    Vector<T> c(d);
    if (value.integer("twist") != 0) {
      // Turned eigenvectors need a C small enough to stay admissible: |C| <= smallest eigenvalue of M^{1/2}.
      const auto least = *std::min_element(root.begin(), root.end());
      for (int i = 0; i < d; ++i) {
        c[i] = T(static_cast<int>(correlation[static_cast<std::size_t>(i)])) / T(16) * root_eigenvalue<T>(least);
      }
    } else {
      for (int i = 0; i < d; ++i) {
        const auto k = static_cast<std::size_t>(i);
        c[i] = T(static_cast<int>(correlation[k])) / T(16) * root_eigenvalue<T>(root[k]);
      }
    }
    Matrix<T> frame = frame_of<T>(value);
    if (value.integer("twist") != 0) {
      Case::List turns(static_cast<std::size_t>(d * (d - 1) / 2), value.integer("twist"));
      frame = product<T>(frame, orthogonal_frame<T>(d, turns));
    }
    const Matrix<T> scaled = frame * c.asDiagonal();
    const Gaussian<T> target = target_of<T>(value);
    const Matrix<T> cross = product<T>(scaled, frame.transpose());
    const Matrix<T> spread = target.covariance - product<T>(cross, cross.transpose());
    return {CouplingKind::gaussian, target, cross, spread};
  }

  template <RealScalar T>
  static Matrix<T> expected_map(const Case& value, const T& f_squared, const T& falsified) {
    using std::sqrt;
    const int d = static_cast<int>(value.integer("d"));
    const Matrix<T> frame = frame_of<T>(value);
    Vector<T> values(d);
    for (int i = 0; i < d; ++i) {
      const T r = root_eigenvalue<T>(value.list("root")[static_cast<std::size_t>(i)]);
      const T m = f_squared == T(0) ? T(r * r * (T(1) + falsified)) : T(r * r);
      values[i] = sqrt(T((m + f_squared) / (T(1) + f_squared * (T(1) + falsified))));
    }
    const Matrix<T> scaled = frame * values.asDiagonal();
    return product<T>(scaled, frame.transpose());
  }

  /// Sigma_t has condition at most (1 + |M|)(1 + 1/min eigenvalue) up to the factor 8 that correlations down to -12/16
  /// cost; the flow's rounding accumulates over a few hundred products of d x d matrices.
  template <RealScalar T>
  static double rounding_bound(const Case& value) {
    const auto& root = value.list("root");
    const T largest = root_eigenvalue<T>(*std::max_element(root.begin(), root.end()));
    const T least = root_eigenvalue<T>(*std::min_element(root.begin(), root.end()));
    const T condition = (T(1) + largest * largest) * (T(1) + T(1) / (least * least));
    const T d(static_cast<int>(value.integer("d")));
    return static_cast<double>(T(T(8000) * d * unit_roundoff<T>() * condition * (T(1) + largest)));
  }
};

const Registration registered{std::make_unique<IndependentRectifiesToOt>()};

}  // namespace
}  // namespace straightedge::proofs
