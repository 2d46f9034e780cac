#include "noise_moments_double.hpp"

#include "schur.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace straightedge::internal {
namespace {

constexpr std::size_t kNodes = 4;  // side by side

template <int Width>
struct Lanes {
  using Vector [[gnu::vector_size(8 * Width)]] = double;
};
using Two = Lanes<2>::Vector;
using Four = Lanes<4>::Vector;

/// An entry of a matrix. Aligned as the processor that has such vectors wants it: by itself the type is so only where
/// the compiler may use that processor's instructions.
template <class V>
struct alignas(sizeof(V)) Entry {
  V value;
};
template <class V>
using Entries = std::vector<Entry<V>>;

/// Th by rows, and the ends of its diagonal blocks.
struct Form {
  explicit Form(const Matrix<double>& form) : d(static_cast<std::size_t>(form.rows())), th(d * d), begin(d), end(d) {
    for (std::size_t i = 0; i < d; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      begin[i] = i > 0 && detail::is_pair(form, row - 1) ? i - 1 : i;
      end[i] = detail::is_pair(form, row) ? i + 2 : i + 1;
      for (std::size_t j = 0; j < d; ++j) {
        th[i * d + j] = form(row, static_cast<Eigen::Index>(j));
      }
    }
  }

  std::size_t d;
  std::vector<double> th;
  std::vector<std::size_t> begin, end;
};

/// |S|^2, |K|^2 and |Y|^2 at each of the nodes.
struct Norms {
  std::array<double, kNodes> s, k, y;
};

/// A number, or the numbers at all nodes.
inline double value_of(double x) {
  return x;
}
template <class V>
[[gnu::always_inline]] inline const V& value_of(const Entry<V>& x) {
  return x.value;
}

/// The sums of products of two rows with two others, over a range of their entries.
template <class V>
struct Products {
  V first_first{}, first_second{}, second_first{}, second_second{};

  template <class X>
  [[gnu::always_inline]] void add(const X* first, const X* second, const Entry<V>* with_first,
                                  const Entry<V>* with_second, std::size_t begin, std::size_t end) {
    for (std::size_t m = begin; m < end; ++m) {
      first_first += value_of(first[m]) * with_first[m].value;
      first_second += value_of(first[m]) * with_second[m].value;
      second_first += value_of(second[m]) * with_first[m].value;
      second_second += value_of(second[m]) * with_second[m].value;
    }
  }
};

/// What is computed at a few nodes: with V = Th S,
///     row i of S = row i of D^{-1} (I - t R),   V = R + (diagonal blocks of Th) S,
/// where R, strictly above the diagonal blocks D of I + t Th, is what of Th S is known once the rows below have been;
/// then two rows at a time of K = S^T V and Y = K S^T. About d^3 multiplications a node, and no I - S is formed.
template <class V>
class Nodes {
 public:
  explicit Nodes(const Form& form)
      : form_(form),
        s_rows_(form.d * form.d),
        s_columns_(s_rows_.size()),
        v_columns_(s_rows_.size()),
        k_(2 * form.d),
        mean_(kLoads * s_rows_.size()) {}

  /// With the nodes' times; adds weight Y to the mean.
  [[gnu::always_inline]] void evaluate(const double* times, const double* weights, Norms& norms) {
    for (std::size_t load = 0; load < kLoads; ++load) {
      const std::size_t first = load * kWidth;
      evaluate_load(times + first, weights + first, mean_.data() + load * s_rows_.size());
      std::memcpy(norms.s.data() + first, &norm_s_, sizeof(V));
      std::memcpy(norms.k.data() + first, &norm_k_, sizeof(V));
      std::memcpy(norms.y.data() + first, &norm_y_, sizeof(V));
    }
  }

  /// |sum of weight Y|^2
  [[nodiscard]] double squared_mean() const {
    double result = 0;
    for (std::size_t i = 0; i < s_rows_.size(); ++i) {
      std::array<double, kNodes> sum{};
      for (std::size_t load = 0; load < kLoads; ++load) {
        std::memcpy(sum.data() + load * kWidth, &mean_[load * s_rows_.size() + i], sizeof(V));
      }
      const double entry = (sum[0] + sum[1]) + (sum[2] + sum[3]);
      result += entry * entry;
    }
    return result;
  }

