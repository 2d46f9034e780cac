#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <common/lanes.hpp>
#include <empirical_velocity/distance.hpp>
#include <empirical_velocity/guess.hpp>
#include <empirical_velocity/products.hpp>
#include <limits>
#include <type_traits>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t smallest_dimension = 32;
// Of p_i: 4 MB in fp32, so that a block stays in the cache. Larger ones were no faster.
constexpr std::int64_t block_elements = std::int64_t{1} << 20;

template <class T>
class Products {
  using S = Arithmetic<T>;

 public:
  explicit Products(const EmpiricalVelocityArguments<T>& arguments)
      : in_(arguments),
        d_(arguments.dimension),
        rows_(std::clamp(block_elements / d_, std::int64_t{64}, std::int64_t{4096})),
        q_(at::empty({in_.queries, d_}, type())),
        p_(at::empty({rows_, d_}, type())),
        level_(at::empty({in_.queries * rows_}, type())),
        weight_(at::empty({in_.queries * rows_}, type())),
        averaged_(at::empty({rows_, d_}, type())),
        product_(at::empty({in_.queries, d_}, type())),
        sum_(at::zeros({in_.queries, d_}, type())),
        p_norm_(static_cast<std::size_t>(rows_)),
        is_used_(static_cast<std::size_t>(rows_)) {
    for (std::int64_t b = 0; b < in_.queries; ++b) {
      factors_.push_back(query_factors<S>(in_.schedule, in_.pairing, double(load(in_.t[b]))));
    }
    const bool is_frozen = in_.pairing == Pairing::frozen;
    if (is_frozen &&
        std::any_of(factors_.begin(), factors_.end(), [](const auto& f) { return f.noise_target != S(0); })) {
      point_sum_ = at::zeros({in_.queries, d_}, type());
    }
    states_.resize(factors_.size());
  }

  void run() {
    form_queries();
    if (in_.bank >= 2 * rows_) {
      begin_with_guesses();
    }
    for (std::int64_t first = 0; first < in_.bank; first += rows_) {
      const std::int64_t rows = std::min(rows_, in_.bank - first);
      if (in_.pairing == Pairing::frozen) {
        form_points<Pairing::frozen>(first, rows);
      } else {
        form_points<Pairing::resampled>(first, rows);
      }
      at::Tensor level = level_.narrow(0, 0, in_.queries * rows).view({in_.queries, rows});
      at::mm_out(level, q_, p_.narrow(0, 0, rows).t());
      weigh(rows, level);
      average(first, rows, level);
    }
    store_velocities();
  }

 private:
  struct State {
    S q_norm = S(0);
    S maximum = -std::numeric_limits<S>::infinity();
    S weight_sum = S(0);
    bool has_weight = false;  ///< in the last block
  };

  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

