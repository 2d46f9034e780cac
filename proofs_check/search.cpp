#include <search.hpp>

#include <nlopt.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <tuple>

namespace straightedge::proofs {
namespace {

constexpr double kInadmissible = 1e100;
constexpr std::int64_t kDrawsForBounds = 400;
constexpr double kTolerance = 0.4;  // the variables are integers

/// One integer of a case, or a list whose entries are always equal.
struct Entry {
  std::string key;
  std::size_t first, end;
  std::int64_t low, high;
};

/// What draws of one shape have in a list.
struct ListRange {
  Case::List low, high;
  bool always_equal;

  void include(const Case::List& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      low[i] = std::min(low[i], list[i]);
      high[i] = std::max(high[i], list[i]);
    }
    always_equal = always_equal && std::adjacent_find(list.begin(), list.end(), std::not_equal_to<>()) == list.end();
  }
};

bool has_shape_of(const Case& other, const Case& value) {
  return std::equal(
      other.values().begin(), other.values().end(), value.values().begin(), value.values().end(),
      [](const auto& a, const auto& b) { return a.first == b.first && a.second.size() == b.second.size(); });
}

/// The integers of `value` that vary among draws of its shape, with their ranges.
std::vector<Entry> entries_of(const Claim& claim, const Case& value, std::uint64_t seed) {
  std::map<std::string, ListRange> ranges;
  for (const auto& [key, list] : value.values()) {
    ranges[key] = {list, list, list.size() > 1};
    ranges[key].include(list);
  }
  const rc::Gen<Case> generator = claim.generator();
  for (std::int64_t index = 0; index < kDrawsForBounds; ++index) {
    const Case drawn = draw_case(claim, generator, seed, index).value;
    if (!has_shape_of(drawn, value)) {
      continue;
    }
    for (const auto& [key, list] : drawn.values()) {
      ranges[key].include(list);
    }
  }
  std::vector<Entry> entries;
  for (const auto& [key, range] : ranges) {
    const std::size_t size = range.low.size();
    for (std::size_t i = 0; i < size; i += range.always_equal ? size : 1) {
      if (range.low[i] < range.high[i]) {
        entries.push_back({key, i, range.always_equal ? size : i + 1, range.low[i], range.high[i]});
      }
    }
  }
  return entries;
}

/// In double. Builders refuse some cases that no generator draws; the claim's hypotheses exclude others.
double margin_of(const Claim& claim, const Case& value) {
  try {
    if (!claim.admits(value)) {
      return kInadmissible;
    }
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return kInadmissible;
  }
  const Outcome outcome = judge_in_tier(claim, value, Tier::working, Variant::claim);
  return std::isfinite(outcome.margin) && outcome.decision != Decision::undecided ? outcome.margin : kInadmissible;
}

/// The objective, which remembers the best case that it has seen.
class Objective {
 public:
  Objective(const Claim& claim, Case start, double margin, std::vector<Entry> entries)
      : claim_(claim), start_(std::move(start)), entries_(std::move(entries)), best_(start_), best_margin_(margin) {}

  double operator()(const std::vector<double>& x) {
    const Case value = case_at(x);
    const double margin = margin_of(claim_, value);
    ++evaluations_;
    if (margin < best_margin_) {
      best_margin_ = margin;
      best_ = value;
    }
    return margin;
  }

  [[nodiscard]] std::vector<double> place_of_best() const {
    std::vector<double> x;
    for (const Entry& entry : entries_) {
      x.push_back(std::clamp(static_cast<double>(best_.list(entry.key)[entry.first]), static_cast<double>(entry.low),
                             static_cast<double>(entry.high)));
    }
    return x;
  }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] const Case& best() const { return best_; }
  [[nodiscard]] double best_margin() const { return best_margin_; }
  [[nodiscard]] std::int64_t evaluations() const { return evaluations_; }

