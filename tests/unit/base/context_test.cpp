// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/base/context.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "gcrisk/base/error.hpp"

namespace gcrisk::base {
namespace {

TEST(ThreadPool, DoesEveryTaskOnce) {
  for (const std::size_t n_threads : {1, 2, 5}) {
    ThreadPool pool(n_threads);
    std::vector<int> done(1000);
    for (int round = 0; round < 20; ++round) {
      pool.run(done.size(), [&](std::size_t i, std::size_t thread) {
        ASSERT_LT(thread, n_threads);
        ++done[i];
      });
    }
    EXPECT_EQ(std::accumulate(done.begin(), done.end(), 0), 20000);
    EXPECT_EQ(*std::min_element(done.begin(), done.end()), 20);
  }
}

TEST(ThreadPool, RethrowsWhatATaskThrew) {
  ThreadPool pool(3);
  EXPECT_THROW(pool.run(100,
                        [](std::size_t i, std::size_t) {
                          if (i == 57) throw DegenerateError("no variant left");
                        }),
               DegenerateError);
  int done = 0;
  pool.run(1, [&](std::size_t, std::size_t) { ++done; });
  EXPECT_EQ(done, 1);
}

TEST(ThreadPool, RunsNestedTasksInTheCaller) {
  ThreadPool pool(2);
  std::atomic<int> done = 0;
  pool.run(
      4, [&](std::size_t, std::size_t) { pool.run(8, [&](std::size_t, std::size_t) { ++done; }); });
  EXPECT_EQ(done, 32);
}

TEST(Context, StopsBetweenChunksWhenAsked) {
  Context context = Context::make(2);
  std::atomic<int> chunks = 0;
  const auto work = [&](std::size_t, std::size_t) {
    ++chunks;
    context.cancellation->request(SIGTERM);
  };
  EXPECT_THROW(context.for_chunks(1000, 1, work), TerminatedError);
  EXPECT_LE(chunks, 2);
}

TEST(Context, ChunksCoverTheRangeWhateverTheThreads) {
  for (const std::size_t n : {0, 1, 99, 100, 101}) {
    std::vector<int> seen(n);
    Context::make(2).for_chunks(n, 100, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) ++seen[i];
    });
    EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), std::size_t{0}), n);
  }
}

TEST(AllowedThreads, AreTheSmallestOfWhatTheJobWasGiven) {
  ::setenv("SLURM_CPUS_PER_TASK", "1", 1);
  EXPECT_EQ(allowed_threads().value, 1U);
  if (allowed_threads().source != "SLURM_CPUS_PER_TASK") {
    EXPECT_EQ(allowed_threads().value, 1U);  // a machine of one CPU
  }
  ::setenv("SLURM_CPUS_PER_TASK", "100000", 1);
  EXPECT_LT(allowed_threads().value, 100000U);
  ::unsetenv("SLURM_CPUS_PER_TASK");
}

TEST(AllowedMemory, ReadsTheJobsLimitInMebibytes) {
  ::setenv("SLURM_MEM_PER_CPU", "1000", 1);
  EXPECT_EQ(allowed_memory(3).value, std::size_t{3000} << 20);
  ::setenv("SLURM_MEM_PER_NODE", "2000", 1);
  EXPECT_EQ(allowed_memory(3).value, std::size_t{2000} << 20);
  EXPECT_EQ(allowed_memory(3).source, "SLURM_MEM_PER_NODE");
  ::unsetenv("SLURM_MEM_PER_NODE");
  ::unsetenv("SLURM_MEM_PER_CPU");
  EXPECT_GT(allowed_memory(1).value, std::size_t{1} << 20);
}

TEST(Log, CountsAFlood) {
  Log log("gcrisk test", LogLevel::kOff);
  for (int i = 0; i < 817; ++i) log.flood("half-calls", "half-call at " + std::to_string(i));
  EXPECT_EQ(log.warnings().size(), 5U);
  log.flush_floods();
  EXPECT_EQ(log.warnings().back(), "half-calls: 812 more");
  log.error("x: found a, expected b", "do c");
  EXPECT_TRUE(
      log.transcript().ends_with("gcrisk test: error: x: found a, expected b\n  hint: do c\n"));
}

}  // namespace
}  // namespace gcrisk::base