 private:
  static constexpr std::size_t kWidth = sizeof(V) / sizeof(double);
  static constexpr std::size_t kLoads = kNodes / kWidth;

  [[gnu::always_inline]] void evaluate_load(const double* times, const double* weights, Entry<V>* mean) {
    const std::size_t d = form_.d;
    V t;
    V weight;
    std::memcpy(&t, times, sizeof(V));
    std::memcpy(&weight, weights, sizeof(V));
    norm_s_.value = norm_k_.value = norm_y_.value = V{};
    for (std::size_t end = d; end > 0; end = form_.begin[end - 1]) {
      rows_of_block(form_.begin[end - 1], end, t);
    }
    for (std::size_t i = 0; i < d; i += 2) {
      rows_of_k(i, std::min(i + 1, d - 1));
      rows_of_y(i, std::min(i + 1, d - 1), weight, mean);
    }
  }

  /// Rows begin to end - 1 of S and V, those of one diagonal block.
  [[gnu::always_inline]] void rows_of_block(std::size_t begin, std::size_t end, const V& t) {
    const std::size_t d = form_.d;
    const std::size_t p = begin;
    const std::size_t q = end - 1;
    const double* th_p = form_.th.data() + p * d;
    const double* th_q = form_.th.data() + q * d;
    const V a = 1.0 + t * th_p[p];
    const V b = p == q ? V{} : t * th_p[q];
    const V c = p == q ? V{} : t * th_q[p];
    const V e = p == q ? V{} + 1.0 : 1.0 + t * th_q[q];
    const V reciprocal = 1.0 / (a * e - b * c);
    const double off_p = p == q ? 0 : th_p[q];  // of Th, in the block
    for (std::size_t j = end; j < d; j += 2) {
      const std::size_t next = std::min(j + 1, d - 1);
      Products<V> r;
      r.add(th_p, th_q, &s_columns_[j * d], &s_columns_[next * d], end, form_.end[next]);
      k_[j].value = r.first_first;
      k_[next].value = r.first_second;
      k_[d + j].value = r.second_first;
      k_[d + next].value = r.second_second;
    }
    V norm{};
    for (std::size_t j = begin; j < d; ++j) {
      Entry<V>* column = &s_columns_[j * d];
      const V r_p = j < end ? V{} : k_[j].value;
      const V r_q = j < end ? V{} : k_[d + j].value;
      const V right_p = (j == p ? 1.0 : 0.0) - t * r_p;
      const V right_q = (j == q ? 1.0 : 0.0) - t * r_q;
      const V s_p = reciprocal * (e * right_p - b * right_q);
      s_rows_[p * d + j].value = column[p].value = s_p;
      norm += s_p * s_p;
      if (p == q) {
        v_columns_[j * d + p].value = r_p + th_p[p] * s_p;
        continue;
      }
      const V s_q = reciprocal * (a * right_q - c * right_p);
      s_rows_[q * d + j].value = column[q].value = s_q;
      norm += s_q * s_q;
      v_columns_[j * d + p].value = r_p + (th_p[p] * s_p + off_p * s_q);
      v_columns_[j * d + q].value = r_q + (th_q[p] * s_p + th_q[q] * s_q);
    }
    norm_s_.value += norm;
  }

  /// Rows `first` and `second` of K.
  [[gnu::always_inline]] void rows_of_k(std::size_t first, std::size_t second) {
    const std::size_t d = form_.d;
    V norm{};
    for (std::size_t j = 0; j < d; j += 2) {
      const std::size_t next = std::min(j + 1, d - 1);
      Products<V> k;
      k.add(&s_columns_[first * d], &s_columns_[second * d], &v_columns_[j * d], &v_columns_[next * d], 0,
            std::min(form_.end[second], form_.end[next]));
      k_[j].value = k.first_first;
      k_[d + j].value = k.second_first;
      k_[next].value = k.first_second;
      k_[d + next].value = k.second_second;
    }
    for (std::size_t j = 0; j < d; ++j) {
      norm += k_[j].value * k_[j].value;
      if (second != first) {
        norm += k_[d + j].value * k_[d + j].value;
      }
    }
    norm_k_.value += norm;
  }