 private:
  [[nodiscard]] Case case_at(const std::vector<double>& x) const {
    Case value = start_;
    std::map<std::string, Case::List> lists = start_.values();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Case::List& list = lists[entries_[i].key];
      std::fill(list.begin() + static_cast<std::ptrdiff_t>(entries_[i].first),
                list.begin() + static_cast<std::ptrdiff_t>(entries_[i].end), std::llround(x[i]));
    }
    for (auto& [key, list] : lists) {
      value.set(key, std::move(list));
    }
    return value;
  }

  const Claim& claim_;
  Case start_;
  std::vector<Entry> entries_;
  Case best_;
  double best_margin_;
  std::int64_t evaluations_ = 0;
};

/// The best of some draws, which each start has its own of.
struct Pool {
  Case best;
  double least, greatest;
};

Pool draw_pool(const Claim& claim, std::uint64_t seed, std::int64_t start, std::int64_t starts, std::int64_t count) {
  const rc::Gen<Case> generator = claim.generator();
  Pool pool{{}, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (std::int64_t i = 0; i < count; ++i) {
    Case value = draw_case(claim, generator, seed, start + i * starts).value;
    const double margin = margin_of(claim, value);
    pool.greatest = std::max(pool.greatest, margin);
    if (margin < pool.least) {
      pool.least = margin;
      pool.best = std::move(value);
    }
  }
  return pool;
}

double call(const std::vector<double>& x, std::vector<double>& /*gradient*/, void* objective) {
  return (*static_cast<Objective*>(objective))(x);
}

/// How a start looks over the whole box: one method each, since each has sets that it misses.
nlopt::opt global_method(std::int64_t start, unsigned dimensions) {
  static constexpr std::array kMethods{nlopt::GN_CRS2_LM, nlopt::GN_ISRES, nlopt::GN_DIRECT_L, nlopt::G_MLSL_LDS};
  nlopt::opt search(kMethods[static_cast<std::size_t>(start) % kMethods.size()], dimensions);
  if (search.get_algorithm() == nlopt::G_MLSL_LDS) {
    nlopt::opt local(nlopt::LN_SBPLX, dimensions);
    local.set_xtol_abs(kTolerance);
    search.set_local_optimizer(local);
  }
  return search;
}

/// From the best point so far; `share` of the ranges is the first step.
void minimise(Objective& objective, nlopt::opt search, std::int64_t evaluations, double share) {
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> step;
  for (const Entry& entry : objective.entries()) {
    low.push_back(static_cast<double>(entry.low));
    high.push_back(static_cast<double>(entry.high));
    const double range = high.back() - low.back();
    step.push_back(std::min(range / 2, std::max(1.0, range * share)));  // BOBYQA wants no more than half
  }
  search.set_lower_bounds(low);
  search.set_upper_bounds(high);
  search.set_initial_step(step);
  search.set_min_objective(call, &objective);
  search.set_maxeval(static_cast<int>(evaluations));
  search.set_xtol_abs(kTolerance);
  std::vector<double> x = objective.place_of_best();
  double value = 0;
  try {
    search.optimize(x, value);
  } catch (const nlopt::roundoff_limited&) {
    // What it saw before that counts.
  }
}

}  // namespace

std::int64_t search_starts(std::int64_t cases) {
  return std::clamp<std::int64_t>(cases / 6250, 4, 16);
}

std::int64_t search_budget(std::int64_t cases) {
  return std::clamp<std::int64_t>(cases / 4, 100, 2000);
}

void SearchRecord::merge(const SearchRecord& other) {
  starts += other.starts;
  evaluations += other.evaluations;
  const auto rank = [](const SearchFinding& finding) { return std::tuple(finding.screened, finding.start); };
  if (other.smallest && (!smallest || rank(*other.smallest) < rank(*smallest))) {
    smallest = other.smallest;
  }
  if (other.failing && (!failing || other.failing->start < failing->start)) {
    failing = other.failing;
  }
}

