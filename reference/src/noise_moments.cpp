#include "noise_moments.hpp"

#include "add_product.hpp"
#include "fixed_matrix.hpp"
#include "noise_moments_double.hpp"
#include "schur.hpp"

#include <straightedge/residual.hpp>

#include <cmath>
#include <optional>

namespace straightedge::internal {
namespace {

using Eigen::Index;

/// |S|^2, |K|^2 and |Y|^2 at one time.
template <class T>
struct SquaredNorms {
  T s, k, y;
};

/// By their definition. Adds weight Y to `mean`.
template <RealScalar T>
SquaredNorms<T> evaluate(const Matrix<T>& form, const T& t, const T& weight, Matrix<T>& mean) {
  const Index d = form.rows();
  const PairField<T> field{Vector<T>::Zero(d), form};
  const Mismatch<T> none{Matrix<T>(d, d), Matrix<T>(d, d), Vector<T>(d), true};
  const GradientExpansion<T> g = gradient_expansion<T>(field, none, t);
  mean += weight * g.cross_noise;
  return {g.position_noise, g.residual_noise, squared_norm<T>(g.cross_noise)};
}

/// 2^result > x for a result of at least 1, three bits of headroom (fixed_matrix.hpp) included.
mpfr_exp_t exponent_above(double x) {
  if (!std::isfinite(x)) {
    throw detail::Overflow{};
  }
  return std::max(std::ilogb(x) + 1, 0) + 4;
}

/// The same in fixed point, for a quasi-triangular Th. With t Th S = I - S no product by Th is left:
///     t K = S^T (I - S),      t Y = S^T (S^T - P),      P = S S^T,
///     t^2 |K|^2 = <P, (I - S)(I - S)^T> = <P, I - 2 S + P>,
/// so that a node costs the triangular inverse, P and one more product, about 5 d^3 / 6 multiplications in all. I - S
/// is smaller than S by a factor of about t |Th|, which loses as many bits; the format has guard bits for kLeast. Where
/// t |Th| is large, entries of S and Y are as much smaller than what their exponents allow; it has some for kMost.
template <RealScalar T>
class FixedPointNodes {
 public:
  static constexpr int L = detail::kLimbs<T>;
  static constexpr double kLeast = 1.0 / 2048;  ///< |t| max |Th_ij|
  static constexpr double kMost = 1024;         ///< the same, at most
  static constexpr double kLargest = 65536;     ///< max |S_ij|

  FixedPointNodes(const Matrix<T>& form, std::size_t nodes)
      : form_(form),
        rough_(convert<double, T>(form)),
        d_(form.rows()),
        columns_(d_, d_),
        scaled_(d_, d_),
        rows_(d_, d_),
        s_columns_(d_, d_),
        s_rows_(d_, d_),
        p_(d_, d_),
        z_(d_, d_),
        v_(d_, d_),
        y_(d_, d_) {
    terms_.reserve(nodes);
    noted_.reserve(nodes * static_cast<std::size_t>(d_ * d_));
    blocks_.resize(d_, 2);
    rough_blocks_.resize(d_, 2);
    for (Index i = 0; i < d_; ++i) {
      block_begin_.push_back(i > 0 && detail::is_pair(form_, i - 1) ? i - 1 : i);
      block_end_.push_back(detail::is_pair(form_, i) ? i + 2 : i + 1);
    }
    if (!rough_.allFinite()) {
      return;  // largest_ = 0: no node is for the format
    }
    largest_ = rough_.cwiseAbs().maxCoeff();
    columns_.exponent = exponent_above(largest_);
    for (Index k = 0; k < d_; ++k) {
      columns_.start(k, block_end(k));
      for (Index m = block_end(k) - 1; m >= 0; --m) {
        columns_.prepend(k, detail::fixed<L>(form_(m, k).backend().data(), columns_.exponent));
      }
    }
  }

  /// Nothing where the format has too few bits. Notes weight Y for the mean.
  std::optional<SquaredNorms<T>> evaluate(const T& t, const T& weight) {
    if (const double size = std::abs(static_cast<double>(t)) * largest_; !(size > kLeast && size < kMost)) {
      return std::nullopt;
    }
    try {
      return evaluate_checked(t, weight);
    } catch (const detail::Overflow&) {
      return std::nullopt;
    }
  }

