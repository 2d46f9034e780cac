#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <common/noise.hpp>
#include <interpolate/arithmetic.hpp>
#include <interpolate/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr std::int64_t chunk = 256;  // elements whose normals are held at a time; a multiple of a Philox block
constexpr std::int64_t grain = 1 << 14;

/// The normals first, ..., first + count - 1; first is a multiple of 4.
template <class S>
void fill_normals(std::uint64_t seed, std::uint64_t offset, std::int64_t first, std::int64_t count,
                  std::array<S, chunk>& z) {
  for (std::int64_t k = 0; k < count; k += 4) {
    const Normals normals = normals_of_block(seed, offset, static_cast<std::uint64_t>((first + k) / 4));
    for (std::int64_t lane = 0; lane < 4; ++lane) {
      z[static_cast<std::size_t>(k + lane)] = static_cast<S>(normals.z[lane]);
    }
  }
}

/// Neighbours of one row, whose normals start at z.
template <bool has_noise, class T, class X>
void interpolate_piece(const InterpolateArguments<T, X>& in, std::int64_t row, std::int64_t first, std::int64_t count,
                       const Arithmetic<T>* z) {
  using S = Arithmetic<T>;
  const InterpolationRow<S> of = interpolation_row<T>(in.schedule, in.t[row]);
  const X* x0 = in.x0 + first;
  const X* x1 = in.x1 + first;
  T* xt = in.xt + first;
  T* target = in.target + first;
  for (std::int64_t k = 0; k < count; ++k) {
    const S a = coordinate<S>(x0[k]);
    const S b = coordinate<S>(x1[k]);
    if constexpr (has_noise) {
      xt[k] = store<T>(of.point(a, b) + of.level * z[k]);
      target[k] = store<T>((b - a) + of.slope * z[k]);
    } else {
      xt[k] = store<T>(of.point(a, b));
      target[k] = store<T>(b - a);
    }
  }
}

template <bool has_noise, class T, class X>
void interpolate_range(const InterpolateArguments<T, X>& in, std::int64_t begin, std::int64_t end) {
  using S = Arithmetic<T>;
  std::array<S, chunk> z;
  for (std::int64_t first = begin; first < end; first += chunk) {
    const std::int64_t last = std::min(first + chunk, end);
    if constexpr (has_noise) {
      fill_normals(in.seed, in.offset, 4 * in.first_block + first, last - first, z);
    }
    for (std::int64_t element = first; element < last;) {
      const std::int64_t row = element / in.dimension;
      const std::int64_t stop = std::min(last, (row + 1) * in.dimension);
      interpolate_piece<has_noise>(in, row, element, stop - element, z.data() + (element - first));
      element = stop;
    }
  }
}

}  // namespace

template <class T, class X>
void interpolate_cpu(const InterpolateArguments<T, X>& in) {
  if (in.schedule.adds_noise_to_target() && std::any_of(in.t, in.t + in.batch, [&](T t) {
        return has_no_slope(in.schedule, static_cast<double>(load(t)));
      })) {
    *in.has_no_slope = true;
    return;
  }
  const std::int64_t elements = in.batch * in.dimension;
  const bool has_noise = in.schedule.kind != ScheduleKind::none && in.schedule.s != 0.0;
  // Threads share chunks, not elements: each Philox block is made once.
  at::parallel_for(0, (elements + chunk - 1) / chunk, grain / chunk, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t last = std::min(end * chunk, elements);
    if (has_noise) {
      interpolate_range<true>(in, begin * chunk, last);
    } else {
      interpolate_range<false>(in, begin * chunk, last);
    }
  });
}

template void interpolate_cpu(const InterpolateArguments<double, double>& arguments);
template void interpolate_cpu(const InterpolateArguments<float, float>& arguments);
template void interpolate_cpu(const InterpolateArguments<Bf16, Bf16>& arguments);
template void interpolate_cpu(const InterpolateArguments<double, std::uint8_t>& arguments);
template void interpolate_cpu(const InterpolateArguments<float, std::uint8_t>& arguments);
template void interpolate_cpu(const InterpolateArguments<Bf16, std::uint8_t>& arguments);

}  // namespace straightedge::ops
