// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/io/input.hpp"
#include "gcrisk/pipeline/commands.hpp"
#include "manifest.hpp"
#include "pipeline/compare_files.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::Json;

base::Checksum checksum_of(const Json& entry) {
  return entry.contains("sha256") ? base::Checksum::kSha256 : base::Checksum::kXxh3;
}

std::string recorded_hash(const Json& entry) {
  return entry.value(entry.contains("sha256") ? "sha256" : "xxh3_128", "");
}

void check_inputs(const Json& manifest) {
  for (const Json& entry : manifest["inputs"]) {
    const std::string path = entry.value("path", "");
    if (!entry.contains("bytes")) continue;  // not a plain file: standard input, a folder
    if (!fs::exists(path)) {
      throw base::ReadError("input " + path + " is gone",
                            "run verify in the folder where the command ran");
    }
    const std::string found = base::hash_file(path, checksum_of(entry));
    if (found != recorded_hash(entry)) {
      std::string finding = "input " + path;
      finding += " changed since the run: its hash is " + found;
      finding += ", the manifest has " + recorded_hash(entry);
      throw base::MismatchError(finding, "nothing can be verified without the old input");
    }
  }
}

// Deletes what the second run left, also when it fails.
class Leftovers {
 public:
  Leftovers(std::string prefix, bool keep) : prefix_(std::move(prefix)), keep_(keep) {}
  ~Leftovers() {
    if (keep_) return;
    std::error_code ignored;
    if (prefix_.back() == '/') {
      fs::remove_all(prefix_, ignored);
      return;
    }
    const fs::path prefix(prefix_);
    const fs::path folder = prefix.has_parent_path() ? prefix.parent_path() : fs::path(".");
    const std::string name = prefix.filename().string();
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().filename().string().starts_with(name)) fs::remove(entry.path(), ignored);
    }
  }
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

 private:
  std::string prefix_;
  bool keep_;
};

// "results/run1" -> "results/.verify-123-run1": a neighbour, so that relative paths inside the
// results come out alike.
std::string neighbour_of(const std::string& out) {
  const bool folder = out.back() == '/';
  const fs::path path(folder ? out.substr(0, out.size() - 1) : out);
  const fs::path beside = path.parent_path() / (".verify-" + std::to_string(::getpid()) + "-" +
                                                path.filename().string());
  return beside.string() + (folder ? "/" : "");
}

std::string compare_output(const Json& entry,
                           const std::string& old_prefix,
                           const std::string& new_prefix) {
  const std::string path = entry.value("path", "");
  const std::string again =
      path.starts_with(old_prefix) ? new_prefix + path.substr(old_prefix.size()) : path;
  if (!fs::exists(again)) return path + ": the second run did not write it";
  const std::string hash = base::hash_file(again, checksum_of(entry));
  if (!fs::exists(path)) {
    return hash == recorded_hash(entry) ? path + ": is gone" : path + ": is gone, and differed";
  }
  if (base::hash_file(path, checksum_of(entry)) != recorded_hash(entry)) {
    return path + ": was changed after the run";
  }
  if (hash == recorded_hash(entry)) return {};
  return first_difference(path, again, old_prefix, new_prefix);
}

void verify(Run& run) {
  const std::string manifest_path = run.parameters().text("manifest");
  const Json manifest = read_manifest(manifest_path);
  const CommandEntry& entry = recorded_command(manifest);
  const Json& options = manifest["options"];
  if (!options.contains("out") || !options["out"].is_string()) {
    throw base::MalformedError(manifest_path + ": has no --out, so nothing can be compared");
  }
  const std::string out = options["out"];
  if (manifest.value("version", GCRISK_VERSION) != GCRISK_VERSION) {
    run.log().warning("the run was made by gcrisk " + manifest["version"].get<std::string>() +
                      ", this is " GCRISK_VERSION ": a difference may be an improvement");
  }
  run.phase("inputs");
  check_inputs(manifest);
  if (run.dry_run()) {
    run.log().info("inputs are unchanged; would run gcrisk " + entry.name + " again");
    run.estimate({.seconds = manifest.value("wall_s", 0.0),
                  .memory_bytes = manifest.value("peak_memory_bytes", std::uint64_t{0}),
                  .basis = "what the run to repeat took"});
    return;
  }

  run.phase("second run");
  const bool keep = run.parameters().given("out");
  const std::string again = keep ? run.parameters().text("out") : neighbour_of(out);
  const Leftovers leftovers(again, keep);
  base::Context context = run.context();
  context.seed = manifest.value("seed", context.seed);
  context.log = std::make_shared<base::Log>("gcrisk " + entry.name, base::LogLevel::kError);
  context.device = options.contains("device") && options["device"].is_string()
                       ? options["device"].get<std::string>()
                       : context.device;
  {
    Run second(entry.name, recorded_parameters(entry, manifest, again), context, "");
    entry.work(second);
    second.finish();
  }

  run.phase("comparison");
  std::vector<std::string> differences;
  for (const Json& output : manifest["outputs"]) {
    std::string difference = compare_output(output, out, again);
    if (!difference.empty()) differences.push_back(std::move(difference));
  }
  const std::size_t n = manifest["outputs"].size();
  if (!differences.empty()) {
    for (std::size_t i = 1; i < differences.size(); ++i)
      run.log().flood("difference", differences[i]);
    run.log().flush_floods();
    throw base::DifferenceError(
        differences.front() + " (" + std::to_string(differences.size()) + " of " +
            std::to_string(n) + " outputs differ)",
        keep ? "" : "--out PREFIX keeps the second run's results for a look");
  }
  run.log().info("the same in all " + std::to_string(n) + " outputs");
}

}  // namespace

const CommandEntry& verify_command() {
  static const CommandEntry kEntry = {
      .name = "verify",
      .category = "tools",
      .summary = "run again what a run.json records, and compare",
      .description =
          "Checks that the inputs are what they were (exit status 5 if not), runs the recorded "
          "command again with the same options and seed, and compares every output by content: run "
          "time, paths and the log apart, nothing may differ. The first differing line is named "
          "and "
          "the exit status is 10.\n\n"
          "The second run's files lie beside the first ones, hidden, and are removed at the end "
          "unless --out says where to keep them. Run it in the folder where the command ran.",
      .examples = {{"gcrisk verify demo.run.json", "is the simulated cohort still what it was?"},
                   {"gcrisk verify results/lr/run.json --threads 1",
                    "the number of threads must not matter"}},
      .parameters = {{.name = "manifest",
                      .type = base::ParameterType::kPath,
                      .meaning = "the run.json of the run to repeat",
                      .placeholder = "RUN.json",
                      .required = true,
                      .group = "arguments"}},
      .work = verify};
  return kEntry;
}

}  // namespace gcrisk::pipeline
