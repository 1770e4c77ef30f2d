// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "manifest.hpp"
#include "part.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;
using base::Json;

constexpr const char* kManifest = ".run.json";
constexpr const char* kPartOption = "task";

// N of the files PREFIX.part-*-of-N.run.json; several N are a mixture of job arrays.
std::size_t count_of_parts(const std::string& prefix) {
  const fs::path path(prefix);
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const std::string begin = path.filename().string() + ".part-";
  std::set<std::size_t> counts;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(kManifest)) continue;
    const std::string middle =
        name.substr(begin.size(), name.size() - begin.size() - std::string(kManifest).size());
    const auto numbers = base::split(middle, '-');  // 3 of 8
    const auto n = numbers.size() == 3 ? base::parse_integer(numbers[2]) : std::nullopt;
    if (n && *n > 0) counts.insert(static_cast<std::size_t>(*n));
  }
  if (counts.empty()) {
    throw base::ReadError("no part of " + prefix + " is there, expected files such as " + prefix +
                              part_suffix(1, 20) + kManifest,
                          "parts are left by --task I/N; give merge the --out that they had");
  }
  if (counts.size() > 1) {
    throw base::MismatchError("parts of " + prefix + " are of " + std::to_string(*counts.begin()) +
                                  " and of " + std::to_string(*counts.rbegin()) +
                                  ", expected those of one job array",
                              "remove the run.json files of the other one");
  }
  return *counts.begin();
}

// What must be the same in all parts: everything asked for, and what it was done on.
Json essence(const Json& manifest) {
  Json options = manifest["options"];
  for (const char* name :
       {kPartOption, "threads", "memory", "quiet", "progress", "log-level", "force", "config"}) {
    options.erase(name);
  }
  return {{"command", manifest["command"]}, {"options", options}, {"inputs", manifest["inputs"]}};
}

// The first difference as "option --cv".
std::string difference(const Json& a, const Json& b) {
  if (a["command"] != b["command"]) return "the command";
  for (const auto& [name, value] : a["options"].items()) {
    if (b["options"].value(name, Json()) != value) return "--" + name;
  }
  return "the content of an input";
}

void merge(Run& run) {
  const std::string prefix = run.parameters().text("prefix");
  const std::size_t n = count_of_parts(prefix);
  std::vector<std::string> parts;
  std::vector<std::string> absent;
  for (std::size_t i = 1; i <= n; ++i) {
    parts.push_back(prefix + part_suffix(i, n));
    if (!fs::exists(parts.back() + kManifest)) absent.push_back(std::to_string(i));
  }
  if (!absent.empty()) {
    throw base::ReadError("of " + std::to_string(n) + " parts of " + prefix + " " +
                              std::to_string(absent.size()) +
                              " are not complete: " + base::join(absent, ", "),
                          "run these tasks again, then merge");
  }
  const Json first = read_manifest(parts.front() + kManifest);
  for (const std::string& part : parts) {
    const Json other = read_manifest(part + kManifest);
    const Json a = essence(first);
    const Json b = essence(other);
    if (a != b) {
      throw base::MismatchError(parts.front() + " and " + part + " differ in " + difference(a, b) +
                                    ", expected parts of one run",
                                "run the other tasks again with the same options and input");
    }
  }
  const CommandEntry& entry = recorded_command(first);
  Json whole = first;
  whole["options"].erase(kPartOption);
  const std::string out = run.parameters().has("out") ? run.parameters().text("out") : prefix;
  base::Parameters parameters = recorded_parameters(entry, whole, out);
  parameters.set("force", run.parameters().flag("force") ? "true" : "false");
  run.log().info("joining " + std::to_string(n) + " parts of gcrisk " + entry.name);
  if (run.dry_run()) return;
  base::Context context = run.context();
  context.seed = first.value("seed", context.seed);
  Run joined(entry.name, parameters, context, "gcrisk merge " + prefix);
  entry.work(joined);
  joined.finish();
}

}  // namespace

const CommandEntry& merge_command() {
  static const CommandEntry kEntry = {
      .name = "merge",
      .category = "tools",
      .summary = "join the parts of a job array",
      .description =
          "Where each task of a job array did one part (compare --task I/N), this makes the result "
          "that one run would have left: it looks whether all parts are complete and were asked "
          "for alike, on the same input, and then joins them. What is absent is named.\n\n"
          "PREFIX is the --out of the parts; the result goes there, too, unless --out says where "
          "else.",
      .examples = {{"gcrisk merge table",
                    "after gcrisk compare … --task 1/20 --out table, and so "
                    "on to 20/20"}},
      .parameters = {{.name = "prefix",
                      .type = base::ParameterType::kPath,
                      .meaning = "the --out of the parts",
                      .placeholder = "PREFIX",
                      .required = true,
                      .group = "arguments"}},
      .work = merge};
  return kEntry;
}

}  // namespace gcrisk::pipeline
