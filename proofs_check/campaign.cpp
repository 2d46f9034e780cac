#include <campaign.hpp>

#include <algorithm>
#include <campaign_tasks.hpp>
#include <chrono>
#include <mutex>
#include <numeric>
#include <parallel.hpp>

namespace straightedge::proofs {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs the tasks of one phase on the execution's threads.
class Phase {
 public:
  Phase(const Settings& settings, const Execution& execution, Campaign& campaign, Progress& progress, double share)
      : settings_(settings), execution_(execution), campaign_(campaign), progress_(progress), share_(share) {}

  void run(const std::vector<Task>& tasks) {
    all_weight_ = std::accumulate(tasks.begin(), tasks.end(), 0.0,
                                  [](double sum, const Task& task) { return sum + task.weight; });
    start_ = progress_.done;
    std::vector<Task> fresh;
    for (const Task& task : tasks) {
      if (!recall(task)) {
        fresh.push_back(task);
      }
    }
    for_each_index(fresh.size(), execution_.jobs, [&](std::size_t index) {
      if (stopped()) {
        return false;
      }
      finish(fresh[index]);
      return true;
    });
    progress_.done = start_ + share_;
  }

 private:
  /// Enters the stored result of a task, if there is one.
  bool recall(const Task& task) {
    const nlohmann::json* stored =
        execution_.store == nullptr ? nullptr : execution_.store->find(name_of(task, settings_));
    if (stored == nullptr) {
      return false;
    }
    take(task, *stored);
    return true;
  }

  // Records change under the lock only. Tasks of the third phase read theirs, so they get a copy of it.
  void finish(const Task& task) {
    const auto start = Clock::now();
    const std::optional<nlohmann::json> result =
        perform(task, snapshots_needed(task) ? snapshot(task) : ClaimRecord{.claim = settings_.claims[task.claim]},
                settings_, execution_);
    const std::lock_guard lock(mutex_);
    campaign_.records[task.claim].seconds += seconds_since(start);
    if (!result) {
      campaign_.complete = false;
      return;
    }
    if (execution_.store != nullptr) {
      execution_.store->store(name_of(task, settings_), *result);
    }
    take(task, *result);
    if (execution_.on_progress) {
      execution_.on_progress(progress_);
    }
  }

  static bool snapshots_needed(const Task& task) {
    return task.kind == Task::Kind::smallest || task.kind == Task::Kind::shrink;
  }

  ClaimRecord snapshot(const Task& task) {
    const std::lock_guard lock(mutex_);
    return campaign_.records[task.claim];
  }

  void take(const Task& task, const nlohmann::json& result) {
    enter(task, result, campaign_.records[task.claim]);
    done_weight_ += task.weight;
    progress_.done = start_ + share_ * done_weight_ / all_weight_;
    if (task.kind == Task::Kind::chunk) {
      progress_.cases += static_cast<std::int64_t>(task.weight);
    }
    if (task.kind == Task::Kind::proof) {
      progress_.volume += settings_.claims[task.claim]->proof()->volume(task.first);
    }
  }

  bool stopped() {
    if (execution_.stop == nullptr || !*execution_.stop) {
      return false;
    }
    const std::lock_guard lock(mutex_);
    campaign_.complete = false;
    return true;
  }

  const Settings& settings_;
  const Execution& execution_;
  Campaign& campaign_;
  Progress& progress_;
  double share_;  ///< of the whole campaign's expected work
  double start_ = 0;
  double all_weight_ = 0;
  double done_weight_ = 0;
  std::mutex mutex_;
};

// In the order of source and index, whichever thread was first; the search's last.
void sort_counterexamples(ClaimRecord& record) {
  for (Counterexample& counterexample : counterexamples_of_searches(record)) {
    record.counterexamples.push_back(std::move(counterexample));
  }
  std::sort(record.counterexamples.begin(), record.counterexamples.end(),
            [](const Counterexample& a, const Counterexample& b) { return a.source < b.source; });
}

}  // namespace

Campaign run_campaign(const Settings& settings, const Execution& execution) {
  Campaign campaign;
  for (const Claim* claim : settings.claims) {
    campaign.records.push_back({.claim = claim});
    if (const Proof* proof = claim->proof()) {
      campaign.records.back().proof = ProofRecord{.parts = proof->parts()};
    }
    if (const Survey* survey = claim->survey()) {
      campaign.records.back().survey = SurveyRecord{.rows = survey->rows(settings.cases)};
    }
  }
  Progress progress;
  const std::vector<Task> first_tasks = first_phase(settings, execution.shard);
  for (const Task& task : first_tasks) {
    if (task.kind == Task::Kind::proof) {
      progress.all_volume += settings.claims[task.claim]->proof()->volume(task.first);
    }
  }
  const auto decided_here = std::count_if(settings.claims.begin(), settings.claims.end(),
                                          [](const Claim* claim) { return claim->info().by == DecidedBy::prove; });
  progress.all_cases = decided_here * execution.shard.cases_of(settings.cases);

  // The shares are a guess for the time left that is displayed: 16 cases at many digits against all in double.
  const double first_share = static_cast<double>(settings.cases) / (static_cast<double>(settings.cases) + 600.0);
  Phase(settings, execution, campaign, progress, first_share).run(first_tasks);
  if (campaign.complete) {
    Phase(settings, execution, campaign, progress, 0.7 * (1 - first_share)).run(second_phase(campaign.records));
  }
  if (campaign.complete) {
    Phase(settings, execution, campaign, progress, 0.3 * (1 - first_share))
        .run(third_phase(campaign.records, execution.shard));
  }
  std::for_each(campaign.records.begin(), campaign.records.end(), sort_counterexamples);
  return campaign;
}

}  // namespace straightedge::proofs
