#include <finite_generators.hpp>

#include <generators.hpp>

#include <Random123/philox.h>
#include <rapidcheck/gen/Create.h>
#include <rapidcheck/gen/Transform.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

enum class Pattern : std::int64_t { none, one, through_one_point, shared_target, several };

// What fixes the lengths of a case's lists.
struct Shape {
  std::int64_t d, size, pattern, reach, instant, grid;
};

Pattern pattern_of(const Shape& shape, const FiniteCaseOptions& options) {
  if (!options.meet || shape.size < 2) {
    return Pattern::none;
  }
  // Nine ways: three without a planted crossing, two for each kind but shared targets.
  constexpr std::array<Pattern, 9> ways{Pattern::none,
                                        Pattern::none,
                                        Pattern::none,
                                        Pattern::one,
                                        Pattern::one,
                                        Pattern::through_one_point,
                                        Pattern::through_one_point,
                                        Pattern::shared_target,
                                        Pattern::several};
  return ways[static_cast<std::size_t>(shape.pattern)];
}

Case::List meeting_triples(const Shape& shape, Pattern pattern) {
  Case::List triples;
  const auto add = [&](std::int64_t j, std::int64_t i, std::int64_t n) { triples.insert(triples.end(), {j, i, n}); };
  switch (pattern) {
    case Pattern::none:
      break;
    case Pattern::one:
      add(1, 0, shape.instant);
      break;
    case Pattern::through_one_point:
      for (std::int64_t j = 1; j < shape.size; ++j) {
        add(j, 0, shape.instant);
      }
      break;
    case Pattern::shared_target:
      add(1, 0, 64);
      break;
    case Pattern::several:
      for (std::int64_t j = 1; j < shape.size; ++j) {
        add(j, j - 1, 1 + (shape.instant * j) % 64);
      }
      break;
  }
  return triples;
}

rc::Gen<Case> case_of_shape(const Shape& shape, const FiniteCaseOptions& options) {
  const Case::List triples = meeting_triples(shape, pattern_of(shape, options));
  Case fixed{{"d", {shape.d}}, {"size", {shape.size}}};
  if (!triples.empty()) {
    fixed.set("meet", triples);
  }
  rc::Gen<Case> result = rc::gen::just(fixed);
  const std::int64_t count = shape.d * shape.size;
  result = with_list(result, "sources", integers_in(count, -shape.reach, shape.reach));
  result = with_list(result, "targets", integers_in(count, -shape.reach, shape.reach));
  if (options.twin) {
    result = with_list(result, "twin",
                       rc::gen::map(integer_in(0, 7), [](std::int64_t n) { return Case::List{n == 7 ? 1 : 0}; }));
  }
  if (options.largest_grid > 0) {
    auto points = integers_in(shape.grid, 1, 63);
    // An odd number of drawn points leads the grid through the first planted crossing.
    if (!triples.empty() && shape.grid % 2 == 1) {
      points = rc::gen::map(std::move(points), [through = triples[2]](Case::List list) {
        list.front() = through;
        return list;
      });
    }
    result = with_list(result, "grid", std::move(points));
  }
  return result;
}

std::int64_t entry(const Case& value, const std::string& key, std::size_t index) {
  if (!value.has(key)) {
    return 0;
  }
  const Case::List& list = value.list(key);
  return index < list.size() ? list[index] : 0;
}

std::int64_t positive(const Case& value, const std::string& key) {
  const std::int64_t n = value.integer(key);
  if (n < 1) {
    throw InputError("case: " + key + " = " + std::to_string(n) + ", at least 1 is needed");
  }
  return n;
}

Matrix<Rational> points_of(const Case& value, const std::string& key, Eigen::Index d, Eigen::Index n) {
  Matrix<Rational> points(d, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index k = 0; k < d; ++k) {
      points(k, i) = Rational(entry(value, key, static_cast<std::size_t>(i * d + k)), 16);
    }
  }
  return points;
}

struct Meeting {
  std::int64_t later, earlier, n;
};

// The triples that apply, in ascending order of the line that is moved.
std::vector<Meeting> meetings_of(const Case& value) {
  std::vector<Meeting> result;
  const std::int64_t size = value.integer("size");
  const Case::List triples = value.has("meet") ? value.list("meet") : Case::List{};
  for (std::size_t k = 0; k + 2 < triples.size(); k += 3) {
    const Meeting meeting{triples[k], triples[k + 1], triples[k + 2]};
    if (0 <= meeting.earlier && meeting.earlier < meeting.later && meeting.later < size && 1 <= meeting.n &&
        meeting.n <= 64) {
      result.push_back(meeting);
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const Meeting& a, const Meeting& b) { return a.later < b.later; });
  return result;
}

bool columns_equal(const Matrix<Rational>& points, Eigen::Index i, Eigen::Index j) {
  return points.col(i) == points.col(j);
}

// Two standard normal numbers from one block of counters, by Box and Muller, rounded to 2^-16.
std::array<double, 2> normal_pair(std::uint64_t seed, std::uint32_t block) {
  r123::Philox4x32 generator;
  const r123::Philox4x32::key_type key{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)}};
  const auto words = generator(r123::Philox4x32::ctr_type{{block, 0, 0, 0}}, key);
  const double radius = std::sqrt(-2.0 * std::log(std::ldexp(words[0] + 0.5, -32)));
  const double angle = 2.0 * std::numbers::pi * std::ldexp(words[1] + 0.5, -32);
  const auto rounded = [](double x) { return std::ldexp(std::nearbyint(std::ldexp(x, 16)), -16); };
  return {rounded(radius * std::cos(angle)), rounded(radius * std::sin(angle))};
}

