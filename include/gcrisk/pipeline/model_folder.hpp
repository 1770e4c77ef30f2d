// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gcrisk/base/output.hpp"
#include "gcrisk/cohort/dataset.hpp"
#include "gcrisk/models/model.hpp"
#include "gcrisk/preprocess/step.hpp"

namespace gcrisk::pipeline {

// A model folder, self-contained: raw genotypes and records in, risk out.
//   model.json            method, hyperparameters, outcome, feature names, training counts
//   weights.safetensors   every real-valued parameter
//   variants.tsv          #CHROM POS ID A1 A2 A1_FREQ, in the order of the weights
//   pgs.txt               the same as a scoring file of the PGS Catalog, of sums over variants
//   recipe.json, recipe.safetensors   the fitted transforms
struct ModelFolder {
  const models::ModelEntry* entry = nullptr;
  base::Parameters parameters;
  std::unique_ptr<models::Model> model;
  preprocess::Recipe recipe;
  genotype::Variants variants;
  std::vector<double> a1_frequencies;  // in the training set
  std::vector<std::string> clinical_names;
  std::vector<std::string> molecular_names;
  std::string inputs;       // "all", "genotypes", "clinical" …, as given to train
  cohort::Outcome outcome;  // name, kind, levels, coding; no values
  std::uint64_t n_train = 0;
  std::string study;  // path, for people
};

void write_model(base::OutputSet& outputs, const ModelFolder& folder);
ModelFolder read_model(const std::string& path);

// The model's variants and columns, in its order, out of a transformed dataset.
// MismatchError naming the first five that are absent.
cohort::Dataset align_to_model(const cohort::Dataset& data, const ModelFolder& folder);

}  // namespace gcrisk::pipeline
