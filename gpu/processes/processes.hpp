// The processes of a job, one for each device, that train one model together: LibTorch's c10d.
//
// They find each other by a key-value store at the address that the launcher names. Host memory goes over Gloo, that of
// GPUs over NCCL. Gloo takes the network interface by which this machine reaches the store; GLOO_SOCKET_IFNAME names
// another.
//
// All processes call the same functions in the same order. Where one fails, all end: see liveness.hpp.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/range.hpp>
#include <processes/launch.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace c10d {
class ProcessGroup;
}

namespace straightedge::train {

struct Ending;

class Processes {
 public:
  /// One process alone: all functions below are there, and do nothing.
  Processes();
  /// Finds the store, or serves it. Throws MachineError where it does not answer for `patience`, InputError where it
  /// cannot be served.
  Processes(const Launch& launch, std::chrono::seconds patience);
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  /// Waits for the others. Throws JobEnded where one does not come in time, or two are of one rank.
  void meet();

  [[nodiscard]] int rank() const { return launch_.rank; }
  [[nodiscard]] int size() const { return launch_.size; }
  [[nodiscard]] const Launch& launch() const { return launch_; }
  /// Rank 0 writes what is written once.
  [[nodiscard]] bool is_first() const { return rank() == 0; }
  [[nodiscard]] bool are_several() const { return size() > 1; }

  /// What is this process's of `count` things in a row: as even as can be, beginning at a multiple of `unit`. Throws
  /// InputError, which calls the things `what`, where a process would have none.
  [[nodiscard]] Range share(std::int64_t count, std::int64_t unit, const std::string& what) const;

  /// The sum over all, at all; the same bits everywhere.
  void sum(at::Tensor values) const;
  /// What rank 0 has, at all.
  void broadcast(at::Tensor values) const;
  [[nodiscard]] std::vector<std::int64_t> broadcast(const std::vector<std::int64_t>& values) const;
  /// What each has, at all, by rank. Of one shape.
  [[nodiscard]] std::vector<at::Tensor> all_of(const at::Tensor& values) const;
  /// What each has, at rank 0 by rank; elsewhere nothing. On the CPU.
  [[nodiscard]] std::vector<at::Tensor> gather(const at::Tensor& values) const;
  /// Whether any says so.
  [[nodiscard]] bool any(bool value) const;

  /// Throws InputError, at all, where a process has another `value` than rank 0. `problem`: why a process cannot go on
  /// with rank 0's value, without the process's name, where it has `value`; "" where it can. Each name once.
  using Problem = std::function<std::string(const std::string& of_first)>;
  void require_agreement(const std::string& name, const std::string& value, const Problem& problem) const;

  /// Of several processes: an exchange that waits for the others, by the group itself.
  void wait_in(const std::function<void()>& exchange) const;
  /// For c10d::Reducer. Null where there is one process.
  [[nodiscard]] const c10::intrusive_ptr<c10d::ProcessGroup>& group() const;

  /// Waits for the others, each of which calls it when its work is done.
  void leave();
  /// Waits until rank 0 has said why the job ends, which all know that it will. Throws JobEnded.
  [[noreturn]] void await_end() const;
  /// Of several processes: this one ends, once it has saved what there is.
  void announce_end() const;
  /// What rank 0 adds to its line, should the job end by an error.
  void set_advice(std::string advice) { advice_ = std::move(advice); }
  /// What a process ends with after an error: the reason why the job ends, its own or another's.
  struct End {
    int code;
    std::string line;  ///< "" where another process writes it
  };
  /// Of several processes. `is_own`: the error says what is wrong; else it may be what another's end has brought about.
  [[nodiscard]] End end_of_job(const std::string& line, int code, bool is_own) const noexcept;
  [[nodiscard]] End end_of_job(const Ending& ending) const noexcept;

 private:
  class Connection;

  Launch launch_;
  std::unique_ptr<Connection> connection_;
  std::string advice_;
};

}  // namespace straightedge::train