Matrix<double> normal_points(std::uint64_t seed, std::uint32_t first_block, Eigen::Index d, Eigen::Index n) {
  Matrix<double> points(d, n);
  std::uint32_t block = first_block;
  for (Eigen::Index entry_index = 0; entry_index < d * n; entry_index += 2, ++block) {
    const auto pair = normal_pair(seed, block);
    points.data()[entry_index] = pair[0];
    if (entry_index + 1 < d * n) {
      points.data()[entry_index + 1] = pair[1];
    }
  }
  return points;
}

}  // namespace

rc::Gen<Case> finite_case(const FiniteCaseOptions& options) {
  const auto shape = rc::gen::apply(
      [](std::int64_t d, std::int64_t size, std::int64_t pattern, std::int64_t reach, std::int64_t instant,
         std::int64_t grid) { return Shape{d, size, pattern, reach == 0 ? 3 : 64, instant, grid}; },
      integer_in(options.smallest_d, options.largest_d), integer_in(options.smallest_size, options.largest_size),
      integer_in(0, 8), integer_in(0, 2), integer_in(1, 63), integer_in(0, options.largest_grid));
  return rc::gen::mapcat(shape, [options](const Shape& drawn) { return case_of_shape(drawn, options); });
}

FiniteSet<Rational> finite_set_of(const Case& value) {
  const auto d = static_cast<Eigen::Index>(positive(value, "d"));
  const auto n = static_cast<Eigen::Index>(positive(value, "size"));
  FiniteSet<Rational> pairs{points_of(value, "sources", d, n), points_of(value, "targets", d, n)};
  if (value.integer_or("twin", 0) == 1) {
    pairs.sources.col(n - 1) = pairs.sources.col(0).eval();
  }
  for (const Meeting& meeting : meetings_of(value)) {
    const auto i = static_cast<Eigen::Index>(meeting.earlier);
    const auto j = static_cast<Eigen::Index>(meeting.later);
    const Rational reach(64 - meeting.n, meeting.n);  // 1/t - 1
    for (Eigen::Index k = 0; k < d; ++k) {
      pairs.targets(k, j) = pairs.targets(k, i) + reach * (pairs.sources(k, i) - pairs.sources(k, j));
    }
  }
  return pairs;
}

std::vector<Rational> planted_times_of(const Case& value) {
  std::vector<Rational> times;
  for (const Meeting& meeting : meetings_of(value)) {
    times.emplace_back(meeting.n, 64);
  }
  return times;
}

std::vector<Rational> grid_of(const Case& value) {
  Case::List points = value.has("grid") ? value.list("grid") : Case::List{};
  std::erase_if(points, [](std::int64_t n) { return n < 1 || n > 63; });
  points.push_back(0);
  points.push_back(64);
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  std::vector<Rational> grid;
  for (const std::int64_t n : points) {
    grid.emplace_back(n, 64);
  }
  return grid;
}

bool has_source_with_two_targets(const FiniteSet<Rational>& pairs) {
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      if (columns_equal(pairs.sources, i, j) && !columns_equal(pairs.targets, i, j)) {
        return true;
      }
    }
  }
  return false;
}

std::vector<std::string> finite_classes(const Case& value) {
  std::vector<std::string> classes{"d=" + std::to_string(value.integer("d")),
                                   "N=" + std::to_string(value.integer("size"))};
  const FiniteSet<Rational> pairs = finite_set_of(value);
  if (has_source_with_two_targets(pairs)) {
    classes.emplace_back("source with two targets");
    return classes;
  }
  const std::vector<Crossing> found = crossings(pairs);
  const std::vector<Rational> times = crossing_times(pairs);
  classes.emplace_back(times.empty()       ? "no crossing"
                       : times.size() == 1 ? "one crossing time"
                                           : "several crossing times");
  if (!times.empty() && times.back() == 1) {
    classes.emplace_back("shared target");
  }
  // Lines i < j < k meet in one point iff i meets both others at one time.
  for (std::size_t n = 1; n < found.size(); ++n) {
    if (found[n].time == found[n - 1].time && found[n].first == found[n - 1].first) {
      classes.emplace_back("three lines through a point");
      break;
    }
  }
  bool equal_pairs = false;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      equal_pairs = equal_pairs || columns_equal(pairs.sources, i, j);
    }
  }
  if (equal_pairs) {
    classes.emplace_back("equal pairs");
  }
  const std::vector<Rational> grid = grid_of(value);
  if (std::any_of(grid.begin() + 1, grid.end() - 1,
                  [&](const Rational& t) { return std::binary_search(times.begin(), times.end(), t); })) {
    classes.emplace_back("grid through a crossing");
  }
  return classes;
}

FiniteSet<double> gaussian_set_of(const Case& value) {
  const auto d = static_cast<Eigen::Index>(positive(value, "d"));
  const auto n = static_cast<Eigen::Index>(positive(value, "size"));
  const auto seed = static_cast<std::uint64_t>(value.integer("seed"));
  const double scale = 1.0 + static_cast<double>(value.integer_or("stretch", 0)) / 8.0;
  constexpr std::uint32_t first_target_block = 1U << 31U;
  return {normal_points(seed, 0, d, n), scale * normal_points(seed, first_target_block, d, n)};
}

}  // namespace straightedge::proofs