  template <class Work>
  void each_query(const Work& work) {
    at::parallel_for(0, in_.queries, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        work(b);
      }
    });
  }

  static at::TensorOptions type() { return at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value); }

  void form_queries() {
    S* q = q_.template data_ptr<S>();
    each_query([&](std::int64_t b) {
      S* row = q + b * d_;
      for (std::int64_t j = 0; j < d_; ++j) {
        const S c0 = in_.pairing == Pairing::frozen ? S(load(in_.x0[j])) : S(0);
        row[j] = centred_query(factors_[index(b)], in_.pairing, S(load(in_.x[b * d_ + j])), c0, S(load(in_.x1[j])));
      }
      states_[index(b)].q_norm = sum_in_lanes<S>(d_, [row](std::int64_t j) { return row[j] * row[j]; });
    });
  }

  /// Lets a query's largest l begin with the l of a row that may well be its nearest: less what rounding may add to it,
  /// so that the row itself reaches it when it is met.
  void begin_with_guesses() {
    const S* q = q_.template data_ptr<S>();
    const std::vector<std::int64_t> guesses = NearestGuess<T>(in_, factors_, q).rows_of_queries();
    each_query([&](std::int64_t b) {
      State& state = states_[index(b)];
      const QueryFactors<S>& factors = factors_[index(b)];
      const S distance = squared_distance_to_point(in_, factors, q + b * d_, guesses[index(b)]);
      // |p| <= |q| + |q - p|, and each sum of D has d + 8 roundings at most.
      const S size = S(2) * std::sqrt(state.q_norm) + std::sqrt(distance);
      const S rounding = S(2) * static_cast<S>(d_ + 8) * std::numeric_limits<S>::epsilon() * size * size;
      const S l = -(distance + rounding) / factors.spread;
      state.maximum = larger(state.maximum, l);
    });
  }

  /// Rows first .. first + rows - 1 of p, and their |p|^2. Resampled: of e, since the queries' times may differ.
  template <Pairing pairing>
  void form_points(std::int64_t first, std::int64_t rows) {
    S* p = p_.template data_ptr<S>();
    QueryFactors<S> factors = factors_.front();
    factors.data = pairing == Pairing::frozen ? factors.data : S(1);
    at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* x1 = in_.x1 + (first + i) * d_;
        const T* c1 = in_.x1;
        const T* x0 = pairing == Pairing::frozen ? in_.x0 + (first + i) * d_ : x1;
        const T* c0 = pairing == Pairing::frozen ? in_.x0 : c1;
        S* row = p + i * d_;
        for (std::int64_t j = 0; j < d_; ++j) {
          row[j] = centred_point(factors, pairing, S(load(x0[j])), S(load(x1[j])), S(load(c0[j])), S(load(c1[j])));
        }
        p_norm_[index(i)] = sum_in_lanes<S>(d_, [&](std::int64_t j) { return row[j] * row[j]; });
      }
    });
  }

  /// Turns q.p_i into weights relative to the largest l so far, and notes which rows and queries have any.
  void weigh(std::int64_t rows, at::Tensor& level) {
    S* first = level.template data_ptr<S>();
    each_query([&](std::int64_t b) { set_levels(b, first + b * rows, rows); });
    level.exp_();
    each_query([&](std::int64_t b) {
      const S* weight = first + b * rows;
      const S sum = sum_in_lanes<S>(rows, [weight](std::int64_t i) { return weight[i]; });
      states_[index(b)].weight_sum += sum;
      states_[index(b)].has_weight = sum != S(0);
    });
    at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
      std::fill(is_used_.begin() + begin, is_used_.begin() + end, std::uint8_t{0});
      for (std::int64_t b = 0; b < in_.queries; ++b) {
        for (std::int64_t i = begin; i < end; ++i) {
          is_used_[index(i)] |= static_cast<std::uint8_t>(first[b * rows + i] != S(0));
        }
      }
    });
  }

  /// level[i] becomes l_i - max l, and -infinity where its weight is 0.
  void set_levels(std::int64_t b, S* level, std::int64_t rows) {
    const QueryFactors<S>& factors = factors_[index(b)];
    State& state = states_[index(b)];
    const S scale = in_.pairing == Pairing::frozen ? S(1) : factors.data;
    const S* p_norm = p_norm_.data();
    S block_maximum = -std::numeric_limits<S>::infinity();
    for (std::int64_t i = 0; i < rows; ++i) {
      const S distance = state.q_norm - S(2) * scale * level[i] + scale * scale * p_norm[i];
      level[i] = -(distance < S(0) ? S(0) : distance) / factors.spread;
      block_maximum = larger(block_maximum, level[i]);
    }
    if (block_maximum > state.maximum) {
      rescale(b, unnormalised_weight(state.maximum - block_maximum));
      state.maximum = block_maximum;
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      const S difference = level[i] - state.maximum;
      level[i] = difference < smallest_exponent<S>() ? -std::numeric_limits<S>::infinity() : difference;
    }
  }

  void rescale(std::int64_t b, S factor) {
    states_[index(b)].weight_sum *= factor;
    for (at::Tensor* sum : {&sum_, &point_sum_}) {
      if (sum->defined()) {
        S* row = sum->template data_ptr<S>() + b * d_;
        std::for_each(row, row + d_, [factor](S& s) { s *= factor; });
      }
    }
  }

  /// Adds the rows that have a weight to the sums of the queries that have one. Often these are few: where F or h is
  /// small against the distances between rows, the nearest row takes it all.
  void average(std::int64_t first, std::int64_t rows, const at::Tensor& level) {
    used_rows_.clear();
    used_queries_.clear();
    for (std::int64_t i = 0; i < rows; ++i) {
      if (is_used_[index(i)] != 0) {
        used_rows_.push_back(i);
      }
    }
    for (std::int64_t b = 0; b < in_.queries; ++b) {
      if (states_[index(b)].has_weight) {
        used_queries_.push_back(b);
      }
    }
    if (used_rows_.empty()) {
      return;
    }
    const auto count = static_cast<std::int64_t>(used_rows_.size());
    const bool is_whole = count == rows && static_cast<std::int64_t>(used_queries_.size()) == in_.queries;
    const at::Tensor weight = is_whole ? level : gathered_weights(rows);
    add_product(weight, averaged_rows(first, rows), sum_);
    if (point_sum_.defined()) {
      add_product(weight, used_points(), point_sum_);
    }
  }

  at::Tensor gathered_weights(std::int64_t rows) {
    const S* level = level_.template data_ptr<S>();
    S* weight = weight_.template data_ptr<S>();
    for (const std::int64_t b : used_queries_) {
      for (const std::int64_t i : used_rows_) {
        *weight++ = level[b * rows + i];
      }
    }
    const auto queries = static_cast<std::int64_t>(used_queries_.size());
    const auto count = static_cast<std::int64_t>(used_rows_.size());
    return weight_.narrow(0, 0, queries * count).view({queries, count});
  }

  /// The rows of the used queries: sum += weight values.
  void add_product(const at::Tensor& weight, const at::Tensor& values, at::Tensor& sum) {
    if (weight.size(0) == in_.queries) {
      sum.addmm_(weight, values);
      return;
    }
    at::Tensor product = product_.narrow(0, 0, weight.size(0));
    at::mm_out(product, weight, values);
    const S* from = product.template data_ptr<S>();
    S* to = sum.template data_ptr<S>();
    at::parallel_for(0, weight.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t b = begin; b < end; ++b) {
        S* row = to + used_queries_[index(b)] * d_;
        for (std::int64_t j = 0; j < d_; ++j) {
          row[j] += from[b * d_ + j];
        }
      }
    });
  }

  /// The used rows of what is averaged, one after the other.
  at::Tensor averaged_rows(std::int64_t first, std::int64_t rows) {
    const auto count = static_cast<std::int64_t>(used_rows_.size());
    if constexpr (std::is_same_v<T, S>) {
      if (in_.pairing == Pairing::resampled && count == rows) {
        return at::from_blob(const_cast<T*>(in_.x1 + first * d_), {rows, d_}, type());  // only read
      }
    }
    S* averaged_row = averaged_.template data_ptr<S>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* x1 = in_.x1 + (first + used_rows_[index(i)]) * d_;
        const T* x0 = in_.pairing == Pairing::frozen ? in_.x0 + (first + used_rows_[index(i)]) * d_ : x1;
        for (std::int64_t j = 0; j < d_; ++j) {
          averaged_row[i * d_ + j] = averaged(in_.pairing, S(load(x0[j])), S(load(x1[j])));
        }
      }
    });
    return averaged_.narrow(0, 0, count);
  }

  /// The used rows of p, moved to its beginning.
  at::Tensor used_points() {
    const auto count = static_cast<std::int64_t>(used_rows_.size());
    S* p = p_.template data_ptr<S>();
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t from = used_rows_[index(i)];  // at least i: nothing is overwritten before its move
      if (from != i) {
        std::copy(p + from * d_, p + (from + 1) * d_, p + i * d_);
      }
    }
    return p_.narrow(0, 0, count);
  }

  void store_velocities() {
    const S* q = q_.template data_ptr<S>();
    const S* sum = sum_.template data_ptr<S>();
    const S* point_sum = point_sum_.defined() ? point_sum_.template data_ptr<S>() : nullptr;
    each_query([&](std::int64_t b) {
      const S weight_sum = states_[index(b)].weight_sum;
      for (std::int64_t k = b * d_; k < (b + 1) * d_; ++k) {
        const S mean_point = point_sum == nullptr ? S(0) : point_sum[k] / weight_sum;
        in_.v[k] = store<T>(
            velocity(factors_[index(b)], in_.pairing, S(load(in_.x[k])), q[k], sum[k] / weight_sum, mean_point));
      }
    });
  }

  const EmpiricalVelocityArguments<T>& in_;
  std::int64_t d_;
  std::int64_t rows_;  ///< of a block
  std::vector<QueryFactors<S>> factors_;
  std::vector<State> states_;
  at::Tensor q_;
  at::Tensor p_;
  at::Tensor level_;
  at::Tensor weight_;
  at::Tensor averaged_;
  at::Tensor product_;
  at::Tensor sum_;
  at::Tensor point_sum_;  ///< of p_i, where f'/f is a part of v
  std::vector<S> p_norm_;
  std::vector<std::uint8_t> is_used_;
  std::vector<std::int64_t> used_rows_;     ///< of the block
  std::vector<std::int64_t> used_queries_;  ///< those with a weight in the block
};

}  // namespace

