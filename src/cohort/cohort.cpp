// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#include "gcrisk/cohort/cohort.hpp"

#include "select_rows.hpp"

namespace gcrisk::cohort {

Cohort Cohort::select_rows(std::span<const std::uint32_t> rows) const {
  Cohort out;
  out.ids = pick(ids, rows);
  out.sexes = pick(sexes, rows);
  out.genotypes = genotypes.with_samples(rows);
  out.variants = variants;
  out.clinical = clinical.select_rows(rows);
  out.molecular = molecular.select_rows(rows);
  out.outcome = outcome.select_rows(rows);
  out.groups = pick(groups, rows);
  return out;
}

void Cohort::keep_variants(std::span<const std::uint32_t> columns) {
  genotypes = genotypes.with_variants(columns);
  variants = pick(variants, columns);
}

}  // namespace gcrisk::cohort
