#include <algorithm>
#include <array>
#include <gradient_moments/arithmetic.hpp>
#include <gradient_moments/kernels.hpp>
#include <linalg/system_rows.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

// Samples are summed in batches of 8, one in each of eight lanes, whatever the width of the machine's vectors: so that
// the sums do not depend on it.
constexpr std::int64_t lanes = 8;
// Up to here each lane has its own sums.
constexpr std::int64_t largest_dimension_of_lanes = 8;
constexpr std::int64_t smallest_part = 256;
constexpr std::int64_t most_parts = 256;
constexpr std::int64_t most_elements_of_parts = std::int64_t{1} << 24;

std::size_t size(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// [sum_squared, sum_th, sum_Th] of some samples, without the factors 4, -2 and -2.
class Sums {
 public:
  explicit Sums(std::int64_t d)
      : d_(d),
        squared_{},
        th_(size(d * lanes), 0.0),
        Th_(size(d <= largest_dimension_of_lanes ? d * d * lanes : d * d), 0.0),
        row_(size(d)) {}

  static std::int64_t count(std::int64_t d) { return 1 + d + d * d; }

  /// q, y: [d, 8].
  void add(const double* q, const double* y) {
    std::array<double, lanes> q_squared{};
    std::array<double, lanes> y_squared{};
    for (std::int64_t i = 0; i < d_; ++i) {
      for (std::int64_t k = 0; k < lanes; ++k) {
        q_squared[size(k)] += q[i * lanes + k] * q[i * lanes + k];
        y_squared[size(k)] += y[i * lanes + k] * y[i * lanes + k];
        th_[size(i * lanes + k)] += q[i * lanes + k];
      }
    }
    for (std::size_t k = 0; k < lanes; ++k) {
      squared_[k] += squared_norm_of_gradient(q_squared[k], y_squared[k]);
    }
    if (d_ <= largest_dimension_of_lanes) {
      add_products_in_lanes(q, y);
    } else {
      add_products_in_rows(q, y);
    }
  }

  void store(double* sums) const {
    *sums++ = sum_of_eight(squared_.data());
    for (std::int64_t i = 0; i < d_; ++i) {
      *sums++ = sum_of_eight(th_.data() + i * lanes);
    }
    for (std::int64_t i = 0; i < d_ * d_; ++i) {
      *sums++ = d_ <= largest_dimension_of_lanes ? sum_of_eight(Th_.data() + i * lanes) : Th_[size(i)];
    }
  }

 private:
  static double sum_of_eight(const double* a) {
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
  }

  void add_products_in_lanes(const double* q, const double* y) {
    double* sum = Th_.data();
    for (std::int64_t i = 0; i < d_; ++i) {
      for (std::int64_t j = 0; j < d_; ++j, sum += lanes) {
        for (std::int64_t k = 0; k < lanes; ++k) {
          sum[k] += q[i * lanes + k] * y[j * lanes + k];
        }
      }
    }
  }

  void add_products_in_rows(const double* q, const double* y) {
    for (std::int64_t k = 0; k < lanes; ++k) {
      for (std::int64_t j = 0; j < d_; ++j) {
        row_[size(j)] = y[j * lanes + k];
      }
      for (std::int64_t i = 0; i < d_; ++i) {
        double* sum = Th_.data() + i * d_;
        const double factor = q[i * lanes + k];
        for (std::int64_t j = 0; j < d_; ++j) {
          sum[j] += factor * row_[size(j)];
        }
      }
    }
  }

  std::int64_t d_;
  std::array<double, lanes> squared_;
  std::vector<double> th_;  ///< [d, 8]
  std::vector<double> Th_;  ///< [d, d, 8] or [d, d]
  std::vector<double> row_;
};

struct Refused {
  LowestRow singular;
  LowestRow level;
};

/// S: what holds as many samples side by side as it has lanes, a divisor of 8.
template <class T, class S, class Size>
class SampleBatches {
  static constexpr std::int64_t width = LanesOf<S>::width;
  static_assert(lanes % width == 0);

 public:
  SampleBatches(const GradientMomentsArguments<T>& arguments, Size n)
      : in_(arguments),
        n_(n),
        th_(size(n)),
        Th_(size(n * n)),
        matrix_(size(n * n)),
        swaps_(size(n)),
        y_(size(n)),
        q_(size(n)),
        batch_y_(size(n * lanes)),
        batch_q_(size(n * lanes)) {
    std::transform(in_.th, in_.th + n_, th_.begin(), [](T stored) { return double(load(stored)); });
    std::transform(in_.Th, in_.Th + n_ * n_, Th_.begin(), [](T stored) { return double(load(stored)); });
  }

  /// Adds the samples first .. last - 1.
  void add(std::int64_t first, std::int64_t last, Sums& sums, Refused& refused) {
    for (std::int64_t batch = first; batch < last; batch += lanes) {
      for (std::int64_t lane = 0; lane < lanes; lane += width) {
        run(batch + lane, last, lane, refused);
      }
      sums.add(batch_q_.data(), batch_y_.data());
    }
  }

 private:
  /// Samples from `first` on into the lanes from `lane` on of the batch. From `last` on the last sample is repeated,
  /// with q = 0 so that it adds nothing.
  void run(std::int64_t first, std::int64_t last, std::int64_t lane, Refused& refused) {
    const auto row = [&](std::int64_t i) { return std::min(first + i, last - 1); };
    const auto coordinates = [&](const T* values) {
      return [=, this](std::int64_t i) {
        return gather<S>([&](std::int64_t k) { return load(values[row(k) * n_ + i]); });
      };
    };
    for (std::int64_t i = first; i < std::min(first + width, last); ++i) {
      if (!has_noise_level(in_.schedule, load(in_.t[i]))) {
        refused.level.name(i);
      }
    }
    const auto is_regular = gradient_of_sample(
        SampleTime<S>{gather<S>([&](std::int64_t k) { return load(in_.t[row(k)]); }),
                      gather<S>([&](std::int64_t k) { return in_.schedule.level(load(in_.t[row(k)])); }),
                      gather<S>([&](std::int64_t k) { return in_.schedule.target_slope(load(in_.t[row(k)])); })},
        [this](std::int64_t i) { return th_[size(i)]; },
        [this](std::int64_t i, std::int64_t j) { return Th_[size(i * n_ + j)]; }, coordinates(in_.x0),
        coordinates(in_.x1), coordinates(in_.z), matrix_.data(), swaps_.data(), y_.data(), q_.data(), n_);
    refused.singular.name_others(is_regular, first, width, last);
    for (std::int64_t i = 0; i < n_; ++i) {
      for (std::int64_t k = 0; k < width; ++k) {
        batch_y_[size(i * lanes + lane + k)] = lane_of(y_[size(i)], k);
        batch_q_[size(i * lanes + lane + k)] = first + k < last ? lane_of(q_[size(i)], k) : 0.0;
      }
    }
  }

  const GradientMomentsArguments<T>& in_;
  Size n_;
  std::vector<double> th_;
  std::vector<double> Th_;
  std::vector<S> matrix_;
  std::vector<S> swaps_;
  std::vector<S> y_;
  std::vector<S> q_;
  std::vector<double> batch_y_;  ///< [d, 8]
  std::vector<double> batch_q_;
};

}  // namespace

