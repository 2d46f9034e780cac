// Proposition 2: on a finite set without noise a field with zero empirical loss exists, crossings or not.
#include <claim.hpp>
#include <exact_judgement.hpp>
#include <finite_generators.hpp>

#include <fmt/format.h>
#include <straightedge/error.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

bool contains(const std::vector<Rational>& ascending, const Rational& t) {
  return std::binary_search(ascending.begin(), ascending.end(), t);
}

// 0, the middle of each interval between crossing times, the planted times and the grid, 1.
std::vector<Rational> probe_times(const Case& value, const std::vector<Rational>& crossing_times) {
  std::vector<Rational> times = grid_of(value);
  Rational before = 0;
  for (const Rational& t : crossing_times) {
    times.push_back((before + t) / 2);
    before = t;
  }
  times.push_back((before + 1) / 2);
  const std::vector<Rational> planted = planted_times_of(value);
  times.insert(times.end(), planted.begin(), planted.end());
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

Vector<Rational> line_velocity(const FiniteSet<Rational>& pairs, Eigen::Index i) {
  return pairs.targets.col(i) - pairs.sources.col(i);
}

bool moves_along(const FiniteSet<Rational>& pairs, Eigen::Index i, const Rational& t) {
  const auto field = memorising_velocity(pairs, interpolants(pairs, t).col(i), t);
  return field && *field == line_velocity(pairs, i);
}

Departure wrong_refusal(const FiniteSet<Rational>& pairs) {
  const bool refuse = has_source_with_two_targets(pairs);
  try {
    require_valid(pairs);
  } catch (const InputError&) {
    return refuse ? std::nullopt : Departure("a set without a source of two targets is refused");
  }
  return refuse ? Departure("a source with two targets is not refused") : std::nullopt;
}

Departure wrong_loss(const FiniteSet<Rational>& pairs, const std::vector<Rational>& singular,
                     const std::vector<Rational>& times) {
  for (const Rational& t : times) {
    const Rational loss = memorising_loss(pairs, t);
    if ((loss == 0) == contains(singular, t)) {
      return fmt::format("empirical loss {} at t = {}, {} crossing time", to_string(loss), to_string(t),
                         contains(singular, t) ? "a" : "no");
    }
  }
  return std::nullopt;
}

Departure line_that_is_no_solution(const FiniteSet<Rational>& pairs, const std::vector<Rational>& singular,
                                   const std::vector<Rational>& times) {
  for (const Rational& t : times) {
    for (Eigen::Index i = 0; i < pairs.size() && !contains(singular, t); ++i) {
      if (!moves_along(pairs, i, t)) {
        return fmt::format("training line {} is no solution at t = {}", i, to_string(t));
      }
    }
  }
  return std::nullopt;
}

// At a crossing before t = 1 the path that follows line i up to it and line j from then on is continuous, has the
// field's velocity at almost every time, and ends at another target: a second solution from the same source.
Departure unique_solution(const FiniteSet<Rational>& pairs, const std::vector<Rational>& singular,
                          const std::vector<Rational>& times) {
  for (const Crossing& crossing : crossings(pairs)) {
    if (crossing.time == 1) {
      continue;
    }
    const Matrix<Rational> meeting = interpolants(pairs, crossing.time);
    bool second = meeting.col(crossing.first) == meeting.col(crossing.second) &&
                  pairs.targets.col(crossing.first) != pairs.targets.col(crossing.second);
    for (const Rational& t : times) {
      const Eigen::Index line = t < crossing.time ? crossing.first : crossing.second;
      second = second && (contains(singular, t) || moves_along(pairs, line, t));
    }
    if (!second) {
      return fmt::format("switching from line {} to line {} at t = {} is no second solution", crossing.first,
                         crossing.second, to_string(crossing.time));
    }
  }
  return std::nullopt;
}

std::vector<Rational> without_crossings_of_line(const FiniteSet<Rational>& pairs, Eigen::Index i,
                                                std::vector<Rational> grid) {
  for (const Crossing& crossing : crossings(pairs)) {
    if (crossing.time != 1 && (crossing.first == i || crossing.second == i)) {
      std::erase(grid, crossing.time);
    }
  }
  return grid;
}

Departure wrong_euler(const FiniteSet<Rational>& pairs, const std::vector<Rational>& grid, Variant variant) {
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    const auto own_grid = variant == Variant::claim ? without_crossings_of_line(pairs, i, grid) : grid;
    const auto end = memorising_euler(pairs, i, own_grid);
    if (!end || *end != Vector<Rational>(pairs.targets.col(i))) {
      return fmt::format("Euler in {} steps from source {} {}", own_grid.size() - 1, i,
                         end ? "ends elsewhere than at its partner" : "leaves the training lines");
    }
  }
  return std::nullopt;
}

