// Gradient descent with a strictly positive definite kernel, or with as many random features of an analytic activation
// that is no polynomial as there are points, reaches zero loss on distinct points (x_t^i, t), crossing lines or not;
// linear features do not.
#include <claim.hpp>
#include <finite_generators.hpp>
#include <generators.hpp>
#include <normal_samples.hpp>

#include <fmt/format.h>
#include <rapidcheck/gen/Transform.h>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {
namespace {

std::vector<Rational> times_of(const Case& value) {
  Case::List points = value.list("times");
  std::erase_if(points, [](std::int64_t n) { return n < 1 || n > 63; });
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  std::vector<Rational> times;
  for (const std::int64_t n : points) {
    times.emplace_back(n, 64);
  }
  return times;
}

/// The training points (x_t^i, t), one a column of d + 1 rows, and their targets v_i, one a row.
struct TrainingSet {
  Matrix<Rational> points;
  Matrix<Rational> targets;
};

TrainingSet training_set(const FiniteSet<Rational>& pairs, const std::vector<Rational>& times) {
  const Eigen::Index d = pairs.dimension();
  const auto n = pairs.size() * static_cast<Eigen::Index>(times.size());
  TrainingSet set{Matrix<Rational>(d + 1, n), Matrix<Rational>(n, d)};
  Eigen::Index column = 0;
  for (const Rational& t : times) {
    const Matrix<Rational> at_t = interpolants(pairs, t);
    for (Eigen::Index i = 0; i < pairs.size(); ++i, ++column) {
      set.points.col(column).head(d) = at_t.col(i);
      set.points(d, column) = t;
      set.targets.row(column) = (pairs.targets.col(i) - pairs.sources.col(i)).transpose();
    }
  }
  return set;
}

bool are_distinct(const Matrix<Rational>& points) {
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    for (Eigen::Index j = i + 1; j < points.cols(); ++j) {
      if (points.col(i) == points.col(j)) {
        return false;
      }
    }
  }
  return true;
}

// h^2 = 2^{floor(n/8)} (8 + n mod 8) / 8.
template <class T>
T squared_width(const Case& value) {
  using std::ldexp;
  const std::int64_t n = value.integer("width");
  const std::int64_t step = (n % 8 + 8) % 8;
  return T(ldexp(T(8 + step), static_cast<int>((n - step) / 8) - 3));
}

// The key `kernel`.
enum class Kernel : std::int64_t { rational_quadratic = 0, gaussian = 1, random_features = 2 };

Kernel kernel_of(const Case& value) {
  return static_cast<Kernel>(value.integer("kernel"));
}

// The key `surplus`: how many more features than points. Fewer leave the Gram matrix singular.
Eigen::Index surplus_of(const Case& value) {
  return static_cast<Eigen::Index>(value.integer_or("surplus", 0));
}

const char* name_of(Kernel kernel) {
  switch (kernel) {
    case Kernel::gaussian:
      return "Gaussian kernel";
    case Kernel::random_features:
      return "random features";
    default:
      return "rational quadratic kernel";
  }
}

/// A Gram matrix, and by how many of the scalar's roundings its entries, at most 1, may be off.
template <class T>
struct Gram {
  Matrix<T> matrix;
  T roundings;
};

// Of the kernel 1/(1 + r^2/h^2) or exp(-r^2/(2h^2)), both strictly positive definite in every dimension.
template <class T>
Gram<T> kernel_gram(const Matrix<T>& points, Kernel kernel, const T& width) {
  using std::exp;
  Matrix<T> gram(points.cols(), points.cols());
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) {
      const T distance = (points.col(i) - points.col(j)).squaredNorm();
      gram(i, j) =
          kernel == Kernel::gaussian ? T(exp(T(-distance / (T(2) * width)))) : T(T(1) / (T(1) + distance / width));
      gram(j, i) = gram(i, j);
    }
  }
  return {gram, T(static_cast<int>(points.rows()) + 4)};
}

