// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "gcrisk/io/tsv.hpp"
#include "pipeline/simulate_cohort.hpp"

namespace gcrisk::pipeline {

namespace {

using base::Json;

double mean_of(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double variance_of(const std::vector<double>& x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double value : x) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(x.size());
}

Json causal_json(const SimulatedCohort& c) {
  Json out = Json::array();
  for (std::size_t j = 0; j < c.causal.size(); ++j) {
    const SimulatedVariant& v = c.causal[j];
    const Moments& m = c.liability.moments[j];
    const double effect = c.liability.main[j].effect;
    Json entry = {{"id", v.variant.id},
                  {"chromosome", v.variant.chromosome},
                  {"position_bp", v.variant.position_bp},
                  {"a1", v.variant.a1},
                  {"a2", v.variant.a2},
                  {"a1_frequency", m.mean / 2},
                  {"a1_frequency_by_population", v.frequencies},
                  {"effect_per_sd", effect},
                  {"effect_per_allele", m.sd > 0 ? effect / m.sd : 0.0}};
    out.push_back(std::move(entry));
  }
  return out;
}

Json clinical_json(const SimulatedCohort& c) {
  Json out = Json::array();
  for (const Term& term : c.liability.clinical) {
    const auto& column = c.clinical.columns[term.first];
    const double sd = std::sqrt(variance_of(column));
    const auto& field = c.clinical.variables[term.first].field;
    Json entry = {{"name", field.name},
                  {"mean", mean_of(column)},
                  {"sd", sd},
                  {"effect_per_sd", term.effect},
                  {"effect_per_unit", sd > 0 ? term.effect / sd : 0.0}};
    if (!field.levels.empty()) entry["levels_count_as"] = field.levels;  // 0, 1, 2 …
    out.push_back(std::move(entry));
  }
  return out;
}

Json pairs_json(const std::vector<Term>& terms, const SimulatedCohort& c, bool with_clinical) {
  Json out = Json::array();
  for (const Term& term : terms) {
    Json entry = {{"variant", c.causal[term.first].variant.id}};
    if (with_clinical) {
      entry["clinical"] = c.clinical.variables[term.second].field.name;
    } else {
      entry["with"] = c.causal[term.second].variant.id;
    }
    entry["effect_per_sd_product"] = term.effect;
    out.push_back(std::move(entry));
  }
  return out;
}

// AUROC of the true risk against the outcomes that came about; NaN where one class is absent.
double realised_auroc(const SimulatedCohort& c) {
  std::vector<std::size_t> order(c.chosen);
  const auto& risk = c.outcome.risk;
  std::sort(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return risk[a] < risk[b]; });
  double wins = 0;
  double controls = 0;
  double cases = 0;
  for (std::size_t i = 0; i < order.size();) {
    double tied_cases = 0;
    double tied_controls = 0;
    const double value = risk[order[i]];
    for (; i < order.size() && risk[order[i]] == value; ++i) {
      (c.outcome.values[order[i]] > 0 ? tied_cases : tied_controls) += 1;
    }
    wins += tied_cases * (controls + tied_controls / 2);
    controls += tied_controls;
    cases += tied_cases;
  }
  return wins / (cases * controls);
}

Json outcome_json(const SimulationSettings& s, const SimulatedCohort& c) {
  using enum cohort::OutcomeKind;
  Json out = {{"name", s.outcome_name}, {"kind", cohort::to_string(s.outcome.kind)}};
  if (s.outcome.kind == kContinuous) {
    out["best_r2"] =
        variance_of(c.outcome.risk) / (variance_of(c.outcome.risk) + s.outcome.residual_variance);
    return out;
  }
  double candidates = 0;
  for (const double value : c.outcome.values) candidates += value > 0 ? 1 : 0;
  double sample = 0;
  for (const std::size_t i : c.chosen) sample += c.outcome.values[i] > 0 ? 1 : 0;
  out["prevalence"] = s.outcome.prevalence;
  out["prevalence_among_candidates"] = candidates / static_cast<double>(c.outcome.values.size());
  out["case_fraction_in_sample"] = sample / static_cast<double>(c.chosen.size());
  if (s.case_fraction > 0) {
    // Sampling by outcome adds this to everybody's log odds (Prentice and Pyke, Biometrika 1979).
    out["log_odds_offset_of_sampling"] =
        std::log(s.case_fraction / (1 - s.case_fraction)) -
        std::log(s.outcome.prevalence / (1 - s.outcome.prevalence));
  }
  if (s.outcome.kind == kSurvival) {
    out["time"] = "time_years";
    out["log_hazard_ratio_per_unit_of_liability"] = c.outcome.log_hazard_scale;
    out["weibull_rate"] = c.outcome.baseline_hazard;
    out["weibull_shape"] = c.outcome.weibull_shape;
    out["follow_up_years"] = s.outcome.follow_up_years;
  } else {
    out["liability_thresholds"] = c.outcome.thresholds;
    out["realised_auroc_of_true_risk"] = realised_auroc(c);
  }
  out["bayes_auroc"] = bayes_auroc(c.outcome.risk);
  return out;
}

}  // namespace

