#include <processes/liveness.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <processes/sockets.hpp>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

constexpr int patient_rounds = 20;        // without a sign of life, and a process counts as lost
constexpr int suspicious_rounds = 5;      // the same once something failed
constexpr int rounds_to_notice = 2;       // for the main thread, if it can
constexpr int rounds_to_give_up = 10;     // for it, once what it waited for has failed
constexpr int rounds_of_standstill = 40;  // in which no byte gets through
constexpr int rounds_to_know = 10;        // for what is behind a failure

constexpr const char* ended_key = "ended";
constexpr const char* suspicion_key = "suspicion";
constexpr const char* knowing_key = "knowing";  // how many processes know why the job ends

std::string alive_key(int rank) {
  return "alive/" + std::to_string(rank);
}

// Not 0.
std::int64_t number_of_process() {
  std::random_device source;
  return 1 + static_cast<std::int64_t>(source()) + (static_cast<std::int64_t>(source() / 2) << 31U);
}

std::string written(const Ending& ending) {
  return std::to_string(ending.reporter) + " " + std::to_string(ending.code) + " " +
         std::to_string(static_cast<int>(ending.is_loss)) + " " + ending.line;
}

Ending read(const std::string& text) {
  std::istringstream from(text);
  Ending ending{};
  from >> ending.reporter >> ending.code >> ending.is_loss;
  from.get();
  std::getline(from, ending.line);
  return ending;
}

}  // namespace

Liveness::Liveness(Member member, const Connect& connect)
    : member_(std::move(member)),
      reporter_(number_of_process()),
      last_seen_(static_cast<std::size_t>(member_.size)),
      unchanged_(static_cast<std::size_t>(member_.size)),
      store_(connect()),
      beats_([this, connect] { beat(connect); }),
      watches_([this] { watch(); }) {}

Liveness::~Liveness() {
  stop();
  watches_.join();
  beats_.join();
}

void Liveness::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

std::optional<Ending> Liveness::ending() const {
  const std::lock_guard lock(mutex_);
  return ending_;
}

void Liveness::settle(const Ending& ending) {
  const std::lock_guard lock(mutex_);
  ending_ = ending_ ? ending_ : ending;
  wake_.notify_all();
}

bool Liveness::wait_a_round() {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, Round(1), [this] { return stopping_; });
}

Ending Liveness::silent_store(const std::string& why) const {
  return {0, 4, true,
          (member_.store_is_served ? "the launcher's store at " : "rank 0 is lost: its store at ") + member_.store +
              " does not answer rank " + std::to_string(member_.rank) + (why.empty() ? "" : " (" + why + ")")};
}

// The others know of it before this process can be gone.
void Liveness::settle_known(c10d::Store& store, const std::string& text) {
  if (!knows_.exchange(true)) {
    (void)store.add(knowing_key, 1);
  }
  settle(read(text));
}

void Liveness::end_by(c10d::Store& store, const Ending& ending) {
  settle_known(store, store.compareSet(ended_key, "", written(ending)));
}

Ending Liveness::end(const Ending& ending) noexcept {
  announce_end();
  try {
    end_by(*store_, ending);
  } catch (const std::exception&) {  // then the others notice that this one is gone
    settle(ending);
  }
  return *this->ending();
}

std::optional<Ending> Liveness::ending_behind_failure() {
  announce_end();
  suspects_ = true;
  const std::int64_t until = rounds_ + rounds_to_know;
  std::unique_lock lock(mutex_);
  while (!ending_ && !stopping_ && rounds_ < until) {
    wake_.wait_for(lock, Round(1));
  }
  return ending_;
}

void Liveness::wait_for_knowledge() noexcept {
  announce_end();
  try {
    // A process that is lost will never know.
    const std::optional<Ending> known = ending();
    const int left = known && known->is_loss ? member_.size - 1 : member_.size;
    const auto pause = std::chrono::milliseconds(100);
    for (auto waited = pause; store_->add(knowing_key, 0) < left && waited < Round(suspicious_rounds);
         waited += pause) {
      std::this_thread::sleep_for(pause);
    }
  } catch (const std::exception&) {  // then there is no store to wait for
  }
}

