// The builders of generators.hpp, in every real tier.
#include <generators.hpp>

#include <cmath>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

constexpr std::int64_t kQuarterTurn = 90 * 16;

int dimension_of(const Case& value) {
  const std::int64_t d = value.integer("d");
  if (d < 1) {
    throw InputError("case: d = " + std::to_string(d) + ", a dimension is at least 1");
  }
  return static_cast<int>(d);
}

// The list under `key`, or one of `length` zeros where the key is missing.
Case::List list_of_length(const Case& value, const std::string& key, std::size_t length) {
  if (!value.has(key)) {
    return Case::List(length, 0);
  }
  const auto& list = value.list(key);
  if (list.size() != length) {
    throw InputError("case: " + key + " has " + std::to_string(list.size()) + " entries, d asks for " +
                     std::to_string(length));
  }
  return list;
}

// Columns i and j of `frame` turned by (cosine, sine): frame <- frame G.
template <class T>
void turn_columns(Matrix<T>& frame, Eigen::Index i, Eigen::Index j, const T& cosine, const T& sine) {
  for (Eigen::Index row = 0; row < frame.rows(); ++row) {
    const T first = frame(row, i);
    const T second = frame(row, j);
    frame(row, i) = cosine * first + sine * second;
    frame(row, j) = cosine * second - sine * first;
  }
}

template <class T>
Vector<T> sixteenths(const Case::List& entries) {
  Vector<T> result(static_cast<Eigen::Index>(entries.size()));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    result(static_cast<Eigen::Index>(i)) = T(entries[i]) / T(16);
  }
  return result;
}

template <class T>
struct Direction {
  T cosine, sine;
};

template <class T>
T radians(std::int64_t sixteenths) {
  return T(T(sixteenths) * pi<T>() / T(180 * 16));
}

// Reduced to a rest of at most 45 degrees, so that multiples of 90 degrees come out exactly.
template <class T>
Direction<T> direction(std::int64_t sixteenths) {
  using std::cos;
  using std::sin;
  const std::int64_t shifted = sixteenths + kQuarterTurn / 2;
  const std::int64_t rest = (shifted % kQuarterTurn + kQuarterTurn) % kQuarterTurn - kQuarterTurn / 2;
  const std::int64_t quarters = (((sixteenths - rest) / kQuarterTurn) % 4 + 4) % 4;
  const T angle = radians<T>(rest);
  const T cosine = cos(angle);
  const T sine = sin(angle);
  switch (quarters) {
    case 0:
      return {cosine, sine};
    case 1:
      return {T(-sine), cosine};
    case 2:
      return {T(-cosine), T(-sine)};
    default:
      return {sine, T(-cosine)};
  }
}

template <class T>
T power_of_two(int exponent) {
  if constexpr (std::same_as<T, Rational>) {
    return exponent < 0 ? Rational(1, Integer(1) << -exponent) : Rational(Integer(1) << exponent);
  } else {
    using std::ldexp;
    return ldexp(T(1), exponent);
  }
}

template <class T>
Matrix<T> symmetric_part(const Matrix<T>& a) {
  Matrix<T> result(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      result(i, j) = (a(i, j) + a(j, i)) / T(2);
    }
  }
  return result;
}

template <class T>
Matrix<T> transposed(const Matrix<T>& a) {
  return a.transpose();
}

}  // namespace

template <class T>
Matrix<T> orthogonal_frame(int d, const Case::List& turns) {
  Matrix<T> frame = Matrix<T>::Identity(d, d);
  if (turns.empty()) {
    return frame;
  }
  if (turns.size() != static_cast<std::size_t>(d) * static_cast<std::size_t>(d - 1) / 2) {
    throw InputError("case: " + std::to_string(turns.size()) + " plane turns, d = " + std::to_string(d) + " has " +
                     std::to_string(d * (d - 1) / 2) + " planes");
  }
  std::size_t next = 0;
  for (int i = 0; i < d; ++i) {
    for (int j = i + 1; j < d; ++j, ++next) {
      if (turns[next] != 0) {
        const T tangent = T(turns[next]) / T(64);
        const T scale = T(1) + tangent * tangent;
        turn_columns<T>(frame, i, j, T((T(1) - tangent * tangent) / scale), T(T(2) * tangent / scale));
      }
    }
  }
  return frame;
}

template <class T>
Vector<T> root_eigenvalues(const Case& value) {
  const int d = dimension_of(value);
  const auto entries = list_of_length(value, "root", static_cast<std::size_t>(d));
  Vector<T> result(d);
  for (int i = 0; i < d; ++i) {
    const std::int64_t e = entries[static_cast<std::size_t>(i)];
    const std::int64_t step = (e % 8 + 8) % 8;
    result(i) = T(8 + step) * power_of_two<T>(static_cast<int>((e - step) / 8) - 3);
  }
  return result;
}

