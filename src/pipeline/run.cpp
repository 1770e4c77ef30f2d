// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/pipeline/run.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "part.hpp"
#include "peak_memory.hpp"
#include "shared_prefix.hpp"

namespace gcrisk::pipeline {

using base::Json;
using base::Parameter;
using Clock = std::chrono::steady_clock;

base::ParameterTable common_parameters() {
  using enum base::ParameterType;
  base::ParameterTable table = {
      {.name = "out",
       .type = kPath,
       .meaning = "where results go: a path prefix, or a folder with '/' at its end",
       .placeholder = "PREFIX"},
      {.name = "threads",
       .type = kInteger,
       .meaning = "threads to work with; default: what the job was given",
       .min = 1,
       .max = 1024},
      {.name = "memory",
       .type = kText,
       .meaning = "memory limit in MiB, or with a unit (800M, 4G); default: what the job was given",
       .placeholder = "SIZE"},
      {.name = "seed",
       .type = kInteger,
       .meaning = "seed of every random number; same seed, same results",
       .default_value = "1",
       .min = 0},
      {.name = "config",
       .type = kPath,
       .meaning = "read options from a TOML file; the command line wins",
       .placeholder = "FILE.toml"},
      {.name = "force", .type = kFlag, .meaning = "replace an existing complete result"},
      {.name = "dry-run",
       .type = kFlag,
       .meaning = "open, count, estimate memory and time, write nothing"},
      {.name = "strict", .type = kFlag, .meaning = "warnings that drop data become errors"},
      {.name = "checksums",
       .type = kChoice,
       .meaning = "hash of inputs and outputs in the manifest",
       .default_value = "xxh3",
       .choices = {"xxh3", "sha256"}},
      {.name = "quiet", .type = kFlag, .meaning = "say nothing but errors"},
      {.name = "progress",
       .type = kChoice,
       .meaning = "a bar on a terminal, at most one line a minute elsewhere",
       .default_value = "auto",
       .choices = {"auto", "on", "off"}},
      {.name = "log-level",
       .type = kChoice,
       .meaning = "how much is said",
       .default_value = "info",
       .choices = {"debug", "info", "warning", "error"}},
      {.name = "no-provenance",
       .type = kFlag,
       .meaning = "leave time, version and machine facts out of the manifest, for comparisons"},
  };
  for (Parameter& row : table) row.group = "common options";
  return table;
}

struct Run::State {
  struct Input {
    std::string role, path, checksum;
  };
  struct Dropped {
    std::string what, reason;
    std::uint64_t count;
  };
  std::string command;
  std::string command_line;
  std::optional<base::OutputSet> outputs;
  std::vector<Input> inputs;
  std::vector<std::pair<std::string, std::uint64_t>> kept;
  std::vector<Dropped> dropped;
  Json notes = Json::object();
  std::vector<std::pair<std::string, double>> phases;
  Clock::time_point begun = Clock::now();
  Clock::time_point phase_begun = begun;
  std::string phase;
  std::optional<Estimate> rest;
  std::string part;  // ".part-3-of-8"

  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun).count(); }

  void end_phase() {
    const auto now = Clock::now();
    if (!phase.empty()) {
      phases.emplace_back(phase, std::chrono::duration<double>(now - phase_begun).count());
    }
    phase_begun = now;
    phase.clear();
  }
};

namespace {

base::Checksum checksum_of(const base::Parameters& parameters) {
  return parameters.text("checksums") == "sha256" ? base::Checksum::kSha256 : base::Checksum::kXxh3;
}

}  // namespace

Run::Run(std::string command,
         const base::Parameters& parameters,
         base::Context context,
         std::string command_line)
    : parameters_(parameters), context_(std::move(context)), state_(std::make_unique<State>()) {
  state_->command = std::move(command);
  state_->command_line = std::move(command_line);
}

Run::~Run() = default;

const std::string& Run::command() const noexcept { return state_->command; }

base::OutputSet& Run::outputs() {
  assert(!dry_run());
  if (!state_->outputs) {
    if (!parameters_.has("out")) {
      throw base::UsageError("--out is missing: " + parameters_.find("out")->meaning);
    }
    const std::string prefix = parameters_.text("out") + state_->part;
    const bool force = parameters_.flag("force") || !state_->part.empty();
    make_way(prefix, state_->command, force);
    state_->outputs.emplace(prefix, force, checksum_of(parameters_));
  }
  return *state_->outputs;
}

void Run::is_part(std::size_t index, std::size_t count) {
  assert(!state_->outputs);
  state_->part = part_suffix(index, count);
}

void Run::add_input(std::string_view role, const std::string& path, std::string checksum) {
  state_->inputs.push_back({std::string(role), path, std::move(checksum)});
}

void Run::count_kept(std::string_view what, std::uint64_t n) { state_->kept.emplace_back(what, n); }

