// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/nn/processes.hpp"

#include <map>

#include "unit/expect_error.hpp"

namespace gcrisk::nn {
namespace {

Processes of(const std::map<std::string, std::string>& variables) {
  return find_processes([&](const std::string& name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  });
}

// What srun sets for the third of four tasks on two nodes.
const std::map<std::string, std::string> kStep = {{"SLURM_JOB_ID", "4711"},
                                                  {"SLURM_STEP_ID", "2"},
                                                  {"SLURM_NTASKS", "4"},
                                                  {"SLURM_STEP_NUM_TASKS", "4"},
                                                  {"SLURM_STEP_NUM_NODES", "2"},
                                                  {"SLURM_STEP_NODELIST", "gpu[07-08]"},
                                                  {"SLURM_PROCID", "2"},
                                                  {"SLURM_LOCALID", "0"}};

TEST(Processes, NobodyElseIsThereWithoutALauncher) {
  EXPECT_TRUE(of({}).alone());
  EXPECT_TRUE(of({{"WORLD_SIZE", "1"}}).alone());
  EXPECT_TRUE(of({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).alone());
}

TEST(Processes, ABatchScriptIsOneProcessWhateverItsJobHas) {
  EXPECT_TRUE(of({{"SLURM_JOB_ID", "4711"}, {"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).alone());
}

TEST(Processes, SrunNamesFirstHostAndAPortOfTheJobsOwn) {
  const Processes p = of(kStep);
  EXPECT_EQ(p.rank, 2U);
  EXPECT_EQ(p.size, 4U);
  EXPECT_EQ(p.local_rank, 0U);
  EXPECT_EQ(p.source, "SLURM_STEP_NUM_TASKS");
  EXPECT_EQ(p.host, "gpu07");
  EXPECT_EQ(p.port, 20000 + 4711 + 2 * 1009);
  EXPECT_FALSE(p.launcher_listens);
  auto other = kStep;
  other["SLURM_STEP_NUM_NODES"] = "1";
  EXPECT_EQ(of(other).host, "127.0.0.1");
  other["MASTER_ADDR"] = "10.0.0.7";
  other["MASTER_PORT"] = "23456";
  EXPECT_EQ(of(other).host, "10.0.0.7");
  EXPECT_EQ(of(other).port, 23456);
}

TEST(Processes, TorchrunWithinAStepOfSrunIsWhatCounts) {
  auto variables = kStep;
  variables.insert({{"RANK", "5"},
                    {"WORLD_SIZE", "8"},
                    {"LOCAL_RANK", "1"},
                    {"LOCAL_WORLD_SIZE", "4"},
                    {"MASTER_ADDR", "gpu07"},
                    {"MASTER_PORT", "29511"},
                    {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  const Processes p = of(variables);
  EXPECT_EQ(p.rank, 5U);
  EXPECT_EQ(p.size, 8U);
  EXPECT_EQ(p.local_rank, 1U);
  EXPECT_EQ(p.host, "gpu07");
  EXPECT_EQ(p.port, 29511);
  EXPECT_TRUE(p.launcher_listens);
}

TEST(Processes, AWorldSizeAloneIsLeftToSlurm) {
  auto variables = kStep;
  variables["WORLD_SIZE"] = "4";  // scripts for PyTorch set it by hand
  EXPECT_EQ(of(variables).source, "SLURM_STEP_NUM_TASKS");
}

TEST(Processes, MpirunOnOneMachineAndInAJobOnSeveral) {
  std::map<std::string, std::string> open_mpi = {{"OMPI_COMM_WORLD_RANK", "1"},
                                                 {"OMPI_COMM_WORLD_SIZE", "2"},
                                                 {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                                 {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}};
  EXPECT_EQ(of(open_mpi).host, "127.0.0.1");
  EXPECT_EQ(of(open_mpi).port, 29500);
  EXPECT_EQ(of(open_mpi).local_rank, 1U);
  open_mpi["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  EXPECT_ERROR_HINT(of(open_mpi),
                    base::UsageError,
                    "OMPI_COMM_WORLD_SIZE=2: MASTER_ADDR, where the processes meet, is not set",
                    "set MASTER_ADDR to the host of process 0");
  // Its daemon on the second node is a step, on the first it is none: the port must be the same.
  open_mpi["SLURM_JOB_ID"] = "12001";
  open_mpi["SLURM_JOB_NODELIST"] = "n1,n2";
  EXPECT_EQ(of(open_mpi).host, "n1");
  EXPECT_EQ(of(open_mpi).port, 20001);
  open_mpi["SLURM_STEP_ID"] = "3";
  EXPECT_EQ(of(open_mpi).port, 20001);
  EXPECT_EQ(of({{"PMI_RANK", "3"}, {"PMI_SIZE", "4"}, {"MPI_LOCALNRANKS", "4"}}).rank, 3U);
}

TEST(Processes, VariablesThatMakeNoSenseAreRefused) {
  EXPECT_ERROR_HINT(of({{"WORLD_SIZE", "4"}}),
                    base::UsageError,
                    "WORLD_SIZE=4 says that there are several processes, but not which this is",
                    "start them by torchrun, mpirun or srun, or unset WORLD_SIZE");
  EXPECT_ERROR_HINT(of({{"RANK", "4"}, {"WORLD_SIZE", "4"}}),
                    base::UsageError,
                    "RANK=4 and WORLD_SIZE=4: expected a rank below the number of processes",
                    "start the processes by torchrun, mpirun or srun, which set both");
  EXPECT_ERROR_HINT(of({{"RANK", "first"}, {"WORLD_SIZE", "4"}}),
                    base::UsageError,
                    "RANK=first: expected a whole number from 0",
                    "start the processes by torchrun, mpirun or srun, which set it");
  EXPECT_ERROR(
      of({{"RANK", "0"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "n1"}, {"MASTER_PORT", "70000"}}),
      base::UsageError,
      "MASTER_PORT=70000: expected 1 to 65535");
}

TEST(Processes, TheFirstHostOfSlurmsLists) {
  EXPECT_EQ(first_host("n1"), "n1");
  EXPECT_EQ(first_host("n1,n2"), "n1");
  EXPECT_EQ(first_host("gpu[07-08]"), "gpu07");
  EXPECT_EQ(first_host("gpu[3,5-7]"), "gpu3");
  EXPECT_EQ(first_host("rack[2-3]-ib,x1"), "rack2-ib");
  EXPECT_EQ(first_host("x1,rack[2-3]"), "x1");
}

}  // namespace
}  // namespace gcrisk::nn
