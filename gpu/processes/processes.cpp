#include <processes/processes.hpp>

#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef STRAIGHTEDGE_CUDA
#include <torch/cuda.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <algorithm>
#include <cstdlib>
#include <future>
#include <processes/liveness.hpp>
#include <processes/sockets.hpp>
#include <straightedge/error.hpp>
#include <thread>
#include <utility>

namespace straightedge::train {
namespace {

using Clock = std::chrono::steady_clock;
using c10d::Store;
using StorePointer = c10::intrusive_ptr<Store>;

// Others are waited for as long as they live; who is lost, Liveness knows.
constexpr std::chrono::hours without_end{24 * 365};

std::string place(const Launch& launch) {
  return launch.address + ":" + std::to_string(launch.port);
}

std::string name_of(int rank) {
  return "rank " + std::to_string(rank);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::shared_ptr<::gloo::transport::Device> gloo_device(const Launch& launch) {
  if (const std::optional<std::string> interface = environment_of_process("GLOO_SOCKET_IFNAME")) {
    return c10d::ProcessGroupGloo::createDeviceForInterface(*interface);
  }
  const std::string address = address_towards(launch.address);
  return address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                         : c10d::ProcessGroupGloo::createDeviceForHostname(address);
}

/// c10d waits without end for who takes a connection and says nothing.
StorePointer store_at(const std::string& host, const c10d::TCPStoreOptions& options) {
  const auto made = std::make_shared<std::promise<StorePointer>>();
  std::future<StorePointer> store = made->get_future();
  std::thread([made, host, options] {
    try {
      made->set_value(c10::make_intrusive<c10d::TCPStore>(host, options));
    } catch (...) {
      made->set_exception(std::current_exception());
    }
  }).detach();
  if (store.wait_for(options.timeout + std::chrono::seconds(2)) != std::future_status::ready) {
    throw MachineError("no answer");
  }
  return store.get();
}

/// Of those on a machine the first but for rank 0 itself.
bool speaks_for_machine(const Launch& launch) {
  const bool is_with_rank_0 = launch.rank == launch.local_rank;
  return launch.local_rank == (is_with_rank_0 ? 1 : 0);
}

}  // namespace

class Processes::Connection {
 public:
  Connection(const Launch& launch, std::chrono::seconds patience)
      : launch_(launch),
        patience_(patience),
        deadline_(Clock::now() + patience),
        store_(connect(launch.rank == 0 && !launch.store_is_served)),
        liveness_(
            {launch.rank, launch.size, place(launch), launch.store_is_served, speaks_for_machine(launch), launch.port},
            [this] { return connect(false); }) {}

  void meet() {
    meet_others();
    const auto group = c10::make_intrusive<c10d::ProcessGroup>(store_, launch_.rank, launch_.size);
    group->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, gloo());
    group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
#ifdef STRAIGHTEDGE_CUDA
    if (torch::cuda::is_available()) {
      const auto options = c10d::ProcessGroupNCCL::Options::create();
      options->timeout = without_end;
      group->setBackend(
          c10::DeviceType::CUDA, c10d::ProcessGroup::BackendType::NCCL,
          c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", store_),
                                                      launch_.rank, launch_.size, options));
    }
#endif
    group_ = group;
  }

  [[nodiscard]] const c10::intrusive_ptr<c10d::ProcessGroup>& group() const {
    return group_;
  }
  [[nodiscard]] Store& store() const {
    return *store_;
  }
  [[nodiscard]] Liveness& liveness() {
    return liveness_;
  }

  /// Until `condition`; throws JobEnded where the job ends before, by `late` if it takes longer than `patience`.
  void wait_until(const std::function<bool()>& condition, const std::function<Ending()>& late = {}) {
    auto pause = std::chrono::milliseconds(5);
    while (!condition()) {
      if (const std::optional<Ending> ending = liveness_.ending()) {
        throw JobEnded(*ending);
      }
      if (late && Clock::now() > deadline_) {
        throw JobEnded(liveness_.end(late()));
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, std::chrono::milliseconds(160));  // hundreds may ask one store
    }
  }

 private:
  /// Connected to all others.
  [[nodiscard]] c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo() {
    try {
      const auto options = c10d::ProcessGroupGloo::Options::create(patience_);
      options->devices.push_back(gloo_device(launch_));
      options->threads = 2;
      auto made = c10::make_intrusive<c10d::ProcessGroupGloo>(c10::make_intrusive<c10d::PrefixStore>("gloo", store_),
                                                              launch_.rank, launch_.size, options);
      made->setTimeout(without_end);
      return made;
    } catch (const std::exception& error) {
      throw JobEnded(liveness_.end({liveness_.reporter(), 4, false,
                                    name_of(launch_.rank) + " and another do not reach each other, though both reach " +
                                        place(launch_) + " (" + first_line(error.what()) +
                                        "): a firewall? GLOO_SOCKET_IFNAME names another interface"}));
    }
  }