SearchRecord search_from(const Claim& claim, std::uint64_t seed, std::int64_t start, std::int64_t starts,
                         std::int64_t evaluations, Tier precise) {
  const std::int64_t drawn = evaluations / 8 + 1;
  std::optional<Objective> prepared;
  bool varies = false;
  try {
    const Pool pool = draw_pool(claim, seed, start, starts, drawn);
    varies = pool.least < pool.greatest;
    prepared.emplace(claim, pool.best, pool.least, varies ? entries_of(claim, pool.best, seed) : std::vector<Entry>());
  } catch (const DoesNotExist&) {
    return {.starts = 1};  // some draw is not admitted: the drawn cases say so
  }
  Objective& objective = *prepared;
  const auto left = [&] { return evaluations - drawn - objective.evaluations(); };
  // A margin that is the same on all draws says yes or no: there is nothing to follow.
  if (!objective.entries().empty()) {
    nlopt::srand(static_cast<unsigned long>(seed) + static_cast<unsigned long>(start) + 1);  // of this thread
    const auto dimensions = static_cast<unsigned>(objective.entries().size());
    minimise(objective, global_method(start, dimensions), left() / 2, 1.0 / 8);
    for (double share = 1.0 / 8; share > 1.0 / 1024; share /= 4) {
      for (const auto local : {nlopt::LN_BOBYQA, nlopt::LN_SBPLX}) {
        if (left() > 0 && (local != nlopt::LN_BOBYQA || dimensions > 1)) {
          minimise(objective, nlopt::opt(local, dimensions), left() / 2 + 1, share);
        }
      }
    }
  }
  SearchRecord record{.starts = 1, .evaluations = drawn + objective.evaluations()};
  if (objective.best_margin() < kInadmissible) {
    SearchFinding finding{.start = start, .screened = objective.best_margin(), .value = objective.best()};
    finding.outcome = judge_precisely(claim, finding.value, precise, Variant::claim);
    if (finding.outcome.decision == Decision::fails) {
      finding.outcome = judge_in_tier(claim, finding.value, Tier::digits100, Variant::claim);
    }
    if (finding.outcome.decision == Decision::fails) {
      finding.enclosure = claim.enclose_margin(finding.value);
      if (!finding.enclosure || finding.enclosure->upper < 0) {
        record.failing = finding;
      }
    }
    record.smallest = std::move(finding);
  }
  return record;
}

void to_json(nlohmann::json& json, const SearchFinding& finding) {
  json = {{"start", finding.start},
          {"screened", number_to_json(finding.screened)},
          {"case", finding.value},
          {"outcome", finding.outcome}};
  if (finding.enclosure) {
    json["enclosure"] = *finding.enclosure;
  }
}

void from_json(const nlohmann::json& json, SearchFinding& finding) {
  json.at("start").get_to(finding.start);
  finding.screened = number_from_json(json.at("screened"));
  json.at("case").get_to(finding.value);
  json.at("outcome").get_to(finding.outcome);
  if (json.contains("enclosure")) {
    finding.enclosure = json["enclosure"].get<MarginBounds>();
  }
}

void to_json(nlohmann::json& json, const SearchRecord& record) {
  json = {{"starts", record.starts}, {"evaluations", record.evaluations}, {"smallest", nullptr}, {"failing", nullptr}};
  if (record.smallest) {
    json["smallest"] = *record.smallest;
  }
  if (record.failing) {
    json["failing"] = *record.failing;
  }
}

void from_json(const nlohmann::json& json, SearchRecord& record) {
  json.at("starts").get_to(record.starts);
  json.at("evaluations").get_to(record.evaluations);
  for (auto [key, finding] : {std::pair{"smallest", &record.smallest}, {"failing", &record.failing}}) {
    if (!json.at(key).is_null()) {
      *finding = json.at(key).get<SearchFinding>();
    }
  }
}

}  // namespace straightedge::proofs
