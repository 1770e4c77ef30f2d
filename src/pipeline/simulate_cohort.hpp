// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gcrisk/base/json.hpp"
#include "gcrisk/base/output.hpp"
#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "pipeline/simulate_clinical.hpp"
#include "pipeline/simulate_genome.hpp"
#include "pipeline/simulate_outcome.hpp"

namespace gcrisk::pipeline {

// What the options of `simulate` mean, checked against each other.
struct SimulationSettings {
  GenomeSettings genome;
  LiabilitySettings liability;
  OutcomeSettings outcome;
  std::string outcome_name;
  std::size_t n_samples = 0;
  std::size_t n_causal = 0;
  std::size_t n_families = 0;
  std::size_t n_clinical = 0;
  double case_fraction = 0;  // 0: people are taken as they come
  double missing_rate = 0;
  MissingMechanism missing_mechanism = MissingMechanism::kMcar;
  double genotype_missing = 0;
  std::string format;
  bool fhir = false;  // health records as FHIR too
};
base::ParameterTable simulation_parameters();
SimulationSettings read_settings(const base::Parameters& parameters, std::uint64_t seed);

// A cohort before its genotypes are written: the candidates (everybody who was simulated), their
// truth, and who of them is in the cohort.
struct SimulatedCohort {
  std::vector<Person> candidates;
  std::vector<SimulatedVariant> causal;
  ClinicalValues clinical;  // of the candidates, complete
  Liability liability;
  SimulatedOutcome outcome;
  std::vector<std::size_t> chosen;  // ascending
};
SimulatedCohort simulate_people(const SimulationSettings& settings, const base::Context& context);

// What is true of the people, for P.truth.json and P.truth.tsv.
base::Json truth_json(const SimulationSettings& settings,
                      const SimulatedCohort& cohort,
                      const base::Parameters& parameters);
void write_truth_table(base::OutputFile& file,
                       const SimulationSettings& settings,
                       const SimulatedCohort& cohort,
                       const std::vector<std::string>& ids);

}  // namespace gcrisk::pipeline
