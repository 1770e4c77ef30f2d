// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "execute.hpp"

#include <sys/resource.h>

#include <csignal>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::tool {

namespace {

// A signal handler can reach nothing but a global.
base::Cancellation* stop_request = nullptr;

extern "C" void on_signal(int signal) {
  if (stop_request != nullptr) stop_request->request(signal);
}

void catch_signals(base::Cancellation& cancellation) {
  stop_request = &cancellation;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // a second one ends it at once
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaction(signal, &action, nullptr);
}

base::LogLevel log_level(const base::Parameters& p) {
  if (p.flag("quiet")) return base::LogLevel::kError;
  const std::string& level = p.text("log-level");
  if (level == "debug") return base::LogLevel::kDebug;
  if (level == "warning") return base::LogLevel::kWarning;
  if (level == "error") return base::LogLevel::kError;
  return base::LogLevel::kInfo;
}

base::ProgressMode progress_mode(const base::Parameters& p) {
  const std::string& mode = p.text("progress");
  if (mode == "off" || p.flag("quiet")) return base::ProgressMode::kOff;
  return mode == "on" ? base::ProgressMode::kOn : base::ProgressMode::kAuto;
}

// The address sanitizer's shadow counts as data, so that no limit could be kept under it.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kLimitData = false;
#else
constexpr bool kLimitData = true;
#endif

base::Allowance choose_memory(const base::Parameters& p, std::size_t threads) {
  if (!p.given("memory")) return base::allowed_memory(threads);
  const auto bytes = base::parse_memory(p.text("memory"));
  if (!bytes) {
    throw base::UsageError("--memory " + p.text("memory") +
                           ": expected a size in MiB, or with a unit: 800M, 4G");
  }
  // A promise: what the kernel counts as our data cannot grow beyond it.
  const struct rlimit limit { *bytes, *bytes };
  if (kLimitData && ::setrlimit(RLIMIT_DATA, &limit) != 0) {
    throw base::UsageError("--memory " + p.text("memory") + ": above what this job may use");
  }
  return {*bytes, "--memory"};
}

}  // namespace

void execute(const Invocation& invocation) {
  base::Parameters p = invocation.parameters;
  if (invocation.command->out_is_folder && p.has("out") && !p.text("out").ends_with('/')) {
    p.set("out", p.text("out") + "/");
  }
  base::Allowance threads = base::allowed_threads();
  if (p.given("threads")) threads = {static_cast<std::size_t>(p.integer("threads")), "--threads"};
  const base::Allowance memory = choose_memory(p, threads.value);

  base::Context context;
  context.seed = static_cast<std::uint64_t>(p.integer("seed"));
  context.n_threads = threads.value;
  context.memory_bytes = memory.value;
  context.strict = p.flag("strict");
  if (p.find("device") != nullptr) context.device = p.text("device");
  context.log = std::make_shared<base::Log>("gcrisk " + invocation.command->name, log_level(p));
  context.threads = std::make_shared<base::ThreadPool>(threads.value);
  context.progress = std::make_shared<base::Progress>(progress_mode(p), context.log.get());
  context.cancellation = std::make_shared<base::Cancellation>();
  catch_signals(*context.cancellation);

  context.log->info("threads " + std::to_string(threads.value) + " (" + threads.source +
                    "), memory " + base::format_bytes(memory.value) + " (" + memory.source + ")");
  pipeline::Run run(invocation.command->name, p, context, invocation.command_line);
  invocation.command->work(run);
  run.finish();
}

}  // namespace gcrisk::tool