Case square_of_opposite_corners(Case::List grid) {
  return {{"d", {2}},
          {"size", {4}},
          {"sources", {16, 16, -16, 16, -16, -16, 16, -16}},
          {"targets", {-16, -16, 16, -16, 16, 16, -16, 16}},
          {"grid", std::move(grid)}};
}

class MemorisingFieldExists final : public Claim {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "prop-2",
        .label = "Proposition 2",
        .order = 130,
        .statement =
            "On a finite set without noise the memorising field has empirical loss exactly 0 at every time but the "
            "finitely many crossing times, where it is positive; each training line is a Caratheodory solution of it, "
            "and at a crossing before t = 1 not the only one; explicit Euler from a source returns the partner exactly "
            "on every grid that holds no crossing time of its line.",
        .hypotheses =
            "Finitely many pairs; no source has two targets (such a set is refused, and that is a part of the claim); "
            "crossings in (0, 1), shared targets (t = 1) and repeated pairs are allowed.",
        .margin = "1 where every part holds in exact arithmetic, -1 where one fails.",
        .refuted_by =
            "A non-zero loss off the crossing times or a zero one at them; a training line that is no solution; an "
            "Euler path off crossing times that misses its partner; a source with two targets that is accepted.",
        .paper = "holds",
        .mutant = "Euler returns the partner exactly on every grid, crossing times included.",
    };
    return info;
  }

  rc::Gen<Case> generator() const override {
    return finite_case({.largest_d = 3, .largest_size = 5, .twin = true, .largest_grid = 4});
  }

  std::vector<Case> planted() const override {
    return {
        // No grid point at the common crossing t = 1/2; then one: the average velocity there is 0.
        square_of_opposite_corners({7, 31, 33}),
        square_of_opposite_corners({32}),
        // Two lines of d = 1 that meet at t = 3/4, with a grid through it that then leaves the lines.
        {{"d", {1}},
         {"size", {2}},
         {"sources", {0, 48}},
         {"targets", {64, 0}},
         {"meet", {1, 0, 48}},
         {"grid", {48, 56}}},
        // A shared target, a repeated pair, lines that miss each other narrowly, a single pair.
        {{"d", {2}}, {"size", {3}}, {"sources", {0, 0, 16, 5, -7, 9}}, {"meet", {1, 0, 64, 2, 0, 64}}, {"grid", {32}}},
        {{"d", {2}}, {"size", {2}}, {"sources", {3, 4, 3, 4}}, {"targets", {5, 6, 5, 6}}, {"grid", {32}}},
        {{"d", {2}}, {"size", {2}}, {"sources", {0, 0, 0, 16}}, {"targets", {16, 16, 16, 1}}, {"grid", {32}}},
        {{"d", {1}}, {"size", {1}}, {"sources", {3}}, {"targets", {-5}}, {"grid", {1, 63}}},
        // A source with two targets.
        {{"d", {2}}, {"size", {3}}, {"sources", {0, 1, 2, 3, 4, 5}}, {"targets", {1, 1, 2, 2, 3, 3}}, {"twin", {1}}},
    };
  }

  std::vector<std::string> classes(const Case& value) const override { return finite_classes(value); }

  Judgement judge(const Case& value, Tier /*tier*/, Variant variant) const override {
    const FiniteSet<Rational> pairs = finite_set_of(value);
    Departure departure = wrong_refusal(pairs);
    if (departure || has_source_with_two_targets(pairs)) {
      return judge_exactly(std::move(departure), "refused: a source has two targets");
    }
    const std::vector<Rational> singular = crossing_times(pairs);
    const std::vector<Rational> times = probe_times(value, singular);
    departure = wrong_loss(pairs, singular, times);
    departure = departure ? departure : line_that_is_no_solution(pairs, singular, times);
    departure = departure ? departure : unique_solution(pairs, singular, times);
    departure = departure ? departure : wrong_euler(pairs, grid_of(value), variant);
    return judge_exactly(std::move(departure),
                         fmt::format("{} pairs, {} crossing times, exact", pairs.size(), singular.size()));
  }
};

const Registration registered{std::make_unique<MemorisingFieldExists>()};

}  // namespace
}  // namespace straightedge::proofs
