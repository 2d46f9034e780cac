#include <processes/launch.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <straightedge/error.hpp>

namespace straightedge::train {
namespace {

constexpr std::uint64_t largest_size = 1U << 20U;

class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  [[nodiscard]] bool has(const std::string& name) const { return environment_(name).has_value(); }

  /// The first of the names that is set.
  [[nodiscard]] std::string text(const std::string& name, const std::string& other = "") const {
    std::optional<std::string> value = environment_(name);
    if (!value && !other.empty()) {
      value = environment_(other);
    }
    if (!value || value->empty()) {
      throw InputError(name +
                       " is not set; the launcher's other variables are: start all processes by torchrun or srun");
    }
    return *value;
  }

  [[nodiscard]] int count(const std::string& name, std::uint64_t least, std::uint64_t most,
                          const std::string& other = "") const {
    return static_cast<int>(number(has(name) ? name : other, text(name, other), least, most));
  }

  [[nodiscard]] static std::uint64_t number(const std::string& name, const std::string& text, std::uint64_t least,
                                            std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || value < least || value > most) {
      throw InputError(name + " is \"" + text + "\"; it must be a whole number from " + std::to_string(least) + " to " +
                       std::to_string(most));
    }
    return value;
  }

 private:
  const Environment& environment_;
};

/// How many tasks the node of that number has, by Slurm's "4(x2),3".
int tasks_of_node(const std::string& list, std::uint64_t node) {
  const auto fail = [&list] {
    throw InputError("SLURM_TASKS_PER_NODE is \"" + list + "\"; it must be a list such as \"4(x2),3\"");
  };
  std::size_t begin = 0;
  while (begin < list.size()) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string entry = list.substr(begin, end - begin);
    const std::size_t times = entry.find("(x");
    if (times != std::string::npos && entry.back() != ')') {
      fail();
    }
    const std::uint64_t tasks = Variables::number("SLURM_TASKS_PER_NODE", entry.substr(0, times), 1, largest_size);
    const std::uint64_t nodes =
        times == std::string::npos
            ? 1
            : Variables::number("SLURM_TASKS_PER_NODE", entry.substr(times + 2, entry.size() - times - 3), 1,
                                largest_size);
    if (node < nodes) {
      return static_cast<int>(tasks);
    }
    node -= nodes;
    begin = end + 1;
  }
  fail();
  return 0;
}

Launch launch_of_torchrun(const Variables& of) {
  Launch launch;
  launch.size = of.count("WORLD_SIZE", 1, largest_size);
  const auto size = static_cast<std::uint64_t>(launch.size);
  launch.rank = of.count("RANK", 0, size - 1);
  launch.local_size = of.has("LOCAL_WORLD_SIZE") ? of.count("LOCAL_WORLD_SIZE", 1, size) : 1;
  launch.local_rank = of.has("LOCAL_RANK") ? of.count("LOCAL_RANK", 0, size - 1) : 0;
  if (launch.size > 1) {
    launch.address = of.text("MASTER_ADDR");
    launch.port = of.count("MASTER_PORT", 1, 65535);
    launch.store_is_served =
        of.has("TORCHELASTIC_USE_AGENT_STORE") && of.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
    launch.attempt = of.has("TORCHELASTIC_RESTART_COUNT") ? of.text("TORCHELASTIC_RESTART_COUNT") : "0";
  }
  return launch;
}

Launch launch_of_slurm(const Variables& of) {
  Launch launch;
  launch.size = of.count("SLURM_STEP_NUM_TASKS", 1, largest_size, "SLURM_NTASKS");
  const auto size = static_cast<std::uint64_t>(launch.size);
  launch.rank = of.count("SLURM_PROCID", 0, size - 1);
  launch.local_rank = of.has("SLURM_LOCALID") ? of.count("SLURM_LOCALID", 0, size - 1) : 0;
  if (of.has("SLURM_STEP_TASKS_PER_NODE") || of.has("SLURM_TASKS_PER_NODE")) {
    const int node = of.has("SLURM_NODEID") ? of.count("SLURM_NODEID", 0, size - 1) : 0;
    launch.local_size =
        tasks_of_node(of.text("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"), static_cast<std::uint64_t>(node));
  }
  if (launch.size > 1) {
    launch.address = of.has("MASTER_ADDR") ? of.text("MASTER_ADDR")
                                           : first_host(of.text("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST"));
    if (of.has("MASTER_PORT")) {
      launch.port = of.count("MASTER_PORT", 1, 65535);
    } else {
      // Jobs that share a node, and steps of one job, are kept apart.
      const std::uint64_t job = Variables::number("SLURM_JOB_ID", of.text("SLURM_JOB_ID"), 0, UINT64_MAX);
      const std::uint64_t step =
          of.has("SLURM_STEP_ID") ? Variables::number("SLURM_STEP_ID", of.text("SLURM_STEP_ID"), 0, UINT64_MAX) : 0;
      launch.port = static_cast<int>(20000 + (job % 20000 * 31 + step % 20000) % 20000);
    }
    launch.attempt = of.has("SLURM_RESTART_COUNT") ? of.text("SLURM_RESTART_COUNT") : "0";
  }
  return launch;
}

}  // namespace

std::optional<std::string> environment_of_process(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string first_host(const std::string& node_list) {
  const std::size_t end = std::min(node_list.find_first_of(",["), node_list.size());
  std::string host = node_list.substr(0, end);
  if (end < node_list.size() && node_list[end] == '[') {
    const std::size_t close = node_list.find(']', end);
    const std::string numbers =
        close == std::string::npos ? "" : node_list.substr(end + 1, node_list.find_first_of(",-]", end) - end - 1);
    if (numbers.empty()) {
      throw InputError("SLURM_JOB_NODELIST is \"" + node_list + R"("; it must be a list such as "gpu[03-05,9],login")");
    }
    // Behind the bracket a name may go on: "rack[1-2]-a".
    const std::size_t next = std::min(node_list.find_first_of(",[", close), node_list.size());
    host += numbers + node_list.substr(close + 1, next - close - 1);
  }
  return host;
}

Launch launch_of(const Environment& environment) {
  const Variables of(environment);
  if (of.has("RANK") || of.has("WORLD_SIZE")) {
    return launch_of_torchrun(of);
  }
  if (of.has("SLURM_PROCID") && (of.has("SLURM_STEP_NUM_TASKS") || of.has("SLURM_NTASKS"))) {
    return launch_of_slurm(of);
  }
  return {};
}

}  // namespace straightedge::train