  /// The same rows of Y.
  [[gnu::always_inline]] void rows_of_y(std::size_t first, std::size_t second, const V& weight, Entry<V>* mean) {
    const std::size_t d = form_.d;
    V norm{};
    const auto add = [&](std::size_t i, std::size_t j, const V& y) __attribute__((always_inline)) {
      norm += y * y;
      mean[i * d + j].value += weight * y;
    };
    for (std::size_t j = 0; j < d; j += 2) {
      const std::size_t next = std::min(j + 1, d - 1);
      Products<V> y;
      y.add(&k_[0], &k_[d], &s_rows_[j * d], &s_rows_[next * d], form_.begin[j], d);
      add(first, j, y.first_first);
      if (next != j) {
        add(first, next, y.first_second);
      }
      if (second != first) {
        add(second, j, y.second_first);
        if (next != j) {
          add(second, next, y.second_second);
        }
      }
    }
    norm_y_.value += norm;
  }

  const Form& form_;
  Entries<V> s_rows_, s_columns_, v_columns_;  ///< zero below the diagonal blocks
  Entries<V> k_;                               ///< two rows, before of R
  Entries<V> mean_;                            ///< sum of weight Y, a matrix a load
  Entry<V> norm_s_, norm_k_, norm_y_;
};

#if defined(__x86_64__)
#define STRAIGHTEDGE_FOUR_LANES [[gnu::target("avx2")]]
#else
#define STRAIGHTEDGE_FOUR_LANES
#endif

void evaluate(Nodes<Two>& nodes, const double* times, const double* weights, Norms& norms) {
  nodes.evaluate(times, weights, norms);
}
STRAIGHTEDGE_FOUR_LANES void evaluate(Nodes<Four>& nodes, const double* times, const double* weights, Norms& norms) {
  nodes.evaluate(times, weights, norms);
}

template <class V>
std::optional<NoiseMoments<double>> integrate(const Form& form, const QuadratureRule<double>& rule,
                                              const std::vector<double>& scale) {
  NoiseMoments<double> result;
  Nodes<V> nodes(form);
  const auto d = static_cast<double>(form.d);
  const double root_of_d = std::sqrt(d);
  const double norm = std::sqrt(std::inner_product(form.th.begin(), form.th.end(), form.th.begin(), 0.0));
  const double largest_condition = 1 / (4 * d * unit_roundoff<double>());
  const std::size_t count = rule.nodes.size();
  for (std::size_t first = 0; first < count; first += kNodes) {
    std::array<double, kNodes> times{};
    std::array<double, kNodes> weights{};
    for (std::size_t lane = 0; lane < kNodes; ++lane) {
      const std::size_t i = std::min(first + lane, count - 1);  // lanes left over repeat the last node, without weight
      times[lane] = rule.nodes[i];
      weights[lane] = first + lane < count ? rule.weights[i] * scale[i] : 0;
    }
    Norms norms{};
    evaluate(nodes, times.data(), weights.data(), norms);
    for (std::size_t lane = 0; lane < kNodes; ++lane) {
      // The condition of I + t Th in the Frobenius norm; NaN too.
      const double size = root_of_d + std::abs(times[lane]) * norm;
      if (!(size * std::sqrt(norms.s[lane]) < largest_condition)) {
        return std::nullopt;
      }
    }
    for (std::size_t lane = 0; lane < std::min(kNodes, count - first); ++lane) {
      const double w = scale[first + lane];
      result.residual += weights[lane] * norms.k[lane];
      result.product += weights[lane] * w * (norms.k[lane] * norms.s[lane] + 2 * norms.y[lane]);
    }
  }
  result.mean = nodes.squared_mean();
  const bool is_finite = std::isfinite(result.residual) && std::isfinite(result.product) && std::isfinite(result.mean);
  return is_finite ? std::optional(result) : std::nullopt;
}

}  // namespace

LaneWidth widest_lanes() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 ? LaneWidth::four : LaneWidth::two;
#else
  return LaneWidth::two;
#endif
}

std::optional<NoiseMoments<double>> noise_moments_in_lanes(const Matrix<double>& form,
                                                           const QuadratureRule<double>& rule,
                                                           const std::vector<double>& scale, LaneWidth width) {
  return width == LaneWidth::four ? integrate<Four>(Form(form), rule, scale) : integrate<Two>(Form(form), rule, scale);
}

}  // namespace straightedge::internal
