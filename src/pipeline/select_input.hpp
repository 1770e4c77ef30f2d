// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gcrisk/genotype/packed_matrix.hpp"
#include "gcrisk/genotype/variant.hpp"
#include "gcrisk/pipeline/run.hpp"
#include "gcrisk/select/selector.hpp"

namespace gcrisk::pipeline {

// Some consecutive variants with the calls of every sample of the source.
struct ScanBlock {
  genotype::GenotypeView genotypes;
  genotype::Variants variants;  // may hold more than the block has; the first ones count
};

// Where a scan gets its variants from: files read from front to back, or a study.
class VariantSource {
 public:
  virtual ~VariantSource() = default;
  virtual std::uint64_t n_variants() const = 0;
  virtual std::size_t n_samples() const = 0;
  // False at the end. A block is valid until the next but one call.
  virtual bool next(ScanBlock& block) = 0;
  // The packed calls of one variant, for the few that are looked at again.
  virtual void read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) = 0;
  // Tells the manifest which files were read, with the hashes taken on the way.
  virtual void add_inputs(Run& run) = 0;
};

// What `select` works on: variants, and the task they are judged by.
struct SelectInput {
  std::unique_ptr<VariantSource> source;
  select::Task task;
};

// The part of it for --study.
SelectInput open_study_input(Run& run);

// From --bfile, --pheno and --covar, or from the training rows of --study.
SelectInput open_select_input(Run& run);

}  // namespace gcrisk::pipeline