template <class T>
bool has_products(const EmpiricalVelocityArguments<T>& a) {
  if (a.dimension < smallest_dimension || a.queries == 0) {
    return false;
  }
  if (a.pairing == Pairing::resampled) {
    return true;
  }
  const auto first = load(a.t[0]);
  return std::all_of(a.t, a.t + a.queries, [first](T t) { return load(t) == first; });
}

template <class T>
void empirical_velocity_by_products(const EmpiricalVelocityArguments<T>& arguments) {
  for (std::int64_t b = 0; b < arguments.queries; ++b) {
    const double t = double(load(arguments.t[b]));
    if (!query_factors<Arithmetic<T>>(arguments.schedule, arguments.pairing, t).valid()) {
      *arguments.singular = 1;
      return;
    }
  }
  if (arguments.queries != 0) {
    Products<T>(arguments).run();
  }
}

template bool has_products(const EmpiricalVelocityArguments<double>& arguments);
template bool has_products(const EmpiricalVelocityArguments<float>& arguments);
template bool has_products(const EmpiricalVelocityArguments<Bf16>& arguments);
template void empirical_velocity_by_products(const EmpiricalVelocityArguments<double>& arguments);
template void empirical_velocity_by_products(const EmpiricalVelocityArguments<float>& arguments);
template void empirical_velocity_by_products(const EmpiricalVelocityArguments<Bf16>& arguments);

}  // namespace straightedge::ops
