// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gcrisk/io/vcf.hpp"
#include "io/vcf_pack.hpp"
#include "io/vcf_site.hpp"

// The slow lane: sample columns of any shape.
namespace gcrisk::io {

// What the alleles of one GT amount to, before it is decided what they mean.
struct GenotypeText {
  AllelePair pair;  // of the first two
  int n_alleles = 0;
  int n_missing = 0;
  int largest = -1;
};

// Reads a GT at `p`, which ends before ':', tab or line end. Null if it is no genotype.
const char* parse_genotype(const char* p, GenotypeText& genotype);

// Half-calls and more than two alleles become missing, haploid calls stand twice; all are counted.
AllelePair settle(const GenotypeText& genotype, VcfCounts& counts);

// RecordFault if the largest allele is not among the record's, unless its ALT is ".": there the
// caller makes it missing. `text` is for the message.
void check_listed(const GenotypeText& genotype, std::string_view text, std::size_t n_alts);

// Dosage of ALT number `alt` and the sum of all other ALTs, from the values of DS or GP.
struct Dosage {
  double of_alt = -1;  // negative: the values are missing
  double of_others = 0;
};
// RecordFault on values that are not numbers, too few, or out of range. `ploidy` is that of GT.
Dosage parse_dosage(std::string_view text, VcfField field, std::size_t n_alts, int alt, int ploidy);
Dosage dosage_of(
    const std::vector<double>& values, VcfField field, std::size_t n_alts, int alt, int ploidy);

// Where the wanted keys stand in FORMAT; -1: absent.
struct FormatKeys {
  int gt = -1;
  int gq = -1;
  int dp = -1;
  int dosage = -1;  // DS or GP, if they are asked for
  int last = -1;    // the largest of them
};
FormatKeys find_keys(std::string_view format, const VcfOptions& options);

// Turns the sample columns of a line into calls or codes. One a thread.
class CallReader {
 public:
  // `kept[s]` says whether the calls of sample s are counted; empty: all.
  CallReader(const VcfOptions& options, std::size_t n_samples, std::vector<std::uint8_t> kept);

  // Only GT, no filter: alleles of every sample, valid until the next call. `text` begins with the
  // first sample; returns the line's end ('\n'), which lies before `limit`.
  const char* read_alleles(
      const char* text, const char* limit, bool gt_only, std::size_t n_alts, VcfCounts& counts);
  const std::vector<AllelePair>& alleles() const { return alleles_; }

  // Any keys: codes of the row of ALT number `alt`.
  const char* read_codes(const char* text,
                         const char* limit,
                         const FormatKeys& keys,
                         std::size_t n_alts,
                         int alt,
                         VcfCounts& counts);
  const std::vector<std::uint8_t>& codes() const { return codes_; }

  // One sample's code from what is known of it; for BCF too.
  std::uint8_t code_of(AllelePair pair, int alt) const;
  std::uint8_t code_of(const Dosage& dosage, VcfCounts& counts) const;
  bool is_kept(std::size_t sample) const { return kept_.empty() || kept_[sample] != 0; }
  const VcfOptions& options() const { return options_; }

 private:
  std::uint8_t read_sample(
      const FormatKeys& keys, std::size_t sample, std::size_t n_alts, int alt, VcfCounts& counts);

  VcfOptions options_;
  std::size_t n_samples_;
  std::vector<std::uint8_t> kept_;
  HardCall hard_call_;
  std::vector<AllelePair> alleles_;
  std::vector<std::uint8_t> codes_;
  std::vector<std::string_view> fields_;
};

// RecordFaults that text and BCF share.
[[noreturn]] void fail_genotype(std::string_view text, std::size_t sample);

}  // namespace gcrisk::io
