#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <empirical_velocity/distance.hpp>
#include <empirical_velocity/kernels.hpp>
#include <limits>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t rows_a_block = 64;

/// One query: its factors, its place, and the weighted sums over the part of the bank that was seen so far, relative to
/// the largest l of that part.
template <class T>
class Query {
  using S = Arithmetic<T>;

 public:
  Query(const EmpiricalVelocityArguments<T>& arguments, std::int64_t b)
      : in_(arguments),
        x_(arguments.x + b * arguments.dimension),
        factors_(query_factors<S>(arguments.schedule, arguments.pairing, double(load(arguments.t[b])))),
        centred_(static_cast<std::size_t>(arguments.dimension)),
        sum_(static_cast<std::size_t>(arguments.dimension), S(0)),
        point_sum_(factors_.noise_target != S(0) && is_frozen() ? sum_ : std::vector<S>{}) {
    for (std::int64_t j = 0; j < in_.dimension; ++j) {
      centred_[static_cast<std::size_t>(j)] =
          centred_query(factors_, in_.pairing, S(load(x_[j])), source(0, j), S(load(in_.x1[j])));
    }
  }

  [[nodiscard]] bool valid() const { return factors_.valid(); }

  /// Adds rows first .. last - 1 of the bank.
  void add(std::int64_t first, std::int64_t last) {
    std::array<S, rows_a_block> level;
    S block_maximum = -std::numeric_limits<S>::infinity();
    for (std::int64_t i = first; i < last; ++i) {
      const S l = -squared_distance_to_point(in_, factors_, centred_.data(), i) / factors_.spread;
      level[static_cast<std::size_t>(i - first)] = l;
      block_maximum = larger(block_maximum, l);
    }
    if (block_maximum > maximum_) {
      rescale(unnormalised_weight(maximum_ - block_maximum));
      maximum_ = block_maximum;
    }
    for (std::int64_t i = first; i < last; ++i) {
      const S weight = unnormalised_weight(level[static_cast<std::size_t>(i - first)] - maximum_);
      if (weight != S(0)) {
        add_row(i, weight);
      }
    }
  }

  void store_velocity(T* v) const {
    for (std::size_t j = 0; j < sum_.size(); ++j) {
      const S mean_point = point_sum_.empty() ? S(0) : point_sum_[j] / weight_sum_;
      v[j] = store<T>(velocity(factors_, in_.pairing, S(load(x_[j])), centred_[j], sum_[j] / weight_sum_, mean_point));
    }
  }

 private:
  [[nodiscard]] bool is_frozen() const { return in_.pairing == Pairing::frozen; }

  [[nodiscard]] S source(std::int64_t i, std::int64_t j) const {
    return is_frozen() ? S(load(in_.x0[i * in_.dimension + j])) : S(0);
  }

  void rescale(S factor) {
    weight_sum_ *= factor;
    for (S& s : sum_) {
      s *= factor;
    }
    for (S& s : point_sum_) {
      s *= factor;
    }
  }

  void add_row(std::int64_t i, S weight) {
    const T* x1 = in_.x1 + i * in_.dimension;
    weight_sum_ += weight;
    for (std::int64_t j = 0; j < in_.dimension; ++j) {
      sum_[static_cast<std::size_t>(j)] += weight * averaged(in_.pairing, source(i, j), S(load(x1[j])));
    }
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(point_sum_.size()); ++j) {
      point_sum_[static_cast<std::size_t>(j)] +=
          weight * centred_point(factors_, in_.pairing, source(i, j), S(load(x1[j])), source(0, j), S(load(in_.x1[j])));
    }
  }

  const EmpiricalVelocityArguments<T>& in_;
  const T* x_;
  QueryFactors<S> factors_;
  std::vector<S> centred_;
  S maximum_ = -std::numeric_limits<S>::infinity();
  S weight_sum_ = S(0);
  std::vector<S> sum_;
  std::vector<S> point_sum_;  ///< of p_i, where f'/f is a part of v
};

}  // namespace

template <class T>
void empirical_velocity_cpu(const EmpiricalVelocityArguments<T>& arguments) {
  for (std::int64_t b = 0; b < arguments.queries; ++b) {
    const double t = double(load(arguments.t[b]));
    if (!query_factors<Arithmetic<T>>(arguments.schedule, arguments.pairing, t).valid()) {
      *arguments.singular = 1;
      return;
    }
  }
  at::parallel_for(0, arguments.queries, 1, [&](std::int64_t begin, std::int64_t end) {
    // A block of the bank serves all queries of the thread while it is in the cache.
    std::vector<Query<T>> queries;
    for (std::int64_t b = begin; b < end; ++b) {
      queries.emplace_back(arguments, b);
    }
    for (std::int64_t first = 0; first < arguments.bank; first += rows_a_block) {
      for (Query<T>& query : queries) {
        query.add(first, std::min(first + rows_a_block, arguments.bank));
      }
    }
    for (std::int64_t b = begin; b < end; ++b) {
      queries[static_cast<std::size_t>(b - begin)].store_velocity(arguments.v + b * arguments.dimension);
    }
  });
}

template void empirical_velocity_cpu(const EmpiricalVelocityArguments<double>& arguments);
template void empirical_velocity_cpu(const EmpiricalVelocityArguments<float>& arguments);
template void empirical_velocity_cpu(const EmpiricalVelocityArguments<Bf16>& arguments);

}  // namespace straightedge::ops
