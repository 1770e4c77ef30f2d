// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gcrisk/io/plink.hpp"
#include "select_input.hpp"

namespace gcrisk::pipeline {

// Lines of P.bim.
std::uint64_t count_variants(const std::string& prefix);

// P.bed and P.bim side by side, in memory that does not grow with the number of variants.
class PlinkSource final : public VariantSource {
 public:
  PlinkSource(const std::string& prefix,
              std::size_t n_samples,
              std::uint64_t n_variants,
              base::Checksum checksum);
  ~PlinkSource() override;
  std::uint64_t n_variants() const override { return n_variants_; }
  std::size_t n_samples() const override { return n_samples_; }
  bool next(ScanBlock& block) override;
  void read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) override;
  void add_inputs(Run& run) override;

 private:
  std::string prefix_;
  base::Checksum checksum_;
  std::string bed_path_;
  std::size_t n_samples_;
  std::uint64_t n_variants_;
  io::BimReader bim_;
  io::BedStream bed_;
  int file_ = -1;  // for read_row
};

// Genotypes that are at hand: those of a study.
class DatasetSource final : public VariantSource {
 public:
  DatasetSource(genotype::GenotypeView genotypes, genotype::Variants variants);
  std::uint64_t n_variants() const override { return variants_.size(); }
  std::size_t n_samples() const override { return genotypes_.n_samples(); }
  bool next(ScanBlock& block) override;
  void read_row(std::uint64_t variant, std::vector<std::uint8_t>& row) override;
  void add_inputs(Run& run) override;

 private:
  static constexpr std::size_t kBlock = 4096;
  genotype::GenotypeView genotypes_;
  genotype::Variants variants_;
  std::size_t at_ = 0;
};

}  // namespace gcrisk::pipeline