Json truth_json(const SimulationSettings& s,
                const SimulatedCohort& c,
                const base::Parameters& parameters) {
  const LiabilityShares& shares = s.liability.shares;
  Json out = {{"simulated", true},
              {"program", "gcrisk simulate"},
              {"seed", s.genome.seed},
              {"candidates", c.candidates.size()},
              {"samples", c.chosen.size()},
              {"variants", s.genome.n_variants},
              {"founder_haplotypes", s.genome.n_founders()},
              {"build", "GRCh38"}};
  out["outcome"] = outcome_json(s, c);
  out["liability"] = {{"shares",
                       {{"main", shares.main},
                        {"interaction", shares.interaction},
                        {"gene_clinical", shares.gene_clinical},
                        {"clinical", shares.clinical},
                        {"residual", shares.residual()}}},
                      {"variances_among_candidates",
                       {{"main", variance_of(c.liability.genetic)},
                        {"interaction", variance_of(c.liability.epistatic)},
                        {"gene_clinical", variance_of(c.liability.gene_by_clinical)},
                        {"clinical", variance_of(c.liability.from_clinical)},
                        {"systematic", variance_of(c.liability.systematic)},
                        {"residual", shares.residual() * variance_of(c.liability.noise)}}}};
  out["causal_variants"] = causal_json(c);
  out["interactions"] = pairs_json(c.liability.interactions, c, false);
  out["gene_clinical"] = pairs_json(c.liability.gene_clinical, c, true);
  out["clinical"] = clinical_json(c);
  Json options = parameters.to_json();
  for (const auto& row : common_parameters()) options.erase(row.name);
  out["options"] = std::move(options);
  return out;
}

void write_truth_table(base::OutputFile& file,
                       const SimulationSettings& s,
                       const SimulatedCohort& c,
                       const std::vector<std::string>& ids) {
  std::vector<std::string> header = {"#IID",
                                     "POPULATION",
                                     "FAMILY",
                                     "FATHER",
                                     "MOTHER",
                                     "MAIN",
                                     "INTERACTION",
                                     "GENE_CLINICAL",
                                     "CLINICAL",
                                     "LIABILITY"};
  const bool continuous = s.outcome.kind == cohort::OutcomeKind::kContinuous;
  header.emplace_back(continuous ? "EXPECTED" : "RISK");
  io::TsvWriter out(file, header);
  const double sd = std::sqrt(s.outcome.residual_variance);
  for (std::size_t row = 0; row < c.chosen.size(); ++row) {
    const std::size_t i = c.chosen[row];
    const Person& person = c.candidates[i];
    const auto id_of = [&](std::int32_t parent) {
      return parent < 0 ? std::string("0") : ids[static_cast<std::size_t>(parent)];
    };
    const bool in_family = row < 4 * s.n_families;
    out.text(ids[row])
        .text("POP" + std::to_string(person.population + 1))
        .text(in_family ? "FAM" + std::to_string(row / 4 + 1) : "0")
        .text(id_of(person.father))
        .text(id_of(person.mother))
        .number(c.liability.genetic[i], 9)
        .number(c.liability.epistatic[i], 9)
        .number(c.liability.gene_by_clinical[i], 9)
        .number(c.liability.from_clinical[i], 9);
    // The error of a survival time is not normal: its liability is the systematic part.
    out.number(s.outcome.kind == cohort::OutcomeKind::kSurvival
                   ? c.liability.systematic[i]
                   : c.liability.systematic[i] + sd * c.liability.noise[i],
               9);
    out.number(c.outcome.risk[i], 9);
    out.end_row();
  }
}

}  // namespace gcrisk::pipeline
