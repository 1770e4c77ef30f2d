// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "study_dates.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gcrisk/base/json.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

namespace fs = std::filesystem;

base::Json read_quietly(const fs::path& path) {
  std::ifstream file(path);
  return base::Json::parse(file, nullptr, false);
}

bool given(const base::Json& options, const char* name) {
  return options.contains(name) && !options[name].is_null() && !options[name].empty();
}

// Of a run that made features from dated events; false for any other run.
bool look_at(const base::Json& run, DatesCheck& out) {
  if (!run.is_object() || !run.contains("options") || !run["options"].is_object()) return false;
  const base::Json& options = run["options"];
  if (!given(options, "events") && !given(options, "fhir") && !given(options, "omop")) return false;
  if (!given(options, "index-date") || !options["index-date"].is_string()) {
    out.finding =
        "Features were made from dated events without --index-date: they may hold what happened "
        "after the outcome.";
    return true;
  }
  out.known = true;
  out.rule = options["index-date"].get<std::string>();
  for (const auto& drop : run.value("dropped", base::Json::array())) {
    if (drop.value("reason", "") == "at or after the index date") {
      out.n_left_out += drop.value("count", std::size_t{0});
    }
  }
  out.finding = "Features end before the index date (" + out.rule +
                "): " + base::format_count(out.n_left_out) +
                " events at or after it are in none of them.";
  return true;
}

}  // namespace

DatesCheck dates_of_study(const std::string& study_path) {
  DatesCheck out;
  if (look_at(read_quietly(fs::path(study_path) / "run.json"), out)) return out;
  const base::Json study = read_quietly(fs::path(study_path) / "study.json");
  if (study.is_object() && study.contains("inputs") && study["inputs"].is_object()) {
    constexpr std::string_view kEnd = ".clinical.tsv";
    for (const auto& input : study["inputs"]) {
      const std::string path = (fs::path(study_path) / input.value("path", "")).string();
      if (!path.ends_with(kEnd)) continue;
      if (look_at(read_quietly(path.substr(0, path.size() - kEnd.size()) + ".run.json"), out)) {
        return out;
      }
    }
  }
  out.finding =
      "The features carry no dates: whether they were known before the outcome cannot be looked "
      "at.";
  return out;
}

}  // namespace gcrisk::pipeline
