// Which process of a job has ended or is lost, known to all of them within half a minute.
//
// Every process counts up a number of its own in the store, once a second. Rank 0 looks at those of the others, the
// others look at that of rank 0: one that stays as it is belongs to a process that was killed, or whose machine is cut
// off. Rounds are counted, not seconds: a job that was halted as a whole goes on.
//
// Where all processes wait for each other and no byte gets through, as when a connection between two of them is cut
// that both have to rank 0, the job ends too.
//
// A process that ends for a reason of its own leaves it in the store before it goes. Whoever is first says why a job
// ends, in one line.
#pragma once

#include <torch/csrc/distributed/c10d/Store.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <straightedge/error.hpp>
#include <string>
#include <thread>

namespace straightedge::train {

/// Why a job ended.
struct Ending {
  std::int64_t reporter;  ///< which process writes the line; 0: all that are left, as they cannot reach each other
  int code;               ///< exit code of all
  bool is_loss;           ///< the reason is a process that is there no more
  std::string line;       ///< names the rank
};

/// Thrown where a process cannot go on, and those that it concerns know why.
class JobEnded : public Error {
 public:
  explicit JobEnded(Ending ending) : Error(ending.line), ending_(std::move(ending)) {}
  [[nodiscard]] const Ending& ending() const { return ending_; }

 private:
  Ending ending_;
};

/// A process as the others see it.
struct Member {
  int rank;
  int size;
  std::string store;     ///< where it is
  bool store_is_served;  ///< by the launcher, not by rank 0
  bool speaks;           ///< for those on its machine, where the store does not answer any more
  int port_of_store;     ///< the others are not watched by connections to it
};

class Liveness {
 public:
  /// A connection to the store of its own: it must not wait behind others.
  using Connect = std::function<c10::intrusive_ptr<c10d::Store>()>;
  Liveness(Member member, const Connect& connect);
  ~Liveness();
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;

  /// From now on the others must be there.
  void expect_others() { expects_others_ = true; }

  /// A number of this process alone, even if another has its rank.
  [[nodiscard]] std::int64_t reporter() const { return reporter_; }
  [[nodiscard]] bool reports(const Ending& ending) const {
    return ending.reporter == 0 ? member_.speaks : ending.reporter == reporter_;
  }

  /// While it lives, the main thread waits for others.
  class Wait {
   public:
    explicit Wait(Liveness& of) : of_(of) { of_.is_waiting_ = true; }
    ~Wait() {
      ++of_.waits_;
      of_.is_waiting_ = false;
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    Liveness& of_;
  };

  /// Why the job ends, once that is known.
  [[nodiscard]] std::optional<Ending> ending() const;
  /// The same after something failed that others may be the reason of: waits until it would be known.
  [[nodiscard]] std::optional<Ending> ending_behind_failure();
  /// The main thread ends the process from now on: however long it takes, it is not ended for it.
  void announce_end() { main_thread_ends_ = true; }
  /// Leaves a reason, unless there is one; returns the one that counts.
  Ending end(const Ending& ending) noexcept;
  /// Waits until the others know why the job ends, or may be taken for lost: then the store may go.
  void wait_for_knowledge() noexcept;
  /// The others may go from now on.
  void stop();

 private:
  using Round = std::chrono::seconds;

  void beat(const Connect& connect);
  void look_at(c10d::Store& store, int other);
  void look_for_standstill(c10d::Store& store);
  void end_by(c10d::Store& store, const Ending& ending);
  void settle_known(c10d::Store& store, const std::string& text);
  void settle(const Ending& ending);
  void watch();
  [[nodiscard]] bool wait_a_round();
  [[nodiscard]] std::string waits_and_bytes() const;
  [[nodiscard]] Ending silent_store(const std::string& why) const;

  Member member_;
  std::int64_t reporter_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::optional<Ending> ending_;
  std::vector<std::string> last_seen_;
  std::vector<int> unchanged_;             ///< rounds for which a number stayed as it is
  std::string last_waits_;                 ///< of all: how many they were, and the bytes that got through
  int standstill_ = 0;                     ///< rounds for which these stayed as they are
  c10::intrusive_ptr<c10d::Store> store_;  ///< for `end`
  std::atomic<bool> expects_others_ = false;
  std::atomic<bool> suspects_ = false;
  std::atomic<bool> main_thread_ends_ = false;
  std::atomic<bool> knows_ = false;  ///< why the job ends, and the others know that it knows
  std::atomic<bool> is_waiting_ = false;
  std::atomic<std::int64_t> waits_ = 0;
  std::atomic<std::int64_t> rounds_ = 0;
  std::thread beats_, watches_;
};

}  // namespace straightedge::train