// Of m features tanh(w . p / (h |P|) + b), w and b standard normal, |P| the largest coordinate of any point (tanh
// of large arguments is a sign, to hundreds of digits): the mean of their products. With m >= n it is singular
// with probability 0, since a determinant analytic in w and b, and not 0 everywhere, has a null set of zeros. An
// argument is off by d + 4 roundings of its terms' absolute values, which tanh does not enlarge.
template <class T>
Gram<T> feature_gram(const Matrix<T>& points, const T& width, std::uint64_t seed, Eigen::Index count) {
  using std::abs;
  using std::sqrt;
  using std::tanh;
  const T scale = T(1) / (T(sqrt(width)) * T(points.cwiseAbs().maxCoeff()));
  NormalSamples samples(seed, 0);
  Matrix<T> features(points.cols(), count);
  T largest(1);
  for (Eigen::Index k = 0; k < count; ++k) {
    Vector<T> w(points.rows());
    for (Eigen::Index i = 0; i < w.size(); ++i) {
      w(i) = T(samples.normal()) * scale;
    }
    const T b(samples.normal());
    for (Eigen::Index j = 0; j < points.cols(); ++j) {
      T argument = b;
      T size = abs(b);
      for (Eigen::Index i = 0; i < w.size(); ++i) {
        argument += w(i) * points(i, j);
        size += abs(T(w(i) * points(i, j)));
      }
      features(j, k) = tanh(argument);
      largest = size > largest ? size : largest;
    }
  }
  const Matrix<T> transposed = features.transpose();
  return {product<T>(features, transposed) / T(static_cast<int>(count)),
          T(2) * T(static_cast<int>(points.rows()) + 4) * largest + T(static_cast<int>(count))};
}

// The Gram matrix of the features (x, t, 1).
template <class T>
Matrix<T> linear_gram_matrix(const Matrix<T>& points) {
  const Matrix<T> transposed = points.transpose();
  return product<T>(transposed, points) + Matrix<T>::Ones(points.cols(), points.cols());
}

struct Piece {
  double margin;
  double uncertainty;
  const char* name;
};

/// Everything about one kernel and one training set that the parts of the claim share.
template <class T>
struct Problem {
  Matrix<T> gram;
  SymmetricEigen<T> eigen;
  T smallest, largest;
  T roundoff;  ///< bound on the relative error of an eigenvalue of the Gram matrix and of a step, in units of
               ///< lambda_max
};

template <RealScalar T>
Problem<T> problem_of(const Matrix<T>& points, const Gram<T>& gram) {
  SymmetricEigen<T> eigen = symmetric_eigen(gram.matrix);
  const auto n = static_cast<int>(points.cols());
  const T largest = eigen.values(n - 1);
  // The spectrum is off by n times the error of the entries, and by the solver's n u lambda_max. A step recomputes
  // K alpha - Y from at most four steps of alpha: 8 n u of |Y|. Together, relative to lambda_max, with room:
  const T entries = largest < T(1) ? T(gram.roundings / largest) : gram.roundings;
  const T roundoff = T(32 * n) * (entries + T(n)) * unit_roundoff<T>();
  return {gram.matrix, eigen, eigen.values(0), largest, roundoff};
}

// The largest excess of |r_{k+1}| over factor |r_k| in `steps` of gradient descent on the coefficients alpha of
// v(p) = sum_j alpha_j k(p, p_j) from zero: alpha <- alpha - eta r, r = K alpha - Y; relative to |Y|.
template <RealScalar T>
T largest_excess(const Problem<T>& problem, const Matrix<T>& targets, const T& rate, const T& factor, int steps) {
  using std::sqrt;
  const T scale = T(sqrt(squared_norm(targets)));
  if (scale == T(0)) {
    return T(0);
  }
  Matrix<T> alpha = Matrix<T>::Zero(targets.rows(), targets.cols());
  T before = scale;
  T excess(-1);
  for (int step = 0; step < steps; ++step) {
    alpha -= rate * (product<T>(problem.gram, alpha) - targets);
    const Matrix<T> residual = product<T>(problem.gram, alpha) - targets;
    const T after = T(sqrt(squared_norm(residual)));
    const T grown = (after - factor * before) / scale;
    excess = grown > excess ? grown : excess;
    before = after;
  }
  return excess;
}

template <RealScalar T>
Piece positivity(const Problem<T>& problem) {
  return {static_cast<double>(T(problem.smallest / problem.largest)), static_cast<double>(problem.roundoff),
          "smallest eigenvalue"};
}

