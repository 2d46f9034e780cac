#include <ATen/Parallel.h>

#include <algorithm>
#include <group_norm_silu/arithmetic.hpp>
#include <group_norm_silu/kernels.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t least_width = 32;  // channels of a slab, where there are as many: enough for vector registers

/// Some whole groups of one sample: what one thread works on. Sums are kept for each channel, so that the loops over
/// neighbouring channels are vectorised; then those of a group are added.
template <class T, class P>
class Slab {
  using S = Arithmetic<T>;

 public:
  Slab(const GroupNormSizes& sizes, std::int64_t first_group, std::int64_t last_group)
      : sizes_(sizes),
        first_(first_group * sizes.channels_a_group()),
        width_((last_group - first_group) * sizes.channels_a_group()),
        m_(static_cast<S>(sizes.pixels * sizes.channels_a_group())),
        mean_(numbers()),
        scale_(numbers()),
        gamma_(numbers()),
        beta_(numbers()),
        sum_(numbers()),
        product_(numbers()) {}

  [[nodiscard]] std::int64_t first() const { return first_; }
  [[nodiscard]] std::int64_t width() const { return width_; }
  [[nodiscard]] const S* sum() const { return sum_.data(); }
  [[nodiscard]] const S* product() const { return product_.data(); }

  /// Reads gamma and beta, and the statistics of the sample that starts at x.
  void prepare(const T* x, const P* gamma, const P* beta) {
    for (std::int64_t c = 0; c < width_; ++c) {
      gamma_[at(c)] = load(gamma[first_ + c]);
      beta_[at(c)] = load(beta[first_ + c]);
    }
    clear(sum_);
    for_each_pixel([&](std::int64_t row) {
      const T* in = x + row;
      S* sum = sum_.data();
      for (std::int64_t c = 0; c < width_; ++c) {
        sum[c] += load(in[c]);
      }
    });
    spread(sum_, mean_, [&](S total) { return total / m_; });
    clear(sum_);
    for_each_pixel([&](std::int64_t row) {
      const T* in = x + row;
      S* sum = sum_.data();
      const S* mean = mean_.data();
      for (std::int64_t c = 0; c < width_; ++c) {
        const S d = load(in[c]) - mean[c];
        sum[c] += d * d;
      }
    });
    spread(sum_, scale_, [&](S total) { return inverse_deviation(total, m_, static_cast<S>(sizes_.eps)); });
  }

  void forward(const T* x, T* y) const {
    for_each_pixel([&](std::int64_t row) {
      const T* in = x + row;
      T* out = y + row;
      for (std::int64_t c = 0; c < width_; ++c) {
        out[c] = store<T>(activation(in[c], c).y());
      }
    });
  }

  /// Leaves sum e in sum() and sum e n in product(), for each channel.
  void backward(const T* dy, const T* x, T* dx) {
    clear(sum_);
    clear(product_);
    for_each_pixel([&](std::int64_t row) {
      const T* in = x + row;
      const T* out = dy + row;
      S* sum = sum_.data();
      S* product = product_.data();
      for (std::int64_t c = 0; c < width_; ++c) {
        const Activation<S> of = activation(in[c], c);
        const S e = of.slope(load(out[c]));
        sum[c] += e;
        product[c] += e * of.n;
      }
    });
    std::vector<S> mean_u = numbers();
    std::vector<S> mean_u_n = numbers();
    for (std::int64_t c = 0; c < width_; ++c) {
      mean_u[at(c)] = sum_[at(c)] * gamma_[at(c)];
      mean_u_n[at(c)] = product_[at(c)] * gamma_[at(c)];
    }
    spread(mean_u, mean_u, [&](S total) { return total / m_; });
    spread(mean_u_n, mean_u_n, [&](S total) { return total / m_; });
    for_each_pixel([&](std::int64_t row) {
      const T* in = x + row;
      const T* out = dy + row;
      T* gradient = dx + row;
      for (std::int64_t c = 0; c < width_; ++c) {
        const Activation<S> of = activation(in[c], c);
        const S u = of.slope(load(out[c])) * gamma_.data()[c];
        gradient[c] = store<T>(of.input_gradient(u, scale_.data()[c], mean_u.data()[c], mean_u_n.data()[c]));
      }
    });
  }

