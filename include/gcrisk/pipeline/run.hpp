// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/base/parameters.hpp"

namespace gcrisk::pipeline {

// The options that every command has; a command's own table is appended to this one.
base::ParameterTable common_parameters();

// What the rest of a run will need.
struct Estimate {
  double seconds = 0;
  std::uint64_t memory_bytes = 0;
  std::string basis;         // "from 512 of 20,000 people"
  double trial_seconds = 0;  // that finding this out took, no part of the run
};

// One run of one command: what it was asked, with what it works, what it leaves behind.
// The command function fills it; `finish` writes PREFIX.log and, last of all, PREFIX.run.json.
class Run {
 public:
  Run(std::string command,
      const base::Parameters& parameters,
      base::Context context,
      std::string command_line);
  ~Run();

  const std::string& command() const noexcept;  // "train lr"
  const base::Parameters& parameters() const noexcept { return parameters_; }
  base::Context& context() noexcept { return context_; }
  base::Log& log() noexcept { return *context_.log; }
  bool dry_run() const { return parameters_.flag("dry-run"); }

  // Where results go; made at first use from --out and --force. Throws when --dry-run is on,
  // because a dry run writes nothing.
  base::OutputSet& outputs();

  // This run does one of several parts of a job array: what it writes stands under
  // PREFIX.part-I-of-N (I from 1), in place of an earlier try. Before the first use of outputs().
  void is_part(std::size_t index, std::size_t count);

  // For the manifest. An input with an empty checksum is hashed at the end.
  void add_input(std::string_view role, const std::string& path, std::string checksum = {});
  void count_kept(std::string_view what, std::uint64_t n);
  void count_dropped(std::string_view what, std::string_view reason, std::uint64_t n);
  // The same for what a filter took out that was asked for: no fault under --strict.
  void count_filtered(std::string_view what, std::string_view reason, std::uint64_t n);
  // Any fact worth keeping: text or number.
  void note(std::string_view name, std::string value);
  void note(std::string_view name, double value);

  // Marks the begin of a phase ("reading", "scan"); its wall time lasts until the next one.
  void phase(std::string_view name);

  // For --dry-run, before returning early: what has not been done. Without it the dry run counts as
  // all of the work apart from writing.
  void estimate(Estimate rest);

  // Commits the outputs and writes the manifest. After --dry-run it says instead what the run would
  // need, with a warning where that is more than the memory limit.
  void finish();

 private:
  struct State;
  base::Parameters parameters_;
  base::Context context_;
  std::unique_ptr<State> state_;
};

// One command of the program, its work apart from the command line.
struct CommandEntry {
  std::string name;         // "ingest vcf"
  std::string category;     // heading in the overview: "data", "models", "results", "tools"
  std::string summary;      // one line
  std::string description;  // paragraphs: what it does, what it writes
  std::vector<std::pair<std::string, std::string>> examples;  // command, what it does
  base::ParameterTable parameters;                            // without the common ones
  void (*work)(Run& run);
  bool out_is_folder = false;  // --out names a folder, with or without its '/'
};

}  // namespace gcrisk::pipeline