  /// The sum of weight Y: for each entry an inner product over the nodes. Where t Y has a smaller exponent its factor
  /// gets a larger one, so that all terms share theirs.
  [[nodiscard]] Matrix<T> mean() const {
    Matrix<T> result = Matrix<T>::Zero(d_, d_);
    if (terms_.empty()) {
      return result;
    }
    const auto by_size = [](const Term& a, const Term& b) { return a.size() < b.size(); };
    const mpfr_exp_t exponent = std::max_element(terms_.begin(), terms_.end(), by_size)->size() + 3;
    detail::FixedMatrix<L> factors(1, count());
    detail::FixedMatrix<L> entries(1, count());
    factors.exponent = exponent;
    factors.start(0, count());
    for (Index node = count() - 1; node >= 0; --node) {
      const Term& term = terms_[static_cast<std::size_t>(node)];
      factors.prepend(0, detail::fixed<L>(term.factor.backend().data(), exponent - term.exponent));
    }
    for (Index i = 0; i < d_ * d_; ++i) {
      entries.start(0, count());
      for (Index node = count() - 1; node >= 0; --node) {
        entries.prepend(0, noted_[static_cast<std::size_t>(node * d_ * d_ + i)]);
      }
      result(i / d_, i % d_) = detail::to_real<T>(detail::dot(factors, 0, entries, 0));
    }
    return result;
  }

 private:
  /// Sizes in double, from which the exponents follow.
  struct Sizes {
    double scaled = 0;     ///< max |t D^{-1}|
    double left = 0;       ///< max |G|
    double inverse = 0;    ///< max |S|
    double row = 0;        ///< max_i |row i of S|
    double column = 0;     ///< max_j |column j of S|
    double frobenius = 0;  ///< |S|
  };

  [[nodiscard]] Index count() const { return static_cast<Index>(terms_.size()); }
  [[nodiscard]] Index block_begin(Index i) const { return block_begin_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] Index block_end(Index i) const { return block_end_[static_cast<std::size_t>(i)]; }

  /// The inverse of each diagonal block of I + t Th: row i holds its entries in row i.
  template <class U>
  static void invert_blocks(const Matrix<U>& form, const U& t, Eigen::Matrix<U, Eigen::Dynamic, 2>& inverse) {
    for (Index i = 0; i < form.rows(); ++i) {
      const U a = U(1) + t * form(i, i);
      if (!detail::is_pair(form, i)) {
        inverse(i, 0) = U(1) / a;
        continue;
      }
      const U b = t * form(i, i + 1);
      const U c = t * form(i + 1, i);
      const U e = U(1) + t * form(i + 1, i + 1);
      const U reciprocal = U(1) / U(a * e - b * c);
      inverse(i, 0) = e * reciprocal;
      inverse(i, 1) = -(b * reciprocal);
      inverse(i + 1, 0) = -(c * reciprocal);
      inverse(i + 1, 1) = a * reciprocal;
      ++i;
    }
  }

  /// S in double, as below.
  Sizes sizes(double t) {
    invert_blocks<double>(rough_, t, rough_blocks_);
    Sizes result;
    rough_left_.setZero(d_, d_);
    rough_inverse_.setZero(d_, d_);
    for (Index i = 0; i < d_; ++i) {
      for (Index m = block_begin(i); m < block_end(i); ++m) {
        const double entry = t * rough_blocks_(i, m - block_begin(i));
        result.scaled = std::max(result.scaled, std::abs(entry));
        for (Index k = block_end(i); k < d_; ++k) {
          rough_left_(k, i) += entry * rough_(m, k);  // transposed: its columns lie together
        }
      }
    }
    for (Index j = 0; j < d_; ++j) {
      for (Index i = block_end(j) - 1; i >= block_begin(j); --i) {
        rough_inverse_(i, j) = rough_blocks_(i, j - block_begin(j));
      }
      for (Index i = block_begin(j) - 1; i >= 0; --i) {
        double sum = 0;
        for (Index k = block_end(i); k < block_end(j); ++k) {
          sum -= rough_left_(k, i) * rough_inverse_(k, j);
        }
        rough_inverse_(i, j) = sum;
      }
    }
    result.left = rough_left_.cwiseAbs().maxCoeff();
    result.inverse = rough_inverse_.cwiseAbs().maxCoeff();
    result.row = rough_inverse_.rowwise().norm().maxCoeff();
    result.column = rough_inverse_.colwise().norm().maxCoeff();
    result.frobenius = rough_inverse_.norm();
    return result;
  }