// From the drawn targets, and from the eigenvector of lambda_min, where the factor is attained.
template <RealScalar T>
Piece contraction(const Problem<T>& problem, const Matrix<T>& targets, const T& share, Variant variant) {
  const T rate = share / problem.largest;
  const T slack = variant == Variant::claim ? T(1) : T(T(1) + T(1) / T(1024));
  const T factor = T(1) - slack * rate * problem.smallest;
  const Matrix<T> slowest = problem.eigen.vectors.col(0);
  const T drawn = largest_excess(problem, targets, rate, factor, 4);
  const T worst = largest_excess(problem, slowest, rate, factor, 1);
  const T excess = drawn > worst ? drawn : worst;
  return {excess > T(0) ? 1.0 - static_cast<double>(T(excess / problem.roundoff)) : 1.0, 0.0, "contraction"};
}

// Two lines that cross, each seen at two times: a linear field that fits both has both velocities where they cross.
bool linear_features_must_fail(const FiniteSet<Rational>& pairs, const std::vector<Rational>& times) {
  return times.size() >= 2 && !crossings(pairs).empty();
}

// |part of Y outside of the range of the features| / |Y|: what gradient descent never removes. By Davis and Kahan the
// computed null space is off by the roundoff over the smallest eigenvalue that is not zero.
template <RealScalar T>
Piece linear_floor(const Matrix<T>& points, const Matrix<T>& targets, const T& roundoff) {
  using std::sqrt;
  const SymmetricEigen<T> eigen = symmetric_eigen(linear_gram_matrix(points));
  const Eigen::Index n = points.cols();
  const T threshold = roundoff * eigen.values(n - 1);
  T lost(0);
  Eigen::Index k = 0;
  for (; k < n && eigen.values(k) <= threshold; ++k) {
    const Matrix<T> direction = eigen.vectors.col(k).transpose();
    lost += squared_norm(product<T>(direction, targets));
  }
  const T gap = eigen.values(k < n ? k : n - 1);
  return {static_cast<double>(T(sqrt(T(lost / squared_norm(targets))))), static_cast<double>(T(threshold / gap)),
          "loss left by linear features"};
}