  [[nodiscard]] StorePointer connect(bool serves) const {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(launch_.port);
    options.isServer = serves;
    options.waitWorkers = false;
    options.timeout = std::max(std::chrono::milliseconds(1000),
                               std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()));
    try {
      // Processes of another job that come here by mistake are not met, nor do they end this one.
      return c10::make_intrusive<c10d::PrefixStore>(
          "straightedge/" + launch_.attempt + "/" + std::to_string(launch_.size), store_at(launch_.address, options));
    } catch (const std::exception& error) {
      if (serves) {
        throw InputError("rank 0 cannot serve the store at " + place(launch_) + ": " + first_line(error.what()) +
                         "; is there a second process of rank 0, or another job with this MASTER_PORT?");
      }
      throw MachineError(name_of(launch_.rank) + ": the store at " + place(launch_) +
                         " does not answer: is rank 0 running, and MASTER_ADDR its address?");
    }
  }

  void meet_others() {
    const std::string own = "joined/" + std::to_string(launch_.rank);
    if (store_->add(own, 1) > 1) {
      const std::string line = "two processes are rank " + std::to_string(launch_.rank) + " of " +
                               std::to_string(launch_.size) + ": the launcher must give each a rank of its own";
      if (store_->check({"started"})) {
        throw JobEnded({liveness_.reporter(), 2, false, line + "; the job that began goes on"});
      }
      throw JobEnded(liveness_.end({liveness_.reporter(), 2, false, line}));
    }
    int met = 0;
    wait_until(
        [&] {
          while (met < launch_.size && store_->check({"joined/" + std::to_string(met)})) {
            ++met;
          }
          return met == launch_.size;
        },
        [&] {
          return Ending{liveness_.reporter(), 4, true,
                        name_of(met) + " of " + std::to_string(launch_.size) + " did not come within " +
                            std::to_string(patience_.count()) + " s: is it running, and does it reach " +
                            place(launch_) + "?"};
        });
    store_->set("started", std::string("1"));
    liveness_.expect_others();
  }

  Launch launch_;
  std::chrono::seconds patience_;
  Clock::time_point deadline_;
  StorePointer store_;
  Liveness liveness_;
  c10::intrusive_ptr<c10d::ProcessGroup> group_;
};

Processes::Processes() = default;

Processes::Processes(const Launch& launch, std::chrono::seconds patience) : launch_(launch) {
  if (launch.size > 1) {
    // c10d describes each connection that is cut by a page of its own; what it means for the job is said here.
    constexpr int keeps_what_is_set = 0;
    ::setenv("TORCH_CPP_LOG_LEVEL", "FATAL", keeps_what_is_set);
    c10::initLogging();
    // NCCL's own watch would end the process, with a page of text, before Liveness can say why.
    ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", keeps_what_is_set);
    ::setenv("TORCH_NCCL_ENABLE_MONITORING", "0", keeps_what_is_set);
    raise_limit_of_files();
    connection_ = std::make_unique<Connection>(launch, patience);
  }
}

Processes::~Processes() = default;

void Processes::meet() {
  if (connection_) {
    connection_->meet();
  }
}

const c10::intrusive_ptr<c10d::ProcessGroup>& Processes::group() const {
  static const c10::intrusive_ptr<c10d::ProcessGroup> none;
  return connection_ ? connection_->group() : none;
}

Range Processes::share(std::int64_t count, std::int64_t unit, const std::string& what) const {
  const std::int64_t units = (count + unit - 1) / unit;
  if (units < size()) {
    throw InputError(what + " is " + std::to_string(count) + ", too few for " + std::to_string(size()) +
                     " processes: with " + std::to_string(unit * (size() - 1) + 1) + " or more each has some");
  }
  const std::int64_t first = units * rank() / size() * unit;
  return {first, std::min(count, units * (rank() + 1) / size() * unit) - first};
}

void Processes::sum(at::Tensor values) const {
  if (connection_) {
    const Liveness::Wait waiting(connection_->liveness());
    std::vector<at::Tensor> list{std::move(values)};
    group()->allreduce(list)->wait();
  }
}