  SquaredNorms<T> evaluate_checked(const T& t, const T& weight) {
    const Sizes size = sizes(static_cast<double>(t));
    if (!(size.inverse < kLargest)) {
      throw detail::Overflow{};
    }
    invert(t, size);
    SquaredNorms<T> result;
    result.s = gram();
    const T reciprocal = T(1) / t;
    const T reciprocal_squared = reciprocal * reciprocal;
    result.k = reciprocal_squared * residual();
    y_.exponent = exponent_above(size.column * size.row * (1 + size.frobenius));
    result.y = reciprocal_squared * cross();
    note(T(weight * reciprocal));
    return result;
  }

  /// S by columns and by rows. With the diagonal blocks D of I + t Th and G = D^{-1} t Th off them, column j of S is
  /// x = D^{-1} e_j - G x.
  void invert(const T& t, const Sizes& size) {
    scaled_.exponent = exponent_above(size.scaled);
    rows_.exponent = exponent_above(size.left);
    s_columns_.exponent = s_rows_.exponent = p_.exponent = z_.exponent = v_.exponent =
        exponent_above(std::max(size.inverse, size.row * size.row));
    invert_blocks<T>(form_, t, blocks_);
    for (Index i = 0; i < d_; ++i) {
      scaled_.start(i, block_end(i));
      for (Index m = block_end(i) - 1; m >= block_begin(i); --m) {
        const T entry = t * blocks_(i, m - block_begin(i));
        scaled_.prepend(i, detail::fixed<L>(entry.backend().data(), scaled_.exponent));
      }
      rows_.start(i, d_);
      for (Index k = d_ - 1; k >= block_end(i); --k) {
        rows_.prepend(i, detail::truncated(detail::dot(scaled_, i, columns_, k), rows_.exponent));
      }
    }
    for (Index j = 0; j < d_; ++j) {
      s_columns_.start(j, block_end(j));
      for (Index i = block_end(j) - 1; i >= block_begin(j); --i) {
        s_columns_.prepend(j, detail::fixed<L>(blocks_(i, j - block_begin(j)).backend().data(), s_columns_.exponent));
      }
      for (Index i = block_begin(j) - 1; i >= 0; --i) {
        detail::FixedSum<L> sum;
        sum -= detail::dot(rows_, i, s_columns_, j, block_end(i));
        s_columns_.prepend(j, detail::truncated(sum, s_columns_.exponent));
      }
    }
    for (Index i = 0; i < d_; ++i) {
      s_rows_.start(i, d_);
      for (Index j = d_ - 1; j >= block_begin(i); --j) {
        s_rows_.prepend(i, s_columns_.entry(j, i));
      }
    }
  }

  /// P, S - P and I - 2 S + P. Returns |S|^2 = tr P.
  T gram() {
    detail::FixedSum<L> trace;
    const detail::FixedEntry<L> one = detail::fixed_one<L>(p_.exponent);
    const detail::FixedEntry<L> zero = detail::fixed_zero<L>();
    for (Index i = 0; i < d_; ++i) {
      p_.start(i, d_);
      z_.start(i, d_);
      v_.start(i, d_);
      for (Index j = d_ - 1; j >= 0; --j) {
        if (j < i) {
          p_.prepend(i, p_.entry(j, i));
        } else {
          const detail::FixedSum<L> sum = detail::dot(s_rows_, i, s_rows_, j);
          if (i == j) {
            trace += sum;
          }
          p_.prepend(i, detail::truncated(sum, p_.exponent));
        }
        const detail::FixedEntry<L>& s = j >= block_begin(i) ? s_rows_.entry(i, j) : zero;
        z_.prepend(i, detail::minus<L>(s, p_.entry(i, j)));
        const detail::FixedEntry<L> rest = detail::minus<L>(detail::minus<L>(zero, s), z_.entry(i, j));
        v_.prepend(i, i == j ? detail::plus<L>(rest, one) : rest);
      }
    }
    return detail::to_real<T>(trace);
  }

