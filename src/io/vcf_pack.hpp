// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// From genotypes to 2-bit codes. These functions know nothing of files, lines or errors.
namespace gcrisk::io {

// The two alleles of a call; a haploid call stands twice, a missing one is {-1, -1}.
struct AllelePair {
  std::int16_t first = -1;
  std::int16_t second = -1;
};

// Packs `n` samples of exactly four bytes each ("0|1" + tab, '0' '1' '.' with '|' or '/'), the
// last one followed by any byte. True if every byte was as expected; else `out` holds rubbish and
// the caller takes the slow lane (also for half-calls, which somebody has to count).
// `out` has room for packed_bytes(n) + 1. Reads exactly 4n - 1 bytes of `text`.
// Cost: about 20 GB/s with AVX2.
bool pack_fixed4(const char* text, std::size_t n, std::uint8_t* out);
bool pack_fixed4_scalar(const char* text, std::size_t n, std::uint8_t* out);

// Codes for the count of allele `alt`; any call with an allele other than 0 and `alt` is missing.
void pack_alleles(std::span<const AllelePair> calls, int alt, std::uint8_t* out);

// The same for BCF's int8 pairs ((allele + 1) << 1 | phased, diploid throughout, alleles 0 and 1).
// False on anything else, as above.
bool pack_bcf_pairs(const std::uint8_t* values, std::size_t n, std::uint8_t* out);

// Codes that were found one by one (2 bits each in a byte).
void pack_codes(std::span<const std::uint8_t> codes, std::uint8_t* out);

// The code of an ALT dosage in [0, 2]: missing where it is further than the threshold from a whole
// number. Both are put on PLINK 2's grid of 1/16384 first.
class HardCall {
 public:
  explicit HardCall(double threshold);
  std::uint8_t code(double dosage) const;  // a genotype::Code

 private:
  std::int32_t reach_;  // largest distance in 1/16384
};

// First tab or line feed in [p, end), or `end`.
const char* find_tab_or_newline(const char* p, const char* end);

}  // namespace gcrisk::io