void Processes::broadcast(at::Tensor values) const {
  if (connection_) {
    const Liveness::Wait waiting(connection_->liveness());
    std::vector<at::Tensor> list{std::move(values)};
    group()->broadcast(list)->wait();
  }
}

std::vector<std::int64_t> Processes::broadcast(const std::vector<std::int64_t>& values) const {
  if (!connection_) {
    return values;
  }
  const auto integers = at::TensorOptions().dtype(at::kLong);
  const at::Tensor count = at::full({1}, static_cast<std::int64_t>(values.size()), integers);
  broadcast(count);
  std::vector<std::int64_t> all(static_cast<std::size_t>(count.item<std::int64_t>()));
  std::copy(values.begin(), values.end(), all.begin());
  broadcast(at::from_blob(all.data(), {static_cast<std::int64_t>(all.size())}, integers));
  return all;
}

std::vector<at::Tensor> Processes::all_of(const at::Tensor& values) const {
  if (!connection_) {
    return {values};
  }
  std::vector<at::Tensor> in{values.contiguous()};
  std::vector<std::vector<at::Tensor>> out(1);
  for (int rank = 0; rank < size(); ++rank) {
    out[0].push_back(at::empty_like(in[0]));
  }
  const Liveness::Wait waiting(connection_->liveness());
  group()->allgather(out, in)->wait();
  return out[0];
}

std::vector<at::Tensor> Processes::gather(const at::Tensor& values) const {
  if (!connection_) {
    return {values};
  }
  std::vector<at::Tensor> in{values.contiguous()};
  std::vector<std::vector<at::Tensor>> out;
  if (is_first()) {
    out.resize(1);
    for (int rank = 0; rank < size(); ++rank) {
      out[0].push_back(at::empty_like(in[0]));
    }
  }
  const Liveness::Wait waiting(connection_->liveness());
  group()->gather(out, in)->wait();
  return is_first() ? out[0] : std::vector<at::Tensor>();
}

bool Processes::any(bool value) const {
  if (!connection_) {
    return value;
  }
  const at::Tensor count = at::full({1}, value ? 1.0 : 0.0, at::TensorOptions().dtype(at::kDouble));
  sum(count);
  return count.item<double>() > 0.0;
}

void Processes::require_agreement(const std::string& name, const std::string& value, const Problem& problem) const {
  if (!connection_) {
    return;
  }
  Store& store = connection_->store();
  if (is_first()) {
    store.set("value/" + name, value);
  } else {
    connection_->wait_until([&] { return store.check({"value/" + name}); });
    const std::string of_first = store.get_to_str("value/" + name);
    const std::string why = of_first == value ? "" : problem(of_first);
    if (!why.empty()) {
      throw InputError(name_of(rank()) + " " + why);
    }
  }
  const std::string count = "agreed/" + name;
  (void)store.add(count, 1);
  connection_->wait_until([&] { return store.add(count, 0) == size(); });
}

void Processes::wait_in(const std::function<void()>& exchange) const {
  const Liveness::Wait waiting(connection_->liveness());
  exchange();
}

void Processes::announce_end() const {
  connection_->liveness().announce_end();
}

void Processes::leave() {
  if (!connection_) {
    return;
  }
  Store& store = connection_->store();
  (void)store.add("left", 1);
  connection_->wait_until([&] { return store.add("left", 0) == size(); });
  connection_->liveness().stop();
  // The store is rank 0's: the others ask it for the last time.
  (void)store.add("gone", 1);
  const Clock::time_point latest = Clock::now() + std::chrono::seconds(10);
  while (is_first() && !launch_.store_is_served && store.add("gone", 0) < size() && Clock::now() < latest) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Processes::await_end() const {
  connection_->wait_until([] { return false; });
  std::abort();
}

Processes::End Processes::end_of_job(const std::string& line, int code, bool is_own) const noexcept {
  Liveness& liveness = connection_->liveness();
  std::optional<Ending> ending = is_own ? std::nullopt : liveness.ending_behind_failure();
  const std::string named = line.starts_with(name_of(rank())) ? line : name_of(rank()) + ": " + line;
  return end_of_job(ending ? *ending : liveness.end({liveness.reporter(), code, false, named}));
}

Processes::End Processes::end_of_job(const Ending& ending) const noexcept {
  if (is_first() && !launch_.store_is_served) {
    connection_->liveness().wait_for_knowledge();
  }
  return {ending.code, connection_->liveness().reports(ending) ? ending.line + (is_first() ? advice_ : "") : ""};
}

}  // namespace straightedge::train
