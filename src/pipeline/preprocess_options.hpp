// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gcrisk/base/parameters.hpp"
#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::pipeline {

// The options of `preprocess`: inputs, people and split from here, the rest from the tables of
// the steps.
base::ParameterTable preprocess_parameters();

// The steps that the options ask for, in the order in which they are fitted: filters of variants,
// pruning, molecular normalisation, columns, indicators, imputation, encoding, components, scales.
struct RecipeParts {
  bool genotypes = false;
  bool clinical = false;
  bool molecular = false;
  std::vector<std::pair<std::string, std::string>> gene_lengths;  // of molecular columns
};
preprocess::Recipe make_recipe(const base::Parameters& parameters, const RecipeParts& parts);

}  // namespace gcrisk::pipeline
