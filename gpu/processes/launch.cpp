#include <processes/launch.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <regex>
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
  static const std::regex entry(R"((\d{1,7})(?:\(x(\d{1,7})\))?(?:,|$))");
  auto begin = list.cbegin();
  for (std::smatch found; std::regex_search(begin, list.cend(), found, entry, std::regex_constants::match_continuous);
       begin = found[0].second) {
    const std::uint64_t nodes = found[2].matched ? std::stoull(found[2]) : 1;
    if (node < nodes) {
      return std::stoi(found[1]);
    }
    node -= nodes;
  }
  throw InputError("SLURM_TASKS_PER_NODE is \"" + list +
                   "\"; it must be a list such as \"4(x2),3\", with this node in it");
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
  std::string host;
  for (std::size_t at = 0; at < node_list.size() && node_list[at] != ',';) {
    if (node_list[at] != '[') {
      host += node_list[at++];
      continue;
    }
    // The first number of a range, with its zeros; a name may go on behind the bracket.
    const std::size_t end = node_list.find_first_of(",-]", at);
    const std::size_t close = node_list.find(']', at);
    if (close == std::string::npos || end == at + 1) {
      throw InputError("SLURM_JOB_NODELIST is \"" + node_list + R"("; it must be a list such as "gpu[03-05,9],login")");
    }
    host += node_list.substr(at + 1, end - at - 1);
    at = close + 1;
  }
  return host;
}

Launch launch_of(const Environment& environment) {
  const Variables of(environment);
  if (of.has("RANK") || of.has("WORLD_SIZE")) {
    return launch_of_torchrun(of);
  }
  // The script of a batch job has a rank and the number of tasks too; srun alone makes steps.
  const bool is_of_step = of.has("SLURM_STEP_NUM_TASKS") || (of.has("SLURM_NTASKS") && !of.has("SLURM_SUBMIT_DIR"));
  if (of.has("SLURM_PROCID") && is_of_step) {
    return launch_of_slurm(of);
  }
  return {};
}

}  // namespace straightedge::train
