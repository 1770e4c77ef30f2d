// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gcrisk/clinical/table.hpp"
#include "pipeline/simulate_genome.hpp"

// Health records of simulated people: names, units (UCUM), LOINC codes and distributions as a
// general adult population shows them, correlated through age and a metabolic factor.
namespace gcrisk::pipeline {

struct ClinicalVariable {
  clinical::Field field;
  double mean = 0;  // of log-values where `log_normal`
  double sd = 1;
  bool log_normal = false;
  int decimals = 0;
  double age_loading = 0;        // correlation with age
  double metabolic_loading = 0;  // correlation with a factor that obese, diabetic people share
  double weight = 0;             // effect on liability per SD before scaling; 0: none
};

// The first `n` of the catalogue: age, sex, bmi, sbp, ldl, hba1c, smoking, hdl …; beyond its end
// come lab_1, lab_2 … that are noise.
std::vector<ClinicalVariable> clinical_catalogue(std::size_t n);

// Complete columns (no value missing), one a variable. A category's number is its level's index.
struct ClinicalValues {
  std::vector<ClinicalVariable> variables;
  std::vector<std::vector<double>> columns;
};
ClinicalValues draw_clinical(std::size_t n_variables,
                             const std::vector<Person>& people,
                             std::uint64_t seed);

// 0 male, 1 female: by chance, but fathers are male and mothers female.
std::vector<int> sexes_of(const std::vector<Person>& people, std::uint64_t seed);

enum class MissingMechanism { kMcar, kMar, kMnar };

// Takes values away with probability `rate` each, age and sex excepted: by chance (kMcar), the
// more the older the person (kMar: the cause is observed), or the more the higher the value
// itself (kMnar: the cause is what is missing). For the last two logit(probability) rises by 1
// per standard deviation, and its intercept makes the expected share `rate`.
void drop_values(ClinicalValues& values,
                 const std::vector<Person>& people,
                 double rate,
                 MissingMechanism mechanism,
                 std::uint64_t seed);

// As typed columns, for files.
clinical::Table to_table(const ClinicalValues& values, std::vector<std::string> ids);

// (x - mean) / sd; zeros for a constant.
std::vector<double> standardised(const std::vector<double>& x);

}  // namespace gcrisk::pipeline
