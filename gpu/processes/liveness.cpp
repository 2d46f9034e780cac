#include <processes/liveness.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <sstream>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

constexpr int patient_rounds = 20;     // without a sign of life, and a process counts as lost
constexpr int suspicious_rounds = 5;   // the same once something failed
constexpr int rounds_to_notice = 2;    // for the main thread, if it can
constexpr int rounds_to_give_up = 10;  // for it, once what it waited for has failed

constexpr const char* ended_key = "ended";
constexpr const char* suspicion_key = "suspicion";
constexpr const char* knowing_key = "knowing";  // how many processes know why the job ends

std::string alive_key(int rank) {
  return "alive/" + std::to_string(rank);
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
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

Liveness::Liveness(int rank, int size, std::string place_of_store, const Connect& connect,
                   std::function<void()> free_main_thread)
    : rank_(rank),
      size_(size),
      reporter_(number_of_process()),
      place_of_store_(std::move(place_of_store)),
      free_main_thread_(std::move(free_main_thread)),
      last_seen_(static_cast<std::size_t>(size)),
      unchanged_(static_cast<std::size_t>(size)),
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
          "rank 0 is lost: its store at " + place_of_store_ + " does not answer rank " + std::to_string(rank_) +
              (why.empty() ? "" : " (" + why + ")")};
}

Ending Liveness::end(const Ending& ending) noexcept {
  main_thread_ends_ = true;
  try {
    settle(read(text_of(store_->compareSet(ended_key, {}, bytes_of(written(ending))))));
  } catch (const std::exception&) {  // then the others notice that this one is gone
    settle(ending);
  }
  return *this->ending();
}

std::optional<Ending> Liveness::ending_behind_failure() {
  main_thread_ends_ = true;
  suspects_ = true;
  const std::int64_t until = rounds_ + suspicious_rounds + 5;
  std::unique_lock lock(mutex_);
  while (!ending_ && !stopping_ && rounds_ < until) {
    wake_.wait_for(lock, Round(1));
  }
  return ending_;
}

void Liveness::wait_for_knowledge() noexcept {
  try {
    const std::optional<Ending> known = ending();
    const int left = known && known->is_loss ? size_ - 1 : size_;
    for (int round = 0; round < 2 * suspicious_rounds && store_->add(knowing_key, 0) < left; ++round) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
  } catch (const std::exception&) {  // then there is no store to wait for
  }
}

void Liveness::look_at(c10d::Store& store, int other) {
  const auto at = static_cast<std::size_t>(other);
  const std::string seen = text_of(store.get(alive_key(other)));
  unchanged_[at] = seen == last_seen_[at] ? unchanged_[at] + 1 : 0;
  last_seen_[at] = seen;
  if (unchanged_[at] >= (suspects_ ? suspicious_rounds : patient_rounds)) {
    const Ending lost{reporter_, 4, true,
                      "rank " + std::to_string(other) + " (" + seen.substr(0, seen.find(' ')) +
                          ") is lost: it gave no sign of life for " + std::to_string(unchanged_[at]) + " s"};
    settle(read(text_of(store.compareSet(ended_key, {}, bytes_of(written(lost))))));
  }
}

void Liveness::beat(const Connect& connect) {
  try {
    const c10::intrusive_ptr<c10d::Store> store = connect();
    std::string host(256, '\0');
    (void)::gethostname(host.data(), host.size() - 1);
    host.resize(host.find('\0'));
    bool knows = false;
    do {
      store->set(alive_key(rank_), bytes_of(host + " " + std::to_string(rounds_)));
      if (!knows && store->check({ended_key})) {
        settle(read(text_of(store->get(ended_key))));
        (void)store->add(knowing_key, 1);
        knows = true;
      }
      if (suspects_) {
        store->set(suspicion_key, bytes_of("1"));
      } else {
        suspects_ = store->check({suspicion_key});
      }
      for (int other = rank_ == 0 ? 1 : 0; expects_others_ && other < (rank_ == 0 ? size_ : 1); ++other) {
        look_at(*store, other);
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
      free_main_thread_();
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