void Liveness::look_at(c10d::Store& store, int other) {
  const auto at = static_cast<std::size_t>(other);
  const std::string seen = store.check({alive_key(other)}) ? store.get_to_str(alive_key(other)) : "";
  unchanged_[at] = seen == last_seen_[at] ? unchanged_[at] + 1 : 0;
  last_seen_[at] = seen;
  if (unchanged_[at] >= (suspects_ ? suspicious_rounds : patient_rounds)) {
    end_by(store, {reporter_, 4, true,
                   "rank " + std::to_string(other) + " (" + seen.substr(0, seen.find(' ')) +
                       ") is lost: it gave no sign of life for " + std::to_string(unchanged_[at]) + " s"});
  }
}

std::string Liveness::waits_and_bytes() const {
  return std::to_string(waits_) + " " + std::to_string(bytes_exchanged_but(member_.port_of_store));
}

// By rank 0, which has looked at all.
void Liveness::look_for_standstill(c10d::Store& store) {
  std::int64_t fewest = waits_;
  std::string all_waits = waits_and_bytes();
  int behind = 0;
  bool all_wait = is_waiting_;
  for (int other = 1; other < member_.size && all_wait; ++other) {
    const std::string& seen = last_seen_[static_cast<std::size_t>(other)];
    const std::size_t waiting = seen.find(" waiting ");
    all_wait = waiting != std::string::npos;
    const std::string of_other = all_wait ? seen.substr(waiting + 9) : "0";
    const std::int64_t waits = std::stoll(of_other);
    all_waits.append(" ").append(of_other);
    behind = waits < fewest ? other : behind;
    fewest = std::min(fewest, waits);
  }
  standstill_ = all_wait && all_waits == last_waits_ ? standstill_ + 1 : 0;
  last_waits_ = all_waits;
  if (standstill_ >= rounds_of_standstill) {
    end_by(store, {reporter_, 4, false,
                   "all processes wait for each other since " + std::to_string(standstill_) + " s, rank " +
                       std::to_string(behind) + " among them the longest: is a connection between two of them cut?"});
  }
}

void Liveness::beat(const Connect& connect) {
  try {
    const c10::intrusive_ptr<c10d::Store> store = connect();
    std::string host(256, '\0');
    (void)::gethostname(host.data(), host.size() - 1);
    host.resize(host.find('\0'));
    const int rank = member_.rank;
    do {
      store->set(alive_key(rank),
                 host + " " + std::to_string(rounds_) + (is_waiting_ ? " waiting " : " working ") + waits_and_bytes());
      if (!knows_ && store->check({ended_key})) {
        settle_known(*store, store->get_to_str(ended_key));
      }
      if (suspects_) {
        store->set(suspicion_key, std::string("1"));
      } else {
        suspects_ = store->check({suspicion_key});
      }
      for (int other = rank == 0 ? 1 : 0; expects_others_ && other < (rank == 0 ? member_.size : 1); ++other) {
        look_at(*store, other);
      }
      if (rank == 0 && expects_others_) {
        look_for_standstill(*store);
      }
      ++rounds_;
    } while (wait_a_round());
  } catch (const std::exception& error) {
    const std::string what = error.what();
    const std::lock_guard lock(mutex_);
    if (!stopping_ && !ending_) {
      ending_ = silent_store(what.substr(0, what.find('\n')));
      wake_.notify_all();
    }
  }
}

// The main thread may wait for another that is not there, and never come back.
void Liveness::watch() {
  std::int64_t last = -1;
  int without_answer = 0;
  int since_end = 0;
  while (wait_a_round()) {
    without_answer = rounds_ == last ? without_answer + 1 : 0;
    last = rounds_;
    if (without_answer >= patient_rounds) {
      settle(silent_store(""));
    }
    const std::optional<Ending> known = ending();
    since_end = known && !main_thread_ends_ ? since_end + 1 : 0;
    if (since_end == rounds_to_notice) {
      cut_connections_but(member_.port_of_store);
    }
    if (since_end > rounds_to_notice + rounds_to_give_up) {
      if (reports(*known)) {
        std::fprintf(stderr, "straightedge-train: %s\n", known->line.c_str());
      }
      std::_Exit(known->code);
    }
  }
}

}  // namespace straightedge::train
