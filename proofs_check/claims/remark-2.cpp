// Remark 2: with noise the interpolant no longer determines the pair, nor, for A != I, the regression target.
//
// Two explicit witnesses that share x_t: for any h,
//   (x0, z)  and  (x0 + h, z - ((1-t) I + t A) h / f),
// whose targets X1 - X0 = mu + (A - I) x0 differ by (A - I) h. Here h is the axis with the longest column of A - I.
#include <claim.hpp>
#include <generators.hpp>

#include <fmt/format.h>
#include <straightedge/coupling.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {
namespace {

// (I - A) = 0 iff M = I and R turns by full turns only.
bool is_identity(const Case& value) {
  const auto all = [&](const char* key, std::int64_t divisor) {
    return !value.has(key) || std::all_of(value.list(key).begin(), value.list(key).end(),
                                          [=](std::int64_t n) { return n % divisor == 0; });
  };
  const bool no_scale =
      std::all_of(value.list("root").begin(), value.list("root").end(), [](std::int64_t n) { return n == 0; });
  return no_scale && all("angles", 360 * 16) && value.integer_or("reflect", 0) == 0;
}

template <class T>
Vector<T> leading(const Case& value, const std::string& key, Eigen::Index d) {
  const Case::List& entries = value.list(key);
  Vector<T> x(d);
  for (Eigen::Index k = 0; k < d; ++k) {
    const auto index = static_cast<std::size_t>(k);
    x(k) = index < entries.size() ? T(T(entries[index]) / T(64)) : T(0);
  }
  return x;
}

template <class T>
Vector<T> apply(const Matrix<T>& a, const Vector<T>& x) {
  return product<T>(a, x);
}

template <class T>
Eigen::Index longest_column(const Matrix<T>& a) {
  Eigen::Index longest = 0;
  for (Eigen::Index k = 1; k < a.cols(); ++k) {
    if (a.col(k).squaredNorm() > a.col(longest).squaredNorm()) {
      longest = k;
    }
  }
  return longest;
}

class NoiseBlursThePair final : public TieredClaim<NoiseBlursThePair> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "remark-2",
        .label = "Remark 2",
        .order = 150,
        .statement =
            "With noise, (x0, z) -> x_t is not injective at any t; and for A != I neither is the regression target "
            "X1 - X0 a function of (x_t, t): (x0, z) and (x0 + h, z - ((1-t) I + t A) h / f) share x_t, and their "
            "targets differ by (A - I) h.",
        .hypotheses = "X1 = mu + A X0, A = M^{1/2} R, A != I; f(t) > 0.",
        .margin =
            "The smaller of 1 - |x_t - x_t'| / (rounding bound) and |target - target'| / (|A - I|_F |h|), which is at "
            "least d^{-1/2} for the axis h with the longest column of A - I.",
        .refuted_by = "The two samples have different x_t, or the same target.",
        .paper = "holds",
        .mutant = "The second sample has z - ((1-t) I + t A^T) h / f.",
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    auto value = gaussian_case({.rotation = true, .reflection = true, .positive_sigma = true, .time = true});
    value = with_list(std::move(value), "x0", integers_in(8, -256, 256));
    return with_list(std::move(value), "z", integers_in(8, -256, 256));
  }

  std::vector<Case> planted() const override {
    const Case::List x0{64, -32, 16, 8, 4, 2, 1, 0};
    const Case::List z{-64, 5, 6, 7, 0, 0, 1, 9};
    const auto with_points = [&](Case value) { return value.set("x0", x0).set("z", z); };
    return {
        with_points({{"d", {1}}, {"root", {8}}, {"sigma", {1}}, {"time", {2048}}}),
        with_points({{"d", {2}}, {"root", {0, 0}}, {"angles", {120 * 16}}, {"sigma", {13}}, {"time", {2048}}}),
        with_points({{"d", {2}}, {"root", {0, 0}}, {"angles", {1}}, {"sigma", {256}}, {"time", {4096}}}),
        with_points({{"d", {2}}, {"root", {6, -4}}, {"angles", {180 * 16}}, {"sigma", {13}}, {"time", {1000}}}),
        with_points({{"d", {3}},
                     {"root", {8, 0, -8}},
                     {"frame", {5, -3, 7}},
                     {"mean", {16000, 0, -16000}},
                     {"angles", {90 * 16}},
                     {"planes", {1, 2, 3}},
                     {"sigma", {77}},
                     {"time", {3000}}}),
    };
  }

  bool admits(const Case& value) const override { return value.integer("sigma") > 0 && !is_identity(value); }

  std::vector<std::string> classes(const Case& value) const override {
    auto result = gaussian_classes(value);
    const std::int64_t time = value.integer("time");
    result.emplace_back(time == 0 ? "t=0" : time == 4096 ? "t=1" : "t inside");
    return result;
  }

  template <RealScalar T>
  [[nodiscard]] Judgement judge_in(const Case& value, Variant variant) const {
    using std::sqrt;
    const Coupling<T> coupling = rotated_of<T>(value);
    const Eigen::Index d = coupling.dimension();
    const Matrix<T>& a = coupling.cross;
    const Vector<T>& mu = coupling.target.mean;
    const Matrix<T> difference = a - Matrix<T>::Identity(d, d);
    const T t = time_of<T>(value);
    const T f = constant_noise_of<T>(value).sigma;

    const Vector<T> x0 = leading<T>(value, "x0", d);
    const Vector<T> z = leading<T>(value, "z", d);
    const Vector<T> h = Vector<T>::Unit(d, longest_column(difference));
    const Matrix<T> turned = variant == Variant::claim ? a : Matrix<T>(a.transpose());
    const Vector<T> other_x0 = x0 + h;
    const Vector<T> other_z = z - ((T(1) - t) * h + t * apply(turned, h)) / f;

    const auto target_of_source = [&](const Vector<T>& x) { return Vector<T>(mu + apply(a, x) - x); };
    const auto interpolant = [&](const Vector<T>& x, const Vector<T>& noise) {
      return Vector<T>((T(1) - t) * x + t * (mu + apply(a, x)) + f * noise);
    };
    const T missed = (interpolant(other_x0, other_z) - interpolant(x0, z)).norm();
    const T parted = (target_of_source(other_x0) - target_of_source(x0)).norm();

    // Each of the terms below is rounded at most 2d + 8 times on its way into x_t, and twice that into the difference.
    const T size = other_x0.norm() + x0.norm() + h.norm();
    const T terms = size + mu.norm() + T(sqrt(squared_norm(a))) * size + f * (z.norm() + other_z.norm());
    const T rounding = T(static_cast<int>(4 * d + 16)) * unit_roundoff<T>() * terms;
    const T scale = T(sqrt(squared_norm(difference)));
    const auto share = static_cast<double>(T(parted / scale));
    const auto uncertainty = static_cast<double>(T(rounding / scale));
    const double same = 1.0 - static_cast<double>(T(missed / rounding));
    const std::string detail =
        fmt::format("|x_t - x_t'| = {:.3g} of its rounding bound, targets apart by {:.6g} |A - I|", 1.0 - same, share);
    return same < share ? Judgement{same, 0.0, detail} : Judgement{share, uncertainty, detail};
  }
};

const Registration registered{std::make_unique<NoiseBlursThePair>()};

}  // namespace
}  // namespace straightedge::proofs
