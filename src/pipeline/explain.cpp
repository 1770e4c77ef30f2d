// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "evaluate_origin.hpp"
#include "explanation.hpp"
#include "gcrisk/base/error.hpp"
#include "gcrisk/base/text.hpp"
#include "gcrisk/pipeline/model_folder.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/pipeline/study.hpp"
#include "pilot.hpp"
#include "predict_study.hpp"

namespace gcrisk::pipeline {

namespace {

constexpr double kTolerance = 1e-6;  // of the sum of contributions, in units of the score

base::ParameterTable parameters() {
  using enum base::ParameterType;
  return {
      {.name = "model",
       .type = kPath,
       .meaning = "the model's folder, as gcrisk train made it",
       .placeholder = "MODEL/",
       .required = true},
      {.name = "study",
       .type = kPath,
       .meaning = "the people to explain",
       .placeholder = "STUDY/",
       .required = true},
      {.name = "set",
       .type = kChoice,
       .meaning = "which set of the study",
       .default_value = "test",
       .choices = {"all", "train", "validation", "test"}},
      {.name = "samples",
       .type = kTexts,
       .meaning = "only these people, whatever set they are in",
       .placeholder = "A,B"},
      {.name = "top",
       .type = kInteger,
       .meaning = "how many features are named for each person and in the figure; the others are "
                  "added up",
       .default_value = "20",
       .min = 1,
       .max = 1000},
      {.name = "group",
       .type = kText,
       .meaning = "what is added up and shown as one: none; ld, neighbouring variants that are "
                  "correlated; gene:FILE, a BED file with names of genes",
       .default_value = "none",
       .placeholder = "none|ld|gene:FILE",
       .group = "groups"},
      {.name = "ld-r2",
       .type = kNumber,
       .meaning =
           "squared correlation from which on a variant joins the block of the one before it",
       .default_value = "0.2",
       .min = 0,
       .max = 1,
       .group = "groups"},
      {.name = "ld-kb",
       .type = kNumber,
       .meaning = "largest distance to the one before it, in kilobases",
       .default_value = "500",
       .min = 0,
       .group = "groups"},
  };
}

std::vector<std::uint32_t> chosen_rows(const base::Parameters& p, const Study& study) {
  std::vector<std::uint32_t> rows;
  if (p.has("samples")) {
    std::set<std::string> wanted(p.texts("samples").begin(), p.texts("samples").end());
    for (std::uint32_t i = 0; i < study.cohort.ids.size(); ++i) {
      if (wanted.erase(study.cohort.ids[i]) > 0) rows.push_back(i);
    }
    if (!wanted.empty()) {
      throw base::MismatchError("--samples: '" + *wanted.begin() + "' is not in the study");
    }
    return rows;
  }
  for (std::uint32_t i = 0; i < study.sets.size(); ++i) {
    if (p.text("set") == "all" || study.sets[i] == cohort::parse_set(p.text("set"))) {
      rows.push_back(i);
    }
  }
  if (rows.empty()) {
    throw base::DegenerateError("--set " + p.text("set") + ": nobody of the study is in it");
  }
  return rows;
}

std::vector<FeatureGroup> groups_of(Run& run, const cohort::Dataset& data) {
  const base::Parameters& p = run.parameters();
  const std::string& text = p.text("group");
  if (text == "none") return single_features(data);
  if (text == "ld") {
    return ld_blocks(data, p.number("ld-r2"), static_cast<std::int64_t>(p.number("ld-kb") * 1000));
  }
  if (text.starts_with("gene:") && text.size() > 5) {
    run.add_input("genes", text.substr(5));
    return genes(data, text.substr(5));
  }
  throw base::UsageError("--group " + text + ": expected none, ld or gene:FILE");
}

std::string meaning_of_score(cohort::OutcomeKind kind) {
  switch (kind) {
    case cohort::OutcomeKind::kContinuous: return "the expected value";
    case cohort::OutcomeKind::kSurvival: return "the log hazard, of trees the mortality";
    default: return "the model's own scale, log odds for most";
  }
}

void work(Run& run) {
  const base::Parameters& p = run.parameters();
  const base::Context& context = run.context();
  run.phase("reading");
  const ModelFolder folder = read_model(p.text("model"));
  Study study = open_study(p.text("study"), context);
  run.add_input("model",
                p.text("model") + (p.text("model").ends_with('/') ? "" : "/") + "model.json");
  run.add_input("study", study.path + "study.json");
  const auto rows = chosen_rows(p, study);
  cohort::Cohort everybody = std::move(study.cohort);
  bring_variants(folder, everybody, study.path);
  folder.recipe.apply(everybody, context);
  const cohort::Dataset all = align_to_model(cohort::to_dataset(everybody), folder);
  const cohort::Dataset data = all.select_rows(rows);
  auto groups = groups_of(run, all);
  run.count_kept("samples", data.n_samples());
  run.count_kept("features", data.n_features());
  const auto top = static_cast<std::size_t>(p.integer("top"));
  if (run.dry_run()) {
    const auto quiet = silent(context);
    run.estimate(pilot(data.n_samples(), "people", [&](std::size_t n) {
      explain_people(
          *folder.model, data.select_rows(spread_rows(data.n_samples(), n)), groups, top, quiet);
      return n;
    }));
    return;
  }

  run.phase("explaining");
  Explanation e = explain_people(*folder.model, data, std::move(groups), top, context);
  e.model = folder.entry->title;
  e.outcome = folder.outcome.name;
  e.score_meaning = meaning_of_score(folder.outcome.kind);
  e.set = p.has("samples") ? "chosen people" : p.text("set");
  e.simulated = origin_of_study(study.path).simulated;
  e.made_by = "gcrisk explain, from " + p.text("model") + " and " + p.text("study");
  run.note("baseline", e.baseline);
  run.note("largest_error", e.largest_error);
  run.log().info("contributions add up to the score; largest error " +
                 base::format_number(e.largest_error, 2));
  if (e.largest_error > kTolerance) {
    run.log().warning("the largest error of the sum, " + base::format_number(e.largest_error, 2) +
                      ", is above " + base::format_number(kTolerance, 2) +
                      ": the contributions are an approximation");
  }
  run.phase("writing");
  write_explanation(run.outputs(), e, top);
}

}  // namespace

const CommandEntry& explain_command() {
  static const CommandEntry kEntry = {
      .name = "explain",
      .category = "results",
      .summary = "what a model's scores are made of",
      .description =
          "Takes each person's score apart into a baseline, which is the same for everybody, and "
          "one contribution a feature; they add up to the score, and the largest error of that sum "
          "is printed. A linear model's contributions are exact (coefficient times distance from "
          "the mean of the training set).\n\n"
          "Writes PREFIX.overall.tsv (features by mean absolute contribution), PREFIX.people.tsv "
          "(each person's largest contributions, and the rest added up) and PREFIX.html.",
      .examples = {{"gcrisk explain --model model/ --study study/ --out why",
                    "the people of the test set"},
                   {"gcrisk explain --model model/ --study study/ --group ld --out blocks",
                    "correlated neighbours as one"}},
      .parameters = parameters(),
      .work = work,
  };
  return kEntry;
}

}  // namespace gcrisk::pipeline
