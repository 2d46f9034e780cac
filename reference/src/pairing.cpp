#include <straightedge/pairing.hpp>

#include <straightedge/error.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace straightedge {
namespace {

template <class T>
bool columns_equal(const Matrix<T>& a, Eigen::Index i, Eigen::Index j) {
  for (Eigen::Index k = 0; k < a.rows(); ++k) {
    if (a(k, i) != a(k, j)) {
      return false;
    }
  }
  return true;
}

template <class T>
bool column_precedes(const Matrix<T>& a, Eigen::Index i, Eigen::Index j) {
  for (Eigen::Index k = 0; k < a.rows(); ++k) {
    if (a(k, i) != a(k, j)) {
      return a(k, i) < a(k, j);
    }
  }
  return false;
}

template <class T>
void require_finite(const Matrix<T>& points, const char* name) {
  if constexpr (RealScalar<T>) {
    using std::isfinite;
    for (Eigen::Index i = 0; i < points.cols(); ++i) {
      for (Eigen::Index k = 0; k < points.rows(); ++k) {
        if (!isfinite(points(k, i))) {
          throw InputError(std::string(name) + " " + std::to_string(i) + " has a coordinate that is not finite");
        }
      }
    }
  }
}

std::string shape(Eigen::Index rows, Eigen::Index columns) {
  return std::to_string(rows) + " x " + std::to_string(columns);
}

// Where x_t^i - x_t^j = a + t b vanishes in (0, 1], if it does at one time only.
std::optional<Rational> meeting_time(const FiniteSet<Rational>& pairs, Eigen::Index i, Eigen::Index j) {
  std::optional<Rational> time;
  for (Eigen::Index k = 0; k < pairs.dimension(); ++k) {
    const Rational a = pairs.sources(k, i) - pairs.sources(k, j);
    const Rational b = (pairs.targets(k, i) - pairs.targets(k, j)) - a;
    if (time) {
      if (a + *time * b != 0) {
        return std::nullopt;
      }
    } else if (b != 0) {
      time = Rational(-a / b);
      if (*time <= 0 || *time > 1) {
        return std::nullopt;
      }
    } else if (a != 0) {
      return std::nullopt;
    }
  }
  return time;
}

}  // namespace

template <class T>
void require_valid(const FiniteSet<T>& pairs) {
  if (pairs.sources.rows() != pairs.targets.rows() || pairs.sources.cols() != pairs.targets.cols()) {
    throw InputError("sources are " + shape(pairs.sources.rows(), pairs.sources.cols()) + " and targets " +
                     shape(pairs.targets.rows(), pairs.targets.cols()) + ": the shapes of a finite set must agree");
  }
  if (pairs.size() == 0 || pairs.dimension() == 0) {
    throw InputError("a finite set needs at least one pair in at least one dimension");
  }
  require_finite(pairs.sources, "source");
  require_finite(pairs.targets, "target");
  std::vector<Eigen::Index> order(static_cast<std::size_t>(pairs.size()));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Eigen::Index i, Eigen::Index j) { return column_precedes(pairs.sources, i, j); });
  for (std::size_t n = 1; n < order.size(); ++n) {
    const Eigen::Index i = order[n - 1];
    const Eigen::Index j = order[n];
    if (columns_equal(pairs.sources, i, j) && !columns_equal(pairs.targets, i, j)) {
      throw InputError("pairs " + std::to_string(i) + " and " + std::to_string(j) +
                       " share a source and differ in the target: no field moves one point to two partners");
    }
  }
}

template <class T>
Matrix<T> interpolants(const FiniteSet<T>& pairs, const T& t) {
  return (T(1) - t) * pairs.sources + t * pairs.targets;
}

std::vector<Crossing> crossings(const FiniteSet<Rational>& pairs) {
  require_valid(pairs);
  std::vector<Crossing> result;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      if (const auto time = meeting_time(pairs, i, j)) {
        result.push_back({*time, i, j});
      }
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const Crossing& a, const Crossing& b) { return a.time < b.time; });
  return result;
}

std::vector<Rational> crossing_times(const FiniteSet<Rational>& pairs) {
  std::vector<Rational> times;
  for (const Crossing& crossing : crossings(pairs)) {
    if (times.empty() || times.back() != crossing.time) {
      times.push_back(crossing.time);
    }
  }
  return times;
}

template <RealScalar T>
T root_mean_square_size(const Matrix<T>& points) {
  using std::sqrt;
  if (points.cols() == 0) {
    throw InputError("the root-mean-square size of no points does not exist");
  }
  return T(sqrt(T(squared_norm(points) / T(points.cols()))));
}

#define STRAIGHTEDGE_INSTANTIATE(T)                 \
  template void require_valid(const FiniteSet<T>&); \
  template Matrix<T> interpolants(const FiniteSet<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
#undef STRAIGHTEDGE_INSTANTIATE

#define STRAIGHTEDGE_INSTANTIATE(T) template T root_mean_square_size(const Matrix<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
