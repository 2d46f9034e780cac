#include <identity.hpp>

#include <fmt/format.h>

#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

constexpr std::int64_t kPointsOfPart = 256;

/// Appends all n in N^m with sum n <= degree that start with `n`.
void append_lattice(int m, int degree, std::vector<int>& n, std::vector<std::vector<int>>& lattice) {
  if (static_cast<int>(n.size()) == m) {
    lattice.push_back(n);
    return;
  }
  for (int value = 0; value <= degree; ++value) {
    n.push_back(value);
    append_lattice(m, degree - value, n, lattice);
    n.pop_back();
  }
}

std::vector<int> degree_bounds(const Identity& identity) {
  GroupedValues<Degree> values;
  for (std::size_t group = 0; group < identity.variables.size(); ++group) {
    values.emplace_back(static_cast<std::size_t>(identity.variables[group]), Degree::variable(static_cast<int>(group)));
  }
  std::vector<int> bounds(identity.variables.size(), 0);
  for (const Degree& function : identity.degrees(values)) {
    for (std::size_t group = 0; group < bounds.size(); ++group) {
      bounds[group] = std::max(bounds[group], function.degrees()[group]);
    }
  }
  return bounds;
}

std::string place(const Identity& identity, const GroupedValues<Rational>& at) {
  std::string text = fmt::format("d = {}:", identity.d);
  for (const auto& group : at) {
    text += " (";
    for (std::size_t i = 0; i < group.size(); ++i) {
      text += (i == 0 ? "" : ", ") + to_string(group[i]);
    }
    text += ")";
  }
  return text;
}

}  // namespace

IdentityProof::IdentityProof(std::string set, std::vector<Identity> identities)
    : set_(std::move(set)), identities_(std::move(identities)) {
  for (std::size_t i = 0; i < identities_.size(); ++i) {
    Grid grid{degree_bounds(identities_[i]), {}, 1};
    for (std::size_t group = 0; group < grid.degrees.size(); ++group) {
      std::vector<int> n;
      append_lattice(identities_[i].variables[group], grid.degrees[group], n, grid.lattices.emplace_back());
      grid.points *= static_cast<std::int64_t>(grid.lattices.back().size());
    }
    for (std::int64_t first = 0; first < grid.points; first += kPointsOfPart) {
      parts_.push_back({i, first, std::min(first + kPointsOfPart, grid.points)});
    }
    grids_.push_back(std::move(grid));
  }
}

PartOutcome IdentityProof::check(std::int64_t part, Variant variant) const {
  const Part& range = parts_.at(static_cast<std::size_t>(part));
  const Identity& identity = identities_[range.identity];
  const Grid& grid = grids_[range.identity];
  PartOutcome outcome;
  for (std::int64_t point = range.first; point < range.end; ++point) {
    GroupedValues<Rational> at;
    std::int64_t rest = point;
    for (std::size_t group = 0; group < grid.lattices.size(); ++group) {
      const auto& lattice = grid.lattices[group];
      const auto size = static_cast<std::int64_t>(lattice.size());
      std::vector<Rational>& values = at.emplace_back();
      for (const int n : lattice[static_cast<std::size_t>(rest % size)]) {
        values.emplace_back(n, grid.degrees[group] + 1);
      }
      rest /= size;
    }
    ++outcome.evaluations;
    try {
      for (const Rational& value : identity.values(at, variant)) {
        if (value != 0) {
          outcome.holds = false;
          outcome.note = fmt::format("{}: {} and not 0", place(identity, at), to_string(value));
          return outcome;
        }
      }
    } catch (const DoesNotExist& error) {
      outcome.holds = false;
      outcome.note = fmt::format("{}: {}", place(identity, at), error.what());
      return outcome;
    }
  }
  return outcome;
}

}  // namespace straightedge::proofs
