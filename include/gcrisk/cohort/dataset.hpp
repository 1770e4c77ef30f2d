// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/cohort/cohort.hpp"
#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::cohort {

// What a model is given: a cohort after its recipe. Dense parts have one row a sample, no NaN
// unless the recipe kept missing values on purpose (--impute none; trees accept that), and one
// name a column. A part that is absent has no columns; a model that sees only genotypes or only
// clinical columns is a normal case. Copying shares the genotypes.
struct Dataset {
  std::vector<std::string> ids;

  genotype::GenotypeView genotypes;
  genotype::Variants variants;

  Eigen::MatrixXd clinical;
  std::vector<std::string> clinical_names;

  Eigen::MatrixXd molecular;
  std::vector<std::string> molecular_names;

  Outcome outcome;
  Eigen::VectorXd weights;           // empty: all 1
  std::vector<std::int32_t> groups;  // empty: everybody alone

  std::size_t n_samples() const { return ids.size(); }
  std::size_t n_variants() const { return genotypes.n_variants(); }
  std::size_t n_features() const {
    return n_variants() + clinical_names.size() + molecular_names.size();
  }

  Dataset select_rows(std::span<const std::uint32_t> rows) const;  // strictly ascending
  Dataset select_variants(std::span<const std::uint32_t> columns) const;
};

// The numeric columns of a cohort as dense parts, in order. MismatchError if a category or a text
// is left: encoding is a step of the recipe.
Dataset to_dataset(const Cohort& cohort);

enum class Inputs { kAll, kGenotypes, kMolecular, kClinical };
Inputs parse_inputs(std::string_view text);  // all, genotypes, molecular, clinical
// The dataset with only these parts. DegenerateError if nothing is left.
Dataset restrict_inputs(Dataset dataset, std::span<const Inputs> inputs);

}  // namespace gcrisk::cohort