template <class T>
Matrix<T> root_of(const Case& value) {
  const int d = dimension_of(value);
  const Vector<T> eigenvalues = root_eigenvalues<T>(value);
  const Matrix<T> frame =
      value.has("frame") ? orthogonal_frame<T>(d, value.list("frame")) : Matrix<T>(Matrix<T>::Identity(d, d));
  Matrix<T> scaled = frame;
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      scaled(i, j) *= eigenvalues(j);
    }
  }
  return symmetric_part<T>(product<T>(scaled, transposed<T>(frame)));
}

template <RealScalar T>
Gaussian<T> target_of(const Case& value) {
  const int d = dimension_of(value);
  const Matrix<T> root = root_of<T>(value);
  return {sixteenths<T>(list_of_length(value, "mean", static_cast<std::size_t>(d))),
          symmetric_part<T>(product<T>(root, root))};
}

template <RealScalar T>
Matrix<T> rotation_of(const Case& value) {
  const int d = dimension_of(value);
  const auto angles = list_of_length(value, "angles", static_cast<std::size_t>(d / 2));
  const Matrix<T> basis =
      value.has("planes") ? orthogonal_frame<T>(d, value.list("planes")) : Matrix<T>(Matrix<T>::Identity(d, d));
  Matrix<T> turned = basis;
  for (std::size_t j = 0; j < angles.size(); ++j) {
    const auto axis = static_cast<Eigen::Index>(2 * j);
    const Direction<T> to = direction<T>(angles[j]);
    turn_columns<T>(turned, axis, axis + 1, to.cosine, to.sine);
  }
  if (value.integer_or("reflect", 0) != 0) {
    for (Eigen::Index i = 0; i < d; ++i) {
      turned(i, d - 1) = -turned(i, d - 1);
    }
  }
  return value.has("planes") ? product<T>(turned, transposed<T>(basis)) : turned;
}

template <RealScalar T>
NoiseSchedule<T> constant_noise_of(const Case& value) {
  const T sigma = T(value.integer_or("sigma", 0)) / T(256);
  return {sigma == T(0) ? NoiseKind::none : NoiseKind::constant, sigma, RegressionTarget::displacement};
}

template <RealScalar T>
Vector<T> source_of(const Case& value) {
  return sixteenths<T>(list_of_length(value, "source", static_cast<std::size_t>(dimension_of(value))));
}

template <RealScalar T>
T time_of(const Case& value) {
  return T(T(value.integer_or("time", 0)) / T(4096));
}

template <RealScalar T>
T angle_of(const Case& value, std::size_t plane) {
  const auto& angles = value.list("angles");
  if (plane >= angles.size()) {
    throw InputError("case: plane " + std::to_string(plane) + " of " + std::to_string(angles.size()));
  }
  return radians<T>(angles[plane]);
}

template <RealScalar T>
Coupling<T> optimal_of(const Case& value) {
  const int d = dimension_of(value);
  return {CouplingKind::optimal, target_of<T>(value), root_of<T>(value), Matrix<T>::Zero(d, d)};
}

template <RealScalar T>
Coupling<T> rotated_of(const Case& value) {
  const int d = dimension_of(value);
  return {CouplingKind::rotated, target_of<T>(value), product<T>(root_of<T>(value), rotation_of<T>(value)),
          Matrix<T>::Zero(d, d)};
}

#define STRAIGHTEDGE_INSTANTIATE(T)                               \
  template Matrix<T> orthogonal_frame<T>(int, const Case::List&); \
  template Vector<T> root_eigenvalues<T>(const Case&);            \
  template Matrix<T> root_of<T>(const Case&);                     \
  template Gaussian<T> target_of<T>(const Case&);                 \
  template Matrix<T> rotation_of<T>(const Case&);                 \
  template NoiseSchedule<T> constant_noise_of<T>(const Case&);    \
  template Vector<T> source_of<T>(const Case&);                   \
  template T time_of<T>(const Case&);                             \
  template T angle_of<T>(const Case&, std::size_t);               \
  template Coupling<T> optimal_of<T>(const Case&);                \
  template Coupling<T> rotated_of<T>(const Case&)
STRAIGHTEDGE_INSTANTIATE(double);
STRAIGHTEDGE_INSTANTIATE(Real50);
STRAIGHTEDGE_INSTANTIATE(Real100);
STRAIGHTEDGE_INSTANTIATE(Real150);
#undef STRAIGHTEDGE_INSTANTIATE
template Matrix<Rational> orthogonal_frame<Rational>(int, const Case::List&);
template Vector<Rational> root_eigenvalues<Rational>(const Case&);
template Matrix<Rational> root_of<Rational>(const Case&);

}  // namespace straightedge::proofs
