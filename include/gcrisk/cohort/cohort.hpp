// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gcrisk/clinical/table.hpp"
#include "gcrisk/cohort/outcome.hpp"
#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::cohort {

enum class Sex : std::uint8_t { kUnknown = 0, kMale = 1, kFemale = 2 };  // numbers of a .fam

// People with everything known about them, before any fitted transform: what a recipe works on.
// Row i of each part is the same person. Absent inputs are empty (no variants, no columns).
struct Cohort {
  std::vector<std::string> ids;
  std::vector<Sex> sexes;  // as the genotypes' file states it; or empty
  genotype::GenotypeView genotypes;
  genotype::Variants variants;  // one a column of `genotypes`
  clinical::Table clinical;     // typed columns, missing values included
  clinical::Table molecular;    // measured features: expression, methylation, protein
  Outcome outcome;
  std::vector<std::int32_t> groups;  // people of one group stay on one side of a split; or empty

  std::size_t n_samples() const { return ids.size(); }
  // `rows` strictly ascending.
  Cohort select_rows(std::span<const std::uint32_t> rows) const;
  void keep_variants(std::span<const std::uint32_t> columns);
};

}  // namespace gcrisk::cohort
