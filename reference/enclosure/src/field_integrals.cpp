#include "field_integrals.hpp"

#include <algorithm>

#include "integral.hpp"

namespace straightedge::enclosure {
namespace {

/// What is integrated besides the three polynomials, entry by entry.
struct Parts {
  bool means;          ///< E r and p, d entries each
  bool without_noise;  ///< P Q^T + p q^T at s = 0, d^2 entries
  bool noise;          ///< its coefficient of f^2
  slong d;

  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(8 + (means ? 2 * d : 0) + (without_noise ? d * d : 0) + (noise ? d * d : 0));
  }
};

template <class Number>
Number half(Number value);
template <>
RealBall half(RealBall value) {
  arb_mul_2exp_si(value.raw(), value.raw(), -1);
  return value;
}
template <>
ComplexBall half(ComplexBall value) {
  acb_mul_2exp_si(value.raw(), value.raw(), -1);
  return value;
}

template <class Number>
void append(std::vector<ComplexBall>& to, const BallMatrix<Number>& a, const Number& factor) {
  for (slong i = 0; i < a.rows(); ++i) {
    for (slong j = 0; j < a.columns(); ++j) {
      to.emplace_back(factor * a.at(i, j));
    }
  }
}

/// Loss (2 coefficients), time-local variance (3), second moment (3), then the parts.
template <class Number>
std::vector<ComplexBall> integrands(const MomentTerms<Number>& terms, const Parts& parts, NoiseKind schedule,
                                    const Number& t) {
  const Number zero(0);
  const Number one(1);
  const Number phi = schedule == NoiseKind::bridge ? t * (one - t) : one;
  const MomentsAtTime<Number> at_zero = moments_at(terms, {zero, zero, zero});
  std::vector<ComplexBall> values;
  values.reserve(parts.count());
  if (parts.noise) {
    const MomentsAtTime<Number> above = moments_at(terms, {one, zero, zero});
    const MomentsAtTime<Number> below = moments_at(terms, {Number(-1), zero, zero});
    const auto put = [&](const Number& c0, const Number& plus, const Number& minus) {
      values.emplace_back(c0);
      values.emplace_back(phi * half(plus - minus));
      values.emplace_back(phi * phi * (half(plus + minus) - c0));
    };
    values.emplace_back(at_zero.loss);
    values.emplace_back(phi * half(above.loss - below.loss));
    put(at_zero.time_local, above.time_local, below.time_local);
    put(at_zero.second_moment, above.second_moment, below.second_moment);
  } else {
    values.resize(8);
    values[0] = at_zero.loss;
    values[2] = at_zero.time_local;
    values[5] = at_zero.second_moment;
  }
  if (parts.means) {
    append(values, terms.residual_mean, one);
    append(values, terms.weighted_mean, one);
  }
  if (parts.without_noise) {
    append(values, mean_without_noise(terms), one);
  }
  if (parts.noise) {
    append(values, *terms.weighted_preimage.squared, phi);
  }
  return values;
}

/// Reads matrices off a list of entries.
class Reader {
 public:
  explicit Reader(const std::vector<RealBall>& values) : next_(values.begin()) {}
  RealBall number() { return *next_++; }
  RealMatrix matrix(slong rows, slong columns) {
    RealMatrix result(rows, columns);
    for (slong i = 0; i < rows; ++i) {
      for (slong j = 0; j < columns; ++j) {
        result.set(i, j, *next_++);
      }
    }
    return result;
  }

 private:
  std::vector<RealBall>::const_iterator next_;
};

}  // namespace

InNoise FieldIntegrals::mean_squared_norm() const {
  const RealBall four(4);
  return {four * (square_sum(shift_mean) + square_sum(matrix_mean)), RealBall(8) * inner(matrix_mean, noise_mean),
          four * square_sum(noise_mean)};
}

slong integral_bits() {
  return WorkingPrecision::bits() * 3 / 4;
}

std::size_t most_evaluations(slong d) {
  constexpr slong kMost = 40000;
  constexpr slong kLeast = 2000;
  return static_cast<std::size_t>(std::max(kLeast, kMost / (1 + d * d / 16)));
}

FieldIntegrals integrate_field(const FieldData<RealBall>& field, NoiseKind schedule) {
  const slong d = field.matrix.rows();
  const bool has_gap = arb_mat_is_zero(field.mean_gap.raw()) == 0;
  const Parts parts{has_gap, !field.is_own, field.is_noisy, d};
  const FieldData<ComplexBall> complex_field = complex_field_data(field);
  const VectorFunction function = [&](const ComplexBall& t) {
    if (t.is_real_point()) {
      const RealBall point = t.real();
      return integrands(moment_terms(field, resolvent_at(field, point), point), parts, schedule, point);
    }
    return integrands(moment_terms(complex_field, resolvent_around(field, t), t), parts, schedule, t);
  };
  const std::vector<RealBall> values = integrate_entries(function, parts.count(), integral_bits(), most_evaluations(d));
  Reader reader(values);
  FieldIntegrals result{{}, {}, {}, RealMatrix(d, 1), RealMatrix(d, 1), RealMatrix(d, d), RealMatrix(d, d)};
  result.loss = {reader.number(), reader.number(), RealBall(0)};
  result.time_local = {reader.number(), reader.number(), reader.number()};
  result.second_moment = {reader.number(), reader.number(), reader.number()};
  if (parts.means) {
    result.residual_mean = reader.matrix(d, 1);
    result.shift_mean = reader.matrix(d, 1);
  }
  if (parts.without_noise) {
    result.matrix_mean = reader.matrix(d, d);
  }
  if (parts.noise) {
    result.noise_mean = reader.matrix(d, d);
  }
  return result;
}

}  // namespace straightedge::enclosure
