#include <memorisation_survey.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memorisation.hpp>
#include <normal_samples.hpp>
#include <stdexcept>
#include <straightedge/statistics.hpp>

namespace straightedge::proofs {
namespace {

/// What the campaign's number of cases, and so its effort, makes of the table.
struct Grid {
  std::int64_t cases;  ///< from here on
  std::vector<int> dimensions, sizes;
  std::vector<double> noises;
  std::int64_t trials;

  [[nodiscard]] std::int64_t cells() const {
    return static_cast<std::int64_t>(dimensions.size() * sizes.size() * noises.size());
  }
};

const std::vector<Grid>& grids() {
  static const std::vector<Grid> all = {
      {0, {2, 8, 32}, {64}, {0.05, 0.2, 0.5}, 32},
      {2000, {2, 8, 32}, {16, 64, 256}, {0.05, 0.2, 0.5, 1.0}, 64},
      {100000, {2, 8, 32, 128}, {16, 64, 256, 1024}, {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0}, 256}};
  return all;
}

const Grid& grid_for(std::int64_t cases) {
  return *std::find_if(grids().rbegin(), grids().rend(), [cases](const Grid& grid) { return cases >= grid.cases; });
}

/// The set of trial k of (d, N).
FiniteSet<double> random_pairs(int d, int size, std::uint64_t seed, std::int64_t trial) {
  const std::uint64_t stream = (static_cast<std::uint64_t>(d) << 48U) | (static_cast<std::uint64_t>(size) << 32U) |
                               static_cast<std::uint64_t>(trial);
  NormalSamples samples(seed, stream);
  FiniteSet<double> pairs{Matrix<double>(d, size), Matrix<double>(d, size)};
  for (Matrix<double>* points : {&pairs.sources, &pairs.targets}) {
    std::generate(points->data(), points->data() + points->size(), [&samples] { return samples.normal(); });
  }
  return pairs;
}

}  // namespace

MemorisationCell memorisation_cell(std::int64_t row, std::int64_t cases) {
  const Grid& grid = grid_for(cases);
  if (row < 0 || row >= 2 * grid.cells()) {
    throw std::out_of_range("memorisation_cell: no such row");
  }
  const auto take = [&row](const auto& values) {
    const auto count = static_cast<std::int64_t>(values.size());
    const auto value = values[static_cast<std::size_t>(row % count)];
    row /= count;
    return value;
  };
  MemorisationCell cell;
  cell.f = take(grid.noises);
  cell.size = take(grid.sizes);
  cell.d = take(grid.dimensions);
  cell.frozen = row == 0;
  cell.trials = grid.trials;
  return cell;
}

SurveyRow measure_memorisation(const MemorisationCell& cell, std::uint64_t seed) {
  std::int64_t memorised = 0;
  std::int64_t undecided = 0;
  std::int64_t by_bound = 0;
  std::int64_t steps = 0;
  for (std::int64_t k = 0; k < cell.trials; ++k) {
    const FiniteSet<double> pairs = random_pairs(cell.d, cell.size, seed, k);
    const Trial trial = cell.frozen ? frozen_trial(pairs, 0, cell.f)
                                    : resampled_trial(pairs.targets, Vector<double>(pairs.sources.col(0)), cell.f);
    memorised += trial.answer == Trial::Answer::memorised ? 1 : 0;
    undecided += trial.answer == Trial::Answer::undecided ? 1 : 0;
    by_bound += trial.by_bound ? 1 : 0;
    steps = std::max(steps, trial.steps);
  }
  // What is undecided counts against both bounds.
  const auto trials = static_cast<std::uint64_t>(cell.trials);
  const auto least = static_cast<std::uint64_t>(memorised);
  const auto most = static_cast<std::uint64_t>(memorised + undecided);
  return {std::string(cell.frozen ? "frozen" : "resampled"),
          std::int64_t{cell.d},
          std::int64_t{cell.size},
          cell.f,
          cell.trials,
          memorised,
          rounded_number(static_cast<double>(memorised) / static_cast<double>(cell.trials)),
          rounded_number(clopper_pearson(least, trials, 0.99).lower),
          rounded_number(clopper_pearson(most, trials, 0.99).upper),
          undecided,
          by_bound,
          steps};
}

std::string MemorisationSurvey::title() const {
  return "How often the flow of the exact minimiser with constant noise f memorises N random pairs in d dimensions";
}

std::string MemorisationSurvey::method() const {
  return fmt::format(
      "Each trial has a set of its own, N sources and N targets from N(0, I), the same for every f and both kinds.\n"
      "frozen: the flow on frozen pairs from a training source. Memorised: it ends within {} of the targets' "
      "root-mean-square size of its own partner.\n"
      "resampled: the flow of the minimiser with sources drawn anew, from a fresh source. Memorised: the distance "
      "to the nearest target is below {:.4g} of that to the second nearest (Yoon et al. 2023); a point that knows "
      "nothing of the targets passes with probability 3^-d.\n"
      "Runge-Kutta of order 4, in double precision: steps are doubled until that moves the end by less than {} of "
      "the size and by less than its distance from the threshold. A frozen source that the tube bound of its own "
      "line keeps near enough needs no integration.",
      kMemorisedShare, kNearestShare, kFlowTolerance);
}

std::string MemorisationSurvey::figure() const {
  return "Figure: rate against f on a logarithmic axis, lower and upper as error bars; a panel for each kind and d, a "
         "curve for each N. report.html has it.";
}

std::vector<SurveyColumn> MemorisationSurvey::columns() const {
  return {{"kind", "", "frozen or resampled sources"},
          {"d", "", "dimension"},
          {"N", "", "pairs in a set"},
          {"f", "standard deviations of a coordinate", "constant noise"},
          {"trials", "", "sets, and flows followed"},
          {"memorised", "", "of them"},
          {"rate", "", "memorised / trials"},
          {"lower", "", "Clopper and Pearson's lower bound of the rate, of a two-sided interval at 99 %"},
          {"upper", "", "the upper bound; both count undecided trials against themselves"},
          {"undecided", "", "trials without an answer after all doublings"},
          {"by_bound", "", "memorised by the tube bound, not integrated"},
          {"steps", "", "of the longest integration"}};
}

std::int64_t MemorisationSurvey::rows(std::int64_t cases) const {
  return 2 * grid_for(cases).cells();
}

double MemorisationSurvey::weight(std::int64_t row, std::int64_t cases) const {
  const MemorisationCell cell = memorisation_cell(row, cases);
  return static_cast<double>(cell.trials) * (1.0 + 1e-3 * cell.size * (10 + cell.d));
}

SurveyRow MemorisationSurvey::measure(std::int64_t row, const SurveyPlan& plan) const {
  return measure_memorisation(memorisation_cell(row, plan.cases), plan.seed);
}

}  // namespace straightedge::proofs