  /// t^2 |K|^2
  T residual() const {
    detail::FixedSum<L> sum;
    for (Index i = 0; i < d_; ++i) {
      sum += detail::dot(p_, i, v_, i);
    }
    return detail::to_real<T>(sum);
  }

  /// t Y, and t^2 |Y|^2.
  T cross() {
    detail::FixedSum<L> sum;
    for (Index i = 0; i < d_; ++i) {
      y_.start(i, d_);
      for (Index j = d_ - 1; j >= 0; --j) {
        y_.prepend(i, detail::truncated(detail::dot(s_columns_, i, z_, j), y_.exponent));
      }
      sum += detail::dot(y_, i, y_, i);
    }
    return detail::to_real<T>(sum);
  }

  /// Notes factor t Y for the mean.
  void note(const T& factor) {
    if (!mpfr_regular_p(factor.backend().data())) {
      throw detail::Overflow{};  // zero and NaN have no exponent
    }
    terms_.push_back({factor, y_.exponent});
    for (Index i = 0; i < d_; ++i) {
      for (Index j = 0; j < d_; ++j) {
        noted_.push_back(y_.entry(i, j));
      }
    }
  }

  struct Term {
    T factor;
    mpfr_exp_t exponent;  ///< of t Y
    [[nodiscard]] mpfr_exp_t size() const { return exponent + mpfr_get_exp(factor.backend().data()); }
  };

  const Matrix<T>& form_;
  Matrix<double> rough_, rough_left_, rough_inverse_;
  double largest_ = 0;
  Eigen::Matrix<double, Eigen::Dynamic, 2> rough_blocks_;
  Eigen::Matrix<T, Eigen::Dynamic, 2> blocks_;
  Index d_;
  std::vector<Index> block_begin_, block_end_;
  detail::FixedMatrix<L> columns_;  ///< Th by columns
  detail::FixedMatrix<L> scaled_;   ///< t D^{-1}
  detail::FixedMatrix<L> rows_;     ///< G
  detail::FixedMatrix<L> s_columns_, s_rows_;
  detail::FixedMatrix<L> p_;                  ///< P
  detail::FixedMatrix<L> z_;                  ///< S - P
  detail::FixedMatrix<L> v_;                  ///< I - 2 S + P
  detail::FixedMatrix<L> y_;                  ///< t Y
  std::vector<Term> terms_;                   ///< of the mean
  std::vector<detail::FixedEntry<L>> noted_;  ///< t Y of each term, by rows
};

}  // namespace

template <RealScalar T>
NoiseMoments<T> noise_moments(const Matrix<T>& form, const QuadratureRule<T>& rule, const std::vector<T>& scale) {
  if constexpr (std::same_as<T, double>) {
    if (const std::optional<NoiseMoments<double>> moments = noise_moments_in_lanes(form, rule, scale)) {
      return *moments;
    }
  }
  NoiseMoments<T> result;
  Matrix<T> mean = Matrix<T>::Zero(form.rows(), form.cols());
  const auto add = [&](const SquaredNorms<T>& norms, const T& weight, const T& w) {
    result.residual += weight * norms.k;
    result.product += weight * w * (norms.k * norms.s + T(2) * norms.y);
  };
  if constexpr (detail::kIsMpfr<T>) {
    FixedPointNodes<T> nodes(form, rule.nodes.size());
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const T weight = rule.weights[i] * scale[i];
      const std::optional<SquaredNorms<T>> norms = nodes.evaluate(rule.nodes[i], weight);
      add(norms ? *norms : evaluate<T>(form, rule.nodes[i], weight, mean), weight, scale[i]);
    }
    mean += nodes.mean();
  } else {
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const T weight = rule.weights[i] * scale[i];
      add(evaluate<T>(form, rule.nodes[i], weight, mean), weight, scale[i]);
    }
  }
  result.mean = squared_norm<T>(mean);
  return result;
}

#define STRAIGHTEDGE_INSTANTIATE(T) \
  template NoiseMoments<T> noise_moments<T>(const Matrix<T>&, const QuadratureRule<T>&, const std::vector<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge::internal
