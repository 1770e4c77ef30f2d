// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/clinical/features.hpp"
#include "gcrisk/clinical/population.hpp"
#include "gcrisk/clinical/roll_up.hpp"
#include "gcrisk/pipeline/run.hpp"

// From dated events to one row a person: what `ingest ehr` and `preprocess --events` share.
namespace gcrisk::pipeline {

// --index-date, --window, --aggregate, --min-prevalence, --max-features.
base::ParameterTable feature_parameters();
// --outcome-code and the settings of the population.
base::ParameterTable outcome_parameters();

clinical::FeatureOptions feature_options(const base::Parameters& parameters);
// A file with #IID and a date, or a rule.
clinical::IndexRule index_rule(const base::Parameters& parameters, Run& run);
// --roll-up: a table of two columns, code (or its beginning and '*') and group.
clinical::RollUp roll_up(const base::Parameters& parameters, Run& run);
clinical::PopulationSettings population_settings(const base::Parameters& parameters);

// UsageError-free: MismatchError that lists the codes whose units cannot be converted, unless
// `skip` (their values are left out and counted). `wanted`: the units of a model, by code.
clinical::UnitRules settle_units(const clinical::CodeCensus& census,
                                 bool skip,
                                 Run& run,
                                 const clinical::TextMap& wanted = {});

// What the feature space left out, for log and manifest.
void tell_features(const clinical::CodeCensus& census,
                   const clinical::FeatureSpace& space,
                   Run& run);

// Appends the row as `write_table` would.
void append_row(std::string& out,
                const std::string& id,
                const std::vector<clinical::Field>& fields,
                const std::vector<double>& row);

}  // namespace gcrisk::pipeline
