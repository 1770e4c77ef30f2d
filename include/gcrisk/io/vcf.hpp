// SPDX-FileCopyrightText: the gcrisk authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gcrisk/base/context.hpp"
#include "gcrisk/genotype/variant.hpp"

namespace gcrisk::io {

// A stretch of a contig, 1-based, both ends included. A variant lies in it when its POS does, so
// that neighbouring regions never give a variant twice. "20" and "chr20" mean the same contig.
struct GenomicRegion {
  std::string chromosome;
  std::int64_t first_bp = 1;
  std::int64_t last_bp = INT64_MAX;
};

// "20", "20:1000-2000", "20:1000-", "20:1,000-2,000"; UsageError otherwise.
GenomicRegion parse_region(const std::string& text);
// BED (0-based, half open) or lines of "chr:from-to". MalformedError with file:line.
std::vector<GenomicRegion> read_regions(const std::string& path);

// What a genotype is made of: the called alleles, the expected count of ALT, or the posterior
// probabilities. Where a sample has no DS or GP, its GT is used.
enum class VcfField { kGT, kDS, kGP };

struct VcfOptions {
  std::vector<GenomicRegion> regions;     // empty: everything
  std::vector<std::string> keep_samples;  // empty: everybody; the order is the file's
  bool pass_only = false;                 // keep FILTER "PASS" and "." alone
  std::optional<double> min_gq;           // a call below is missing; a call without GQ stays
  std::optional<double> min_dp;
  bool split_multiallelic = true;  // one row an ALT, calls of other ALTs missing; else left out
  VcfField from = VcfField::kGT;
  // A dosage further than this from 0, 1 and 2 is missing (PLINK 2's meaning, on its grid of
  // 1/16384).
  double hard_call_threshold = 0.1;
  bool skip_bad_records = false;  // else the first one is a MalformedError
  std::string build;              // "37", "38" or empty: checked against the contig lengths
};

// What became of everything in the files. Records first, then genotype calls.
struct VcfCounts {
  std::uint64_t records = 0;
  std::uint64_t variants = 0;  // rows made
  std::uint64_t outside_regions = 0;
  std::uint64_t failed_filter = 0;
  std::uint64_t multiallelic_skipped = 0;
  std::uint64_t multiallelic_split = 0;
  std::uint64_t reference_blocks = 0;     // gVCF records whose only ALT is <NON_REF> or <*>
  std::uint64_t placeholder_alleles = 0;  // "*", <NON_REF>, <*> beside other ALTs: no row
  std::uint64_t no_genotypes = 0;         // FORMAT has no GT (or DS, GP): a row of missing calls
  std::uint64_t bad_records = 0;
  std::uint64_t half_calls = 0;       // "./1": missing
  std::uint64_t haploid_calls = 0;    // kept as homozygous
  std::uint64_t polyploid_calls = 0;  // three alleles or more: missing
  std::uint64_t unlisted_calls = 0;   // an ALT is called where the record lists none: missing
  std::uint64_t low_gq_calls = 0;
  std::uint64_t low_dp_calls = 0;
  std::uint64_t uncertain_dosages = 0;  // beyond the hard-call threshold

  void add(const VcfCounts& other);
};

// Some consecutive variants: row i is packed_bytes(n_samples) bytes of 2-bit codes, A1 = ALT.
struct VcfBlock {
  genotype::Variants variants;
  std::vector<std::uint8_t> rows;
  std::size_t row_bytes = 0;

  const std::uint8_t* row(std::size_t i) const { return rows.data() + i * row_bytes; }
};

struct VcfFile {
  std::string path;
  std::string format;    // "VCF 4.2, BGZF", "BCF"
  std::string checksum;  // XXH3-128 of the bytes on disk; empty where an index was used or for BCF
  std::string build;     // "37" or "38" where the contig lengths tell
};

// VCF (plain, gzip, BGZF, zstd) and BCF, told by content, as packed genotypes in the order of the
// files. Several files are read one after the other and must have the same samples in the same
// order. Decompression, parsing and packing run on context.n_threads threads; the result does not
// depend on their number. Memory is bounded by a few blocks (about 4 MiB of text, or 64 lines).
//
// Errors: ReadError; MalformedError (`file:line`, for BCF `file: contig:position`); MismatchError
// (samples or build differ between files); DegenerateError (no sample).
class VcfReader {
 public:
  VcfReader(const std::vector<std::string>& paths,
            VcfOptions options,
            const base::Context& context);
  ~VcfReader();
  VcfReader(VcfReader&&) noexcept;

  // The samples that are kept, in the order of the files.
  const std::vector<std::string>& samples() const noexcept;
  // Those asked for by keep_samples that no file has.
  const std::vector<std::string>& absent_samples() const noexcept;
  std::size_t n_samples_in_file() const noexcept;

  // The next block, never empty; false at the end. Reuses the block's memory.
  bool next(VcfBlock& block);

  const VcfCounts& counts() const noexcept;            // so far
  const std::vector<VcfFile>& files() const noexcept;  // checksums are there at the end

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gcrisk::io