template <class T>
void gradient_moments_cpu(const GradientMomentsArguments<T>& arguments) {
  const std::int64_t batch = arguments.batch;
  const std::int64_t d = arguments.dimension;
  const std::int64_t count = Sums::count(d);
  // A function of the shape alone, as are the sums, then.
  const std::int64_t parts_at_most = std::clamp<std::int64_t>(most_elements_of_parts / count, 1, most_parts);
  const std::int64_t part = divided_up(std::max(smallest_part, divided_up(batch, parts_at_most)), lanes) * lanes;
  const std::int64_t parts = divided_up(batch, part);
  std::vector<double> partial(size(parts * count));
  Refused refused;
  with_element_and_size<double>(d, [&](auto element, auto n) {
    at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
      SampleBatches<T, decltype(element), decltype(n)> samples(arguments, n);
      for (std::int64_t i = begin; i < end; ++i) {
        Sums sums(d);
        samples.add(i * part, std::min((i + 1) * part, batch), sums, refused);
        sums.store(partial.data() + i * count);
      }
    });
  });
  arguments.refused[0] = std::min(arguments.refused[0], refused.singular.row());
  arguments.refused[1] = std::min(arguments.refused[1], refused.level.row());
  std::vector<double> total(size(count), 0.0);
  for (std::size_t i = 0; i < partial.size(); ++i) {
    total[i % total.size()] += partial[i];
  }
  *arguments.sum_squared = 4.0 * total[0];
  for (std::int64_t i = 0; i < d; ++i) {
    arguments.sum_th[i] = 0.0 - 2.0 * total[size(1 + i)];
  }
  for (std::int64_t i = 0; i < d * d; ++i) {
    arguments.sum_Th[i] = 0.0 - 2.0 * total[size(1 + d + i)];
  }
}

template void gradient_moments_cpu(const GradientMomentsArguments<double>& arguments);
template void gradient_moments_cpu(const GradientMomentsArguments<float>& arguments);
template void gradient_moments_cpu(const GradientMomentsArguments<Bf16>& arguments);

}  // namespace straightedge::ops
