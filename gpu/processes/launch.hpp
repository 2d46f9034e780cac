// How a process was started beside others, one for each device: from the variables of torchrun and of Slurm's srun.
//
//   torchrun  RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT
//   srun      SLURM_PROCID, SLURM_STEP_NUM_TASKS or SLURM_NTASKS, SLURM_LOCALID, SLURM_STEP_TASKS_PER_NODE or
//             SLURM_TASKS_PER_NODE, SLURM_STEP_NODELIST or SLURM_JOB_NODELIST, SLURM_JOB_ID
//
// Where both are set torchrun's count: srun has started torchrun. With srun MASTER_ADDR and MASTER_PORT may be set to
// choose another place for the store than the first node and a port that follows from the job's number.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace straightedge::train {

struct Launch {
  int rank = 0;
  int size = 1;
  int local_rank = 0;            ///< among the processes on this machine
  int local_size = 1;            ///< how many these are
  std::string address;           ///< of the store by which processes find each other: a host's name, or an IP address
  int port = 0;                  ///< of the store
  bool store_is_served = false;  ///< by torchrun's agent; else by rank 0
  std::string attempt;           ///< tells the starts of a job that torchrun starts again from each other
};

/// The value of a variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> environment_of_process(const std::string& name);

/// Of one process alone where no launcher's variables are set. Throws InputError that names the variable.
[[nodiscard]] Launch launch_of(const Environment& environment);

/// "gpu03" of Slurm's "gpu[03-05,9],login". Throws InputError for what is no such list.
[[nodiscard]] std::string first_host(const std::string& node_list);

}  // namespace straightedge::train
