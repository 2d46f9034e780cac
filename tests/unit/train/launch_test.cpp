#include <processes/launch.hpp>

#include <gtest/gtest.h>
#include <map>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::train {
namespace {

using Variables = std::map<std::string, std::string>;

Launch launch_by(const Variables& variables) {
  return launch_of([&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

std::string refusal(const Variables& variables) {
  try {
    (void)launch_by(variables);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

const Variables torchrun{{"RANK", "5"},
                         {"WORLD_SIZE", "8"},
                         {"LOCAL_RANK", "1"},
                         {"LOCAL_WORLD_SIZE", "4"},
                         {"MASTER_ADDR", "node7"},
                         {"MASTER_PORT", "29501"},
                         {"TORCHELASTIC_USE_AGENT_STORE", "True"},
                         {"TORCHELASTIC_RESTART_COUNT", "2"}};

const Variables srun{{"SLURM_JOB_ID", "123456"},
                     {"SLURM_STEP_ID", "1"},
                     {"SLURM_PROCID", "6"},
                     {"SLURM_LOCALID", "2"},
                     {"SLURM_NODEID", "1"},
                     {"SLURM_NTASKS", "7"},
                     {"SLURM_STEP_NUM_TASKS", "7"},
                     {"SLURM_STEP_TASKS_PER_NODE", "4,3"},
                     {"SLURM_STEP_NODELIST", "gpu[03-04]"}};

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

Variables without(Variables variables, const std::string& name) {
  variables.erase(name);
  return variables;
}

TEST(Launch, IsOfOneProcessWhereNoLauncherIs) {
  const Launch launch = launch_by({{"HOME", "/root"}, {"MASTER_ADDR", "left over"}});
  EXPECT_EQ(launch.size, 1);
  EXPECT_EQ(launch.rank, 0);
}

TEST(Launch, OfTorchrun) {
  const Launch launch = launch_by(torchrun);
  EXPECT_EQ(launch.rank, 5);
  EXPECT_EQ(launch.size, 8);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.local_size, 4);
  EXPECT_EQ(launch.address, "node7");
  EXPECT_EQ(launch.port, 29501);
  EXPECT_TRUE(launch.store_is_served);
  EXPECT_EQ(launch.attempt, "2");
  EXPECT_FALSE(launch_by(without(torchrun, "TORCHELASTIC_USE_AGENT_STORE")).store_is_served);
  EXPECT_FALSE(launch_by(with(torchrun, "TORCHELASTIC_USE_AGENT_STORE", "False")).store_is_served);
}

TEST(Launch, OfSrun) {
  const Launch launch = launch_by(srun);
  EXPECT_EQ(launch.rank, 6);
  EXPECT_EQ(launch.size, 7);
  EXPECT_EQ(launch.local_rank, 2);
  EXPECT_EQ(launch.local_size, 3);
  EXPECT_EQ(launch.address, "gpu03");
  EXPECT_FALSE(launch.store_is_served);
  // All processes of a step come to one port, and other steps and jobs to others.
  EXPECT_EQ(launch_by(with(srun, "SLURM_PROCID", "0")).port, launch.port);
  EXPECT_NE(launch_by(with(srun, "SLURM_JOB_ID", "123457")).port, launch.port);
  EXPECT_NE(launch_by(with(srun, "SLURM_STEP_ID", "2")).port, launch.port);
  EXPECT_GE(launch.port, 20000);
  EXPECT_LT(launch.port, 40000);
}

TEST(Launch, OfSrunTakesThePlaceThatTheUserNames) {
  const Launch launch = launch_by(with(with(srun, "MASTER_ADDR", "10.0.0.3"), "MASTER_PORT", "4711"));
  EXPECT_EQ(launch.address, "10.0.0.3");
  EXPECT_EQ(launch.port, 4711);
}

TEST(Launch, OfAJobWithoutSteps) {
  Variables job{{"SLURM_JOB_ID", "9"}, {"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}, {"SLURM_JOB_NODELIST", "a,b"}};
  EXPECT_EQ(launch_by(job).size, 2);
  EXPECT_EQ(launch_by(job).address, "a");
  // A batch script that starts a program without srun, and an allocation in which nothing was started by it.
  EXPECT_EQ(launch_by(with(job, "SLURM_SUBMIT_DIR", "/home/user")).size, 1);
  EXPECT_EQ(launch_by(with(srun, "SLURM_SUBMIT_DIR", "/home/user")).size, 7);
  EXPECT_EQ(launch_by(without(job, "SLURM_PROCID")).size, 1);
}

TEST(Launch, OfTorchrunInsideSrunIsTorchruns) {
  Variables both = torchrun;
  both.insert(srun.begin(), srun.end());
  EXPECT_EQ(launch_by(both).rank, 5);
}

TEST(Launch, OfOneProcessNeedsNoStore) {
  EXPECT_EQ(launch_by({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).size, 1);
  EXPECT_EQ(launch_by({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}).size, 1);
}

TEST(Launch, RefusesWhatIsMissingOrWrongByName) {
  for (const char* name : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"}) {
    EXPECT_EQ(refusal(without(torchrun, name)).find(name), 0U) << refusal(without(torchrun, name));
  }
  EXPECT_NE(refusal(with(torchrun, "RANK", "8")).find("RANK is \"8\"; it must be a whole number from 0 to 7"),
            std::string::npos);
  for (const char* value : {"-1", "+1", " 1", "1 ", "1.0", "0x1", "", "99999999999999999999"}) {
    EXPECT_NE(refusal(with(torchrun, "RANK", value)), "") << value;
    EXPECT_NE(refusal(with(torchrun, "WORLD_SIZE", value)), "") << value;
  }
  EXPECT_NE(refusal(with(srun, "SLURM_STEP_TASKS_PER_NODE", "4(y2)")).find("4(x2),3"), std::string::npos);
  EXPECT_NE(refusal(with(srun, "SLURM_STEP_TASKS_PER_NODE", "7")).find("SLURM_TASKS_PER_NODE"), std::string::npos);
  EXPECT_NE(refusal(with(srun, "SLURM_JOB_ID", "x")).find("SLURM_JOB_ID"), std::string::npos);
}

TEST(Launch, CountsTasksOfANode) {
  const auto on_node = [](const char* list, const char* node) {
    return launch_by(with(with(with(with(srun, "SLURM_STEP_TASKS_PER_NODE", list), "SLURM_NODEID", node),
                               "SLURM_STEP_NUM_TASKS", "20"),
                          "SLURM_PROCID", "1"))
        .local_size;
  };
  EXPECT_EQ(on_node("8(x2),4", "0"), 8);
  EXPECT_EQ(on_node("8(x2),4", "1"), 8);
  EXPECT_EQ(on_node("8(x2),4", "2"), 4);
  EXPECT_EQ(on_node("1,2(x3),3", "4"), 3);
}

TEST(FirstHost, OfSlurmsLists) {
  EXPECT_EQ(first_host("login"), "login");
  EXPECT_EQ(first_host("a,b"), "a");
  EXPECT_EQ(first_host("gpu[03-05,9],login"), "gpu03");
  EXPECT_EQ(first_host("gpu[7,9]"), "gpu7");
  EXPECT_EQ(first_host("gpu[7]"), "gpu7");
  EXPECT_EQ(first_host("rack[1-2]-a,b"), "rack1-a");
  EXPECT_EQ(first_host("node[001-128].cluster.org"), "node001.cluster.org");
  EXPECT_EQ(first_host("r[1-2]n[03-04],x"), "r1n03");
  EXPECT_THROW((void)first_host("gpu[03-05"), InputError);
  EXPECT_THROW((void)first_host("gpu[]"), InputError);
}

}  // namespace
}  // namespace straightedge::train
