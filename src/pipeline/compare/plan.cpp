// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gcrisk/base/error.hpp"
#include "gcrisk/base/hash.hpp"
#include "gcrisk/base/text.hpp"

namespace gcrisk::pipeline {

namespace {

using base::UsageError;

void parse_selection(const std::string& text, ComparePlan& plan) {
  if (text == "none") return;
  const auto colon = text.rfind(':');
  const auto top =
      colon == std::string::npos ? std::nullopt : base::parse_integer(text.substr(colon + 1));
  if (!top || *top < 1) {
    throw UsageError("--select " + text + ": expected none, or a method and how many variants",
                     "for example --select chi2:500, lasso:100 or rfe:rf:50");
  }
  plan.selection = parse_ranking(std::string_view(text).substr(0, colon));
  plan.select_top = static_cast<std::size_t>(*top);
}

void parse_tuning(const std::string& text, ComparePlan& plan) {
  if (text == "none") return;
  if (text == "grid") {
    plan.tuning = Tuning::kGrid;
    return;
  }
  const auto parts = base::split(text, ':');
  const bool known = parts[0] == "random" || parts[0] == "halving";
  const auto n = parts.size() == 2 && known ? base::parse_integer(parts[1]) : std::nullopt;
  if (!n || *n < 1) {
    throw UsageError("--tune " + text + ": expected none, grid, random:N or halving:N");
  }
  plan.tuning = parts[0] == "random" ? Tuning::kRandom : Tuning::kHalving;
  plan.n_candidates = static_cast<std::size_t>(*n);
}

// "rf.trees=200": the option `trees` of every row of rf.
void apply_settings(const std::vector<std::string>& settings, std::vector<CompareRow>& rows) {
  for (const std::string& setting : settings) {
    const auto dot = setting.find('.');
    const auto equals = setting.find('=');
    if (dot == std::string::npos || equals == std::string::npos || equals < dot) {
      throw UsageError("--set " + setting + ": expected MODEL.OPTION=VALUE",
                       "for example --set rf.trees=200");
    }
    const std::string model = setting.substr(0, dot);
    bool found = false;
    for (CompareRow& row : rows) {
      if (row.entry->name != model) continue;
      row.parameters.set(setting.substr(dot + 1, equals - dot - 1), setting.substr(equals + 1));
      found = true;
    }
    if (!found) {
      std::string finding = "--set " + setting;
      finding.append(": ").append(model).append(" is not among --models");
      throw UsageError(finding);
    }
  }
}

bool has_inputs(const cohort::Cohort& cohort, const std::string& inputs) {
  if (inputs == "genotypes") return cohort.genotypes.n_variants() > 0;
  if (inputs == "clinical") return !cohort.clinical.columns().empty();
  if (inputs == "molecular") return !cohort.molecular.columns().empty();
  return true;
}

std::vector<std::int32_t> folds_of(const cohort::Cohort& cohort,
                                   std::size_t n_folds,
                                   std::uint64_t seed) {
  std::vector<std::uint32_t> known;
  for (std::uint32_t i = 0; i < cohort.n_samples(); ++i) {
    if (!std::isnan(cohort.outcome.values[i])) known.push_back(i);
  }
  const auto strata = cohort::strata_of(cohort.outcome.select_rows(known));
  std::vector<std::int32_t> groups;
  if (!cohort.groups.empty()) {
    for (const auto row : known) groups.push_back(cohort.groups[row]);
  }
  const auto folds = cohort::folds(strata, groups, n_folds, seed);
  std::vector<std::int32_t> out(cohort.n_samples(), -1);
  for (std::size_t i = 0; i < known.size(); ++i) out[known[i]] = folds[i];
  return out;
}

std::string plan_key(const ComparePlan& plan, const Study& study, std::uint64_t seed) {
  base::Json json = {{"version", GCRISK_VERSION},
                     {"study", base::hash_file(study.path + "study.json")},
                     {"recipe", study.recipe.unfitted().to_json()},
                     {"folds", plan.folds},
                     {"select", plan.selection.method + " " + plan.selection.model},
                     {"top", plan.select_top},
                     {"validation", plan.validation_share},
                     {"inner", plan.n_inner_folds},
                     {"tuning", static_cast<int>(plan.tuning)},
                     {"candidates", plan.n_candidates},
                     {"seed", seed}};
  const std::string text = json.dump();
  base::Hasher hasher;
  hasher.update(text.data(), text.size());
  return hasher.hex();
}

}  // namespace

bool holds_back(const CompareRow& row) {
  const base::Parameters& p = row.parameters;
  const bool stops_early = p.find("patience") != nullptr && p.integer("patience") > 0;
  const bool chooses = p.find("lambda-by") != nullptr && p.text("lambda-by") == "validation";
  return stops_early || chooses;
}

Cell cell_at(const ComparePlan& plan, std::size_t index) {
  const std::size_t row = index % plan.rows.size();
  const std::size_t block = index / plan.rows.size();
  return {row, block / plan.n_folds, block % plan.n_folds};
}

std::string key_of(const ComparePlan& plan, const CompareRow& row) {
  return plan.key + " " + row.parameters.to_json().dump();
}

ComparePlan make_plan(const base::Parameters& options, const Study& study, std::uint64_t seed) {
  const cohort::Cohort& cohort = study.cohort;
  ComparePlan plan;
  parse_selection(options.text("select"), plan);
  parse_tuning(options.text("tune"), plan);
  plan.n_folds = static_cast<std::size_t>(options.integer("cv"));
  plan.validation_share = options.number("validation");
  plan.n_inner_folds = static_cast<std::size_t>(options.integer("inner-cv"));
  if (plan.n_inner_folds == 1) {
    throw UsageError("--inner-cv 1: expected 0, or at least two folds");
  }
  if (plan.tuning != Tuning::kNone && plan.validation_share == 0 && plan.n_inner_folds == 0) {
    throw UsageError("--tune needs people to choose by, --validation is 0",
                     "hold some back, or give --inner-cv");
  }
  if (plan.tuning == Tuning::kNone && plan.n_inner_folds > 0) {
    throw UsageError("--inner-cv chooses among candidates, --tune is none",
                     "for example --tune random:10 --inner-cv 3");
  }
  for (const std::string& inputs : options.texts("inputs")) {
    cohort::parse_inputs(inputs);
    if (!has_inputs(cohort, inputs)) {
      throw UsageError("--inputs " + inputs + ": the study has none");
    }
    for (const std::string& name : options.texts("models")) {
      const models::ModelEntry& entry = models::find_model(name);
      plan.rows.push_back({&entry, base::Parameters(entry.parameters), inputs});
    }
  }
  apply_settings(options.texts("set"), plan.rows);
  if (!options.flag("no-permuted")) {
    CompareRow row = plan.rows.front();
    row.permuted = true;
    plan.rows.push_back(std::move(row));
  }
  const auto repeats = static_cast<std::uint64_t>(options.integer("repeats"));
  for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
    plan.folds.push_back(folds_of(cohort, plan.n_folds, seed + repeat));
  }
  plan.key = plan_key(plan, study, seed);
  return plan;
}

}  // namespace gcrisk::pipeline
