// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "evaluate_origin.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/json.hpp"
#include "shared_prefix.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;

// The file as JSON; null where it is not there or is something else: this is a courtesy, and what
// must be right is checked where studies and predictions are read.
base::Json read_quietly(const fs::path& path) {
  std::ifstream file(path);
  return base::Json::parse(file, nullptr, false);
}

}  // namespace

Origin origin_of_study(const std::string& folder) {
  Origin origin;
  const base::Json study = read_quietly(fs::path(folder) / "study.json");
  if (!study.is_object()) return origin;
  if (study.contains("outcome") && study["outcome"].is_object()) {
    origin.outcome = study["outcome"].value("name", "");
  }
  if (!study.contains("inputs") || !study["inputs"].is_object()) return origin;
  for (const auto& input : study["inputs"]) {
    if (!input.is_object()) continue;
    const fs::path path = fs::path(folder) / input.value("path", "");
    std::error_code ignored;
    if (fs::exists(path.parent_path() / (path.stem().string() + ".truth.json"), ignored)) {
      origin.simulated = true;
    }
  }
  return origin;
}

Origin origin_of_predictions(const std::string& path) {
  constexpr std::string_view kEnd = ".predictions.tsv";
  if (!path.ends_with(kEnd)) return {};
  const base::Json run =
      read_quietly(manifest_path(path.substr(0, path.size() - kEnd.size()), "predict"));
  if (!run.is_object() || !run.contains("inputs") || !run["inputs"].is_array()) return {};
  for (const auto& input : run["inputs"]) {
    if (!input.is_object() || input.value("role", "") != "study") continue;
    return origin_of_study(fs::path(input.value("path", "")).parent_path().string());
  }
  return {};
}

}  // namespace gcrisk::pipeline