void Run::count_dropped(std::string_view what, std::string_view reason, std::uint64_t n) {
  if (n == 0) return;
  count_filtered(what, reason, n);
  if (context_.strict) {
    throw base::MismatchError(base::format_count(n) + " " + std::string(what) +
                                  " would be dropped (" + std::string(reason) +
                                  "), which --strict does not allow",
                              "mend the input, or run without --strict");
  }
}

void Run::count_filtered(std::string_view what, std::string_view reason, std::uint64_t n) {
  if (n > 0) state_->dropped.push_back({std::string(what), std::string(reason), n});
}

void Run::note(std::string_view name, std::string value) {
  state_->notes[std::string(name)] = std::move(value);
}

void Run::note(std::string_view name, double value) { state_->notes[std::string(name)] = value; }

void Run::phase(std::string_view name) {
  state_->end_phase();
  state_->phase = name;
  log().debug("phase: " + std::string(name));
}

namespace {

Json file_entry(const std::string& path, std::string checksum, base::Checksum kind) {
  Json entry = {{"path", path}};
  struct stat status {};
  const bool regular = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (regular) {
    entry["bytes"] = static_cast<std::uint64_t>(status.st_size);
    if (checksum.empty()) checksum = base::hash_file(path, kind);
  }
  entry[kind == base::Checksum::kXxh3 ? "xxh3_128" : "sha256"] = checksum;
  return entry;
}

}  // namespace

void Run::estimate(Estimate rest) { state_->rest = std::move(rest); }

namespace {

void say_estimate(double seconds,
                  const std::optional<Estimate>& rest,
                  const base::Context& context) {
  std::uint64_t memory = peak_memory_bytes();
  std::string basis = "the dry run did all of the work but writing";
  if (rest) {
    seconds += rest->seconds - rest->trial_seconds;
    memory = std::max(memory, rest->memory_bytes);
    basis = rest->basis;
  }
  context.log->info("estimate: about " + base::format_number(seconds, 2) + " s on " +
                    std::to_string(context.n_threads) +
                    (context.n_threads == 1 ? " thread" : " threads") + " and " +
                    base::format_bytes(memory) + " of memory (" + basis + ")");
  if (memory > context.memory_bytes) {
    context.log->warning("the memory limit is " + base::format_bytes(context.memory_bytes) +
                         ", about " + base::format_bytes(memory) + " are needed");
  }
}

}  // namespace

void Run::finish() {
  state_->end_phase();
  log().flush_floods();
  if (dry_run()) return say_estimate(state_->seconds(), state_->rest, context_);
  if (!state_->outputs) return;
  base::OutputSet& out = *state_->outputs;
  const bool provenance = !parameters_.flag("no-provenance");
  const base::Checksum kind = checksum_of(parameters_);
  Json json = Json::object();
  json["program"] = "gcrisk";
  if (provenance) json["version"] = GCRISK_VERSION;
  json["command"] = state_->command;
  if (provenance) json["command_line"] = state_->command_line;
  json["options"] = parameters_.to_json();
  json["seed"] = context_.seed;
  if (provenance) {
    json["threads"] = context_.n_threads;
    json["memory_limit_bytes"] = context_.memory_bytes;
    json["device"] = context_.device;
  }
  json["inputs"] = Json::array();
  for (auto& input : state_->inputs) {
    Json entry = {{"role", input.role}};
    entry.update(file_entry(input.path, input.checksum, kind));
    json["inputs"].push_back(std::move(entry));
  }
  json["kept"] = Json::object();
  for (const auto& [what, n] : state_->kept) json["kept"][what] = n;
  json["dropped"] = Json::array();
  for (const auto& drop : state_->dropped) {
    json["dropped"].push_back(
        {{"what", drop.what}, {"reason", drop.reason}, {"count", drop.count}});
  }
  json["notes"] = state_->notes;
  json["warnings"] = log().warnings();

  out.commit();
  json["outputs"] = Json::array();
  for (const auto& file : out.committed()) {
    json["outputs"].push_back(file_entry(file.path.string(), file.checksum, kind));
  }
  if (provenance) {
    json["phases_s"] = Json::object();
    for (const auto& [name, seconds] : state_->phases) json["phases_s"][name] = seconds;
    json["wall_s"] = state_->seconds();
    json["peak_memory_bytes"] = peak_memory_bytes();
  }
  json["exit_code"] = 0;

  log().info("wrote " + out.prefix() + (out.is_folder() ? "" : ".*") + " in " +
             base::format_number(state_->seconds(), 3) + " s, peak memory " +
             base::format_bytes(peak_memory_bytes()));
  out.open(out.is_folder() ? "run.log" : ".log").write(log().transcript());
  out.commit();
  out.open(out.is_folder() ? "run.json" : ".run.json").write(json.dump(2) + "\n");
  out.commit();
}

}  // namespace gcrisk::pipeline