class ZeroLossIsReached final : public TieredClaim<ZeroLossIsReached> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "zero-loss-is-reached",
        .label = "beyond the paper",
        .order = 290,
        .statement =
            "On distinct points (x_t^i, t) the Gram matrix K of a strictly positive definite kernel, or of at least as "
            "many random features of an analytic activation that is no polynomial, is positive definite, and gradient "
            "descent on |r|^2/2 with step eta <= 1/lambda_max contracts the residual by at "
            "most 1 - eta lambda_min a step: zero loss is reached, crossing lines or not. With linear features "
            "(x, t, 1) it is not where two of the lines cross.",
        .hypotheses =
            "Finitely many pairs at finitely many inner times, the points (x_t^i, t) distinct (no common crossing "
            "time); a Gaussian or rational quadratic kernel, or at least as many features tanh(w . (x, t)/h + b) as "
            "points, w and b standard normal, of any width h in units of the largest coordinate; for the last part two "
            "lines that cross, each seen at "
            "two times.",
        .margin =
            "The smallest of lambda_min / lambda_max (positive, without a lower bound over all sets), 1 - (excess of a "
            "step's residual over the factor) / (rounding bound), and the share of the targets that linear features "
            "leave unfitted.",
        .refuted_by = "A singular Gram matrix of distinct points, a step that contracts less, or a linear fit.",
        .paper = "not in the paper",
        .mutant = "The factor is 1 - (1 + 2^-10) eta lambda_min.",
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    auto value = finite_case({.largest_d = 3, .largest_size = 4});
    value = with_list(std::move(value), "times",
                      rc::gen::mapcat(integer_in(1, 3), [](std::int64_t count) { return integers_in(count, 1, 63); }));
    value = with_list(std::move(value), "width", integers_in(1, -16, 16));
    value = with_list(std::move(value), "kernel", integers_in(1, 0, 2));
    value = with_list(std::move(value), "features", integers_in(1, 0, 1 << 20));
    value = with_list(std::move(value), "surplus", integers_in(1, 0, 12));
    return with_list(std::move(value), "rate", integers_in(1, 0, 7));
  }

  std::vector<Case> planted() const override {
    const Case crossing{{"d", {1}},          {"size", {2}},  {"sources", {0, 48}}, {"targets", {64, 0}},
                        {"times", {16, 48}}, {"width", {0}}, {"kernel", {0}},      {"rate", {0}}};
    const Case corners{{"d", {2}},
                       {"size", {4}},
                       {"sources", {16, 16, -16, 16, -16, -16, 16, -16}},
                       {"targets", {-16, -16, 16, -16, 16, 16, -16, 16}},
                       {"times", {31, 33, 63}},
                       {"width", {-8}},
                       {"kernel", {1}},
                       {"rate", {7}}};
    return {crossing,
            Case(crossing).set("kernel", 1).set("rate", 4),
            Case(crossing).set("kernel", 2).set("features", 1),
            Case(corners).set("kernel", 2).set("features", 2).set("surplus", 12),
            corners,
            // One point, and two points very close to one another under a wide kernel.
            {{"d", {1}},
             {"size", {1}},
             {"sources", {0}},
             {"targets", {16}},
             {"times", {32}},
             {"width", {0}},
             {"kernel", {0}},
             {"rate", {3}}},
            {{"d", {1}},
             {"size", {2}},
             {"sources", {0, 48}},
             {"targets", {64, 0}},
             {"meet", {1, 0, 32}},
             {"times", {31, 33}},
             {"width", {40}},
             {"kernel", {1}},
             {"rate", {0}}}};
  }

  bool admits(const Case& value) const override {
    const FiniteSet<Rational> pairs = finite_set_of(value);
    const std::vector<Rational> times = times_of(value);
    return !times.empty() && surplus_of(value) >= 0 && !has_source_with_two_targets(pairs) &&
           are_distinct(training_set(pairs, times).points);
  }

  std::vector<std::string> classes(const Case& value) const override {
    const FiniteSet<Rational> pairs = finite_set_of(value);
    const std::vector<Rational> times = times_of(value);
    std::vector<std::string> result{fmt::format("d={}", value.integer("d")),
                                    fmt::format("{} points", pairs.size() * static_cast<Eigen::Index>(times.size())),
                                    name_of(kernel_of(value)),
                                    crossings(pairs).empty() ? "no crossing" : "crossing lines"};
    if (kernel_of(value) == Kernel::random_features && surplus_of(value) == 0) {
      result.emplace_back("as many features as points");
    }
    if (linear_features_must_fail(pairs, times)) {
      result.emplace_back("linear features tried");
    }
    return result;
  }

  template <RealScalar T>
  [[nodiscard]] Judgement judge_in(const Case& value, Variant variant) const {
    const FiniteSet<Rational> pairs = finite_set_of(value);
    const std::vector<Rational> times = times_of(value);
    const TrainingSet exact = training_set(pairs, times);
    const Matrix<T> points = convert<T>(exact.points);
    const Matrix<T> targets = convert<T>(exact.targets);
    const Kernel kernel = kernel_of(value);
    const T width = squared_width<T>(value);
    const Gram<T> gram = kernel == Kernel::random_features
                             ? feature_gram(points, width, static_cast<std::uint64_t>(value.integer("features")),
                                            points.cols() + surplus_of(value))
                             : kernel_gram(points, kernel, width);
    const Problem<T> problem = problem_of(points, gram);
    const T share = T(T(8 - value.integer("rate")) / T(8));
    std::vector<Piece> pieces{positivity(problem), contraction(problem, targets, share, variant)};
    if (linear_features_must_fail(pairs, times)) {
      pieces.push_back(linear_floor(points, targets, problem.roundoff));
    }
    // The piece nearest to failing: what it says is what the claim says.
    const Piece& worst = *std::min_element(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
      return a.margin - a.uncertainty < b.margin - b.uncertainty;
    });
    return {worst.margin, worst.uncertainty,
            fmt::format("{} points, {}: margin {:.3g}", points.cols(), worst.name, worst.margin)};
  }
};

const Registration registered{std::make_unique<ZeroLossIsReached>()};

}  // namespace
}  // namespace straightedge::proofs
