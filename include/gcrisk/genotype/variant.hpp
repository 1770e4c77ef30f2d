// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gcrisk::genotype {

// One row of a .bim file. Counting is always of allele A1 (column 5); after `ingest vcf` A1 is
// ALT and A2 is REF.
struct Variant {
  std::string chromosome;        // as the file names it: "20", "chr20", "X", "MT"
  std::int64_t position_bp = 0;  // 1-based
  std::string id;
  std::string a1;
  std::string a2;
  double position_cm = 0;

  bool operator==(const Variant&) const = default;
};

using Variants = std::vector<Variant>;

// "chrom:pos:ref:alt" with ref = A2 and alt = A1: the identity of a variant on a stated build.
std::string key_of(const Variant& variant);

// "chr20" -> "20", "chrM" -> "MT", "23" -> "X" … so that two contig styles can be joined.
std::string plain_chromosome(std::string_view name);

// How the alleles of one file's variant relate to those of another at the same position.
enum class AlleleMatch {
  kSame,
  kSwapped,            // A1 and A2 exchanged: the count becomes 2 - count
  kComplement,         // other strand; only where the pair is not palindromic (A/T, C/G)
  kSwappedComplement,  // both
  kNone,
};
AlleleMatch match_alleles(const Variant& wanted, const Variant& found);

}  // namespace gcrisk::genotype