 private:
  static std::size_t at(std::int64_t c) { return static_cast<std::size_t>(c); }
  [[nodiscard]] std::vector<S> numbers() const { return std::vector<S>(at(width_)); }
  static void clear(std::vector<S>& of) { std::fill(of.begin(), of.end(), S(0)); }

  [[nodiscard]] Activation<S> activation(T x, std::int64_t c) const {
    return {load(x), mean_.data()[c], scale_.data()[c], gamma_.data()[c], beta_.data()[c]};
  }

  template <class Work>
  void for_each_pixel(const Work& work) const {
    for (std::int64_t pixel = 0; pixel < sizes_.pixels; ++pixel) {
      work(pixel * sizes_.channels + first_);
    }
  }

  /// to[c] = result(sum of from over the group of c).
  template <class Result>
  void spread(const std::vector<S>& from, std::vector<S>& to, const Result& result) const {
    const std::int64_t size = sizes_.channels_a_group();
    for (std::int64_t start = 0; start < width_; start += size) {
      S total(0);
      for (std::int64_t c = start; c < start + size; ++c) {
        total += from[at(c)];
      }
      std::fill(to.begin() + start, to.begin() + start + size, result(total));
    }
  }

  GroupNormSizes sizes_;
  std::int64_t first_;
  std::int64_t width_;
  S m_;
  std::vector<S> mean_, scale_, gamma_, beta_;
  std::vector<S> sum_, product_;
};

/// work(sample, slab) for every slab, on all threads.
template <class T, class P, class Work>
void for_each_slab(const GroupNormSizes& sizes, const Work& work) {
  const std::int64_t size = sizes.channels_a_group();
  const std::int64_t groups_a_slab = std::min(sizes.groups, (least_width + size - 1) / size);
  const std::int64_t slabs = (sizes.groups + groups_a_slab - 1) / groups_a_slab;
  at::parallel_for(0, sizes.samples * slabs, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first_group = i % slabs * groups_a_slab;
      Slab<T, P> slab(sizes, first_group, std::min(first_group + groups_a_slab, sizes.groups));
      work(i / slabs, slab);
    }
  });
}

}  // namespace

template <class T, class P>
void group_norm_silu_cpu(const GroupNormArguments<T, P>& in) {
  const std::int64_t sample_size = in.sizes.pixels * in.sizes.channels;
  for_each_slab<T, P>(in.sizes, [&](std::int64_t sample, Slab<T, P>& slab) {
    const T* x = in.x + sample * sample_size;
    slab.prepare(x, in.gamma, in.beta);
    slab.forward(x, in.y + sample * sample_size);
  });
}

template <class T, class P>
void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<T, P>& in) {
  using S = Arithmetic<T>;
  const std::int64_t sample_size = in.sizes.pixels * in.sizes.channels;
  const std::int64_t channels = in.sizes.channels;
  std::vector<S> sums(static_cast<std::size_t>(in.sizes.samples * channels));
  std::vector<S> products(sums.size());
  for_each_slab<T, P>(in.sizes, [&](std::int64_t sample, Slab<T, P>& slab) {
    const T* x = in.x + sample * sample_size;
    slab.prepare(x, in.gamma, in.beta);
    slab.backward(in.dy + sample * sample_size, x, in.dx + sample * sample_size);
    const std::int64_t start = sample * channels + slab.first();
    std::copy_n(slab.sum(), slab.width(), sums.begin() + start);
    std::copy_n(slab.product(), slab.width(), products.begin() + start);
  });
  for (std::int64_t c = 0; c < channels; ++c) {
    S dbeta(0);
    S dgamma(0);
    for (std::int64_t sample = 0; sample < in.sizes.samples; ++sample) {
      dbeta += sums[static_cast<std::size_t>(sample * channels + c)];
      dgamma += products[static_cast<std::size_t>(sample * channels + c)];
    }
    in.dbeta[c] = store<P>(dbeta);
    in.dgamma[c] = store<P>(dgamma);
  }
}

template void group_norm_silu_cpu(const GroupNormArguments<double, double>& arguments);
template void group_norm_silu_cpu(const GroupNormArguments<float, float>& arguments);
template void group_norm_silu_cpu(const GroupNormArguments<Bf16, Bf16>& arguments);
template void group_norm_silu_cpu(const GroupNormArguments<Bf16, float>& arguments);
template void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<double, double>& arguments);
template void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<float, float>& arguments);
template void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<Bf16, Bf16>& arguments);
template void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<Bf16, float>& arguments);

}  // namespace straightedge::ops
